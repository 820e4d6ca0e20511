//! The fold of events that make and fill messages.

use rusqlite::{OptionalExtension, params};

use super::append::Fold;
use super::event::{Event, MessageAdded, RequestAnswered, RequestOpened, Steered, TextAdded, ToolCalled, TurnNoted};
use super::messages::content_of;
use super::parts::{RequestPart, ToolPart, fresh, line, units};
use super::turns::Running;
use super::words::{MessageRole, MessageState};
use crate::error::StoreError;
use crate::rows::{check_id, to_json, to_sql};

/// A message to put into the tree.
pub(super) struct NewMessage<'m> {
    pub(super) message_id: &'m str,
    pub(super) parent_id: Option<&'m str>,
    pub(super) role: MessageRole,
    pub(super) state: MessageState,
    pub(super) turn: Option<(&'m str, &'m str, &'m str)>,
}

impl Fold<'_, '_> {
    /// Puts a message into the tree and moves the tip to it. Answers its number.
    pub(super) fn insert_message(&mut self, event: &Event<'_>, new: &NewMessage<'_>) -> Result<i64, StoreError> {
        check_id("message", new.message_id)?;
        let parent = new.parent_id.map(|id| self.tx.node_of(self.row.id, id)).transpose()?;
        let jump = parent.map_or(Ok(0), |parent| self.tx.jump_below(&parent))?;
        let (turn_id, model, provider) =
            new.turn.map_or((None, None, None), |(turn, model, provider)| (Some(turn), Some(model), Some(provider)));
        let id: Option<i64> = self
            .tx
            .conn()
            .prepare_cached(
                "INSERT INTO session_messages (session, message_id, parent, jump, depth, role, state, turn_id, created_at, first_seq, last_seq, model, provider)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12) ON CONFLICT DO NOTHING RETURNING id",
            )?
            .query_row(
                params![
                    self.row.id,
                    new.message_id,
                    parent.map_or(0, |parent| parent.id),
                    jump,
                    parent.map_or(0, |parent| parent.depth + 1),
                    new.role.as_str(),
                    new.state.as_str(),
                    turn_id,
                    to_sql(event.ts),
                    to_sql(event.seq),
                    model,
                    provider
                ],
                |row| row.get(0),
            )
            .optional()?;
        let id = id.ok_or_else(|| StoreError::Conflict(format!("A message `{}` is in this session already.", new.message_id)))?;
        if let Some(parent) = parent {
            self.tx.conn().prepare_cached("UPDATE session_messages SET leaf = 0 WHERE id = ?1 AND leaf")?.execute([parent.id])?;
        }
        self.row.tip = id;
        Ok(id)
    }

    pub(super) fn message_added(&mut self, event: &Event<'_>, e: &MessageAdded<'_>) -> Result<(), StoreError> {
        let new = NewMessage {
            message_id: &e.message_id,
            parent_id: e.parent_id.as_deref(),
            role: MessageRole::User,
            state: MessageState::Complete,
            turn: None,
        };
        let id = self.insert_message(event, &new)?;
        let content = content_of(e.parts.get()).map_err(|e| StoreError::invalid(format!("The parts of a message cannot be read: {e}")))?;
        self.tx.settle_body(id, e.parts.get())?;
        self.active(event.ts, line(&content));
        Ok(())
    }

    /// A word more in the message that is being written.
    fn touch(&self, event: &Event<'_>, turn: &Running, bytes: usize) -> Result<(), StoreError> {
        self.tx.conn().prepare_cached("UPDATE session_messages SET last_seq = ?2, bytes = bytes + ?3 WHERE id = ?1")?.execute(params![
            turn.message,
            to_sql(event.seq),
            to_sql(bytes as u64)
        ])?;
        Ok(())
    }

    /// A new part that is not text.
    fn insert_part(&mut self, event: &Event<'_>, part: u32, new: &NewPart<'_>) -> Result<(), StoreError> {
        let turn = self.running_in(new.turn_id, new.message_id)?;
        let inserted = self
            .tx
            .conn()
            .prepare_cached(
                "INSERT INTO session_parts (message, part, kind, call_id, request_id, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![turn.message, part, new.kind, new.call_id, new.request_id, new.body])?;
        super::append::changed(inserted, || format!("Part {part} of message `{}`, or what it holds, is there already.", new.message_id))?;
        self.touch(event, &turn, new.body.len())
    }

    pub(super) fn text_added(&mut self, event: &Event<'_>, e: &TextAdded<'_>) -> Result<(), StoreError> {
        let turn = self.running_in(&e.turn_id, &e.message_id)?;
        let conn = self.tx.conn();
        let there: Option<(String, i64)> = conn
            .prepare_cached("SELECT kind, units FROM session_parts WHERE message = ?1 AND part = ?2")?
            .query_row(params![turn.message, e.part], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let have = match there {
            Some((kind, have)) if kind == e.kind => have as u64,
            Some(_) => return Err(StoreError::Conflict(format!("Part {} of message `{}` is no {}.", e.part, e.message_id, e.kind))),
            None => {
                conn.prepare_cached("INSERT INTO session_parts (message, part, kind) VALUES (?1, ?2, ?3)")?.execute(params![
                    turn.message,
                    e.part,
                    e.kind
                ])?;
                0
            }
        };
        let text = fresh(&e.text, e.offset, have);
        if !text.is_empty() {
            conn.prepare_cached("INSERT INTO session_pieces (message, part, text) VALUES (?1, ?2, ?3)")?.execute(params![
                turn.message,
                e.part,
                text
            ])?;
            conn.prepare_cached("UPDATE session_parts SET units = ?3 WHERE message = ?1 AND part = ?2")?.execute(params![
                turn.message,
                e.part,
                to_sql(have + units(text))
            ])?;
        }
        self.touch(event, &turn, text.len())
    }

    pub(super) fn steered(&mut self, event: &Event<'_>, e: &Steered<'_>) -> Result<(), StoreError> {
        let body = format!("{{\"type\":\"steer\",\"text\":{}}}", to_json(&e.text)?);
        let new = NewPart { turn_id: &e.turn_id, message_id: &e.message_id, kind: "steer", call_id: None, request_id: None, body: &body };
        self.insert_part(event, e.part, &new)?;
        self.tx
            .conn()
            .prepare_cached("DELETE FROM session_queue WHERE session = ?1 AND queued_id = ?2")?
            .execute(params![self.row.id, e.queued_id])?;
        self.active(event.ts, line(&e.text));
        Ok(())
    }

    pub(super) fn turn_noted(&mut self, event: &Event<'_>, e: &TurnNoted<'_>) -> Result<(), StoreError> {
        let body = format!("{{\"type\":\"note\",\"code\":{},\"text\":{}}}", to_json(&e.code)?, to_json(&e.text)?);
        let new = NewPart { turn_id: &e.turn_id, message_id: &e.message_id, kind: "note", call_id: None, request_id: None, body: &body };
        self.insert_part(event, e.part, &new)
    }

    pub(super) fn tool_called(&mut self, event: &Event<'_>, e: &ToolCalled<'_>) -> Result<(), StoreError> {
        let body = to_json(&ToolPart::called(e))?;
        let new = NewPart {
            turn_id: &e.turn_id,
            message_id: &e.message_id,
            kind: "tool",
            call_id: Some(&e.call_id),
            request_id: None,
            body: &body,
        };
        self.insert_part(event, e.part, &new)?;
        self.active(event.ts, line(&e.title));
        Ok(())
    }

    /// Something happened to a call of a tool.
    pub(super) fn tool_changed(
        &mut self,
        event: &Event<'_>,
        turn_id: &str,
        call_id: &str,
        change: impl FnOnce(&mut ToolPart),
    ) -> Result<(), StoreError> {
        let turn = self.running(turn_id)?;
        let body: String = self
            .tx
            .conn()
            .prepare_cached("SELECT body FROM session_parts WHERE message = ?1 AND call_id = ?2")?
            .query_row(params![turn.message, call_id], |row| row.get(0))
            .optional()?
            .ok_or_else(|| StoreError::not_found("call", call_id))?;
        let mut part: ToolPart = serde_json::from_str(&body).map_err(|e| StoreError::Damaged(e.to_string()))?;
        change(&mut part);
        let after = to_json(&part)?;
        self.tx.conn().prepare_cached("UPDATE session_parts SET body = ?3 WHERE message = ?1 AND call_id = ?2")?.execute(params![
            turn.message,
            call_id,
            after
        ])?;
        self.touch(event, &turn, after.len().saturating_sub(body.len()))
    }

    pub(super) fn request_opened(&mut self, event: &Event<'_>, e: &RequestOpened<'_>) -> Result<(), StoreError> {
        let request = RequestPart::opened(e.request).map_err(|e| StoreError::invalid(format!("A request cannot be read: {e}")))?;
        check_id("request", &request.request_id)?;
        let body = RequestPart::json(e.request.get());
        let (turn_id, message_id) = (e.turn_id.as_str(), e.message_id.as_str());
        self.insert_part(
            event,
            e.part,
            &NewPart { turn_id, message_id, kind: "request", call_id: None, request_id: Some(&request.request_id), body: &body },
        )?;
        let turn = self.running(turn_id)?;
        let opened = self
            .tx
            .conn()
            .prepare_cached(
                "INSERT INTO session_requests (session, request_id, turn, part, call_id, opened_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            )?
            .execute(params![self.row.id, request.request_id, turn.id, e.part, request.call_id, to_sql(event.ts), e.request.get()])?;
        super::append::changed(opened, || format!("The request `{}` is open already.", request.request_id))?;
        if let Some(call_id) = &request.call_id {
            self.tool_changed(event, turn_id, call_id, |part| part.waits(true))?;
        }
        self.active(event.ts, line(&request.title));
        self.state_of_turn()
    }

    pub(super) fn request_answered(&mut self, event: &Event<'_>, e: &RequestAnswered<'_>) -> Result<(), StoreError> {
        let turn = self.running(&e.turn_id)?;
        let conn = self.tx.conn();
        let call: Option<Option<String>> = conn
            .prepare_cached("DELETE FROM session_requests WHERE session = ?1 AND request_id = ?2 AND turn = ?3 RETURNING call_id")?
            .query_row(params![self.row.id, e.request_id, turn.id], |row| row.get(0))
            .optional()?;
        let call = call.ok_or_else(|| StoreError::Conflict("This request is not open any more.".to_owned()))?;
        let before: String = conn
            .prepare_cached("SELECT body FROM session_parts WHERE message = ?1 AND request_id = ?2")?
            .query_row(params![turn.message, e.request_id], |row| row.get(0))?;
        conn.prepare_cached("UPDATE session_parts SET body = ?3 WHERE message = ?1 AND request_id = ?2")?.execute(params![
            turn.message,
            e.request_id,
            RequestPart::answered(&before, e)
        ])?;
        self.touch(event, &turn, e.answer.get().len())?;
        if let Some(call_id) = call {
            self.tool_changed(event, &e.turn_id, &call_id, |part| part.waits(false))?;
        }
        self.active(event.ts, None);
        self.state_of_turn()
    }
}

struct NewPart<'p> {
    turn_id: &'p str,
    message_id: &'p str,
    kind: &'p str,
    call_id: Option<&'p str>,
    request_id: Option<&'p str>,
    body: &'p str,
}
