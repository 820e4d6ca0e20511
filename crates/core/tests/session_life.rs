//! What belongs to a session beside its answers: branches, summaries, folders, values, requests, graphs as tools.

mod support;

use axion_protocol::ErrorCode;
use serde_json::{Value, json};
use support::turns::{agents, asks, called, chat, ended, finished};
use support::{World, types};

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
    let answers = (0..6).map(|_| world.call("answer_request", answer(json!({ "option": "yes" }))));
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
    let kept = world.ok("get_session_snapshot", of.clone()).await["compaction"].clone();
    assert_eq!((&kept["compactionId"], &kept["summary"], &kept["by"]), (&done["compactionId"], &json!("Mine."), &json!("person")));
    assert_eq!((&kept["messagesBefore"], &kept["messagesAfter"]), (&json!(6), &json!(3)), "whoever comes later sees what was done");
    assert_eq!(kept["tokensBefore"].as_u64().unwrap() - kept["tokensAfter"].as_u64().unwrap(), done["tokensSaved"].as_u64().unwrap());
    assert_eq!(kept["upTo"], preview["dropped"][3]);
    let answer = world.ok("send_message", json!({ "sessionId": session, "content": "now" })).await;
    assert_eq!(answer["content"], "3 Mine.");
    let messages = world.ok("get_messages", of.clone()).await;
    assert_eq!(messages.as_array().unwrap().iter().filter(|message| message["compacted"] == true).count(), 4);
    world.ok("undo_compaction", json!({ "sessionId": session, "compactionId": done["compactionId"] })).await;
    assert!(world.ok("get_session_snapshot", of.clone()).await.get("compaction").is_none());
    assert_eq!(world.ok("send_message", json!({ "sessionId": session, "content": "now" })).await["content"], "9 ");
    assert_eq!(
        world.refused("undo_compaction", json!({ "sessionId": session, "compactionId": done["compactionId"] })).await.code,
        ErrorCode::Conflict
    );
}

/// A summary of the part that fits must not bring back the part that did not.
#[tokio::test]
async fn what_no_longer_fits_is_behind_the_summary_too() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        let messages = turn.params["messages"].as_array().unwrap();
        let first = messages[0]["content"].as_str().unwrap()[..1].to_owned();
        turn.say(0, 0, &format!("{first} of {}", messages.len())).await;
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    let send =
        async |content: String| world.ok("send_message", json!({ "sessionId": session, "content": content })).await["content"].clone();
    for n in 0..8 {
        send(format!("{n}{}", "x".repeat(4 << 20))).await;
    }
    // What was said first stays; of the rest the oldest goes.
    assert_eq!(send("now".into()).await, "0 of 11");
    let preview = world.ok("preview_compaction", json!({ "sessionId": session })).await;
    assert_eq!((preview["messagesBefore"].as_u64(), preview["dropped"].as_array().unwrap().len()), (Some(18), 16));
    assert!(preview["summary"].as_str().unwrap().starts_with("6 messages before these were too long"), "{}", preview["summary"]);
    world.ok("compact_session", json!({ "sessionId": session, "summary": "Mine." })).await;
    assert_eq!(send("and now".into()).await, "n of 3");
    let messages = world.ok("get_messages", json!({ "sessionId": session })).await;
    assert_eq!(messages.as_array().unwrap().iter().filter(|message| message["compacted"] == true).count(), 16);
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
