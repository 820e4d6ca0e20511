//! Forking: a branch up to a message becomes a session of its own, in one transaction.
//!
//! The copy is made of the events of that branch, folded like any others, so its stream and its rows agree as everywhere. Messages and turns
//! get new ids, derived from the copy's id and the old one. Folders go along; queued messages, open requests and other branches do not.

use std::collections::{HashMap, HashSet};

use rusqlite::params;
use serde_json::{Map, Value};

use super::rows::{ForkOrigin, NewSession, SessionRow};
use super::words::MessageState;
use crate::blobs::hash_of;
use crate::error::StoreError;
use crate::events::EventDraft;
use crate::rows::to_sql;
use crate::stream_name::StreamName;
use crate::writer::WriteTx;

/// How many events are appended as one group.
const GROUP: usize = 256;

struct Branch<'b> {
    copy_id: &'b str,
    messages: HashSet<String>,
    turns: HashSet<String>,
    ids: HashMap<String, String>,
}

impl Branch<'_> {
    fn id(&mut self, old: &str) -> String {
        let copy_id = self.copy_id;
        self.ids.entry(old.to_owned()).or_insert_with(|| format!("f{}", &hash_of(format!("{copy_id}\n{old}").as_bytes())[..30])).clone()
    }

    /// The event as the copy has it, if it belongs there.
    fn copied(&mut self, mut event: Map<String, Value>) -> Option<Map<String, Value>> {
        let text = |event: &Map<String, Value>, key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let belongs = match text(&event, "type").as_str() {
            "message-added" | "message-pinned" => self.messages.contains(&text(&event, "messageId")),
            "compacted" => self.messages.contains(&text(&event, "upTo")),
            // What was undone in the copy's own branch stays so; of others there is nothing to undo.
            "compaction-undone" => self.ids.contains_key(&text(&event, "compactionId")),
            _ => event.contains_key("turnId") && self.turns.contains(&text(&event, "turnId")),
        };
        if !belongs {
            return None;
        }
        event.shift_remove("sessionId");
        event.shift_remove("seq");
        for key in ["messageId", "parentId", "turnId", "upTo", "compactionId"] {
            if let Some(Value::String(old)) = event.get(key) {
                let new = self.id(&old.clone());
                event.insert(key.to_owned(), Value::String(new));
            }
        }
        if let Some(Value::Array(kept)) = event.get_mut("kept") {
            kept.retain(|id| id.as_str().is_some_and(|id| self.messages.contains(id)));
            for id in kept {
                *id = Value::String(self.id(id.as_str().unwrap_or_default()));
            }
        }
        Some(event)
    }
}

impl WriteTx<'_> {
    /// Copies the branch up to a message into a new session under the given id. Repeating it is harmless.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if the message is still being written or the id belongs to another session.
    pub fn fork_session(&mut self, session_id: &str, message_id: &str, copy_id: &str, ts: u64) -> Result<SessionRow, StoreError> {
        let source = self.get_session(session_id)?;
        let last = self.node_of(source.id, message_id)?;
        if self.get_message(session_id, message_id)?.state == MessageState::Streaming {
            return Err(StoreError::Conflict("This message is still being written; wait for its end, or stop it.".to_owned()));
        }
        let origin = ForkOrigin { session_id: session_id.to_owned(), message_id: message_id.to_owned() };
        let new = NewSession {
            session_id: copy_id.to_owned(),
            channel_id: source.channel_id.clone(),
            created_at: ts,
            model: source.model.clone(),
            title: source.title.clone(),
            titled: source.titled,
            mode: source.mode,
            project_id: source.project_id.clone(),
        };
        let (copy, made) = self.insert_session(&new, Some(&origin))?;
        if !made {
            return if copy.forked_from.as_ref() == Some(&origin) {
                Ok(copy)
            } else {
                Err(StoreError::Conflict(format!("The session `{copy_id}` exists already.")))
            };
        }
        for (table, columns) in [("session_blobs", "hash"), ("session_seen", "hash")] {
            self.conn()
                .prepare_cached(&format!("INSERT INTO {table} (session, {columns}) SELECT ?2, {columns} FROM {table} WHERE session = ?1"))?
                .execute([source.id, copy.id])?;
        }
        let mut branch = Branch { copy_id, messages: HashSet::new(), turns: HashSet::new(), ids: HashMap::new() };
        {
            let mut statement = self.conn().prepare_cached(
                "WITH RECURSIVE path (id, parent, message_id, turn_id) AS (
                   SELECT id, parent, message_id, turn_id FROM session_messages WHERE id = ?1
                   UNION ALL SELECT m.id, m.parent, m.message_id, m.turn_id FROM path JOIN session_messages m ON m.id = path.parent)
                 SELECT message_id, turn_id FROM path",
            )?;
            let mut rows = statement.query([last.id])?;
            while let Some(row) = rows.next()? {
                branch.messages.insert(row.get(0)?);
                branch.turns.extend(row.get::<_, Option<String>>(1)?);
            }
        }
        let folders = self.session_folders(session_id)?;
        if !folders.is_empty() {
            let draft = format!("{{\"type\":\"folders-changed\",\"ts\":{ts},\"folders\":{}}}", crate::rows::to_json(&folders)?);
            self.fold_into(&copy.session_id, &[EventDraft::new(draft)?])?;
        }
        self.copy_events(&StreamName::session(session_id), &mut branch)?;
        self.conn().prepare_cached("UPDATE sessions SET last_active = ?2 WHERE id = ?1")?.execute(params![copy.id, to_sql(ts)])?;
        let copy = self.get_session(copy_id)?;
        self.announce("session-changed", ts, "session", &copy)?;
        Ok(copy)
    }

    fn copy_events(&mut self, from: &StreamName, branch: &mut Branch<'_>) -> Result<(), StoreError> {
        let (copy_id, mut after) = (branch.copy_id, 0);
        loop {
            let page = self.read_stream(from, after, crate::PAGE_LIMIT)?;
            let mut drafts = Vec::new();
            for text in page.events.iter() {
                let event: Map<String, Value> = serde_json::from_str(text).map_err(|e| StoreError::Damaged(e.to_string()))?;
                if let Some(event) = branch.copied(event) {
                    drafts.push(EventDraft::of(&event)?);
                }
            }
            for group in drafts.chunks(GROUP) {
                self.fold_into(copy_id, group)?;
            }
            after = page.events.last_seq();
            if page.events.is_empty() || after >= page.head {
                return Ok(());
            }
        }
    }

    /// As `append_session`, without announcing.
    fn fold_into(&mut self, session_id: &str, drafts: &[EventDraft]) -> Result<(), StoreError> {
        let row = self.get_session(session_id)?;
        let appended = self.append_alone(&StreamName::session(session_id), drafts)?;
        self.fold_session(&row, appended.events.iter())?;
        Ok(())
    }
}
