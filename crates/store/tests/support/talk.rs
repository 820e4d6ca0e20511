//! The pieces of a session, as short as a test likes them.
#![allow(dead_code, reason = "each test binary uses its own part")]

use axion_store::{EventDraft, NewSession, SessionMode, SessionRow, Store, StoreError, StreamName};
use serde_json::{Value, json};

use super::write;

pub fn new_session(id: &str) -> NewSession {
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

pub fn create(store: &Store, id: &str) -> SessionRow {
    let new = new_session(id);
    write(store, move |tx| tx.create_session(&new)).expect("a session").0
}

pub fn append(store: &Store, id: &str, events: &[Value]) -> Result<SessionRow, StoreError> {
    let drafts: Vec<EventDraft> = events.iter().map(|e| EventDraft::of(e).expect("a draft")).collect();
    let id = id.to_owned();
    write(store, move |tx| tx.append_session(&id, &drafts).map(|(_, row)| row))
}

pub fn events(store: &Store, stream: &StreamName) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = store.read_stream(stream, after, 10_000).expect("a page");
        all.extend(page.events.iter().map(|e| serde_json::from_str::<Value>(e).expect("an event")));
        after = page.events.last_seq();
        if after >= page.head {
            return all;
        }
    }
}

pub fn said(id: &str, parent: Option<&str>, text: &str, ts: u64) -> Value {
    let mut event =
        json!({"type": "message-added", "ts": ts, "messageId": id, "parts": [{"type": "text", "text": text}], "channelId": "cli"});
    if let Some(parent) = parent {
        event["parentId"] = parent.into();
    }
    event
}

pub fn started(turn: &str, message: &str, parent: &str, ts: u64) -> Value {
    json!({"type": "turn-started", "ts": ts, "turnId": turn, "messageId": message, "parentId": parent, "model": "demo/a", "provider": "demo", "mode": "ask"})
}

pub fn text(turn: &str, message: &str, part: u64, offset: u64, text: &str) -> Value {
    json!({"type": "text-added", "ts": 5, "turnId": turn, "messageId": message, "part": part, "kind": "text", "offset": offset, "text": text})
}

pub fn called(turn: &str, message: &str, part: u64, call: &str) -> Value {
    json!({"type": "tool-called", "ts": 5, "turnId": turn, "messageId": message, "part": part, "callId": call, "tool": "files.read", "title": "Read it",
        "arguments": {"path": "a"}, "safety": {"readOnly": false, "destructive": true, "idempotent": false}})
}

pub fn asked(turn: &str, message: &str, part: u64, request: &str, call: Option<&str>) -> Value {
    let mut event = json!({"type": "request-opened", "ts": 6, "turnId": turn, "messageId": message, "part": part,
        "request": {"requestId": request, "kind": "approval", "title": "May I?", "facts": [], "options": [{"id": "yes", "label": "Yes"}], "freeText": false}});
    if let Some(call) = call {
        event["request"]["callId"] = call.into();
    }
    event
}

pub fn ended(turn: &str, message: &str, state: &str, ts: u64) -> Value {
    json!({"type": "turn-finished", "ts": ts, "turnId": turn, "messageId": message, "state": state, "ms": 3, "usage": {"inputTokens": 10, "outputTokens": 4}})
}
