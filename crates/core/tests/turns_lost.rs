//! Agents that hang, lie, die and come back, and a Core that ends under them.

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use axion_protocol::{ErrorCode, ErrorInfo};
use serde_json::{Value, json};
use support::turns::{agents, asks, called, chat, ended, exact, finished, text_added};
use support::{open, types};

#[tokio::test]
async fn a_hanging_answer_is_stopped_and_what_was_said_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        turn.say(0, 0, "kept").await;
        turn.append(vec![called(1, "c", false), json!({ "type": "tool-started", "callId": "c" })]).await.unwrap();
        turn.delta(2, 0, " and heard").await;
        std::future::pending::<()>().await;
    });
    let (mut world, session) = chat(&dir.path().join("home"), runners.clone()).await;
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x" })).await;
    let mut heard = String::new();
    while !heard.ends_with("heard") {
        let said = world.outbox.next().await.unwrap();
        let value: Value = serde_json::from_str(&said.json).unwrap();
        heard.push_str(value["content"].as_str().unwrap_or_default());
    }
    // Half a second by the promise (`npm run bench -- cancel`); whoever waited for the agent would wait for ever.
    tokio::time::timeout(Duration::from_secs(20), world.ok("cancel_stream", json!({ "sessionId": session }))).await.unwrap();
    assert_eq!(world.streamed().await.last().unwrap().1["code"], "cancelled");
    assert_eq!(runners.kills.load(Ordering::SeqCst), 1);
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    assert_eq!((&messages[1]["state"], &messages[1]["content"]), (&json!("cancelled"), &json!("kept\n\n and heard")));
    assert_eq!(messages[1]["parts"][1]["state"], "unknown");
    world.ok("cancel_stream", json!({ "sessionId": session })).await;
    assert_eq!(world.refused("cancel_stream", json!({ "sessionId": "none" })).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn an_agent_that_listens_stops_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|mut turn| async move {
        turn.say(0, 0, "x").await;
        turn.until_cancelled().await;
        turn.append(vec![finished("cancelled")]).await.unwrap();
    });
    let (world, session) = chat(&dir.path().join("home"), runners.clone()).await;
    // Of a few, because a busy machine may let the time pass that it has for that.
    for killed in 0..10 {
        world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x", "follow": false })).await;
        world.ok("cancel_stream", json!({ "sessionId": session })).await;
        if runners.kills.load(Ordering::SeqCst) == killed {
            break;
        }
        assert!(killed < 9, "it is always killed");
    }
    assert_eq!(world.story(&session).await.last().unwrap()["state"], "cancelled");
}

#[tokio::test]
async fn a_runner_that_lies_ends_its_turn_and_what_was_said_is_kept() {
    let lies: Vec<Box<dyn Fn() -> Value + Send + Sync>> = vec![
        Box::new(|| text_added(0, 3, "gap")),
        Box::new(|| json!({ "type": "tool-finished", "callId": "never", "state": "succeeded", "ms": 1 })),
        Box::new(|| json!({ "type": "text-added", "part": 1, "kind": "text", "offset": 0, "text": "x", "turnId": "another" })),
        Box::new(|| json!({ "type": "request-answered", "requestId": "r", "answer": { "option": "yes", "by": "person" } })),
        Box::new(|| json!({ "type": "turn-started", "messageId": "m" })),
        Box::new(
            || json!({ "type": "compacted", "compactionId": "c", "upTo": "nowhere", "summary": "", "by": "model", "kept": [], "tokensBefore": 1, "tokensAfter": 1, "messagesBefore": 1, "messagesAfter": 1 }),
        ),
        Box::new(|| json!({ "type": "text-added", "part": 0, "kind": "text", "offset": 2, "text": "written otherwise" })),
    ];
    for lie in lies {
        let dir = tempfile::tempdir().unwrap();
        let (told, lie) = (lie(), lie());
        let runners = agents(move |turn| {
            let told = told.clone();
            async move {
                turn.say(0, 0, "ok").await;
                turn.delta(0, 2, "said").await;
                assert!(turn.append(vec![told]).await.is_err());
            }
        });
        let (mut world, session) = chat(&dir.path().join("home"), runners.clone()).await;
        world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x" })).await;
        let seen = world.streamed().await;
        let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
        assert_eq!((&messages[1]["state"], &messages[1]["content"]), (&json!("failed"), &json!("oksaid")), "{lie}");
        assert_eq!(messages[1]["error"]["code"], "runner_lost");
        exact(&seen, &messages[1]);
        assert_eq!(runners.kills.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_runner_is_replaced_and_told_what_was_done() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        if turn.journal.is_empty() {
            turn.append(vec![called(0, "c", false), ended("c"), text_added(1, 0, "so ")]).await.unwrap();
            turn.delta(1, 3, "far").await;
            return turn.die("signal 9 ended it");
        }
        assert_eq!(turn.params["attempt"], 2);
        assert_eq!(types(&turn.journal), ["tool-called", "tool-finished", "text-added", "text-added"]);
        turn.delta(1, 6, ", so").await;
        turn.append(vec![text_added(1, 6, ", so good"), finished("succeeded")]).await.unwrap();
    });
    let (mut world, session) = chat(&dir.path().join("home"), runners).await;
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x" })).await;
    let seen = world.streamed().await;
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    assert_eq!(messages[1]["content"], "so far, so good");
    exact(&seen, &messages[1]);
    let story = world.story(&session).await;
    assert_eq!(types(&story)[6..9], ["text-added", "turn-interrupted", "turn-attempted"]);
    assert!(story[7]["reason"].as_str().unwrap().contains("signal 9"));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_never_gets_on_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move { turn.die("it ended with code 1") });
    let (world, session) = chat(&dir.path().join("home"), runners.clone()).await;
    let error = world.refused("send_message", json!({ "sessionId": session, "content": "x" })).await;
    assert_eq!((error.code, runners.starts.load(Ordering::SeqCst)), (ErrorCode::RunnerLost, 3));
    let refuse = ErrorInfo::new(ErrorCode::NoRunner, "No jail.").with_hint("Start Docker.");
    *runners.refuse.lock().unwrap() = Some(refuse);
    let error = world.refused("send_message", json!({ "sessionId": session, "content": "x" })).await;
    assert_eq!((error.code, error.hint.as_deref()), (ErrorCode::NoRunner, Some("Start Docker.")));
    assert_eq!(runners.starts.load(Ordering::SeqCst), 4, "what cannot be had is not asked for again");
}

/// At each event of a turn Core is closed; the next one goes on. Nothing acknowledged is lost, nothing that ended is done again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_survives_the_end_of_core_at_each_event() {
    let whole = || {
        vec![
            text_added(0, 0, "Look: "),
            called(1, "c1", true),
            ended("c1"),
            asks(2, "r1"),
            json!({ "type": "request-answered", "requestId": "r1", "answer": { "option": "yes", "by": "mode" } }),
            called(3, "c2", false),
            json!({ "type": "tool-started", "callId": "c2" }),
            ended("c2"),
            text_added(4, 0, "Done."),
            finished("succeeded"),
        ]
    };
    for cut in 0..whole().len() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        let stops = |at: usize| {
            agents(move |turn| async move {
                let done = turn.journal.len();
                for (n, event) in whole().into_iter().enumerate().skip(done) {
                    if n == at {
                        std::future::pending::<()>().await;
                    }
                    turn.append(vec![event]).await.unwrap();
                }
            })
        };
        let (world, session) = chat(&home, stops(cut)).await;
        world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x" })).await;
        while world.story(&session).await.len() < cut + 3 {
            tokio::task::yield_now().await;
        }
        world.core.close().await;
        let world = open(&home, stops(usize::MAX)).await;
        assert_eq!(world.core.resume_runs().await.unwrap(), 1);
        world.until_state(&session, "idle").await;
        let story = world.story(&session).await;
        let own: Vec<&str> =
            types(&story)[2..].iter().filter(|kind| !["turn-attempted", "turn-interrupted"].contains(kind)).copied().collect();
        assert_eq!(own, types(&whole()), "cut at {cut}");
        assert_eq!(types(&story).iter().filter(|kind| **kind == "turn-interrupted").count(), 1, "cut at {cut}");
        let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
        assert_eq!(messages[1]["content"], "Look: \n\nDone.");
        world.core.close().await;
    }
}

#[tokio::test]
async fn a_session_can_be_deleted_while_it_is_being_answered() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        let mut at = 0;
        while turn.append(vec![text_added(0, at, "word ")]).await.is_ok() {
            at += 5;
        }
    });
    let (mut world, session) = chat(&dir.path().join("home"), runners.clone()).await;
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x" })).await;
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "waits" })).await;
    while world.story(&session).await.len() < 8 {
        tokio::task::yield_now().await;
    }
    world.ok("delete_session", json!({ "sessionId": session })).await;
    world.core.turns_done().await;
    let (mut ends, mut last) = (0, Value::Null);
    while ends < 2 {
        let said = world.outbox.next().await.unwrap();
        ends += u32::from(said.method == "stream-error");
        last = serde_json::from_str(&said.json).unwrap();
    }
    assert_eq!(last["code"], "not_found");
    assert_eq!(runners.kills.load(Ordering::SeqCst), 1);
    assert_eq!(world.refused("get_messages", json!({ "sessionId": session })).await.code, ErrorCode::NotFound);
    assert_eq!(world.ok("list_sessions", json!({})).await, json!([]));
}

/// What a person does while a runner is on its way must reach it: its journal was read before.
#[tokio::test]
async fn a_runner_that_comes_late_is_told_what_was_said_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|mut turn| async move {
        if !turn.has("request-opened") {
            turn.append(vec![asks(0, "r1")]).await.unwrap();
            return turn.die("gone");
        }
        assert!(!turn.has("request-answered") && turn.params["mode"] == "ask");
        let mut told = Vec::new();
        while told.len() < 3 {
            told.push(turn.told.recv().await.unwrap());
        }
        told.sort_by_key(|(method, _)| method.clone());
        assert_eq!(told.iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>(), ["turn_answer", "turn_mode", "turn_steer"]);
        assert_eq!(
            (&told[0].1["answer"]["option"], &told[1].1["mode"], &told[2].1["text"]),
            (&json!("no"), &json!("read-only"), &json!("hurry"))
        );
        turn.append(vec![json!({ "type": "steered", "part": 1, "queuedId": told[2].1["queuedId"], "text": "hurry" })]).await.unwrap();
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners.clone()).await;
    runners.gate.forget_permits(999);
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x", "follow": false })).await;
    while runners.starts.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    world.ok("answer_request", json!({ "sessionId": session, "requestId": "r1", "answer": { "option": "no" } })).await;
    world.ok("answer_request", json!({ "sessionId": session, "requestId": "r1", "answer": { "option": "no" } })).await;
    world.ok("update_session", json!({ "sessionId": session, "mode": "read-only" })).await;
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "hurry", "delivery": "steer" })).await;
    runners.gate.add_permits(10);
    world.until_state(&session, "idle").await;
    assert_eq!(runners.starts.load(Ordering::SeqCst), 2);
    assert_eq!(world.ok("get_messages", json!({ "sessionId": session })).await[1]["state"], "complete");
}
