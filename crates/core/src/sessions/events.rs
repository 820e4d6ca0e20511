//! The session events that Core itself writes, as drafts. (Those of a turn that a runner writes are typed in the protocol as
//! `TurnEvent`; see `drafts`.)

use axion_protocol::{
    ChannelId, ErrorInfo, MessageId, ProviderId, QueuedMessage, RequestId, RunnerFacts, SessionFolder, SessionMode, SummaryBy, TurnId,
    UserPart, clip,
};
use axion_store::EventDraft;
use serde::Serialize;

use crate::failure::storage;

/// An event of a session.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Own<'a> {
    /// A person said something.
    MessageAdded {
        /// When.
        ts: u64,
        /// Its id.
        message_id: &'a MessageId,
        /// What it follows.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent_id: Option<&'a MessageId>,
        /// What it is made of.
        parts: &'a [UserPart],
        /// Where it was said.
        channel_id: ChannelId,
    },
    /// Another branch is shown.
    TipMoved {
        /// When.
        ts: u64,
        /// Its end.
        #[serde(skip_serializing_if = "Option::is_none")]
        message_id: Option<&'a MessageId>,
    },
    /// A message stays word for word in compactions.
    MessagePinned {
        /// When.
        ts: u64,
        /// Which.
        message_id: &'a MessageId,
        /// Or does not any more.
        pinned: bool,
    },
    /// What waits.
    QueueChanged {
        /// When.
        ts: u64,
        /// All of it.
        queue: &'a [QueuedMessage],
    },
    /// What the agent may see.
    FoldersChanged {
        /// When.
        ts: u64,
        /// All of them.
        folders: &'a [SessionFolder],
    },
    /// An answer begins.
    TurnStarted {
        /// When.
        ts: u64,
        /// The turn.
        turn_id: &'a TurnId,
        /// The message that it makes.
        message_id: &'a MessageId,
        /// The message that it answers.
        parent_id: &'a MessageId,
        /// Who answers.
        model: &'a str,
        /// By whom.
        provider: &'a ProviderId,
        /// What it may do.
        mode: SessionMode,
    },
    /// A runner has taken it.
    TurnAttempted {
        /// When.
        ts: u64,
        /// The turn.
        turn_id: &'a TurnId,
        /// From 1.
        attempt: u64,
        /// By whom.
        runner: &'a RunnerFacts,
    },
    /// Its runner, or Core, was lost.
    TurnInterrupted {
        /// When.
        ts: u64,
        /// The turn.
        turn_id: &'a TurnId,
        /// Why.
        reason: String,
    },
    /// The history was summarised.
    Compacted {
        /// When.
        ts: u64,
        /// Its id.
        compaction_id: &'a RequestId,
        /// The last message that the summary stands for.
        up_to: &'a MessageId,
        /// It.
        summary: &'a str,
        /// Who made it.
        by: SummaryBy,
        /// What stays although it is older.
        kept: &'a [MessageId],
        /// Counts.
        tokens_before: u64,
        /// Counts.
        tokens_after: u64,
        /// Counts.
        messages_before: u64,
        /// Counts.
        messages_after: u64,
    },
    /// It counts no more.
    CompactionUndone {
        /// When.
        ts: u64,
        /// Which.
        compaction_id: &'a RequestId,
    },
}

impl Own<'_> {
    /// As the store takes it.
    pub fn draft(&self) -> Result<EventDraft, ErrorInfo> {
        EventDraft::of(self).map_err(storage)
    }
}

/// The end of an attempt.
pub fn interrupted(ts: u64, turn_id: &TurnId, reason: &str) -> Result<EventDraft, ErrorInfo> {
    Own::TurnInterrupted { ts, turn_id, reason: clip(reason, 1000) }.draft()
}
