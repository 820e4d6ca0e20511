//! `axion run` with the real runner: the exits of the table, the discipline of `--json`, questions and answers.

mod support;

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Home, Lines, Ran, can_run, graph, repository, with_slot};

fn waits(seconds: u64) -> Value {
    graph(&[json!(["start", "start", {}]), json!(["wait", "wait", { "mode": "for", "seconds": seconds }])], &["start.input > wait.value"])
}

fn output(name: &str, value: &Value) -> Value {
    graph(&[json!(["c", "constant", { "value": value }]), json!(["o", "output", { "name": name, "type": "any" }])], &["c.value > o.value"])
}

#[test]
fn the_examples_bring_what_is_expected_of_them() {
    if !can_run() {
        return;
    }
    for name in ["caught", "fan-out", "invoices"] {
        let home = Home::new();
        let file = repository().join(format!("examples/{name}.axion"));
        let (input, out) = (repository().join("examples/invoices"), home.work().join("out"));
        let grants = [format!("invoices={}", input.display()), format!("reports={}:rw", out.display())];
        let more: Vec<&str> = if name == "invoices" { vec!["--grant", &grants[0], "--grant", &grants[1]] } else { vec![] };
        let ran = home.run(&file, &more);
        ran.code(0);
        assert_eq!(ran.err, "", "nothing is said beside the events");
        let events = ran.events();
        let expected: Value =
            serde_json::from_str(&std::fs::read_to_string(repository().join(format!("examples/expected/{name}.json"))).unwrap()).unwrap();
        let last = events.last().unwrap();
        for (output, value) in expected["outputs"].as_object().unwrap() {
            assert_eq!(&last["outputs"][output]["value"], value, "{name}: {output}");
        }
        for (count, number) in expected["steps"].as_object().unwrap() {
            assert_eq!(&last["steps"][count], number, "{name}: {count}");
        }
        for file in expected["files"].as_array().into_iter().flatten() {
            let file = file.as_str().or_else(|| file["path"].as_str()).unwrap();
            let name_only = Path::new(file).file_name().unwrap();
            let brought = std::fs::read(out.join(name_only)).unwrap();
            assert_eq!(brought, std::fs::read(repository().join("examples/expected/invoices").join(name_only)).unwrap(), "{file}");
        }
    }
}

#[test]
fn an_example_runs_in_a_container_too() {
    if !can_run() {
        return;
    }
    let engine = std::process::Command::new("bash").arg(repository().join("tools/docker-test-engine.sh")).output().unwrap();
    if !engine.status.success() {
        eprintln!("SKIPPED: {}", String::from_utf8_lossy(&engine.stderr).trim());
        return;
    }
    let (home, address) = (Home::new(), String::from_utf8(engine.stdout).unwrap());
    let (file, input) = (repository().join("examples/invoices.axion"), repository().join("examples/invoices"));
    let grants = [format!("invoices={}", input.display()), format!("reports={}:rw", home.work().join("out").display())];
    let mut command = home.command();
    command.env("DOCKER_HOST", address.trim()).args(["run", file.to_str().unwrap(), "--json", "--runner", "docker"]);
    let ran = Ran::of(command.args(["--grant", &grants[0], "--grant", &grants[1]]).output().unwrap());
    ran.code(0);
    assert_eq!(ran.events()[0]["runner"]["mode"], "docker");
    for name in ["invoices.csv", "invoices.html"] {
        let expected = std::fs::read(repository().join("examples/expected/invoices").join(name)).unwrap();
        assert_eq!(std::fs::read(home.work().join("out").join(name)).unwrap(), expected, "{name}");
    }
}

#[test]
fn a_failed_run_is_exit_1_and_says_why() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let file = home.graph(
        "fails.axion",
        &graph(&[json!(["c", "constant", { "value": "{" }]), json!(["p", "parse", { "format": "json" }])], &["c.value > p.text"]),
    );
    let ran = home.run(&file, &[]);
    ran.code(1);
    let events = ran.events();
    let last = events.last().unwrap();
    assert_eq!(last["state"], "failed");
    assert!(last["error"]["message"].as_str().unwrap().contains("JSON"), "{last}");
    let shown = home.axion(["run", file.to_str().unwrap(), "--runner", "process"]);
    shown.code(1);
    assert!(shown.err.contains("Failed in") && shown.out.is_empty(), "{shown:?}");
}

#[test]
fn arguments_that_make_no_sense_are_exit_2() {
    let home = Home::new();
    let file = home.graph("g.axion", &output("o", &json!(1)));
    let file = file.to_str().unwrap();
    home.axion(["run"]).refused(&["FILE"]);
    home.axion(["run", file, "--bogus"]).refused(&["--bogus"]);
    home.axion(["run", file, "--runner", "moon"]).refused(&["moon", "process"]);
    home.axion(["run", file, "--set", "x"]).refused(&["NAME=JSON"]);
    home.axion(["run", file, "--grant", "x"]).refused(&["SLOT=DIR"]);
    home.axion(["run", file, "--grant", "x=/none/such"]).refused(&["no such folder"]);
    let here = format!("s={}", home.work().display());
    home.axion(["run", file, "--grant", &here]).refused(&["no slot `s`"]);
    home.axion(["run", file, "--grant", &here, "--grant", &here]).refused(&["bound twice"]);
}

#[test]
fn unbound_slots_are_exit_2_and_each_is_named() {
    let home = Home::new();
    let graph = with_slot(with_slot(graph(&[], &[]), "source", "ro"), "target", "rw");
    let file = home.graph("g.axion", &graph);
    let grant = format!("target={}:ro", home.work().display());
    home.run(&file, &["--grant", &grant]).refused(&[
        "`source` is not bound",
        "`target` must be writable",
        "--grant source=DIR",
        "--grant target=DIR:rw",
    ]);
    assert_eq!(home.call("list_runs", &json!({})).unwrap()["runs"], json!([]), "nothing was kept");
}

#[test]
fn without_a_runner_it_is_exit_3() {
    let home = Home::new();
    let file = home.graph("g.axion", &output("o", &json!(1)));
    let ran = Ran::of(home.command().env("AXION_NODE", "/nowhere/node").args(["run", file.to_str().unwrap(), "--json"]).output().unwrap());
    ran.code(3);
    assert!(ran.out.is_empty() && ran.err.contains("Node") && ran.err.contains("AXION_NODE"), "{ran:?}");
    if can_run() {
        let docker = home.axion(["run", file.to_str().unwrap(), "--runner", "docker", "--json"]);
        docker.code(3);
        assert!(docker.out.is_empty() && docker.err.contains("engine"), "{docker:?}");
    }
}

#[test]
fn a_large_output_is_resolved_and_its_event_is_not() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let big = "é".repeat(60_000);
    let ran = home.run(&home.graph("g.axion", &output("big", &json!(big))), &[]);
    ran.code(0);
    let events = ran.events();
    assert_eq!(events.last().unwrap()["outputs"]["big"]["value"].as_str().unwrap(), big);
    let step = events.iter().find(|event| event["type"] == "step-finished").unwrap();
    let value = step["outputs"].as_object().unwrap().values().next().unwrap();
    assert_eq!(value["type"], "blob");
}

#[test]
fn set_fills_the_start_form() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let fields = json!([{ "name": "who", "label": "Who", "type": "text", "default": "" }, { "name": "count", "label": "Count", "type": "number", "default": 0 }]);
    let graph = graph(
        &[
            json!(["s", "start", { "fields": fields }]),
            json!(["t", "template", { "template": "{{ who }} x {{ count }}" }]),
            json!(["o", "output", { "name": "o", "type": "text" }]),
        ],
        &["s.input > t.value", "t.text > o.value"],
    );
    let ran = home.run(&home.graph("g.axion", &graph), &["--set", "who=May be", "--set", "count=3"]);
    ran.code(0);
    assert_eq!(ran.events().last().unwrap()["outputs"]["o"]["value"], "May be x 3");
}

/// A run in the background, its events read as they come.
struct Background {
    child: Child,
    lines: Lines,
    seen: Vec<Value>,
}

impl Background {
    fn start(home: &Home, file: &Path) -> Self {
        let mut command = home.command();
        let mut child = command
            .args(["run", file.to_str().unwrap(), "--json", "--runner", "process"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Lines::of(&mut child);
        Self { child, lines, seen: Vec::new() }
    }
    fn until(&mut self, kind: &str) -> Value {
        while let Some(line) = self.lines.next(kind) {
            let event: Value = serde_json::from_str(&line).unwrap();
            self.seen.push(event.clone());
            if event["type"] == kind {
                return event;
            }
        }
        panic!("no {kind} came after {:?}; {}", self.seen, self.lines.aside());
    }
    #[cfg(unix)]
    fn interrupt(&self) {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
    }
}

#[cfg(unix)]
use std::process::Command;

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_and_is_exit_130() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let file = home.graph("g.axion", &waits(600));
    let mut run = Background::start(&home, &file);
    run.until("step-waiting");
    run.interrupt();
    let end = run.until("run-finished");
    assert_eq!((&end["state"], run.child.wait().unwrap().code()), (&json!("cancelled"), Some(130)));
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_does_not_read_does_not_keep_a_run_from_being_ended() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let nodes: Vec<Value> = (0..2_000).map(|n| json!([format!("n{n}"), "constant", { "value": n }])).collect();
    let file = home.graph("g.axion", &graph(&nodes, &[]));
    let arguments = ["run", file.to_str().unwrap(), "--json", "--runner", "process"];
    let mut child = home.command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let out = child.stdout.take().unwrap();
    // It hears no interrupt while it stands in the writing of its main thread.
    let place = format!("/proc/{}/wchan", child.id());
    let since = Instant::now();
    while !std::fs::read_to_string(&place).unwrap().contains("pipe_write") {
        assert!(since.elapsed() < Duration::from_secs(20), "the pipe does not fill");
        std::thread::yield_now();
    }
    let since = Instant::now();
    let code = loop {
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        std::thread::sleep(Duration::from_millis(100));
        match child.try_wait().unwrap() {
            Some(status) => break status.code(),
            None => assert!(since.elapsed() < Duration::from_secs(20), "it goes on"),
        }
    };
    assert_eq!(code, Some(130));
    drop(out);
}

#[test]
fn an_approval_without_a_terminal_is_answered_from_another_process() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let file = repository().join("examples/approval.axion");
    for (decision, word) in [("approved", "Approved by a person"), ("rejected", "A person said no")] {
        let mut run = Background::start(&home, &file);
        let asked = run.until("approval-requested");
        let answer = json!({ "approvalId": asked["approvalId"], "decision": decision });
        assert_eq!(home.call("answer_approval", &answer).unwrap()["status"], decision, "over the control socket of the run");
        let end = run.until("run-finished");
        assert!(end["outputs"]["order"]["value"].as_str().unwrap().contains(word), "{end}");
        assert_eq!(run.child.wait().unwrap().code(), Some(0));
        let said = run.lines.all_aside();
        assert!(said.contains("axion --home") && said.contains("answer_approval"), "{said}");
    }
}

#[test]
fn a_second_run_on_a_home_is_handed_over_and_outlives_the_first() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let slow = home.graph("slow.axion", &waits(600));
    let quick = home.graph("quick.axion", &output("o", &json!({ "z": 1, "a": 0.1 })));
    let mut first = Background::start(&home, &slow);
    first.until("step-waiting");
    let second = home.run(&quick, &[]);
    second.code(0);
    assert_eq!(second.events().last().unwrap()["outputs"]["o"]["value"].to_string(), r#"{"z":1,"a":0.1}"#);
    let mut third = Background::start(&home, &home.graph("third.axion", &waits(3)));
    third.until("step-waiting");
    // The holder is killed: the third takes the home and its own run up, and sees each event once.
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    third.until("run-finished");
    let kinds: Vec<&str> = third.seen.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"run-interrupted") && kinds.contains(&"run-resumed"), "{kinds:?}");
    for (index, event) in third.seen.iter().enumerate() {
        assert_eq!(event["seq"], index + 1, "{kinds:?}");
    }
    assert_eq!(third.child.wait().unwrap().code(), Some(0));
    let runs = home.call("list_runs", &json!({})).unwrap();
    let states: Vec<&str> = runs["runs"].as_array().unwrap().iter().map(|run| run["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["succeeded", "succeeded", "waiting"], "the first waits to be taken up");
    let told = home.axion(["run", quick.to_str().unwrap(), "--runner", "process"]);
    assert!(told.err.contains("1 earlier run was interrupted"), "{told:?}");
}
