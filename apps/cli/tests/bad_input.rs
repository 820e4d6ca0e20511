//! Bad input: each a clear error that names its place, exit 2, nothing executed, nothing lost.

mod support;

use serde_json::{Value, json};
use support::{Home, can_run, graph, with_slot};

fn writes(slot: &str, path: &str) -> Value {
    let graph = graph(
        &[json!(["c", "constant", { "value": "text" }]), json!(["w", "file.write", { "slot": slot, "path": path, "mode": "replace" }])],
        &["c.value > w.text"],
    );
    with_slot(graph, slot, "rw")
}

/// Both commands refuse, `run` executed nothing and kept nothing.
fn refused(home: &Home, name: &str, text: &str, more: &[&str], words: &[&str]) {
    let file = home.write(name, text);
    home.run(&file, more).refused(words);
    let checked = home.axion(["validate", file.to_str().unwrap()]);
    checked.code(2);
    assert!(checked.out.contains(name), "the file is named: {}", checked.out);
    for word in words {
        assert!(checked.out.contains(word), "{word:?} is not said in: {}", checked.out);
    }
    assert_eq!(home.call("list_runs", &json!({})).unwrap()["runs"], json!([]), "{name}");
}

#[test]
fn files_that_are_no_graph_files() {
    let home = Home::new();
    let at = |name: &str| home.work().join(name);
    std::fs::File::create(at("huge.axion")).unwrap().set_len(200 << 20).unwrap();
    home.write("latin.axion", [b'{', 0xe9, b'}']);
    #[cfg(unix)]
    {
        home.write("real.axion", "{}");
        std::os::unix::fs::symlink(at("real.axion"), at("link.axion")).unwrap();
        std::process::Command::new("mkfifo").arg(at("pipe.axion")).status().unwrap();
    }
    for (name, word) in [
        ("none.axion", "no file"),
        ("huge.axion", "200 MiB"),
        ("latin.axion", "UTF-8"),
        (".", "folder"),
        ("link.axion", "symbolic link"),
        ("pipe.axion", "plain file"),
    ] {
        home.run(&at(name), &[]).refused(&[word]);
        let checked = home.axion(["validate", at(name).to_str().unwrap()]);
        checked.code(2);
        assert!(checked.out.contains(word), "{name}: {}", checked.out);
    }
    assert!(!home.path().join("axion.db").exists(), "the home was not even opened");
}

#[test]
fn text_that_is_no_graph() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    for (name, text) in [("text.axion", "hello"), ("half.axion", "{\"axion\":1,"), ("list.axion", "[1]"), ("empty.axion", "")] {
        let file = home.write(name, text);
        home.run(&file, &[]).refused(&[name]);
        home.axion(["validate", file.to_str().unwrap()]).code(2);
    }
    refused(
        &home,
        "version.axion",
        &json!({ "axion": 99, "id": "g", "name": "V", "slots": [], "nodes": [], "edges": [] }).to_string(),
        &[],
        &["99"],
    );
    refused(
        &home,
        "version2.axion",
        &json!({ "id": "g", "name": "V", "slots": [], "nodes": [], "edges": [] }).to_string(),
        &[],
        &["axion"],
    );
}

#[test]
fn graphs_that_cannot_run_name_node_and_field() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let unknown = graph(&[json!(["strange", "no.such-kind", { "x": 1 }])], &[]).to_string();
    refused(&home, "kind.axion", &unknown, &[], &["strange", "no.such-kind"]);
    let template = json!({ "template": "x" });
    let cycle = graph(&[json!(["a", "template", template]), json!(["b", "template", template])], &["a.text > b.value", "b.text > a.value"])
        .to_string();
    refused(&home, "cycle.axion", &cycle, &[], &["node a", "lead back to themselves"]);
    let dangling = graph(&[json!(["a", "template", template])], &["ghost.text > a.value"]).to_string();
    refused(&home, "dangling.axion", &dangling, &[], &["ghost"]);
    let port = graph(&[json!(["a", "template", template]), json!(["b", "template", template])], &["a.nowhere > b.value"]).to_string();
    refused(&home, "port.axion", &port, &[], &["nowhere"]);
    let twice = graph(&[json!(["a", "template", template]), json!(["a", "template", template])], &[]).to_string();
    refused(&home, "twice.axion", &twice, &[], &["a"]);
    let field = graph(&[json!(["w", "wait", { "mode": "sideways" }])], &[]).to_string();
    refused(&home, "field.axion", &field, &[], &["node w", "mode"]);
}

#[test]
fn keys_of_a_prototype_are_only_keys() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let node = r#"{"axion":1,"id":"g","name":"P","slots":[],"nodes":[{"id":"__proto__","kind":"constant","name":"","config":{"value":1}}],"edges":[]}"#;
    refused(&home, "id.axion", node, &[], &["__proto__"]);
    // As data they come out as they went in and reach nothing else.
    let data = r#"{"axion":1,"id":"g","name":"P","slots":[],"nodes":[
        {"id":"c","kind":"constant","name":"","config":{"value":{"__proto__":{"polluted":true},"constructor":1}}},
        {"id":"o","kind":"output","name":"","config":{"name":"o","type":"any"}},
        {"id":"e","kind":"constant","name":"","config":{"value":{}}},
        {"id":"p","kind":"output","name":"","config":{"name":"p","type":"any"}}],
        "edges":[{"id":"x","from":{"node":"c","port":"value"},"to":{"node":"o","port":"value"}},{"id":"y","from":{"node":"e","port":"value"},"to":{"node":"p","port":"value"}}]}"#;
    let ran = home.run(&home.write("data.axion", data), &[]);
    if ran.code == 2 {
        assert!(ran.err.contains("__proto__"), "refused, with the reason: {}", ran.err);
        return;
    }
    ran.code(0);
    let end = ran.events().pop().unwrap();
    assert_eq!(end["outputs"]["p"]["value"], json!({}), "nothing was polluted");
}

#[test]
fn paths_outside_the_grants_reach_nothing() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let out = home.work().join("out");
    std::fs::create_dir(&out).unwrap();
    let grant = format!("out={}:rw", out.display());
    for (name, path) in
        [("up.axion", "../escaped.txt"), ("absolute.axion", "/tmp/axion-escaped.txt"), ("deep.axion", "a/../../escaped.txt")]
    {
        refused(&home, name, &writes("out", path).to_string(), &["--grant", &grant], &["node w", "path"]);
    }
    // A link inside the folder that leads out is seen when it is followed: the step fails and nothing is written.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(home.work(), out.join("link")).unwrap();
        let ran = home.run(&home.write("link.axion", writes("out", "link/escaped.txt").to_string()), &["--grant", &grant]);
        ran.code(1);
        assert_eq!(ran.events().last().unwrap()["state"], "failed");
    }
    assert!(!home.work().join("escaped.txt").exists() && !std::path::Path::new("/tmp/axion-escaped.txt").exists());
}

#[test]
fn an_unknown_kind_is_kept_in_the_library() {
    let home = Home::new();
    let graph = graph(&[json!(["strange", "no.such-kind", { "z": 1, "a": [1.5, "x"] }])], &[]);
    let imported = home.call("import_graph", &json!({ "graphId": "g1", "text": graph.to_string() })).unwrap();
    assert_eq!(imported["document"]["nodes"][0]["kind"], "no.such-kind");
    let text = home.call("export_graph", &json!({ "graphId": "g1" })).unwrap();
    assert!(text["text"].as_str().unwrap().contains(r#"{"id":"strange","kind":"no.such-kind","name":"strange","config":{"#), "{text}");
    for text in ["{", "[]", r#"{"axion":7,"name":"x"}"#, r#"{"axion":1,"name":"x","nodes":[{"id":"..","kind":"a"}]}"#] {
        let refused = home.call("import_graph", &json!({ "graphId": "g2", "text": text })).unwrap_err();
        assert_eq!(refused["code"], "graph_invalid", "{text}: {refused}");
    }
    assert_eq!(home.call("list_graphs", &json!({})).unwrap()["graphs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_chain_of_a_hundred_thousand_nodes_is_valid_and_runs() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let count = 100_000;
    let mut nodes = vec![json!({ "id": "n0", "kind": "constant", "name": "", "config": { "value": 1 } })];
    let mut edges = Vec::new();
    for n in 1..count {
        nodes.push(json!({ "id": format!("n{n}"), "kind": "join", "name": "", "config": { "policy": "any" } }));
        let from = if n == 1 { "value" } else { "out" };
        edges.push(json!({ "id": format!("e{n}"), "from": { "node": format!("n{}", n - 1), "port": from }, "to": { "node": format!("n{n}"), "port": "in" } }));
    }
    let file =
        home.graph("chain.axion", &json!({ "axion": 1, "id": "chain", "name": "Chain", "slots": [], "nodes": nodes, "edges": edges }));
    let checked = home.axion(["validate", file.to_str().unwrap()]);
    checked.code(0);
    assert!(checked.out.contains("100000 nodes"), "{}", checked.out);
    let ran = home.run(&file, &[]);
    ran.code(0);
    let events = ran.events();
    assert_eq!(events.iter().filter(|event| event["type"] == "step-finished").count(), count);
    assert_eq!(events.last().unwrap()["steps"]["succeeded"], count);
}
