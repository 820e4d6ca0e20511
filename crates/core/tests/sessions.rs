//! A message, its answer and what goes between, over the real store with agents of a script.

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use axion_protocol::ErrorCode;
use serde_json::{Value, json};
use support::turns::{agents, called, chat, ended, exact, finished, text_added};
use support::types;

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
            // Asked for with its end: what is sent next waits for it.
            if question == "fails" && turn.params["mode"] == "ask" {
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
    // Both who asked and who waits are told, each by a stream of its own: which is first does not matter.
    let (one, other) = (world.streamed().await, world.streamed().await);
    let mut codes = [&one, &other].map(|seen| seen.last().unwrap().1["code"].as_str().unwrap());
    codes.sort_unstable();
    assert_eq!(codes, ["busy", "provider"]);
    assert_eq!(world.until_state(&session, "failed").await["queued"], 1);
    world.core.turns_done().await;
    // Sending something goes out first, then what waited.
    world.ok("send_message", send("now")).await;
    world.until_session(&session, |info| info["state"] == "idle" && info["queued"] == 0 && info["messageCount"] == 6).await;
    let fails = world.refused("send_message", send("fails at once")).await;
    assert_eq!((fails.code, fails.hint.as_deref()), (ErrorCode::Provider, Some("Start it.")));
}

#[tokio::test]
async fn a_queue_is_one_piece_of_work_from_its_first_turn_to_its_last() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|mut turn| async move {
        // The first one waits until the others are behind it.
        if turn.params["messages"].as_array().unwrap().len() == 1 {
            turn.until_told("turn_mode").await;
        }
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    for n in 0..5 {
        world.ok("send_message_streaming", json!({ "sessionId": session, "content": format!("m{n}"), "follow": false })).await;
    }
    let done = world.core.turns_done();
    world.ok("update_session", json!({ "sessionId": session, "mode": "accept-edits" })).await;
    done.await;
    let info = world.ok("get_session", json!({ "sessionId": session })).await;
    assert_eq!((&info["messageCount"], &info["queued"], &info["state"]), (&json!(10), &json!(0), &json!("idle")), "{info}");
    assert_eq!(world.core.turns_in_progress(), 0);
}
