//! The rows of a session are what its stream says: random sessions against the plainest reading of their events, however they were grouped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "support/session.rs"]
mod session;
mod support;
#[path = "support/transcript.rs"]
mod transcript;

use axion_store::{EventDraft, NewSession, PageAt, SessionMode, Store, StreamName};
use serde_json::{Value, json};
use session::Author;
use support::{Random, open, write};
use transcript::{Transcript, usage_of};

fn new_session(id: &str) -> NewSession {
    NewSession {
        session_id: id.to_owned(),
        channel_id: "cli".to_owned(),
        created_at: 1,
        model: None,
        title: "A talk".to_owned(),
        titled: false,
        mode: SessionMode::Ask,
        project_id: None,
    }
}

fn append(store: &Store, id: &str, events: &[Value]) -> Result<(), axion_store::StoreError> {
    let (id, drafts): (String, Vec<EventDraft>) = (id.to_owned(), events.iter().map(|e| EventDraft::of(e).unwrap()).collect());
    write(store, move |tx| tx.append_session(&id, &drafts).map(drop))
}

fn events(store: &Store, id: &str) -> Vec<Value> {
    let stream = StreamName::session(id);
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = store.read_stream(&stream, after, 10_000).unwrap();
        all.extend(page.events.iter().map(|e| serde_json::from_str::<Value>(e).unwrap()));
        after = page.events.last_seq();
        if after >= page.head {
            return all;
        }
    }
}

/// Everything that can be read of a session.
fn all_of(store: &Store, id: &str) -> Value {
    let mut messages = Vec::new();
    let mut before: Option<String> = None;
    loop {
        let at = before.as_deref().map_or(PageAt::Latest, PageAt::Before);
        let page = store.read(|tx| tx.read_messages(id, at, 7)).unwrap();
        messages.splice(0..0, page.messages);
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    let mut snapshot = serde_json::to_value(store.read(|tx| tx.session_snapshot(id)).unwrap()).unwrap();
    snapshot.as_object_mut().unwrap().remove("epoch");
    json!({"messages": messages, "snapshot": snapshot})
}

fn normal(message: &Value) -> Value {
    // Numbers of a usage may be whole or not.
    let mut message = message.clone();
    if message.get("usage").is_some() {
        message["usage"] = json!(usage_of(&message["usage"]));
    }
    message
}

fn agrees(store: &Store, id: &str) {
    let told = Transcript::read(&events(store, id));
    let snapshot = serde_json::to_value(store.read(|tx| tx.session_snapshot(id)).unwrap()).unwrap();
    assert_eq!(snapshot["tip"].as_str(), told.tip.as_deref());
    assert_eq!(snapshot["queue"], json!(told.queue));
    assert_eq!(snapshot["folders"], told.folders);
    assert_eq!(snapshot["requests"], json!(told.requests));
    assert_eq!(snapshot["todos"], told.todos);
    assert_eq!(snapshot.get("context"), told.context.as_ref());
    assert_eq!(snapshot.get("turnId").and_then(Value::as_str), told.turn.as_ref().map(|t| t.0.as_str()));
    assert_eq!(snapshot["session"]["state"], told.state);
    assert_eq!(snapshot["session"]["waiting"], told.requests.len());
    assert_eq!(snapshot["session"]["queued"], told.queue.len());
    let mut usage = told.usage.clone();
    if let Some((_, message)) = &told.turn {
        for (key, value) in usage_of(&told.message(message)["usage"]) {
            *usage.entry(key).or_default() += value;
        }
    }
    let mut kept = usage_of(&snapshot["session"]["usage"]);
    for key in ["inputTokens", "outputTokens"] {
        usage.entry(key.to_owned()).or_default();
        kept.entry(key.to_owned()).or_default();
    }
    assert_eq!(kept, usage);
    assert_eq!(
        snapshot.get("compactionId").and_then(Value::as_str).map(str::to_owned),
        told.tip.as_deref().and_then(|tip| told.compaction(tip))
    );

    for message in &told.messages {
        let id_ = message["id"].as_str().unwrap();
        let row = store.read(|tx| tx.get_message(id, id_)).unwrap();
        assert_eq!(normal(&serde_json::to_value(&row).unwrap()), normal(&told.wire(id_)), "{id_}");
        assert_eq!(store.read(|tx| tx.latest_tip_below(id, id_)).unwrap(), told.latest_tip(id_));
    }
    let shown = all_of(store, id);
    let shown = shown["messages"].as_array().unwrap();
    let path = told.tip.as_deref().map(|tip| told.path(tip)).unwrap_or_default();
    assert_eq!(shown.iter().map(|m| m["id"].as_str().unwrap()).collect::<Vec<_>>(), path);
    assert_eq!(snapshot["session"]["messageCount"], path.len());
    let compacted = told.tip.as_deref().map(|tip| told.compacted(tip)).unwrap_or_default();
    for (message, id_) in shown.iter().zip(&path) {
        let mut expected = told.wire(id_);
        if compacted.contains(id_) {
            expected["compacted"] = true.into();
        }
        assert_eq!(normal(message), normal(&expected));
    }
    for to in path.iter().step_by(5) {
        let branch = store.read(|tx| tx.branch_for_model(id, to)).unwrap();
        let gone = told.compacted(to);
        assert_eq!(branch.summarised, gone);
        assert_eq!(
            branch.messages.iter().map(|m| &m.message_id).collect::<Vec<_>>(),
            told.path(to).iter().filter(|id| !gone.contains(id)).collect::<Vec<_>>()
        );
    }
}

#[test]
fn the_rows_are_what_the_stream_says() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for seed in 1..=24_u64 {
        let id = format!("s{seed}");
        write(&store, {
            let new = new_session(&id);
            move |tx| tx.create_session(&new)
        })
        .unwrap();
        let (mut author, mut random) = (Author::new(seed * 7919), Random(seed));
        let mut written = Vec::new();
        for _ in 0..12 {
            let group: Vec<Value> = (0..=random.below(24)).map(|_| author.next()).collect();
            append(&store, &id, &group).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{group:#?}"));
            written.extend(group);
        }
        agrees(&store, &id);
        // Folded one by one or all at once, the rows are the same.
        let whole = all_of(&store, &id);
        for sizes in [1, written.len()] {
            let (other, copy) = (tempfile::tempdir().unwrap(), id.clone());
            let other = open(other.path());
            write(&other, move |tx| tx.create_session(&new_session(&copy))).unwrap();
            let pending: Vec<_> = written
                .chunks(sizes)
                .map(|group| {
                    let (id, drafts): (String, Vec<EventDraft>) = (id.clone(), group.iter().map(|e| EventDraft::of(e).unwrap()).collect());
                    other.write(move |tx| tx.append_session(&id, &drafts).map(drop))
                })
                .collect();
            for write in pending {
                write.wait().unwrap();
            }
            assert_eq!(all_of(&other, &id), whole, "seed {seed}");
        }
    }
}
