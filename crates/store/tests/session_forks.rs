//! Forking: the copy says what the branch said, on its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;
#[path = "support/talk.rs"]
mod talk;

use axion_store::{MessageRow, PageAt, Store, StoreError, StreamName};
use serde_json::{Value, json};
use support::{open, write};
use talk::{append, asked, called, create, ended, events, said, started, text};

fn shown(store: &Store, id: &str) -> Vec<MessageRow> {
    store.read(|tx| tx.read_messages(id, PageAt::Latest, 100)).unwrap().messages
}

/// What a message says, without ids and places.
fn told(message: &MessageRow) -> Value {
    json!([
        message.role.as_str(),
        message.content,
        serde_json::from_str::<Value>(message.parts.get()).unwrap(),
        message.timestamp,
        message.state.as_str(),
        message.model,
        message.usage,
        message.compacted,
        message.pinned
    ])
}

#[test]
fn a_branch_becomes_a_session() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    create(&store, "s");
    let compacted = |id: &str, up_to: &str, kept: Value| json!({"type": "compacted", "ts": 9, "compactionId": id, "upTo": up_to, "summary": "short", "by": "model", "kept": kept, "tokensBefore": 1, "tokensAfter": 1, "messagesBefore": 1, "messagesAfter": 1});
    append(
        &store,
        "s",
        &[
            json!({"type": "folders-changed", "ts": 2, "folders": [{"folderId": "f", "path": "/p", "access": "rw"}]}),
            said("u1", None, "first", 3),
            started("t1", "a1", "u1", 4),
            text("t1", "a1", 0, 0, "answer"),
            called("t1", "a1", 1, "c1"),
            asked("t1", "a1", 2, "r1", Some("c1")),
            json!({"type": "request-answered", "ts": 5, "turnId": "t1", "requestId": "r1", "answer": {"option": "yes"}}),
            json!({"type": "todos-changed", "ts": 5, "turnId": "t1", "todos": [{"text": "x", "state": "done"}]}),
            json!({"type": "tool-finished", "ts": 5, "turnId": "t1", "callId": "c1", "state": "succeeded", "ms": 1}),
            json!({"type": "turn-attempted", "ts": 5, "turnId": "t1", "attempt": 1, "runner": {}}),
            ended("t1", "a1", "succeeded", 6),
            json!({"type": "message-pinned", "ts": 6, "messageId": "u1", "pinned": true}),
            said("u2", Some("a1"), "second", 7),
            said("side", Some("a1"), "not on the branch", 7),
            compacted("k0", "side", json!([])),
            compacted("k1", "a1", json!(["u1", "u2"])),
            compacted("k2", "u2", json!([])),
            json!({"type": "compaction-undone", "ts": 9, "compactionId": "k2"}),
            json!({"type": "queue-changed", "ts": 9, "queue": [{"queuedId": "q", "delivery": "queue", "parts": [], "createdAt": 1}]}),
            json!({"type": "tip-moved", "ts": 9, "messageId": "u2"}),
            started("t2", "a2", "u2", 10),
            text("t2", "a2", 0, 0, "under way"),
        ],
    )
    .unwrap();
    assert!(
        matches!(write(&store, |tx| tx.fork_session("s", "a2", "f", 50)), Err(StoreError::Conflict(_))),
        "a message without an end cannot be forked at"
    );
    assert!(store.read(|tx| tx.get_session("f")).is_err());
    let row = write(&store, |tx| tx.fork_session("s", "u2", "f", 50)).unwrap();
    let again = write(&store, |tx| tx.fork_session("s", "u2", "f", 51)).unwrap();
    assert_eq!(row, again, "repeating is harmless");
    assert!(matches!(write(&store, |tx| tx.fork_session("s", "u1", "f", 52)), Err(StoreError::Conflict(_))));
    assert_eq!((row.message_count, row.last_active, row.queued, row.waiting, row.usage.input_tokens), (3, 50, 0, 0, 10));
    let origin = row.forked_from.unwrap();
    assert_eq!((origin.session_id.as_str(), origin.message_id.as_str()), ("s", "u2"));

    let (from, to) = (shown(&store, "s"), shown(&store, "f"));
    let from: Vec<_> = from.iter().take(3).map(told).collect();
    assert_eq!(to.iter().map(told).collect::<Vec<_>>(), from);
    assert_eq!(to.iter().map(|m| m.compacted).collect::<Vec<_>>(), [false, true, false]);
    assert!(to.iter().all(|m| !["u1", "a1", "u2"].contains(&m.message_id.as_str())) && to[1].turn_id.as_deref() != Some("t1"));
    assert_eq!(
        (to[1].parent_id.as_ref(), to[2].parent_id.as_ref(), to[1].branches.as_ref()),
        (Some(&to[0].message_id), Some(&to[1].message_id), None)
    );
    let snapshot = store.read(|tx| tx.session_snapshot("f")).unwrap();
    assert_eq!(
        (snapshot.folders[0].path.as_str(), snapshot.todos.get(), snapshot.turn_id),
        ("/p", r#"[{"text":"x","state":"done"}]"#, None)
    );

    // The copy's stream alone makes the same session.
    let stream = events(&store, &StreamName::session("f"));
    assert_eq!(stream[0]["type"], "session-created");
    assert!(stream.iter().all(|event| event["sessionId"] == "f"));
    let dir = tempfile::tempdir().unwrap();
    let other = open(dir.path());
    create(&other, "f");
    let drafts: Vec<Value> = stream[1..]
        .iter()
        .map(|event| {
            let mut event = event.clone();
            event.as_object_mut().unwrap().retain(|key, _| key != "seq" && key != "sessionId");
            event
        })
        .collect();
    append(&other, "f", &drafts).unwrap();
    assert_eq!(serde_json::to_value(shown(&other, "f")).unwrap(), serde_json::to_value(&to).unwrap());

    // Each goes its own way.
    append(&store, "f", &[said("u9", Some(&to[2].message_id), "only here", 60)]).unwrap();
    write(&store, |tx| tx.delete_session("s", 70)).unwrap();
    assert_eq!(shown(&store, "f").len(), 4);
    assert_eq!(store.read(|tx| tx.search_sessions("second", None, 9)).unwrap().len(), 1);
}
