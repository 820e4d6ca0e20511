//! That the rows of a session are what its stream says, looked at from every side.
#![allow(dead_code, reason = "each test binary uses its own part")]

use axion_store::{PageAt, Store, StreamName};
use serde_json::{Value, json};

use super::talk::events;
use super::transcript::{Transcript, usage_of};

/// Everything that can be read of a session.
pub fn all_of(store: &Store, id: &str) -> Value {
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

pub fn agrees(store: &Store, id: &str) {
    let told = Transcript::read(&events(store, &StreamName::session(id)));
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
        snapshot.pointer("/compaction/compactionId").and_then(Value::as_str).map(str::to_owned),
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
        let branch = store.read(|tx| tx.branch_for_model(id, to, u64::MAX)).unwrap();
        let gone = told.compacted(to);
        assert_eq!((&branch.summarised, branch.left_out.len()), (&gone, 0));
        let tight = store.read(|tx| tx.branch_for_model(id, to, 600)).unwrap();
        let all: Vec<&String> = branch.messages.iter().map(|message| &message.message_id).collect();
        let (some, rest) = (tight.messages.iter().map(|message| &message.message_id), tight.left_out.iter());
        assert_eq!(some.clone().next_back(), all.last().copied());
        assert_eq!(all.iter().filter(|id| tight.left_out.contains(id)).copied().collect::<Vec<_>>(), rest.collect::<Vec<_>>());
        assert_eq!(all.iter().filter(|id| !tight.left_out.contains(id)).copied().collect::<Vec<_>>(), some.collect::<Vec<_>>());
        assert_eq!(
            branch.messages.iter().map(|m| &m.message_id).collect::<Vec<_>>(),
            told.path(to).iter().filter(|id| !gone.contains(id)).collect::<Vec<_>>()
        );
    }
}
