//! Commands over the real store: settings, projects, graphs, examples, grants, files of runs, windows, streams.

mod support;

use axion_protocol::ErrorCode;
use serde_json::{Value, json};
use support::{World, open, scripted};

async fn world(dir: &tempfile::TempDir) -> World {
    let examples = dir.path().join("examples");
    std::fs::create_dir_all(examples.join("invoices")).unwrap();
    let graph = json!({
        "axion": 1, "id": "invoices", "name": "Invoices", "description": "Reads.", "edges": [],
        "slots": [{ "id": "invoices", "access": "ro" }, { "id": "reports", "access": "rw" }],
        "nodes": [{ "id": "a", "kind": "x.y", "name": "A", "config": { "z": 1, "k": 0.1 } }]
    });
    std::fs::write(examples.join("invoices.axion"), graph.to_string()).unwrap();
    std::fs::write(
        examples.join("invoices.axion.layout"),
        json!({ "axion": 1, "nodes": [{ "id": "a", "x": 8, "y": 16 }], "notes": [] }).to_string(),
    )
    .unwrap();
    open(&dir.path().join("home"), scripted(|run| async move { run.finish("succeeded").await })).await
}

#[tokio::test]
async fn a_setting_changes_only_to_a_value_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(&dir).await;
    let before = world.ok("get_settings", json!({})).await;
    for params in
        [json!({ "key": "theme", "value": "pink" }), json!({ "key": "nothing", "value": 1 }), json!({ "key": "concurrency", "value": 0 })]
    {
        assert_eq!(world.refused("update_setting", params).await.code, ErrorCode::InvalidParams);
    }
    assert_eq!(world.ok("get_settings", json!({})).await, before);
    world.ok("update_setting", json!({ "key": "theme", "value": "dark" })).await;
    world.ok("update_setting", json!({ "key": "dockerHost", "value": "unix:///x" })).await;
    world.core.close().await;
    let world = open(&dir.path().join("home"), scripted(|_| async {})).await;
    let after = world.ok("get_settings", json!({})).await;
    assert_eq!((&after["theme"], &after["dockerHost"]), (&json!("dark"), &json!("unix:///x")));
}

#[tokio::test]
async fn opening_an_example_copies_it_and_grants_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(&dir).await;
    let examples = world.ok("list_examples", json!({})).await;
    assert_eq!((&examples["examples"][0]["exampleId"], &examples["examples"][0]["nodeCount"]), (&json!("invoices"), &json!(1)));
    let opened = world.ok("open_example", json!({ "exampleId": "invoices", "graphId": "mine" })).await;
    assert_eq!(opened["graph"]["layout"]["nodes"][0]["x"], 8.0);
    let real = dir.path().canonicalize().unwrap();
    assert_eq!(opened["folders"][0]["path"], real.join("examples/invoices").to_str().unwrap());
    assert_eq!(
        opened["folders"][1],
        json!({ "slot": "reports", "path": real.join("home/files/reports").to_str().unwrap(), "access": "rw" })
    );
    assert_eq!(world.ok("list_grants", json!({})).await["grants"], json!([]));
    assert!(!real.join("home/files").exists(), "nothing was made");
    let unbound = world.refused("start_run", json!({ "runId": "r", "graphId": "mine" })).await;
    assert_eq!(unbound.slots.unwrap().len(), 2);
    for (index, folder) in opened["folders"].as_array().unwrap().iter().enumerate() {
        let grant = json!({ "grantId": format!("g{index}"), "graphId": "mine", "slot": folder["slot"], "path": folder["path"], "access": folder["access"], "create": true });
        world.ok("set_grant", grant).await;
    }
    let run = world.ok("start_run", json!({ "runId": "r", "graphId": "mine" })).await;
    assert_eq!((&run["graphId"], &run["graphName"]), (&json!("mine"), &json!("Invoices")));
    let graph = world.ok("get_run_graph", json!({ "runId": "r" })).await;
    assert_eq!(graph["document"]["nodes"][0]["kind"], "x.y");
    assert_eq!(graph["layout"]["nodes"][0]["y"], 16.0);
    assert_eq!(world.refused("open_example", json!({ "exampleId": "../invoices", "graphId": "x" })).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn folders_that_hold_axions_own_data_are_not_granted() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(&dir).await;
    world.ok("open_example", json!({ "exampleId": "invoices", "graphId": "mine" })).await;
    let set = |path: String| json!({ "grantId": "g", "graphId": "mine", "slot": "reports", "path": path, "access": "rw" });
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for path in [at("home"), at(""), at("home/../home"), "/".to_owned()] {
        assert_eq!(world.refused("set_grant", set(path.clone())).await.code, ErrorCode::Forbidden, "{path}");
    }
    for path in ["relative".to_owned(), at("none"), at("examples/invoices.axion")] {
        assert_eq!(world.refused("set_grant", set(path.clone())).await.code, ErrorCode::InvalidParams, "{path}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path().join("home"), dir.path().join("link")).unwrap();
        assert_eq!(world.refused("set_grant", set(at("link"))).await.code, ErrorCode::Forbidden);
    }
    assert_eq!(
        world
            .refused("set_grant", json!({ "grantId": "g", "graphId": "none", "slot": "s", "path": at("examples"), "access": "ro" }))
            .await
            .code,
        ErrorCode::NotFound
    );
    let granted = world.ok("set_grant", set(at("examples"))).await;
    std::fs::rename(dir.path().join("examples"), dir.path().join("moved")).unwrap();
    assert_eq!(world.ok("list_grants", json!({ "graphId": "mine" })).await["grants"][0]["missing"], true);
    world.ok("revoke_grant", json!({ "grantId": granted["grantId"] })).await;
    assert_eq!(world.ok("list_grants", json!({})).await["grants"], json!([]));
}

#[tokio::test]
async fn a_file_is_shown_only_from_the_runs_own_folders() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = world(&dir).await;
    let out = dir.path().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("report.html"), "<h1>r</h1>").unwrap();
    std::fs::write(dir.path().join("secret"), "s").unwrap();
    let document = json!({ "axion": 1, "id": "g", "name": "G", "slots": [{ "id": "reports", "access": "rw" }], "nodes": [], "edges": [] });
    let grants = json!([{ "slot": "reports", "path": out.to_str().unwrap(), "access": "rw" }]);
    world.ok("start_run", json!({ "runId": "r", "document": document, "grants": grants })).await;
    world.seen_through("r").await;
    let read = |slot: &str, path: &str| json!({ "runId": "r", "slot": slot, "path": path });
    assert_eq!(world.ok("read_run_file", read("reports", "report.html")).await["text"], "<h1>r</h1>");
    assert_eq!(world.refused("read_run_file", read("other", "report.html")).await.code, ErrorCode::Forbidden);
    assert_eq!(world.refused("read_run_file", read("reports", "../secret")).await.code, ErrorCode::InvalidParams);
    assert_eq!(world.refused("read_run_file", read("reports", "none")).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_graph_lives_by_operations_and_comes_out_as_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = world(&dir).await;
    world.ok("create_project", json!({ "projectId": "p", "name": "P" })).await;
    let made = world.ok("create_graph", json!({ "graphId": "g", "projectId": "p", "name": "Graph" })).await;
    assert_eq!(
        world.ok("create_graph", json!({ "graphId": "g", "projectId": "p", "name": "Graph" })).await["summary"],
        made["summary"],
        "repeating is harmless"
    );
    world.ok("subscribe", json!({ "stream": "graph:g", "after": 0 })).await;
    let op = |n: u64, entity: &str, id: &str, field: &str, value: Value| json!({ "entity": entity, "id": id, "field": field, "value": value, "stamp": format!("{:013}-0000-c", 4_000_000_000_000_u64 + n) });
    let ops = json!([
        op(1, "node", "a", "kind", json!("template")),
        op(2, "node", "a", "config.template", json!("x")),
        op(3, "node", "a", "x", json!(8)),
        op(4, "node", "a", "y", json!(0))
    ]);
    let edit = json!({ "graphId": "g", "opsId": "o1", "clientId": "c", "ops": ops });
    let seq = world.ok("apply_graph_ops", edit.clone()).await["seq"].as_u64().unwrap();
    assert_eq!(world.ok("apply_graph_ops", edit).await["seq"], seq, "a batch counts once");
    assert_eq!(world.ok("get_graph", json!({ "graphId": "g" })).await["maxStamp"], "4000000000004-0000-c");
    let batch: Value = serde_json::from_str(&world.outbox.next().await.unwrap().json).unwrap();
    assert_eq!((&batch["events"][0]["type"], &batch["events"][0]["seq"]), (&json!("graph-edited"), &json!(seq)));
    let bad = json!({ "graphId": "g", "opsId": "o2", "clientId": "c", "ops": [op(5, "node", "a", "config.__proto__", json!(1))] });
    assert_eq!(world.refused("apply_graph_ops", bad).await.code, ErrorCode::InvalidParams);
    let file = world.ok("export_graph", json!({ "graphId": "g" })).await;
    assert!(
        file["text"].as_str().unwrap().contains("    {\"id\":\"a\",\"kind\":\"template\",\"name\":\"\",\"config\":{\"template\":\"x\"}}\n"),
        "{file}"
    );
    assert!(file["layout"].as_str().unwrap().contains("    {\"id\":\"a\",\"x\":8,\"y\":0}\n"), "{file}");
    let copy = world.ok("import_graph", json!({ "graphId": "h", "name": "Again", "text": file["text"], "layout": file["layout"] })).await;
    assert_eq!(copy["document"]["nodes"][0]["config"], json!({ "template": "x" }));
    world.ok("duplicate_graph", json!({ "graphId": "g", "copyId": "d", "name": "Double" })).await;
    world.ok("delete_graph", json!({ "graphId": "g" })).await;
    let names = |list: &Value| {
        list["graphs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|graph| graph["name"].as_str().unwrap().to_owned())
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names(&world.ok("list_graphs", json!({})).await), ["Again".to_owned(), "Double".to_owned()].into());
    assert_eq!(names(&world.ok("list_graphs", json!({ "deleted": true })).await), ["Graph".to_owned()].into());
    assert_eq!(world.ok("restore_graph", json!({ "graphId": "g" })).await["name"], "Graph");
    world.ok("delete_project", json!({ "projectId": "p" })).await;
    assert_eq!(world.refused("get_graph", json!({ "graphId": "none" })).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(&dir).await;
    let huge = "x".repeat((64 << 20) + 1);
    let code = world.refused("import_graph", json!({ "graphId": "g", "text": huge })).await.code;
    assert!(matches!(code, ErrorCode::TooLarge | ErrorCode::InvalidParams), "{code:?}");
    let nodes: Vec<Value> = (0..250_001).map(|n| json!({ "id": format!("n{n}"), "kind": "k" })).collect();
    let many = json!({ "axion": 1, "name": "many", "nodes": nodes }).to_string();
    assert_eq!(world.refused("import_graph", json!({ "graphId": "g", "text": many })).await.code, ErrorCode::TooLarge);
    assert_eq!(world.ok("list_graphs", json!({})).await["graphs"], json!([]));
}

#[tokio::test]
async fn a_window_finds_what_it_looked_like() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(&dir).await;
    assert_eq!(world.ok("get_view_state", json!({ "windowId": "w" })).await["state"], Value::Null);
    let state = json!({ "tabs": [{ "z": 1, "a": 0.1 }] });
    world.ok("set_view_state", json!({ "windowId": "w", "state": state })).await;
    assert_eq!(world.ok("get_view_state", json!({ "windowId": "w" })).await["state"].to_string(), state.to_string());
}

#[tokio::test]
async fn the_doctor_looks_at_six_things() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(&dir).await;
    let report = world.ok("run_doctor", json!({})).await;
    let ids: Vec<&str> = report["checks"].as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["engine", "runner", "jail", "runtime", "database", "disk"]);
    for check in report["checks"].as_array().unwrap() {
        assert!(check["status"] == "ok" || check["status"] == "warning" || check["fix"].is_string(), "what is missing has a fix: {check}");
    }
}

#[tokio::test]
async fn a_client_that_is_gone_reads_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = world(&dir).await;
    world.ok("subscribe", json!({ "stream": "workspace", "after": 0 })).await;
    world.client.close();
    assert_eq!(world.outbox.next().await, None);
    assert_eq!(world.refused("subscribe", json!({ "stream": "workspace", "after": 0 })).await.code, ErrorCode::Offline);
}
