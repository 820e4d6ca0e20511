//! The one door for events of a session: they are appended to its stream and folded into its rows in the same transaction.
//!
//! An event that does not fit what is there (an answer to a request that is closed, a word of a turn that has ended, a parent that is
//! not there) is refused, and with it everything else that its write was about to do.

use rusqlite::params;

use super::event::{Event, What};
use super::rows::{SessionRow, Usage};
use super::settle::{index_all, index_is_sound};
use super::words::SessionState;
use crate::error::StoreError;
use crate::events::EventDraft;
use crate::rows::{to_json, to_sql};
use crate::stream_name::StreamName;
use crate::streams::Appended;
use crate::writer::WriteTx;

/// A session while events are folded into it.
pub(super) struct Fold<'t, 'c> {
    pub(super) tx: &'t mut WriteTx<'c>,
    pub(super) row: SessionRow,
    /// What turns that have ended used.
    pub(super) settled: Usage,
    /// Numbers of the running turn and its message, once they were looked up.
    pub(super) turn: Option<super::turns::Running>,
}

impl WriteTx<'_> {
    /// Appends events (`SessionEvent` without `sessionId` and `seq`) to a session, folds them into messages, requests, queue and so on,
    /// and announces the session if what lists show of it has changed. Answers the events with their places and the session.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` or `Invalid` if an event does not fit; then none of them was taken.
    pub fn append_session(&mut self, session_id: &str, drafts: &[EventDraft]) -> Result<(Appended, SessionRow), StoreError> {
        match self.all_or_nothing(|tx| tx.append_and_fold(session_id, drafts)) {
            // A turn must be able to end: a bad index of words costs a moment, not the answer.
            Err(StoreError::Damaged(reason)) if !self.conn().is_autocommit() && !index_is_sound(self.conn()) => {
                tracing::warn!(reason, "the index of words is damaged; it is made anew");
                self.all_or_nothing(|tx| index_all(tx.conn()))?;
                self.all_or_nothing(|tx| tx.append_and_fold(session_id, drafts))
            }
            other => other,
        }
    }

    /// Runs a part of a write that leaves nothing behind if it fails.
    fn all_or_nothing<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mark = self.committed.len();
        self.conn().prepare_cached("SAVEPOINT part")?.execute([])?;
        // The index writes what it gathered when a savepoint begins; if it cannot, that must be known here.
        let result = part(self).and_then(|value| {
            self.conn().prepare_cached("SAVEPOINT words")?.execute([])?;
            self.conn().prepare_cached("RELEASE words")?.execute([])?;
            Ok(value)
        });
        if !self.conn().is_autocommit() {
            if result.is_err() {
                self.committed.truncate(mark);
                self.conn().prepare_cached("ROLLBACK TO part")?.execute([])?;
            }
            self.conn().prepare_cached("RELEASE part")?.execute([])?;
        }
        result
    }

    fn append_and_fold(&mut self, session_id: &str, drafts: &[EventDraft]) -> Result<(Appended, SessionRow), StoreError> {
        let before = self.get_session(session_id)?;
        let appended = self.append_alone(&StreamName::session(session_id), drafts)?;
        let ts = self.fold_session(&before, appended.events.iter())?;
        let after = self.get_session(session_id)?;
        if after != before {
            self.announce("session-changed", ts, "session", &after)?;
        }
        Ok((appended, after))
    }

    /// Folds events that are in the stream into the rows. Answers the time of the last one.
    pub(super) fn fold_session<'e>(&mut self, row: &SessionRow, events: impl Iterator<Item = &'e str>) -> Result<u64, StoreError> {
        let settled = self.settled_usage(row.id)?;
        let mut fold = Fold { tx: self, row: row.clone(), settled, turn: None };
        let mut ts = row.last_active;
        for text in events {
            let event = Event::parse(text)?;
            ts = event.ts;
            fold.apply(&event)?;
        }
        let Fold { row, settled, .. } = fold;
        self.conn()
            .prepare_cached("UPDATE sessions SET last_active = ?2, state = ?3, last = ?4, usage = ?5, tip = ?6, turn = ?7 WHERE id = ?1")?
            .execute(params![row.id, to_sql(row.last_active), row.state.as_str(), row.last, to_json(&settled)?, row.tip, row.turn])?;
        Ok(ts)
    }
}

impl Fold<'_, '_> {
    /// Something happened that counts as activity, and says so in a line.
    pub(super) fn active(&mut self, ts: u64, line: Option<String>) {
        self.row.last_active = self.row.last_active.max(ts);
        self.row.last = line.or(self.row.last.take());
    }

    fn apply(&mut self, event: &Event<'_>) -> Result<(), StoreError> {
        let (id, at) = (self.row.id, event.ts);
        match &event.what {
            What::SessionCreated(_) => Ok(()),
            What::MessageAdded(e) => self.message_added(event, e),
            What::MessagePinned(e) => {
                let node = self.tx.node_of(id, &e.message_id)?;
                self.tx.conn().prepare_cached("UPDATE session_messages SET pinned = ?2, last_seq = ?3 WHERE id = ?1")?.execute(params![
                    node.id,
                    e.pinned,
                    to_sql(event.seq)
                ])?;
                Ok(())
            }
            What::TipMoved(e) => {
                self.row.tip = e.message_id.as_deref().map_or(Ok(0), |message_id| self.tx.node_of(id, message_id).map(|node| node.id))?;
                Ok(())
            }
            What::QueueChanged(e) => self.tx.replace_queue(id, &e.queue),
            What::FoldersChanged(e) => self.tx.replace_folders(id, &e.folders),
            What::TurnStarted(e) => self.turn_started(event, e),
            What::TurnAttempted(e) => {
                let turn = self.running(&e.turn_id)?;
                self.tx
                    .conn()
                    .prepare_cached("UPDATE session_turns SET attempt = ?2 WHERE id = ?1")?
                    .execute(params![turn.id, to_sql(e.attempt)])?;
                Ok(())
            }
            What::TurnInterrupted(e) => self.running(&e.turn_id).map(drop),
            What::TextAdded(e) => self.text_added(event, e),
            What::Steered(e) => self.steered(event, e),
            What::ToolCalled(e) => self.tool_called(event, e),
            What::ToolStarted(e) => self.tool_changed(event, &e.turn_id, &e.call_id, |part| part.started(e)),
            What::ToolFinished(e) => self.tool_changed(event, &e.turn_id, &e.call_id, |part| part.finished(e)),
            What::RequestOpened(e) => self.request_opened(event, e),
            What::RequestAnswered(e) => self.request_answered(event, e),
            What::TodosChanged(e) => {
                self.running(&e.turn_id)?;
                self.tx.conn().prepare_cached("UPDATE sessions SET todos = ?2 WHERE id = ?1")?.execute(params![id, e.todos.get()])?;
                Ok(())
            }
            What::UsageReported(e) => self.usage_reported(event, e),
            What::TurnNoted(e) => self.turn_noted(event, e),
            What::ContextMeasured(e) => {
                self.tx.conn().prepare_cached("UPDATE sessions SET context = ?2 WHERE id = ?1")?.execute(params![id, e.context.get()])?;
                Ok(())
            }
            What::TurnFinished(e) => self.turn_finished(event, e),
            What::Compacted(e) => {
                let up_to = self.tx.node_of(id, &e.up_to)?;
                let inserted = self
                    .tx
                    .conn()
                    .prepare_cached(
                        "INSERT INTO session_compactions (session, compaction_id, up_to, made_at, summary, made_by, kept, tokens_before, tokens_after, messages_before, messages_after)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![
                        id,
                        e.compaction_id,
                        up_to.id,
                        to_sql(at),
                        e.summary,
                        e.by,
                        to_json(&e.kept)?,
                        to_sql(e.tokens_before),
                        to_sql(e.tokens_after),
                        to_sql(e.messages_before),
                        to_sql(e.messages_after)
                    ])?;
                changed(inserted, || format!("The compaction `{}` was made already.", e.compaction_id))
            }
            What::CompactionUndone(e) => {
                let undone = self
                    .tx
                    .conn()
                    .prepare_cached("UPDATE session_compactions SET undone = 1 WHERE session = ?1 AND compaction_id = ?2 AND NOT undone")?
                    .execute(params![id, e.compaction_id])?;
                changed(undone, || format!("There is no compaction `{}` that could be undone.", e.compaction_id))
            }
        }
    }

    /// What the state is while a turn runs: it waits if one of its requests does.
    pub(super) fn state_of_turn(&mut self) -> Result<(), StoreError> {
        let waits: bool = self
            .tx
            .conn()
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM session_requests WHERE session = ?1)")?
            .query_row([self.row.id], |row| row.get(0))?;
        self.row.state = if waits { SessionState::Waiting } else { SessionState::Running };
        Ok(())
    }
}

/// A statement that had to change a row.
pub(super) fn changed(rows: usize, otherwise: impl FnOnce() -> String) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Conflict(otherwise())) } else { Ok(()) }
}
