//! Sessions through the public doors: lists, what they announce, what they refuse, turns that are taken up again, deletion.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;
#[path = "support/talk.rs"]
mod talk;

use axion_store::{MessageState, NewSession, PageAt, SessionMode, SessionState, SessionUpdate, Store, StoreError, StreamName, hash_of};
use rusqlite::Connection;
use serde_json::{Value, json};
use support::{open, write};
use talk::{append, asked, called, create, ended, events, new_session, said, started, text};

fn announced(store: &Store) -> Vec<Value> {
    events(store, &StreamName::workspace())
}

#[test]
fn a_session_from_first_word_to_deletion() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let made = create(&store, "s1");
    assert!(!write(&store, |tx| tx.create_session(&new_session("s1"))).unwrap().1, "repeating is harmless");
    assert_eq!(
        serde_json::to_value(&made).unwrap(),
        json!({"id": "s1", "channelId": "cli", "createdAt": "1970-01-01T00:00:00.001Z", "lastActive": "1970-01-01T00:00:00.001Z", "messageCount": 0, "title": "A talk",
            "titled": false, "state": "idle", "mode": "ask", "pinned": false, "archived": false, "waiting": 0, "queued": 0, "usage": {"inputTokens": 0, "outputTokens": 0}})
    );
    let row = append(&store, "s1", &[said("u1", None, "\nHello there\nyou", 3), started("t1", "a1", "u1", 4)]).unwrap();
    assert_eq!((row.state, row.message_count, row.last.as_deref(), row.last_active), (SessionState::Running, 2, Some("Hello there"), 4));
    let before = announced(&store).len();
    append(&store, "s1", &[text("t1", "a1", 0, 0, "Let me"), text("t1", "a1", 0, 4, "me look")]).unwrap();
    assert_eq!(announced(&store).len(), before, "text that comes in is no news for lists");
    let row = append(&store, "s1", &[called("t1", "a1", 1, "c1"), asked("t1", "a1", 2, "r1", Some("c1"))]).unwrap();
    assert_eq!((row.state, row.waiting, row.last.as_deref()), (SessionState::Waiting, 1, Some("May I?")));
    let part = |n: usize| -> Value {
        let message = store.read(|tx| tx.get_message("s1", "a1")).unwrap();
        serde_json::from_str::<Value>(message.parts.get()).unwrap()[n].clone()
    };
    assert_eq!((part(0)["text"].clone(), part(1)["state"].clone()), (json!("Let me look"), json!("waiting")));
    let request = store.read(|tx| tx.open_request("s1", "r1")).unwrap().unwrap();
    assert_eq!((request.turn_id.as_str(), request.call_id.as_deref()), ("t1", Some("c1")));

    let answer = json!({"type": "request-answered", "ts": 7, "turnId": "t1", "requestId": "r1", "answer": {"option": "yes"}});
    append(&store, "s1", &[answer.clone(), json!({"type": "tool-started", "ts": 7, "turnId": "t1", "callId": "c1"})]).unwrap();
    assert!(matches!(append(&store, "s1", &[answer]), Err(StoreError::Conflict(_))), "an answer counts once");
    assert_eq!((part(1)["state"].clone(), part(2)["answer"].clone()), (json!("running"), json!({"option": "yes"})));

    // The runner is lost here: what was written of the turn is handed to the next one.
    let turns = store.read(|tx| tx.open_turns()).unwrap();
    assert_eq!((turns.len(), turns[0].turn_id.as_str(), turns[0].parent_id.as_str(), turns[0].attempt), (1, "t1", "u1", 0));
    append(
        &store,
        "s1",
        &[
            json!({"type": "turn-attempted", "ts": 8, "turnId": "t1", "attempt": 2, "runner": {}}),
            json!({"type": "tip-moved", "ts": 8, "messageId": "u1"}),
        ],
    )
    .unwrap();
    assert_eq!(store.read(|tx| tx.open_turn("s1")).unwrap().unwrap().attempt, 2);
    let journal = store.read(|tx| tx.turn_journal("s1", "t1")).unwrap();
    let kinds: Vec<Value> = journal.iter().map(|draft| serde_json::from_str::<Value>(draft.as_str()).unwrap()["type"].clone()).collect();
    assert_eq!(kinds, ["text-added", "text-added", "tool-called", "request-opened", "request-answered", "tool-started"]);
    assert!(!journal[0].as_str().contains("sessionId") && !journal[0].as_str().contains("\"seq\""));

    let row = append(&store, "s1", &[ended("t1", "a1", "cancelled", 9)]).unwrap();
    assert_eq!((row.state, row.usage.input_tokens, row.waiting, row.message_count), (SessionState::Idle, 10, 0, 1));
    assert_eq!(part(1)["state"], "unknown", "it had started and may have done something");
    let message = store.read(|tx| tx.get_message("s1", "a1")).unwrap();
    assert_eq!((message.state, message.content.as_str()), (MessageState::Cancelled, "Let me look"));
    assert!(matches!(append(&store, "s1", &[text("t1", "a1", 0, 11, "!")]), Err(StoreError::Conflict(_))), "the turn has ended");

    write(&store, |tx| tx.delete_session("s1", 20)).unwrap();
    assert_eq!(announced(&store).last().unwrap()["sessionId"], "s1");
    assert!(matches!(store.read(|tx| tx.get_session("s1")), Err(StoreError::NotFound { .. })));
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    create(&store, "s");
    append(
        &store,
        "s",
        &[said("u1", None, "hi", 3), started("t1", "a1", "u1", 4), text("t1", "a1", 0, 0, "x"), called("t1", "a1", 1, "c1")],
    )
    .unwrap();
    let head = || store.read(|tx| tx.stream_head(&StreamName::session("s"))).unwrap().1;
    let (before, news) = (head(), announced(&store).len());
    let bad = [
        said("u1", None, "the same id", 5),
        said("u2", Some("nobody"), "no parent", 5),
        said("not an id", None, "x", 5),
        started("t2", "a2", "u1", 5),
        json!({"type": "tip-moved", "ts": 5, "messageId": "nobody"}),
        json!({"type": "message-pinned", "ts": 5, "messageId": "nobody", "pinned": true}),
        text("t9", "a1", 0, 1, "another turn"),
        text("t1", "u1", 0, 1, "another message"),
        json!({"type": "text-added", "ts": 5, "turnId": "t1", "messageId": "a1", "part": 1, "kind": "text", "offset": 0, "text": "a tool is no text"}),
        called("t1", "a1", 1, "c2"),
        called("t1", "a1", 2, "c1"),
        json!({"type": "tool-finished", "ts": 5, "turnId": "t1", "callId": "c7", "state": "succeeded", "ms": 1}),
        asked("t1", "a1", 3, "r1", Some("c7")),
        json!({"type": "request-answered", "ts": 7, "turnId": "t1", "requestId": "r7", "answer": {}}),
        json!({"type": "compacted", "ts": 5, "compactionId": "k", "upTo": "nobody", "summary": "", "by": "model", "kept": [], "tokensBefore": 1, "tokensAfter": 1, "messagesBefore": 1, "messagesAfter": 1}),
        json!({"type": "compaction-undone", "ts": 5, "compactionId": "k"}),
        json!({"type": "folders-changed", "ts": 5, "folders": [{"folderId": "f", "path": "/", "access": "rwx"}]}),
        json!({"type": "queue-changed", "ts": 5, "queue": [{"queuedId": "q"}]}),
        json!({"type": "no-such-thing", "ts": 5}),
        json!({"type": "text-added", "ts": 5}),
        json!({"no": "type"}),
    ];
    for event in bad {
        // Also with a good one before it, and also when the writer's body goes on.
        let drafts: Vec<_> = [said("u9", Some("u1"), "good", 5), event.clone()].iter().map(|e| support::draft(&e.to_string())).collect();
        let refused = write(&store, move |tx| Ok(tx.append_session("s", &drafts).err())).unwrap();
        assert!(refused.is_some(), "{event}");
        assert_eq!((head(), announced(&store).len()), (before, news), "{event}");
        assert!(store.read(|tx| tx.get_message("s", "u9")).is_err(), "{event}");
    }
    assert!(matches!(append(&store, "nobody", &[said("u", None, "x", 1)]), Err(StoreError::NotFound { .. })));
}

#[test]
fn sessions_outlive_their_project() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write(&store, |tx| tx.create_project("p", "Work", 1)).unwrap();
    write(&store, |tx| {
        for id in ["a", "b"] {
            tx.create_session(&NewSession { project_id: Some("p".to_owned()), ..new_session(id) })?;
        }
        tx.create_session(&new_session("c"))
    })
    .unwrap();
    assert_eq!(store.read(|tx| tx.get_session("a")).unwrap().project_id.as_deref(), Some("p"));
    let before = announced(&store).len();
    write(&store, |tx| tx.delete_project("p", 9)).unwrap();
    assert!(store.read(|tx| tx.list_sessions(false)).unwrap().iter().all(|row| row.project_id.is_none()));
    let news: Vec<Value> = announced(&store)[before..].iter().map(|event| event["session"]["id"].clone()).collect();
    assert_eq!(news, [json!("a"), json!("b"), Value::Null], "and the project itself");
}

#[test]
fn lists_go_by_activity() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for id in ["a", "b", "c"] {
        create(&store, id);
    }
    append(&store, "a", &[said("m", None, "hi", 50)]).unwrap();
    append(&store, "b", &[said("m", None, "ids are of one session", 40)]).unwrap();
    let list = |archived| store.read(|tx| tx.list_sessions(archived)).unwrap().into_iter().map(|row| row.session_id).collect::<Vec<_>>();
    assert_eq!(list(false), ["a", "b", "c"]);
    let update = SessionUpdate {
        archived: Some(true),
        title: Some("Old things".to_owned()),
        titled: Some(true),
        mode: Some(SessionMode::ReadOnly),
        ..SessionUpdate::default()
    };
    let (once, again) = (update.clone(), update);
    let row = write(&store, move |tx| tx.update_session("a", &once, 60)).unwrap();
    assert_eq!((row.title.as_str(), row.titled, row.mode, row.last_active), ("Old things", true, SessionMode::ReadOnly, 50));
    assert_eq!((list(false), list(true)), (vec!["b".to_owned(), "c".to_owned()], vec!["a".to_owned()]));
    let news = announced(&store);
    assert_eq!(
        (news.last().unwrap()["type"].clone(), news.last().unwrap()["session"]["title"].clone()),
        (json!("session-changed"), json!("Old things"))
    );
    write(&store, move |tx| tx.update_session("a", &again, 61)).unwrap();
    assert_eq!(announced(&store).len(), news.len(), "what changes nothing is no news");
}

#[test]
fn pages_around_and_across_branches() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    create(&store, "s");
    let mut all = vec![said("m0", None, "0", 1)];
    all.extend((1..40).map(|n| said(&format!("m{n}"), Some(&format!("m{}", n - 1)), &n.to_string(), 1)));
    all.extend((20..30).map(|n| said(&format!("b{n}"), Some(&if n == 20 { "m19".to_owned() } else { format!("b{}", n - 1) }), "other", 2)));
    append(&store, "s", &all).unwrap();
    let page = |at: PageAt<'_>, limit| {
        let page = store.read(|tx| tx.read_messages("s", at, limit)).unwrap();
        (page.messages.iter().map(|m| m.content.clone()).collect::<Vec<_>>(), page.before, page.total)
    };
    assert_eq!(page(PageAt::Latest, 2), (vec!["other".to_owned(), "other".to_owned()], Some("b28".to_owned()), 30));
    assert_eq!(page(PageAt::Before("b21"), 2), (vec!["19".to_owned(), "other".to_owned()], Some("m19".to_owned()), 30));
    assert_eq!(page(PageAt::Around("m5"), 4), (["4", "5", "6", "7"].map(str::to_owned).into(), Some("m4".to_owned()), 30));
    assert_eq!(page(PageAt::Around("m1"), 10).0[0], "0");
    assert_eq!(
        page(PageAt::Around("m38"), 4),
        (["36", "37", "38", "39"].map(str::to_owned).into(), Some("m36".to_owned()), 30),
        "a message of another branch is shown on its own"
    );
    assert_eq!(page(PageAt::Before("m0"), 4), (vec![], None, 30));
    assert_eq!(store.read(|tx| tx.latest_tip_below("s", "m19")).unwrap(), "b29");
    assert_eq!(store.read(|tx| tx.latest_tip_below("s", "m20")).unwrap(), "m39");
    let message = store.read(|tx| tx.get_message("s", "m20")).unwrap();
    assert_eq!(message.branches, Some(vec!["m20".to_owned(), "b20".to_owned()]));
    append(&store, "s", &[json!({"type": "tip-moved", "ts": 3})]).unwrap();
    assert_eq!(page(PageAt::Latest, 2), (vec![], None, 0));
    // A page is bounded in bytes too, and never empty for that.
    let big = "x".repeat(5 << 20);
    append(&store, "s", &[said("big1", None, &big, 4), said("big2", Some("big1"), &big, 4)]).unwrap();
    assert_eq!(page(PageAt::Latest, 50).1, Some("big2".to_owned()));
}

fn rows_of_every_table(home: &std::path::Path) -> Vec<(String, i64)> {
    let conn = Connection::open(home.join("axion.db")).unwrap();
    let names: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'session_search_*' AND name NOT GLOB 'sqlite_*' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let count = |name: &str| conn.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0)).unwrap();
    names.into_iter().map(|name| (name.clone(), count(&name))).collect()
}

#[test]
fn deleting_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    create(&store, "other");
    append(&store, "other", &[said("m", None, "stays", 1)]).unwrap();
    let shared = hash_of(b"\"shared\"");
    write(&store, {
        let shared = shared.clone();
        move |tx| tx.put_session_blob("other", &shared, b"\"shared\"")
    })
    .unwrap();
    write(&store, |tx| tx.insert_run(&support::new_run("r"))).unwrap();
    let before: Vec<_> = rows_of_every_table(dir.path());
    create(&store, "s");
    let own = hash_of(b"\"own\"");
    write(&store, move |tx| {
        tx.put_session_blob("s", &own, b"\"own\"")?;
        tx.put_session_blob("s", &shared, b"\"shared\"")?;
        tx.put_blob("r", &shared, b"\"shared\"")?;
        tx.add_seen_instructions("s", "hash")
    })
    .unwrap();
    append(&store, "s", &[
        said("u1", None, "hi", 3),
        started("t1", "a1", "u1", 4), text("t1", "a1", 0, 0, "settled"), ended("t1", "a1", "succeeded", 5),
        json!({"type": "compacted", "ts": 5, "compactionId": "k", "upTo": "u1", "summary": "s", "by": "model", "kept": [], "tokensBefore": 1, "tokensAfter": 1, "messagesBefore": 1, "messagesAfter": 1}),
        json!({"type": "folders-changed", "ts": 5, "folders": [{"folderId": "f", "path": "/", "access": "ro"}]}),
        json!({"type": "queue-changed", "ts": 5, "queue": [{"queuedId": "q", "delivery": "queue", "parts": [], "createdAt": 1}]}),
        started("t2", "a2", "a1", 6), text("t2", "a2", 0, 0, "open"), called("t2", "a2", 1, "c"), asked("t2", "a2", 2, "r", None),
    ]).unwrap();
    let during = rows_of_every_table(dir.path());
    let (empty, grown): (Vec<_>, Vec<_>) =
        before.iter().zip(&during).filter(|(was, _)| was.0.starts_with("session")).partition(|(was, is)| was.1 == is.1);
    assert!(empty.is_empty() && grown.len() == 13, "{empty:?}");
    write(&store, |tx| tx.delete_session("s", 9)).unwrap();
    let after: Vec<_> = rows_of_every_table(dir.path());
    for (was, is) in before.iter().zip(&after) {
        // The workspace says what happened; a run names the shared value now.
        assert!(was == is || is.0 == "event_groups" || is.0 == "run_blobs", "{was:?} {is:?}");
    }
    assert!(store.read(|tx| tx.search_sessions("settled", None, 9)).unwrap().is_empty());
    assert_eq!(store.read(|tx| tx.search_sessions("stays", None, 9)).unwrap().len(), 1);
    create(&store, "s");
    assert_eq!(store.read(|tx| tx.session_snapshot("s")).unwrap().head, 1, "the same id begins anew");
}
