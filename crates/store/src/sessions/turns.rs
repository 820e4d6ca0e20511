//! Turns: which one runs, its beginning and end, and its journal for a runner that takes it up again.

use rusqlite::{OptionalExtension, Row, params};
use serde::Deserialize;

use super::append::Fold;
use super::event::{Event, TurnFinished, TurnStarted, UsageReported};
use super::fold_messages::NewMessage;
use super::messages::last_text;
use super::parts::{ToolPart, line};
use super::rows::Usage;
use super::words::{MessageRole, MessageState, SessionMode, SessionState, bad};
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::events::EventDraft;
use crate::rows::{check_id, from_sql, to_json, to_sql};
use crate::stream_name::StreamName;

/// A turn that has not ended.
#[derive(Debug, Clone)]
pub struct OpenTurn {
    /// Its session.
    pub session_id: String,
    /// Its id.
    pub turn_id: String,
    /// The message that it writes.
    pub message_id: String,
    /// The message that it answers.
    pub parent_id: String,
    /// The model that was chosen when it began.
    pub model: String,
    /// Its provider.
    pub provider: String,
    /// The mode that it began with.
    pub mode: SessionMode,
    /// How many runners took it; 0 if none did yet.
    pub attempt: u64,
    /// When it began.
    pub started_at: u64,
    /// The `seq` of its `turn-started`.
    pub first_seq: u64,
}

/// Numbers of the running turn.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) id: i64,
    pub(super) message: i64,
    turn_id: String,
    message_id: String,
}

const COLUMNS: &str =
    "s.session_id, t.turn_id, m.message_id, p.message_id, m.model, m.provider, t.mode, t.attempt, t.started_at, t.first_seq";
const TABLES: &str = "session_turns t JOIN sessions s ON s.id = t.session JOIN session_messages m ON m.id = t.message JOIN session_messages p ON p.id = m.parent";

fn open_turn(row: &Row<'_>) -> rusqlite::Result<OpenTurn> {
    Ok(OpenTurn {
        session_id: row.get(0)?,
        turn_id: row.get(1)?,
        message_id: row.get(2)?,
        parent_id: row.get(3)?,
        model: row.get(4)?,
        provider: row.get(5)?,
        mode: SessionMode::read(row, 6)?,
        attempt: from_sql(row, 7)?,
        started_at: from_sql(row, 8)?,
        first_seq: from_sql(row, 9)?,
    })
}

/// What a runner writes of a turn: the wire's `TurnEvent`.
const TURN_EVENTS: [&str; 13] = [
    "text-added",
    "steered",
    "tool-called",
    "tool-started",
    "tool-finished",
    "request-opened",
    "request-answered",
    "todos-changed",
    "usage-reported",
    "turn-noted",
    "context-measured",
    "compacted",
    "turn-finished",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<'e> {
    #[serde(borrow, rename = "type")]
    kind: std::borrow::Cow<'e, str>,
    turn_id: Option<String>,
}

impl ReadTx<'_> {
    /// The turns that have not ended, oldest first: what must be taken up again at start.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn open_turns(&self) -> Result<Vec<OpenTurn>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE t.last_seq IS NULL ORDER BY t.id");
        let rows = self.conn.prepare_cached(&sql)?.query_map([], open_turn)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// The turn of a session that has not ended.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn open_turn(&self, session_id: &str) -> Result<Option<OpenTurn>, StoreError> {
        let row = self.get_session(session_id)?;
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE t.id = ?1");
        Ok(self.conn.prepare_cached(&sql)?.query_row([row.turn], open_turn).optional()?)
    }

    /// What was written of a turn so far, as drafts (without `sessionId` and `seq`), to hand to a runner.
    ///
    /// # Errors
    /// `NotFound` if there is no such session or turn.
    pub fn turn_journal(&self, session_id: &str, turn_id: &str) -> Result<Vec<EventDraft>, StoreError> {
        let session = self.session_number(session_id)?;
        let stream = StreamName::session(session_id);
        let (first, last): (u64, Option<u64>) = self
            .conn
            .prepare_cached("SELECT first_seq, last_seq FROM session_turns WHERE session = ?1 AND turn_id = ?2")?
            .query_row(params![session, turn_id], |row| Ok((from_sql(row, 0)?, crate::rows::from_sql_opt(row, 1)?)))
            .optional()?
            .ok_or_else(|| StoreError::not_found("turn", turn_id))?;
        let (mut after, opening) = (first, stream.opening());
        let mut drafts = Vec::new();
        loop {
            let page = self.read_stream(&stream, after, crate::PAGE_LIMIT)?;
            let last = last.unwrap_or(page.head);
            for (seq, text) in (after + 1..=last).zip(page.events.iter()) {
                let written: Written<'_> = serde_json::from_str(text).map_err(|e| StoreError::Damaged(e.to_string()))?;
                if TURN_EVENTS.contains(&&*written.kind) && written.turn_id.is_none_or(|id| id == turn_id) {
                    let own = text
                        .strip_prefix(&format!("{opening}{seq},"))
                        .ok_or_else(|| StoreError::Damaged(format!("event {seq} is not as it was written")))?;
                    drafts.push(EventDraft::new(format!("{{{own}"))?);
                }
            }
            after = page.events.last_seq();
            if page.events.is_empty() || after >= last {
                return Ok(drafts);
            }
        }
    }
}

impl Fold<'_, '_> {
    /// The running turn, if it is this one.
    pub(super) fn running(&mut self, turn_id: &str) -> Result<Running, StoreError> {
        if self.turn.is_none() {
            self.turn = self
                .tx
                .conn()
                .prepare_cached("SELECT t.id, t.message, t.turn_id, m.message_id FROM session_turns t JOIN session_messages m ON m.id = t.message WHERE t.id = ?1")?
                .query_row([self.row.turn], |row| Ok(Running { id: row.get(0)?, message: row.get(1)?, turn_id: row.get(2)?, message_id: row.get(3)? }))
                .optional()?;
        }
        match &self.turn {
            Some(turn) if turn.turn_id == turn_id => Ok(turn.clone()),
            _ => Err(StoreError::Conflict(format!("The turn `{turn_id}` does not run (any more)."))),
        }
    }

    pub(super) fn running_in(&mut self, turn_id: &str, message_id: &str) -> Result<Running, StoreError> {
        let turn = self.running(turn_id)?;
        if turn.message_id == message_id {
            Ok(turn)
        } else {
            Err(StoreError::Conflict(format!("The turn `{turn_id}` writes another message than `{message_id}`.")))
        }
    }

    pub(super) fn turn_started(&mut self, event: &Event<'_>, e: &TurnStarted<'_>) -> Result<(), StoreError> {
        check_id("turn", &e.turn_id)?;
        if self.row.turn != 0 {
            return Err(StoreError::Conflict("A turn of this session runs already.".to_owned()));
        }
        let new = NewMessage {
            message_id: &e.message_id,
            parent_id: Some(&e.parent_id),
            role: MessageRole::Assistant,
            state: MessageState::Streaming,
            turn: Some((&e.turn_id, &e.model, &e.provider)),
        };
        let message = self.insert_message(event, &new)?;
        let id: Option<i64> = self
            .tx
            .conn()
            .prepare_cached(
                "INSERT INTO session_turns (session, turn_id, message, mode, started_at, first_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING RETURNING id",
            )?
            .query_row(params![self.row.id, e.turn_id, message, e.mode.as_str(), to_sql(event.ts), to_sql(event.seq)], |row| row.get(0))
            .optional()?;
        self.row.turn = id.ok_or_else(|| StoreError::Conflict(format!("There was a turn `{}` already.", e.turn_id)))?;
        self.turn = None;
        self.row.state = SessionState::Running;
        self.active(event.ts, None);
        Ok(())
    }

    pub(super) fn usage_reported(&mut self, event: &Event<'_>, e: &UsageReported<'_>) -> Result<(), StoreError> {
        let turn = self.running_in(&e.turn_id, &e.message_id)?;
        let usage = self.message_usage(turn.message)?.plus(&e.usage);
        self.tx.conn().prepare_cached("UPDATE session_messages SET usage = ?2, last_seq = ?3 WHERE id = ?1")?.execute(params![
            turn.message,
            to_json(&usage)?,
            to_sql(event.seq)
        ])?;
        Ok(())
    }

    fn message_usage(&self, message: i64) -> Result<Usage, StoreError> {
        let usage = self.tx.conn().prepare_cached("SELECT usage FROM session_messages WHERE id = ?1")?.query_row([message], |row| {
            let text: Option<String> = row.get(0)?;
            text.map_or(Ok(Usage::default()), |text| serde_json::from_str(&text).map_err(|e| bad(0, e.to_string())))
        })?;
        Ok(usage)
    }

    pub(super) fn turn_finished(&mut self, event: &Event<'_>, e: &TurnFinished<'_>) -> Result<(), StoreError> {
        let turn = self.running_in(&e.turn_id, &e.message_id)?;
        let (state, after) = match e.state.as_str() {
            "succeeded" => (MessageState::Complete, SessionState::Idle),
            "cancelled" => (MessageState::Cancelled, SessionState::Idle),
            _ => (MessageState::Failed, SessionState::Failed),
        };
        self.close_tools(turn.message)?;
        let conn = self.tx.conn();
        conn.prepare_cached("DELETE FROM session_requests WHERE session = ?1")?.execute([self.row.id])?;
        conn.prepare_cached("UPDATE session_turns SET last_seq = ?2 WHERE id = ?1")?.execute(params![turn.id, to_sql(event.seq)])?;
        conn.prepare_cached("UPDATE session_messages SET state = ?2, usage = ?3, ms = ?4, error = ?5, last_seq = ?6 WHERE id = ?1")?
            .execute(params![
                turn.message,
                state.as_str(),
                to_json(&e.usage)?,
                e.ms,
                e.error.map(|error| error.get()),
                to_sql(event.seq)
            ])?;
        let parts = self.tx.parts_so_far(turn.message)?;
        self.tx.settle_body(turn.message, &parts)?;
        self.tx.drop_parts(turn.message)?;
        self.settled = self.settled.plus(&e.usage);
        self.row.turn = 0;
        self.turn = None;
        self.row.state = after;
        let said = last_text(&parts).map_err(|e| StoreError::Damaged(e.to_string()))?;
        let failed = e.error.and_then(|error| serde_json::from_str::<Failure>(error.get()).ok()).and_then(|failure| line(&failure.message));
        self.active(event.ts, failed.or(said));
        Ok(())
    }

    /// Calls that the turn left open get the end that can be told.
    fn close_tools(&self, message: i64) -> Result<(), StoreError> {
        let conn = self.tx.conn();
        let mut open = Vec::new();
        {
            let mut statement = conn.prepare_cached("SELECT part, body FROM session_parts WHERE message = ?1 AND kind = 'tool'")?;
            let mut rows = statement.query([message])?;
            while let Some(row) = rows.next()? {
                let body = row.get_ref(1)?.as_str().map_err(|e| StoreError::Damaged(e.to_string()))?;
                let mut tool: ToolPart = serde_json::from_str(body).map_err(|e| StoreError::Damaged(e.to_string()))?;
                if tool.is_open() {
                    tool.left_open();
                    open.push((row.get::<_, i64>(0)?, to_json(&tool)?));
                }
            }
        }
        for (part, body) in open {
            conn.prepare_cached("UPDATE session_parts SET body = ?3 WHERE message = ?1 AND part = ?2")?
                .execute(params![message, part, body])?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Failure {
    message: String,
}
