//! A command was handed over, and who it was handed to is gone before it has answered: the command is done all the same, once.
#![cfg(target_os = "linux")]

mod support;

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Home, Ran, Served, can_run, graph};

/// Large enough that its start takes a moment.
const NODES: usize = 4_000;

#[test]
fn a_run_is_done_once_whenever_its_holder_is_killed() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let nodes: Vec<Value> = std::iter::once(json!(["n0", "constant", { "value": 1 }]))
        .chain((1..NODES).map(|n| json!([format!("n{n}"), "map", { "expression": "value + 1" }])))
        .chain([json!(["out", "output", {}])])
        .collect();
    let edges: Vec<String> =
        (1..NODES).map(|n| format!("n{}.value > n{n}.value", n - 1)).chain([format!("n{}.value > out.value", NODES - 1)]).collect();
    let file = home.graph("chain.axion", &graph(&nodes, &edges.iter().map(String::as_str).collect::<Vec<_>>()));
    for delay in (0..1_200).step_by(150) {
        let mut served = Served::start(&home);
        let arguments = ["run", file.to_str().unwrap(), "--runner", "process", "--json"];
        let child = home.command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The moment is the point of this test: each falls into another part of the start.
        std::thread::sleep(Duration::from_millis(delay));
        served.kill();
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "killed after {delay} ms: {}", ran.err);
        let last: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
        assert_eq!((&last["state"], &last["outputs"]["result"]["value"]), (&json!("succeeded"), &json!(NODES)), "killed after {delay} ms");
        assert_eq!(last["steps"]["succeeded"], NODES + 1, "killed after {delay} ms");
    }
    let runs = home.call("list_runs", &json!({})).unwrap();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 8);
}
