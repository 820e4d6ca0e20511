//! Each aggregate through the public doors, and what it announces.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use axion_store::{Answer, ApprovalRow, DEFAULT_PROJECT, GrantRow, Place, RunState, RunUpdate, Store, StoreError, StreamName, hash_of};
use serde_json::{Value, json as value};
use support::{draft, json, new_run, open, write};

fn announced(store: &Store) -> Vec<Value> {
    let page = store.read_stream(&StreamName::workspace(), 0, 10_000).unwrap();
    serde_json::from_str(&page.events.array()).unwrap()
}

#[test]
fn projects() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    assert_eq!(store.read(|tx| tx.list_projects()).unwrap()[0].project_id, DEFAULT_PROJECT);
    let made = write(&store, |tx| tx.create_project("p1", "Work", 5)).unwrap();
    assert_eq!(write(&store, |tx| tx.create_project("p1", "Work", 6)).unwrap(), made);
    assert!(matches!(write(&store, |tx| tx.create_project("p1", "Other", 6)), Err(StoreError::Conflict(_))));
    write(&store, |tx| tx.create_graph("g1", "p1", "Flow", 7)).unwrap();
    write(&store, |tx| tx.rename_project("p1", "Play", 8)).unwrap();
    write(&store, |tx| tx.delete_project("p1", 9)).unwrap();
    assert!(matches!(write(&store, |tx| tx.delete_project(DEFAULT_PROJECT, 9)), Err(StoreError::Conflict(_))));
    assert!(store.read(|tx| tx.list_graphs(None, false)).unwrap().is_empty());
    let back = write(&store, |tx| tx.set_graph_deleted("g1", false, 10)).unwrap();
    assert_eq!((back.project_id.as_str(), back.deleted), (DEFAULT_PROJECT, false));
    let events = announced(&store);
    let kinds: Vec<&str> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["project-changed", "graph-changed", "project-changed", "graph-changed", "project-changed", "graph-changed"]);
    assert_eq!(
        events[4],
        value!({"seq":5,"type":"project-changed","ts":9,"project":{"projectId":"p1","name":"Play","createdAt":5,"deleted":true}})
    );
}

#[test]
fn settings_and_view_state() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write(&store, |tx| tx.set_setting("theme", &json("\"dark\""), 3)).unwrap();
    write(&store, |tx| tx.set_view_state("w1", &json("{\"tabs\":[1,2]}"), 3)).unwrap();
    assert_eq!(announced(&store), [value!({"seq":1,"type":"setting-changed","ts":3,"key":"theme","value":"dark"})]);
    assert_eq!(store.read(|tx| tx.get_view_state("w1")).unwrap().unwrap().get(), "{\"tabs\":[1,2]}");
    assert!(store.read(|tx| tx.get_view_state("w2")).unwrap().is_none());
    for n in 0..150 {
        write(&store, move |tx| tx.set_view_state(&format!("v{n}"), &json("1"), 10 + n)).unwrap();
    }
    assert!(store.read(|tx| tx.get_view_state("w1")).unwrap().is_none(), "the oldest windows are forgotten");
    assert!(store.read(|tx| tx.get_view_state("v149")).unwrap().is_some());
}

#[test]
fn grants() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write(&store, |tx| tx.create_graph("g1", DEFAULT_PROJECT, "Flow", 1)).unwrap();
    let grant = |id: &str, path: &str| GrantRow {
        grant_id: id.to_owned(),
        graph_id: "g1".to_owned(),
        slot: "in".to_owned(),
        path: path.to_owned(),
        access: "ro".to_owned(),
        created_at: 2,
        revoked: false,
    };
    let (first, second) = (grant("a", "/one"), grant("b", "/two"));
    write(&store, {
        let first = first.clone();
        move |tx| tx.set_grant(&first)
    })
    .unwrap();
    write(&store, {
        let second = second.clone();
        move |tx| tx.set_grant(&second)
    })
    .unwrap();
    assert_eq!(store.read(|tx| tx.list_grants(Some("g1"))).unwrap(), [second]);
    let events = announced(&store);
    assert_eq!(events[2]["grant"]["revoked"], true);
    assert_eq!(events[3]["grant"]["path"], "/two");
    let orphan = GrantRow { graph_id: "none".to_owned(), ..first };
    assert!(matches!(write(&store, move |tx| tx.set_grant(&orphan)), Err(StoreError::NotFound { .. })));
    write(&store, |tx| tx.revoke_grant("b", 4)).unwrap();
    assert!(store.read(|tx| tx.list_grants(None)).unwrap().is_empty());
}

#[test]
fn a_run_from_start_to_deletion() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let stream = StreamName::run("r1");
    let document = b"{\"axion\":1}".to_vec();
    let hash = hash_of(&document);
    let (run, made) = write(&store, {
        let (hash, document) = (hash.clone(), document.clone());
        move |tx| {
            let run = tx.insert_run(&new_run("r1"))?;
            tx.put_blob("r1", &hash, &document)?;
            Ok(run)
        }
    })
    .unwrap();
    assert!(made && run.number == 1 && run.state == RunState::Queued);
    assert!(!write(&store, |tx| tx.insert_run(&new_run("r1"))).unwrap().1, "repeating is harmless");
    assert_eq!(write(&store, |tx| tx.insert_run(&new_run("r2"))).unwrap().0.number, 2);
    assert_eq!(store.read(|tx| tx.get_blob(&hash)).unwrap(), document);

    write(&store, {
        let stream = stream.clone();
        move |tx| {
            tx.append(&stream, &[draft(r#"{"type":"run-started","ts":2}"#), draft(r#"{"type":"approval-requested","ts":2}"#)])?;
            tx.insert_approval(&ApprovalRow {
                approval_id: "a1".to_owned(),
                run_id: "r1".to_owned(),
                graph_id: None,
                graph_name: "Test".to_owned(),
                node: "n".to_owned(),
                scope: None,
                title: "Sure?".to_owned(),
                facts: json("[]"),
                details: None,
                status: "pending".to_owned(),
                requested_at: 2,
                answered_at: None,
                note: None,
            })?;
            tx.update_run("r1", &RunUpdate { state: Some(RunState::Waiting), ..RunUpdate::default() }, 2)
        }
    })
    .unwrap();
    assert_eq!(store.read(|tx| tx.get_run("r1")).unwrap().waiting_approvals, 1);
    assert!(matches!(write(&store, |tx| tx.delete_run("r1", 3)), Err(StoreError::Conflict(_))));

    // A failing change takes the events of its own write back with it.
    let conflict = write(&store, {
        let stream = stream.clone();
        move |tx| {
            tx.append(&stream, &[draft(r#"{"type":"approval-answered","ts":3}"#)])?;
            tx.answer_approval("a1", Answer::Approved, None, 3)?;
            tx.answer_approval("a1", Answer::Rejected, None, 3)
        }
    });
    assert!(matches!(conflict, Err(StoreError::Conflict(_))));
    assert_eq!(store.read(|tx| tx.stream_head(&stream)).unwrap().1, 2);
    write(&store, |tx| tx.answer_approval("a1", Answer::Approved, Some("ok"), 3)).unwrap();

    write(&store, |tx| {
        tx.withdraw_approvals("r1", 4)?;
        let end = RunUpdate {
            state: Some(RunState::Failed),
            finished_at: Some(4),
            ms: Some(2.5),
            error: Some(json("{\"code\":\"x\"}")),
            outputs: Some(json("{}")),
            ..RunUpdate::default()
        };
        tx.update_run("r1", &end, 4)
    })
    .unwrap();
    assert!(matches!(
        write(&store, |tx| tx.update_run("r1", &RunUpdate { state: Some(RunState::Running), ..RunUpdate::default() }, 5)),
        Err(StoreError::Conflict(_))
    ));
    let record = store.read(|tx| tx.get_run_record("r1")).unwrap();
    assert_eq!(
        serde_json::to_value(&record.summary).unwrap(),
        value!({
            "runId": "r1", "number": 1, "graphName": "Test", "graphHash": "0".repeat(64), "state": "failed", "startedBy": "cli", "createdAt": 1,
            "finishedAt": 4, "ms": 2.5, "steps": {"total":0,"succeeded":0,"failed":0,"skipped":0,"cancelled":0,"running":0,"waiting":0},
            "error": {"code":"x"}, "waitingApprovals": 0
        })
    );
    let open: Vec<String> = store.read(|tx| tx.open_runs()).unwrap().into_iter().map(|r| r.run_id).collect();
    assert_eq!(open, ["r2"]);
    let (rows, more) = store.read(|tx| tx.list_runs(None, None, 1)).unwrap();
    assert!(rows[0].number == 2 && more);
    let (rows, more) = store.read(|tx| tx.list_runs(None, Some(2), 1)).unwrap();
    assert!(rows[0].number == 1 && !more);

    write(&store, {
        let hash = hash.clone();
        move |tx| tx.put_blob("r2", &hash, b"{\"axion\":1}")
    })
    .unwrap();
    write(&store, |tx| tx.delete_run("r1", 6)).unwrap();
    assert!(store.read(|tx| tx.get_blob(&hash)).is_ok(), "another run names it");
    write(&store, |tx| {
        tx.update_run("r2", &RunUpdate { state: Some(RunState::Cancelled), ..RunUpdate::default() }, 7)?;
        tx.delete_run("r2", 7)
    })
    .unwrap();
    assert!(matches!(store.read(|tx| tx.get_blob(&hash)), Err(StoreError::NotFound { .. })));
    assert!(matches!(store.read_stream(&stream, 0, 1), Err(StoreError::NotFound { .. })));
    assert_eq!(write(&store, |tx| tx.insert_run(&new_run("r3"))).unwrap().0.number, 3, "numbers are not given twice");
}

#[test]
fn streams_are_read_by_place() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write(&store, |tx| tx.insert_run(&new_run("r"))).unwrap();
    let stream = StreamName::run("r");
    let mut total = 0;
    for size in [1_u64, 3, 256, 1, 7] {
        let drafts = (0..size).map(|n| draft(&format!("{{\"n\":{}}}", total + n + 1))).collect();
        let appended = store.append(&stream, drafts).wait().unwrap();
        total += size;
        assert_eq!((appended.events.first_seq(), appended.head), (total - size + 1, total));
    }
    for (after, limit) in [(0, 1), (0, 10_000), (1, 2), (2, 3), (259, 5), (267, 9), (268, 9), (900, 1), (3, 1), (4, 256), (4, 257)] {
        let page = store.read_stream(&stream, after, limit).unwrap();
        let events: Vec<Value> = serde_json::from_str(&page.events.array()).unwrap();
        let expected: Vec<u64> = (after + 1..=total).take(limit as usize).collect();
        assert_eq!(events.iter().map(|e| e["seq"].as_u64().unwrap()).collect::<Vec<_>>(), expected, "{after} {limit}");
        assert!(events.iter().all(|e| e["seq"] == e["n"] && e["runId"] == "r"));
        assert_eq!((page.events.len(), page.head), (expected.len() as u64, total));
    }
    let (epoch, _) = store.read(|tx| tx.stream_head(&stream)).unwrap();
    let place = |epoch: Option<&str>, after| store.read(|tx| tx.stream_place(&stream, epoch, after)).unwrap();
    assert!(matches!(place(Some(&epoch), Some(0)), Place::Tail { head: 268, .. }));
    assert!(matches!(place(Some(&epoch), Some(268)), Place::Tail { .. }));
    assert!(matches!(place(None, Some(0)), Place::Tail { .. }));
    assert!(matches!(place(Some(&epoch), Some(269)), Place::Snapshot { .. }));
    assert!(matches!(place(Some("other"), Some(5)), Place::Snapshot { .. }));
    assert!(matches!(place(None, Some(5)), Place::Snapshot { .. }));
    assert!(matches!(place(Some(&epoch), None), Place::Snapshot { .. }));
}

#[test]
fn the_workspace_stream_is_trimmed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let stream = StreamName::workspace();
    for _ in 0..24 {
        let drafts = (0..500).map(|n| draft(&format!("{{\"n\":{n}}}"))).collect();
        store.append(&stream, drafts).wait().unwrap();
    }
    let (epoch, head) = store.read(|tx| tx.stream_head(&stream)).unwrap();
    assert_eq!(head, 12_000);
    assert!(matches!(store.read_stream(&stream, 0, 10), Err(StoreError::Invalid(_))));
    assert!(matches!(store.read(|tx| tx.stream_place(&stream, Some(&epoch), Some(0))).unwrap(), Place::Snapshot { .. }));
    assert!(matches!(store.read(|tx| tx.stream_place(&stream, Some(&epoch), Some(2_000))).unwrap(), Place::Tail { .. }));
    assert_eq!(store.read_stream(&stream, 2_000, 10_000).unwrap().events.len(), 10_000);
}
