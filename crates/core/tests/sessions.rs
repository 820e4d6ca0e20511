//! Turns over the real store, with agents that answer, hang, lie, die and come back.

mod support;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axion_protocol::{ErrorCode, ErrorInfo};
use serde_json::{Value, json};
use support::turns::{agents, asks, called, chat, ended, finished, text_added};
use support::{World, open, types};

#[tokio::test]
async fn a_message_is_answered_and_both_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        assert_eq!(turn.params["messages"][0]["content"], "Explain ownership");
        assert_eq!((turn.params["attempt"].as_u64(), turn.journal.len()), (Some(1), 0));
        turn.say(0, 0, "It is ").await;
        turn.append(vec![text_added(0, 6, "simple."), called(1, "c1", true), ended("c1"), text_added(2, 0, "Really.")]).await.unwrap();
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners.clone()).await;
    let answer = world.ok("send_message", json!({ "sessionId": session, "content": "Explain ownership" })).await;
    assert_eq!((&answer["role"], &answer["content"]), (&json!("assistant"), &json!("It is simple.\n\nReally.")));
    assert_eq!(answer["usage"]["outputTokens"], 11);
    world.core.turns_done().await;
    let story = world.story(&session).await;
    assert_eq!(
        types(&story),
        [
            "message-added",
            "turn-started",
            "turn-attempted",
            "text-added",
            "text-added",
            "tool-called",
            "tool-finished",
            "text-added",
            "turn-finished"
        ]
    );
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    assert_eq!(messages.as_array().unwrap().len(), 2);
    assert_eq!((&messages[1]["parentId"], &messages[1]["state"]), (&messages[0]["id"], &json!("complete")));
    assert_eq!(messages[1]["parts"][1]["state"], "succeeded");
    let info = world.ok("get_session", json!({ "sessionId": session })).await;
    assert_eq!((&info["title"], &info["state"], &info["messageCount"]), (&json!("Explain ownership"), &json!("idle"), &json!(2)));
    assert_eq!((world.core.turns_in_progress(), runners.kills.load(Ordering::SeqCst)), (0, 0));
    for (command, params) in [
        ("send_message", json!({ "sessionId": session, "content": " " })),
        ("send_message", json!({ "sessionId": session, "content": "x", "parts": [{ "type": "file", "folderId": "none", "path": "a" }] })),
        (
            "send_message",
            json!({ "sessionId": session, "content": "x", "parts": [{ "type": "image", "hash": "ab".repeat(32), "mediaType": "image/png", "name": "", "bytes": 1 }] }),
        ),
    ] {
        assert_eq!(world.refused(command, params).await.code, ErrorCode::InvalidParams);
    }
    assert_eq!(world.refused("send_message", json!({ "sessionId": "none", "content": "x" })).await.code, ErrorCode::NotFound);
    assert_eq!(world.refused("create_session", json!({ "model": "nobody/nothing" })).await.code, ErrorCode::NoModel);
}

#[tokio::test]
async fn an_answer_is_streamed_exactly_to_who_asked() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        let mut offset = 0;
        for n in 0..400_u64 {
            let word = format!("w{n}👋 ");
            turn.delta(0, offset, &word).await;
            if n % 7 == 0 {
                // Some only become known when they are kept, some twice.
                turn.delta(0, offset, &word).await;
                tokio::task::yield_now().await;
            }
            if n % 50 == 49 {
                let said: String = (0..=n).map(|n| format!("w{n}👋 ")).collect();
                let from = turn.params["keptUpTo"].as_u64().unwrap_or(0);
                assert_eq!(from, 0);
                let all = said.encode_utf16().count() as u64;
                let kept: String = (n - 49..=n).map(|n| format!("w{n}👋 ")).collect();
                turn.say(0, all - kept.encode_utf16().count() as u64, &kept).await;
            }
            offset += word.encode_utf16().count() as u64;
        }
        turn.append(vec![called(1, "c", true), ended("c")]).await.unwrap();
        turn.delta(2, 0, "after").await;
        turn.append(vec![text_added(2, 0, "after the tool"), finished("succeeded")]).await.unwrap();
    });
    let (mut world, session) = chat(&dir.path().join("home"), runners).await;
    assert_eq!(world.ok("send_message_streaming", json!({ "sessionId": session, "content": "poem" })).await, Value::Null);
    let seen = world.streamed().await;
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    exact(&seen, &messages[1]);
    // Only the one that asked hears it, and only once.
    let more = tokio::time::timeout(Duration::from_millis(50), world.outbox.next()).await;
    assert!(more.is_err(), "{more:?}");
}

/// The seed's stream is what the message is.
fn exact(seen: &[(String, Value)], message: &Value) {
    assert_eq!(seen[0].0, "stream-start");
    assert_eq!(seen[0].1["messageId"], message["id"]);
    let (last, chunks) = seen[1..].split_last().unwrap();
    assert!(chunks.iter().enumerate().all(|(n, (method, chunk))| method == "stream-chunk" && chunk["index"] == n));
    let text: String = chunks.iter().map(|(_, chunk)| chunk["content"].as_str().unwrap()).collect();
    assert_eq!(json!(text), message["content"]);
    if message["state"] == "complete" {
        assert_eq!((last.0.as_str(), &last.1["usage"]), ("stream-end", &message["usage"]));
    } else {
        assert_eq!(last.0, "stream-error");
    }
}

#[tokio::test]
async fn deltas_reach_who_reads_along_and_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|mut turn| async move {
        turn.delta(0, 0, "never stored alone").await;
        turn.until_told("turn_mode").await;
        turn.say(0, 0, "never stored alone").await;
        turn.finish().await;
    });
    let (mut world, session) = chat(&dir.path().join("home"), runners).await;
    world.ok("subscribe", json!({ "stream": format!("session:{session}"), "after": 0 })).await;
    let (_other, mut deaf) = world.core.connect(axion_protocol::StartedBy::Browser);
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x", "follow": false })).await;
    let delta = loop {
        let said = world.outbox.next().await.unwrap();
        assert_eq!(said.method, "events");
        let value: Value = serde_json::from_str(&said.json).unwrap();
        if value["type"] == "session-delta" {
            break value;
        }
    };
    assert_eq!((&delta["offset"], &delta["text"], &delta["part"]), (&json!(0), &json!("never stored alone"), &json!(0)));
    assert!(types(&world.story(&session).await).iter().all(|kind| *kind != "text-added"));
    world.ok("update_session", json!({ "sessionId": session, "mode": "read-only" })).await;
    world.until_state(&session, "idle").await;
    assert!(tokio::time::timeout(Duration::from_millis(30), deaf.next()).await.is_err());
}

#[tokio::test]
async fn two_sends_at_once_are_two_turns_one_after_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        let question = turn.params["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        turn.say(0, 0, &format!("re: {question}")).await;
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    let send = |content: &str| world.call("send_message", json!({ "sessionId": session, "content": content }));
    let (a, b, c) = tokio::join!(send("a"), send("b"), send("c"));
    let mut answers: Vec<String> = [a, b, c].into_iter().map(|answer| answer.unwrap()["content"].as_str().unwrap().to_owned()).collect();
    answers.sort();
    assert_eq!(answers, ["re: a", "re: b", "re: c"]);
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    let roles: Vec<&str> = messages.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant", "user", "assistant"]);
    assert_eq!(world.ok("get_session", json!({ "sessionId": session })).await["queued"], 0);
}

#[tokio::test]
async fn a_repeated_command_sends_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        turn.say(0, 0, "once").await;
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners.clone()).await;
    let params = json!({ "sessionId": session, "content": "x", "messageId": "m1" });
    let first = world.ok("send_message", params.clone()).await;
    let again = world.ok("send_message", params).await;
    assert_eq!((&first["id"], runners.starts.load(Ordering::SeqCst)), (&again["id"], 1));
}

#[tokio::test]
async fn what_a_person_says_meanwhile_steers_or_waits() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|mut turn| async move {
        let question = turn.params["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
        if question == "first" {
            let steer = turn.until_told("turn_steer").await;
            turn.append(vec![json!({ "type": "steered", "part": 0, "queuedId": steer["queuedId"], "text": steer["text"] })]).await.unwrap();
            turn.until_told("turn_mode").await;
        }
        turn.say(1, 0, &question).await;
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    let send = |content: &str, more: Value| {
        let mut params = json!({ "sessionId": session, "content": content });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    world.ok("send_message_streaming", send("first", json!({}))).await;
    for (id, text) in [("q1", "one"), ("q2", "two"), ("q3", "three")] {
        world.ok("send_message_streaming", send(text, json!({ "messageId": id }))).await;
    }
    world.ok("send_message_streaming", send("faster", json!({ "messageId": "s1", "delivery": "steer" }))).await;
    loop {
        let snapshot = world.ok("get_session_snapshot", json!({ "sessionId": session })).await;
        let waiting: Vec<&str> = snapshot["queue"].as_array().unwrap().iter().map(|queued| queued["queuedId"].as_str().unwrap()).collect();
        if waiting == ["q1", "q2", "q3"] {
            break;
        }
        tokio::task::yield_now().await;
    }
    let queue = world.ok("update_queued", json!({ "sessionId": session, "queuedId": "q3", "position": 0, "content": "THREE" })).await;
    assert_eq!((&queue[0]["queuedId"], &queue[0]["parts"][0]["text"]), (&json!("q3"), &json!("THREE")));
    world.ok("update_queued", json!({ "sessionId": session, "queuedId": "q1", "held": true })).await;
    world.ok("remove_queued", json!({ "sessionId": session, "queuedId": "q2" })).await;
    assert_eq!(world.refused("remove_queued", json!({ "sessionId": session, "queuedId": "q2" })).await.code, ErrorCode::NotFound);
    for command in ["select_branch", "retry_turn"] {
        assert_eq!(world.refused(command, json!({ "sessionId": session, "messageId": "x" })).await.code, ErrorCode::Busy, "{command}");
    }
    world.ok("update_session", json!({ "sessionId": session, "mode": "accept-edits" })).await;
    // The third goes out by itself, the first is held.
    loop {
        let info = world.ok("get_session", json!({ "sessionId": session })).await;
        if info["state"] == "idle" && info["messageCount"] == 4 {
            assert_eq!(info["queued"], 1);
            break;
        }
        tokio::task::yield_now().await;
    }
    world.core.turns_done().await;
    world.ok("update_queued", json!({ "sessionId": session, "queuedId": "q1", "held": false })).await;
    loop {
        let info = world.ok("get_session", json!({ "sessionId": session })).await;
        if info["state"] == "idle" && info["messageCount"] == 6 {
            break;
        }
        tokio::task::yield_now().await;
    }
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    let said: Vec<&str> = messages.as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap()).collect();
    assert_eq!(said, ["first", "first", "THREE", "THREE", "one", "one"]);
    assert_eq!(messages[1]["parts"][0], json!({ "type": "steer", "text": "faster" }));
}

#[tokio::test]
async fn after_a_failure_the_queue_waits_for_the_person() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|mut turn| async move {
        let messages = turn.params["messages"].as_array().unwrap().clone();
        let question = messages.last().unwrap()["content"].as_str().unwrap();
        if question.starts_with("fails") {
            if question == "fails" {
                turn.until_told("turn_mode").await;
            }
            let error = json!({ "code": "provider", "message": "The model is gone.", "hint": "Start it." });
            let mut end = finished("failed");
            end["error"] = error;
            turn.append(vec![end]).await.unwrap();
        } else {
            turn.finish().await;
        }
    });
    let (mut world, session) = chat(&dir.path().join("home"), runners).await;
    let send = |content: &str| json!({ "sessionId": session, "content": content });
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "fails" })).await;
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "waits", "messageId": "q" })).await;
    world.ok("update_session", json!({ "sessionId": session, "mode": "accept-edits" })).await;
    let first = world.streamed().await;
    assert_eq!(first.last().unwrap().1["code"], "provider");
    let second = world.streamed().await;
    assert_eq!((second.len(), &second[0].1["code"]), (1, &json!("busy")), "who waits is told");
    assert_eq!(world.until_state(&session, "failed").await["queued"], 1);
    world.core.turns_done().await;
    // Sending something goes out first, then what waited.
    world.ok("send_message", send("now")).await;
    loop {
        let info = world.ok("get_session", json!({ "sessionId": session })).await;
        if info["state"] == "idle" && info["queued"] == 0 && info["messageCount"] == 6 {
            break;
        }
        tokio::task::yield_now().await;
    }
    let fails = world.refused("send_message", send("fails at once")).await;
    assert_eq!((fails.code, fails.hint.as_deref()), (ErrorCode::Provider, Some("Start it.")));
}

#[tokio::test]
async fn a_hanging_answer_is_stopped_within_half_a_second_and_what_was_said_is_kept() {
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
    let since = Instant::now();
    world.ok("cancel_stream", json!({ "sessionId": session })).await;
    assert!(since.elapsed() < Duration::from_millis(500), "{:?}", since.elapsed());
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
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x", "follow": false })).await;
    world.ok("cancel_stream", json!({ "sessionId": session })).await;
    assert_eq!(runners.kills.load(Ordering::SeqCst), 0);
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

async fn until_asked(world: &World, session: &str) {
    world.until_state(session, "waiting").await;
}

#[tokio::test]
async fn an_answer_to_a_request_is_durable_before_the_agent_hears_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|mut turn| async move {
        turn.append(vec![asks(0, "r1")]).await.unwrap();
        let answer = turn.until_told("turn_answer").await;
        assert_eq!((&answer["requestId"], &answer["answer"]["option"]), (&json!("r1"), &json!("yes")));
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "x", "follow": false })).await;
    until_asked(&world, &session).await;
    let answer = |answer: Value| json!({ "sessionId": session, "requestId": "r1", "answer": answer });
    for wrong in [json!({}), json!({ "option": "maybe" }), json!({ "text": " " })] {
        assert_eq!(world.refused("answer_request", answer(wrong)).await.code, ErrorCode::InvalidParams);
    }
    let answers = (0..6).map(|n| world.call("answer_request", answer(json!({ "option": if n % 2 == 0 { "yes" } else { "yes" } }))));
    let outcomes = futures_util::future::join_all(answers).await;
    assert!(outcomes.iter().any(Result::is_ok));
    world.until_state(&session, "idle").await;
    assert_eq!(types(&world.story(&session).await).iter().filter(|kind| **kind == "request-answered").count(), 1);
    assert_eq!(world.refused("answer_request", answer(json!({ "option": "no" }))).await.code, ErrorCode::Conflict);
}

#[tokio::test]
async fn branches_edits_retries_and_forks() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        let said: Vec<String> =
            turn.params["messages"].as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap().into()).collect();
        turn.say(0, 0, &said.join("/")).await;
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    let send = |params: Value| {
        let mut all = json!({ "sessionId": session });
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        world.call("send_message", all)
    };
    let first = send(json!({ "content": "a", "messageId": "a" })).await.unwrap();
    send(json!({ "content": "b", "messageId": "b" })).await.unwrap();
    // The second message said otherwise: a branch beside it.
    let edited = send(json!({ "content": "B", "messageId": "b2", "parentId": first["id"] })).await.unwrap();
    assert_eq!(edited["content"], "a/a/B");
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    assert_eq!((messages.as_array().unwrap().len(), &messages[2]["branches"]), (4, &json!(["b", "b2"])));
    world.ok("select_branch", json!({ "sessionId": session, "messageId": "b" })).await;
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    assert_eq!(messages[3]["content"], "a/a/b");
    world.ok("retry_turn", json!({ "sessionId": session, "messageId": messages[3]["id"] })).await;
    world.core.turns_done().await;
    let again = world.ok("get_messages", json!({ "sessionId": session })).await;
    assert_eq!((&again[3]["content"], again[3]["branches"].as_array().unwrap().len()), (&json!("a/a/b"), 2));
    world.ok("pin_message", json!({ "sessionId": session, "messageId": "b", "pinned": true })).await;
    let copy = world.ok("fork_session", json!({ "sessionId": session, "messageId": first["id"], "copyId": "copy" })).await;
    assert_eq!((&copy["messageCount"], &copy["forkedFrom"]["messageId"]), (&json!(2), &first["id"]));
    let hits = world.ok("search_sessions", json!({ "query": "B", "sessionId": session })).await;
    assert!(!hits.as_array().unwrap().is_empty());
    let markdown = world.ok("export_session", json!({ "sessionId": session, "format": "markdown" })).await;
    assert!(markdown["text"].as_str().unwrap().contains("a/a/b") && markdown["name"] == "a.md");
    let file: Value =
        serde_json::from_str(world.ok("export_session", json!({ "sessionId": session, "format": "json" })).await["text"].as_str().unwrap())
            .unwrap();
    assert_eq!(file["messages"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_summary_stands_for_what_is_old_until_it_is_undone() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        let count = turn.params["messages"].as_array().unwrap().len();
        turn.say(0, 0, &format!("{count} {}", turn.params["summary"]["text"].as_str().unwrap_or_default())).await;
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    let of = json!({ "sessionId": session });
    assert_eq!(world.refused("preview_compaction", of.clone()).await.code, ErrorCode::InvalidParams);
    for n in 0..3 {
        world.ok("send_message", json!({ "sessionId": session, "content": format!("m{n}") })).await;
    }
    let preview = world.ok("preview_compaction", of.clone()).await;
    assert_eq!((preview["dropped"].as_array().unwrap().len(), preview["kept"].as_array().unwrap().len()), (4, 2));
    let done = world.ok("compact_session", json!({ "sessionId": session, "summary": "Mine." })).await;
    assert_eq!((&done["messagesBefore"], &done["messagesAfter"]), (&json!(6), &json!(3)));
    assert!(done["tokensSaved"].as_u64().unwrap() >= 900);
    let answer = world.ok("send_message", json!({ "sessionId": session, "content": "now" })).await;
    assert_eq!(answer["content"], "3 Mine.");
    let messages = world.ok("get_messages", of.clone()).await;
    assert_eq!(messages.as_array().unwrap().iter().filter(|message| message["compacted"] == true).count(), 4);
    world.ok("undo_compaction", json!({ "sessionId": session, "compactionId": done["compactionId"] })).await;
    assert_eq!(world.ok("send_message", json!({ "sessionId": session, "content": "now" })).await["content"], "9 ");
    assert_eq!(
        world.refused("undo_compaction", json!({ "sessionId": session, "compactionId": done["compactionId"] })).await.code,
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn folders_images_and_values_belong_to_their_session() {
    let dir = tempfile::tempdir().unwrap();
    let project = dir.path().join("project");
    std::fs::create_dir(&project).unwrap();
    std::fs::write(project.join("notes.md"), "x").unwrap();
    let text = format!("\"{}\"", "v".repeat(40_000));
    let hash = axion_core::hash::sha256(text.as_bytes());
    let (kept, name) = (text.clone(), hash.clone());
    let runners = agents(move |turn| {
        let (kept, name) = (kept.clone(), name.clone());
        async move {
            if turn.params["messages"].as_array().unwrap().len() == 1 {
                turn.ask("blob_put", json!({ "runId": turn.turn_id, "hash": name, "json": kept })).await.unwrap();
                let mut end = ended("c");
                end["output"] = json!({ "type": "blob", "hash": name, "bytes": kept.len(), "preview": "vvv" });
                turn.append(vec![called(0, "c", true), end]).await.unwrap();
            } else {
                let blobs = turn.params["blobs"].as_array().unwrap();
                assert_eq!(blobs.len(), 2, "an image and a long result");
                assert!(blobs.iter().any(|blob| blob["hash"] == name.as_str() && blob["json"] == kept.as_str()));
                let found = turn.ask("recall", json!({ "turnId": turn.turn_id, "query": "look", "limit": 5 })).await.unwrap();
                turn.say(0, 0, found["messages"][0]["text"].as_str().unwrap()).await;
            }
            turn.finish().await;
        }
    });
    let (world, session) = chat(&dir.path().join("home"), runners.clone()).await;
    let set = |path: &std::path::Path| json!({ "sessionId": session, "folderId": "work", "path": path.to_str().unwrap(), "access": "rw" });
    assert_eq!(world.refused("set_session_folder", set(&dir.path().join("home"))).await.code, ErrorCode::Forbidden);
    let folders = world.ok("set_session_folder", set(&project)).await;
    assert_eq!(folders[0]["path"], project.canonicalize().unwrap().to_str().unwrap());
    let files = world.ok("list_session_files", json!({ "sessionId": session, "query": "not" })).await;
    assert_eq!(files["files"], json!([{ "folderId": "work", "path": "notes.md" }]));
    world.ok("send_message", json!({ "sessionId": session, "content": "look there" })).await;
    assert_eq!(runners.wanted.lock().unwrap()[0].grants[0].slot, "work");
    let png = "iVBORw0KGgo=";
    assert_eq!(world.refused("put_image", json!({ "sessionId": session, "base64": "aGk=" })).await.code, ErrorCode::InvalidParams);
    let image = world.ok("put_image", json!({ "sessionId": session, "base64": png })).await;
    let part = json!({ "type": "image", "hash": image["hash"], "mediaType": "image/png", "name": "a.png", "bytes": image["bytes"] });
    let answer = world.ok("send_message", json!({ "sessionId": session, "content": "and this", "parts": [part] })).await;
    assert_eq!(answer["content"], "look there");
    assert_eq!(world.ok("get_value", json!({ "hash": image["hash"] })).await["json"], json!(png).to_string());
    assert_eq!(world.ok("remove_session_folder", json!({ "sessionId": session, "folderId": "work" })).await, json!([]));
}

#[tokio::test]
async fn a_graph_runs_as_a_tool_with_its_own_folders_and_once() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        let graphs = turn.params["graphs"].as_array().unwrap();
        let told: Vec<&str> = graphs.iter().map(|graph| graph["name"].as_str().unwrap()).collect();
        assert!(told.contains(&"Plain") && told.contains(&"Needs a folder"));
        turn.append(vec![called(0, "c", false)]).await.unwrap();
        let ask = |graph: &str, run: &str, call: &str| json!({ "turnId": turn.turn_id, "callId": call, "runId": run, "graphId": graph, "input": { "n": 1 } });
        let first = turn.ask("graph_run", ask("plain", "run1", "c")).await.unwrap();
        assert_eq!((&first["state"], &first["outputs"]["out"]), (&json!("succeeded"), &json!({ "n": 1 })));
        let again = turn.ask("graph_run", ask("plain", "run1", "c")).await.unwrap();
        assert_eq!(first, again, "the same run, not another one");
        let unbound = turn.ask("graph_run", ask("folder", "run2", "c")).await.unwrap_err();
        let info: Value = serde_json::from_str(unbound.data.unwrap().get()).unwrap();
        assert_eq!(info["code"], "slots_unbound");
        assert!(turn.ask("graph_run", ask("plain", "run3", "no-call")).await.is_err());
        turn.append(vec![ended("c"), finished("succeeded")]).await.unwrap();
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    for (id, name, slots) in [("plain", "Plain", json!([])), ("folder", "Needs a folder", json!([{ "id": "in", "access": "ro" }]))] {
        let text = json!({ "axion": 1, "id": id, "name": name, "slots": slots, "nodes": [], "edges": [] }).to_string();
        world.ok("import_graph", json!({ "graphId": id, "text": text })).await;
    }
    world.ok("send_message", json!({ "sessionId": session, "content": "run it" })).await;
    let runs = world.ok("list_runs", json!({})).await;
    assert_eq!((runs["runs"].as_array().unwrap().len(), &runs["runs"][0]["runId"]), (1, &json!("run1")));
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
