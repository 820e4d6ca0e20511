//! Session events as they are read for the fold: the wire's `SessionEvent`, with what the fold does not look into left as text.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::rows::{FolderRow, Usage};
use super::words::SessionMode;
use crate::error::StoreError;

#[derive(Deserialize)]
struct Head<'e> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'e, str>,
    seq: u64,
    ts: u64,
}

/// An event with its place.
#[derive(Debug)]
pub(super) struct Event<'e> {
    pub(super) seq: u64,
    pub(super) ts: u64,
    pub(super) what: What<'e>,
}

macro_rules! events {
    ($($kind:literal $variant:ident { $($(#[$meta:meta])* $field:ident : $type:ty),* $(,)? })*) => {
        /// What happened.
        #[derive(Debug)]
        pub(super) enum What<'e> { $($variant($variant<'e>)),* }
        $(
            #[derive(Debug, Deserialize)]
            #[serde(rename_all = "camelCase")]
            pub(super) struct $variant<'e> {
                $($(#[$meta])* pub(super) $field: $type,)*
                #[serde(skip)]
                _life: std::marker::PhantomData<&'e ()>,
            }
        )*
        impl<'e> Event<'e> {
            /// Reads the text of one event. What the protocol does not know is refused: it would never be shown.
            pub(super) fn parse(text: &'e str) -> Result<Self, StoreError> {
                let unreadable = |e: serde_json::Error| StoreError::invalid(format!("A session event cannot be read: {e}"));
                let head: Head<'e> = serde_json::from_str(text).map_err(unreadable)?;
                let what = match &*head.kind {
                    $($kind => What::$variant(serde_json::from_str(text).map_err(unreadable)?),)*
                    other => return Err(StoreError::invalid(format!("There is no session event `{other}`."))),
                };
                Ok(Self { seq: head.seq, ts: head.ts, what })
            }
        }
    };
}

events! {
    "session-created" SessionCreated {}
    "message-added" MessageAdded { message_id: String, parent_id: Option<String>, #[serde(borrow)] parts: &'e RawValue }
    "tip-moved" TipMoved { message_id: Option<String> }
    "message-pinned" MessagePinned { message_id: String, pinned: bool }
    "queue-changed" QueueChanged { #[serde(borrow)] queue: Vec<&'e RawValue> }
    "folders-changed" FoldersChanged { folders: Vec<FolderRow> }
    "turn-started" TurnStarted { turn_id: String, message_id: String, parent_id: String, model: String, provider: String, mode: SessionMode }
    "turn-attempted" TurnAttempted { turn_id: String, attempt: u64 }
    "turn-interrupted" TurnInterrupted { turn_id: String }
    "text-added" TextAdded {
        turn_id: String, message_id: String, part: u32, #[serde(borrow)] kind: Cow<'e, str>, offset: u64, #[serde(borrow)] text: Cow<'e, str>,
    }
    "steered" Steered { turn_id: String, message_id: String, part: u32, queued_id: String, #[serde(borrow)] text: Cow<'e, str> }
    "tool-called" ToolCalled {
        turn_id: String, call_id: String, message_id: String, part: u32, tool: String, title: String,
        #[serde(borrow)] arguments: &'e RawValue, #[serde(borrow)] safety: &'e RawValue,
    }
    "tool-started" ToolStarted { turn_id: String, call_id: String, #[serde(borrow)] changes: Option<&'e RawValue>, run_id: Option<String> }
    "tool-finished" ToolFinished {
        turn_id: String, call_id: String, state: String, #[serde(borrow)] ms: &'e RawValue,
        #[serde(borrow)] output: Option<&'e RawValue>, #[serde(borrow)] error: Option<&'e RawValue>, #[serde(borrow)] changes: Option<&'e RawValue>,
    }
    "request-opened" RequestOpened { turn_id: String, message_id: String, part: u32, #[serde(borrow)] request: &'e RawValue }
    "request-answered" RequestAnswered { turn_id: String, request_id: String, #[serde(borrow)] answer: &'e RawValue }
    "todos-changed" TodosChanged { turn_id: String, #[serde(borrow)] todos: &'e RawValue }
    "usage-reported" UsageReported { turn_id: String, message_id: String, usage: Usage }
    "turn-noted" TurnNoted { turn_id: String, message_id: String, part: u32, code: String, text: String }
    "context-measured" ContextMeasured { #[serde(borrow)] context: &'e RawValue }
    "turn-finished" TurnFinished {
        turn_id: String, message_id: String, state: String, ms: f64, usage: Usage, #[serde(borrow)] error: Option<&'e RawValue>,
    }
    "compacted" Compacted {
        compaction_id: String, up_to: String, summary: String, by: String, kept: Vec<String>,
        tokens_before: u64, tokens_after: u64, messages_before: u64, messages_after: u64,
    }
    "compaction-undone" CompactionUndone { compaction_id: String }
}
