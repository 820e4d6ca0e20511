//! Runs over the real store, with runners that die, lie, hang and come back.

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use axion_protocol::{ErrorCode, ErrorInfo};
use serde_json::{Value, json};
use support::{World, finished, open, scripted, types};

#[tokio::test]
async fn a_run_is_journaled_from_its_start_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|run| async move {
        run.step("a").await;
        run.step("b").await;
        run.finish("succeeded").await;
    });
    let mut world = open(&dir.path().join("home"), runners.clone()).await;
    let run_id = world.start().await;
    let events = world.seen_through(&run_id).await;
    assert_eq!(types(&events), ["run-started", "step-finished", "step-finished", "run-finished"]);
    assert_eq!(events[0]["runner"]["mode"], "process");
    let run = world.ok("get_run", json!({ "runId": run_id })).await;
    assert_eq!(run["summary"]["state"], "succeeded");
    assert_eq!(run["summary"]["startedBy"], "browser");
    assert_eq!(run["summary"]["steps"]["succeeded"], 2);
    assert_eq!(run["head"], 4);
    // Key order and numbers are those that the runner wrote.
    assert_eq!(run["outputs"]["out"]["value"].to_string(), r#"{"z":1,"a":0.1}"#);
    let workspace = world.ok("read_stream", json!({ "stream": "workspace" })).await;
    let last = workspace["events"].as_array().unwrap().iter().rfind(|event| event["type"] == "run-changed").unwrap();
    assert_eq!(last["run"]["state"], "succeeded");
    assert_eq!(runners.starts.load(Ordering::SeqCst), 1);
    let again = world.ok("start_run", json!({ "runId": run_id, "document": {} })).await;
    assert_eq!((again["number"].as_u64(), runners.starts.load(Ordering::SeqCst)), (Some(1), 1), "repeating starts nothing");
}

#[tokio::test]
async fn what_is_refused_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|_| async {});
    let world = open(&dir.path().join("home"), runners.clone()).await;
    let start = |document: Value| json!({ "runId": support::fresh("x"), "document": document });
    let slots = json!([{ "id": "in", "access": "ro" }, { "id": "out", "access": "rw" }]);
    let unbound = world.refused("start_run", start(json!({ "axion": 1, "name": "S", "slots": slots }))).await;
    assert_eq!(unbound.code, ErrorCode::SlotsUnbound);
    assert_eq!(unbound.slots.unwrap().len(), 2);
    assert_eq!(runners.starts.load(Ordering::SeqCst), 0, "no runner was even asked for");
    let invalid = world.refused("start_run", start(json!({ "name": "Refused" }))).await;
    assert_eq!(invalid.code, ErrorCode::GraphInvalid);
    assert_eq!(invalid.problems.unwrap()[0].field.as_deref(), Some("kind"));
    *runners.refuse.lock().unwrap() = Some(ErrorInfo::new(ErrorCode::NoRunner, "none"));
    assert_eq!(world.refused("start_run", start(json!({ "name": "N" }))).await.code, ErrorCode::NoRunner);
    assert_eq!(world.refused("start_run", start(json!([1]))).await.code, ErrorCode::GraphInvalid);
    assert_eq!(world.refused("start_run", json!({ "runId": "y" })).await.code, ErrorCode::InvalidParams);
    assert_eq!(world.refused("start_run", json!({ "runId": "y", "graphId": "none" })).await.code, ErrorCode::NotFound);
    assert_eq!(world.ok("list_runs", json!({})).await["runs"], json!([]));
    assert_eq!(world.core.runs_in_progress(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_runner_is_replaced_and_told_what_was_done() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|run| async move {
        if !run.has("a") {
            run.step("a").await;
            return run.die("signal 9 ended it");
        }
        assert_eq!(run.number, 2);
        assert_eq!(types(&run.journal), ["run-started", "step-finished", "run-interrupted"]);
        run.step("b").await;
        run.finish("succeeded").await;
    });
    let mut world = open(&dir.path().join("home"), runners).await;
    let run_id = world.start().await;
    let events = world.seen_through(&run_id).await;
    assert_eq!(types(&events), ["run-started", "step-finished", "run-interrupted", "run-resumed", "step-finished", "run-finished"]);
    assert!(events[2]["reason"].as_str().unwrap().contains("signal 9"));
    assert_eq!(events[3]["attempt"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_never_gets_on_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|run| async move { run.die("it ended with code 1") });
    let mut world = open(&dir.path().join("home"), runners.clone()).await;
    let run_id = world.start().await;
    let events = world.seen_through(&run_id).await;
    let last = events.last().unwrap();
    assert_eq!((&last["state"], &last["error"]["code"]), (&json!("failed"), &json!("runner_lost")));
    assert_eq!(runners.starts.load(Ordering::SeqCst), 6, "the first and five more");
}

#[tokio::test]
async fn a_run_that_listens_is_cancelled_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|mut run| async move {
        run.append(json!([{ "type": "step-started", "ts": 1, "node": "a" }])).await.unwrap();
        run.until_cancelled().await;
        run.append(json!([{ "type": "step-finished", "ts": 2, "node": "a", "state": "cancelled", "ms": 1 }, finished("cancelled")]))
            .await
            .unwrap();
    });
    let mut world = open(&dir.path().join("home"), runners.clone()).await;
    let run_id = world.start().await;
    world.ok("cancel_run", json!({ "runId": run_id })).await;
    let events = world.seen_through(&run_id).await;
    assert_eq!(events.last().unwrap()["state"], "cancelled");
    assert_eq!(types(&events).iter().filter(|kind| **kind == "run-cancelling").count(), 1);
    assert_eq!(runners.kills.load(Ordering::SeqCst), 0);
    let again = world.ok("cancel_run", json!({ "runId": run_id })).await;
    assert_eq!(again["state"], "cancelled", "a run that has ended is left alone");
}

#[tokio::test]
async fn a_run_that_does_not_listen_is_cancelled_without_it() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|run| async move {
        run.append(json!([{ "type": "step-started", "ts": 1, "node": "a" }])).await.unwrap();
        std::future::pending::<()>().await;
    });
    let mut world = open(&dir.path().join("home"), runners.clone()).await;
    let run_id = world.start().await;
    world.ok("cancel_run", json!({ "runId": run_id })).await;
    let events = tokio::time::timeout(Duration::from_secs(20), world.seen_through(&run_id)).await.unwrap();
    assert_eq!(runners.kills.load(Ordering::SeqCst), 1);
    let last = events.last().unwrap();
    assert_eq!(last["state"], "cancelled");
    assert_eq!((&last["steps"]["cancelled"], &last["steps"]["running"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn a_runner_that_lies_ends_its_run_and_nothing_of_it_is_kept() {
    let hash = "ab".repeat(32);
    let lies: [Value; 4] = [
        json!([{ "type": "approval-answered", "ts": 1, "approvalId": "p", "decision": "approved" }]),
        json!([{ "type": "step-finished", "ts": 1, "node": "a", "state": "succeeded", "ms": 1, "outputs": { "o": { "type": "blob", "hash": hash, "bytes": 1, "preview": "" } } }]),
        json!([{ "type": "step-started", "ts": 1, "node": "a" }, { "type": "nonsense" }]),
        json!([finished("succeeded"), { "type": "log", "ts": 1, "level": "info", "text": "late" }]),
    ];
    for lie in lies {
        let dir = tempfile::tempdir().unwrap();
        let told = lie.clone();
        let runners = scripted(move |run| {
            let told = told.clone();
            async move {
                assert!(run.append(told).await.is_err());
            }
        });
        let mut world = open(&dir.path().join("home"), runners.clone()).await;
        let run_id = world.start().await;
        let events = world.seen_through(&run_id).await;
        assert_eq!(types(&events), ["run-started", "run-finished"], "{lie}");
        assert_eq!(events[1]["error"]["code"], "runner_misbehaved");
        assert_eq!(runners.kills.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_value_is_kept_only_under_its_own_hash() {
    let dir = tempfile::tempdir().unwrap();
    let json = format!("\"{}\"", "x".repeat(40_000));
    let hash = axion_core::hash::sha256(json.as_bytes());
    let (text, name) = (json.clone(), hash.clone());
    let runners = scripted(move |run| {
        let (text, name) = (text.clone(), name.clone());
        async move {
            run.ask("blob_put", json!({ "runId": run.run_id, "hash": name, "json": text })).await.unwrap();
            let output = json!({ "type": "blob", "hash": name, "bytes": text.len(), "preview": "xxx" });
            run.append(
                json!([{ "type": "step-finished", "ts": 1, "node": "a", "state": "succeeded", "ms": 1, "outputs": { "o": output } }]),
            )
            .await
            .unwrap();
            let wrong = run.ask("blob_put", json!({ "runId": run.run_id, "hash": "cd".repeat(32), "json": text })).await;
            assert!(wrong.is_err());
        }
    });
    let mut world = open(&dir.path().join("home"), runners).await;
    let run_id = world.start().await;
    let events = world.seen_through(&run_id).await;
    assert_eq!(events.last().unwrap()["error"]["code"], "runner_misbehaved");
    assert_eq!(world.ok("get_value", json!({ "hash": hash })).await["json"], json.as_str());
    assert_eq!(world.refused("get_value", json!({ "hash": "cd".repeat(32) })).await.code, ErrorCode::NotFound);
}

fn asks() -> Value {
    json!([
        { "type": "step-started", "ts": 1, "node": "a" },
        { "type": "approval-requested", "ts": 2, "node": "a", "approvalId": "p1", "title": "Send?", "facts": [{ "label": "To", "value": "all" }] },
        { "type": "step-waiting", "ts": 2, "node": "a", "reason": "approval", "approvalId": "p1" }
    ])
}

async fn until_asked(world: &World) {
    loop {
        let pending = world.ok("list_approvals", json!({ "status": "pending" })).await;
        if !pending["approvals"].as_array().unwrap().is_empty() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_approval_is_durable_before_the_runner_hears_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|mut run| async move {
        run.append(asks()).await.unwrap();
        let answer = run.answers.recv().await.unwrap();
        assert_eq!((&answer["decision"], &answer["note"]), (&json!("approved"), &json!("fine")));
        run.finish("succeeded").await;
    });
    let mut world = open(&dir.path().join("home"), runners).await;
    let run_id = world.start().await;
    until_asked(&world).await;
    let run = world.ok("get_run", json!({ "runId": run_id })).await;
    assert_eq!((&run["summary"]["state"], &run["summary"]["waitingApprovals"]), (&json!("waiting"), &json!(1)));
    let answer = json!({ "approvalId": "p1", "decision": "approved", "note": "fine" });
    assert_eq!(world.ok("answer_approval", answer.clone()).await["status"], "approved");
    let events = world.seen_through(&run_id).await;
    assert!(types(&events).contains(&"approval-answered"));
    assert_eq!(world.refused("answer_approval", answer).await.code, ErrorCode::Conflict);
    assert_eq!(world.refused("answer_approval", json!({ "approvalId": "none", "decision": "approved" })).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn of_many_answers_at_once_one_counts() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|mut run| async move {
        run.append(asks()).await.unwrap();
        run.answers.recv().await.unwrap();
        run.finish("succeeded").await;
    });
    let mut world = open(&dir.path().join("home"), runners).await;
    let run_id = world.start().await;
    until_asked(&world).await;
    let answers = (0..8).map(|n| {
        let decision = if n % 2 == 0 { "approved" } else { "rejected" };
        world.call("answer_approval", json!({ "approvalId": "p1", "decision": decision }))
    });
    let outcomes = futures_util::future::join_all(answers).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let events = world.seen_through(&run_id).await;
    assert_eq!(types(&events).iter().filter(|kind| **kind == "approval-answered").count(), 1);
    assert_eq!(events.last().unwrap()["state"], "succeeded");
}

#[tokio::test]
async fn what_nobody_answered_is_withdrawn_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|run| async move {
        run.append(asks()).await.unwrap();
        std::future::pending::<()>().await;
    });
    let mut world = open(&dir.path().join("home"), runners).await;
    let run_id = world.start().await;
    until_asked(&world).await;
    world.ok("cancel_run", json!({ "runId": run_id })).await;
    world.seen_through(&run_id).await;
    let all = world.ok("list_approvals", json!({})).await;
    assert_eq!(all["approvals"][0]["status"], "withdrawn");
}

#[tokio::test]
async fn a_closed_core_leaves_its_runs_to_the_next_one() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let script = || {
        scripted(|run| async move {
            if !run.has("a") {
                run.step("a").await;
                std::future::pending::<()>().await;
            }
            run.step("b").await;
            run.finish("succeeded").await;
        })
    };
    let world = open(&home, script()).await;
    let run_id = world.start().await;
    loop {
        if world.ok("get_run", json!({ "runId": run_id })).await["head"] == 2 {
            break;
        }
        tokio::task::yield_now().await;
    }
    world.core.close().await;
    assert_eq!(world.refused("list_runs", json!({})).await.code, ErrorCode::Offline);
    let mut world = open(&home, script()).await;
    assert_eq!(world.ok("get_run", json!({ "runId": run_id })).await["summary"]["state"], "running");
    assert_eq!(world.core.resume_runs().await.unwrap(), 1);
    let events = world.seen_through(&run_id).await;
    assert_eq!(types(&events), ["run-started", "step-finished", "run-interrupted", "run-resumed", "step-finished", "run-finished"]);
    assert_eq!(events[2]["reason"], "Axion was closed");
    world.ok("delete_run", json!({ "runId": run_id })).await;
    assert_eq!(world.refused("get_run", json!({ "runId": run_id })).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_run_that_nobody_took_up_can_be_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let hangs = || {
        scripted(|run| async move {
            run.step("a").await;
            std::future::pending::<()>().await;
        })
    };
    let world = open(&home, hangs()).await;
    let run_id = world.start().await;
    world.core.close().await;
    let world = open(&home, hangs()).await;
    assert_eq!(world.ok("cancel_run", json!({ "runId": run_id })).await["state"], "cancelled");
    assert_eq!(world.core.resume_runs().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_appends_in_flight_keep_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let runners = scripted(|run| async move {
        let steps = |n: usize| -> Value {
            (0..64)
                .map(|m| json!({ "type": "step-finished", "ts": 1, "node": format!("n{}", n * 64 + m), "state": "succeeded", "ms": 0 }))
                .collect()
        };
        let mut appends = Vec::new();
        for n in 0..64 {
            appends.push(run.append(steps(n)));
        }
        for outcome in futures_util::future::join_all(appends).await {
            outcome.unwrap();
        }
        run.finish("succeeded").await;
    });
    let mut world = open(&dir.path().join("home"), runners).await;
    let run_id = world.start().await;
    let events = world.seen_through(&run_id).await;
    assert!(!types(&events).contains(&"run-interrupted"));
    let nodes: Vec<&str> = events.iter().filter_map(|event| event["node"].as_str()).collect();
    assert_eq!(nodes.len(), 4096);
    assert!(nodes.iter().enumerate().all(|(n, node)| *node == format!("n{n}")));
}
