//! Reading messages: one page of the shown branch is one query along the tree, however long the conversation is.
//!
//! A settled message has its parts as one JSON text; one that is being written is put together from its pieces.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::parts::line;
use super::rows::{SessionRow, Usage};
use super::tree::Node;
use super::words::{MessageRole, MessageState, bad};
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::instant::as_timestamp;
use crate::rows::{Json, from_sql, json_from_sql_opt, to_json};
use crate::stream_name::StreamName;

/// What stands between the text parts of a message in its `content`.
pub const PART_BREAK: &str = "\n\n";
/// A page ends after this many bytes of messages (but has at least one).
const PAGE_BYTES: u64 = 8 << 20;

/// A message. Serialises to the wire's `Message`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageRow {
    /// Its id.
    #[serde(rename = "id")]
    pub message_id: String,
    /// Its session.
    pub session_id: String,
    /// The message that it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Who says it.
    pub role: MessageRole,
    /// Its text parts, with [`PART_BREAK`] between them.
    pub content: String,
    /// JSON array of `MessagePart`.
    pub parts: Json,
    /// When it was begun.
    #[serde(serialize_with = "as_timestamp")]
    pub timestamp: u64,
    /// Where it stands.
    pub state: MessageState,
    /// The model that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The provider that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What it used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// How long its turn took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<f64>,
    /// JSON of a `StepError`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Json>,
    /// The turn that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// Kept by compactions.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// All messages with the same parent, where there is more than this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branches: Option<Vec<String>>,
    /// A summary stands for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub compacted: bool,
    /// The last event that it contains.
    pub seq: u64,
    #[serde(skip)]
    pub(super) depth: i64,
    #[serde(skip)]
    id: i64,
    #[serde(skip)]
    parent: i64,
}

/// Messages of the shown branch, oldest first. Serialises to the wire's `MessagePage`.
#[derive(Debug, Clone, Serialize)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<MessageRow>,
    /// What to ask for to get those before them, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// How many the shown branch has.
    pub total: u64,
    /// The stream's epoch.
    pub epoch: std::sync::Arc<str>,
    /// The event that they are as of.
    pub head: u64,
}

/// Which messages of the shown branch.
#[derive(Debug, Clone, Copy, Default)]
pub enum PageAt<'a> {
    /// The last ones.
    #[default]
    Latest,
    /// Those before this one.
    Before(&'a str),
    /// This one with some before and after it.
    Around(&'a str),
}

pub(super) const COLUMNS: &str = "m.message_id, p.message_id, m.role, b.parts, m.created_at, m.state, m.model, m.provider, m.usage, m.ms, m.error, m.turn_id,
  m.pinned, m.last_seq, m.depth, m.id, m.parent, (SELECT count(*) FROM session_messages s WHERE s.session = m.session AND s.parent = m.parent)";
pub(super) const TABLES: &str =
    "session_messages m LEFT JOIN session_messages p ON p.id = m.parent LEFT JOIN session_bodies b ON b.message = m.id";

#[derive(Deserialize)]
struct AnyPart<'p> {
    #[serde(borrow, rename = "type")]
    kind: std::borrow::Cow<'p, str>,
    #[serde(borrow, default)]
    text: std::borrow::Cow<'p, str>,
}

/// The text parts of a JSON array of parts.
pub(super) fn content_of(parts: &str) -> Result<String, serde_json::Error> {
    let parts: Vec<AnyPart<'_>> = serde_json::from_str(parts)?;
    let mut content = String::new();
    for part in parts.iter().filter(|part| part.kind == "text" && !part.text.is_empty()) {
        if !content.is_empty() {
            content.push_str(PART_BREAK);
        }
        content.push_str(&part.text);
    }
    Ok(content)
}

/// The last text part that has a line, as a line.
pub(super) fn last_text(parts: &str) -> Result<Option<String>, serde_json::Error> {
    let parts: Vec<AnyPart<'_>> = serde_json::from_str(parts)?;
    Ok(parts.iter().rev().filter(|part| part.kind == "text").find_map(|part| line(&part.text)))
}

/// A row, and how many messages have its parent. `parts` is empty for one that is being written.
pub(super) fn message(row: &Row<'_>, session_id: &str) -> rusqlite::Result<(MessageRow, u64)> {
    let parts: Option<String> = row.get(3)?;
    let usage: Option<String> = row.get(8)?;
    let row_ = MessageRow {
        message_id: row.get(0)?,
        session_id: session_id.to_owned(),
        parent_id: row.get(1)?,
        role: MessageRole::read(row, 2)?,
        content: parts.as_deref().map_or(Ok(String::new()), content_of).map_err(|e| bad(3, e.to_string()))?,
        parts: Json::from(
            serde_json::value::RawValue::from_string(parts.unwrap_or_else(|| "[]".to_owned())).map_err(|e| bad(3, e.to_string()))?,
        ),
        timestamp: from_sql(row, 4)?,
        state: MessageState::read(row, 5)?,
        model: row.get(6)?,
        provider: row.get(7)?,
        usage: usage.map(|usage| serde_json::from_str(&usage)).transpose().map_err(|e| bad(8, e.to_string()))?,
        ms: row.get(9)?,
        error: json_from_sql_opt(row, 10)?,
        turn_id: row.get(11)?,
        pinned: row.get(12)?,
        branches: None,
        compacted: false,
        seq: from_sql(row, 13)?,
        depth: row.get(14)?,
        id: row.get(15)?,
        parent: row.get(16)?,
    };
    Ok((row_, from_sql(row, 17)?))
}

impl ReadTx<'_> {
    /// A page of the shown branch: at most `limit` messages, and about 8 MiB.
    ///
    /// # Errors
    /// `NotFound` if there is no such session or message.
    pub fn read_messages(&self, session_id: &str, at: PageAt<'_>, limit: u64) -> Result<MessagePage, StoreError> {
        let row = self.get_session(session_id)?;
        let tip = self.tip_node(row.tip)?;
        let limit = i64::try_from(limit.clamp(1, 10_000)).unwrap_or(1);
        // The end of the branch that is read, and the last message of the page.
        let (end, last) = match at {
            PageAt::Latest => (tip, tip),
            PageAt::Before(id) => {
                let node = self.node_of(row.id, id)?;
                (self.branch_through(&row, tip, &node)?, self.tip_node(node.parent)?)
            }
            PageAt::Around(id) => {
                let node = self.node_of(row.id, id)?;
                let end = self.branch_through(&row, tip, &node)?;
                (end, end.map(|end| self.ancestor_at(end, node.depth + limit / 2)).transpose()?)
            }
        };
        let (epoch, head) = self.stream_head(&StreamName::session(session_id))?;
        let mut messages = match last {
            Some(last) => self.path(row.id, session_id, last, limit, PAGE_BYTES)?,
            None => Vec::new(),
        };
        if let Some(end) = end {
            self.mark_compacted(&row, end, &mut messages)?;
        }
        let before = messages.first().filter(|first| first.parent != 0).map(|first| first.message_id.clone());
        Ok(MessagePage { messages, before, total: row.message_count, epoch, head })
    }

    /// The shown branch if the message is on it, else the newest one that it is on.
    fn branch_through(&self, row: &SessionRow, tip: Option<Node>, node: &Node) -> Result<Option<Node>, StoreError> {
        match tip {
            Some(tip) if self.is_above(tip, node)? => Ok(Some(tip)),
            _ => self.latest_tip(row.id, node).map(Some),
        }
    }

    /// One message.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_message(&self, session_id: &str, message_id: &str) -> Result<MessageRow, StoreError> {
        let session = self.session_number(session_id)?;
        let (mut row, siblings) = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.session = ?1 AND m.message_id = ?2"))?
            .query_row(params![session, message_id], |row| message(row, session_id))
            .optional()?
            .ok_or_else(|| StoreError::not_found("message", message_id))?;
        self.complete(session, &mut row, siblings)?;
        Ok(row)
    }

    /// The messages from `last` back towards the root, oldest first: at most `limit`, and about so many bytes (but at least one).
    pub(super) fn path(&self, session: i64, session_id: &str, last: Node, limit: i64, bytes: u64) -> Result<Vec<MessageRow>, StoreError> {
        let sql = format!(
            "WITH RECURSIVE path (id, parent, n, bytes) AS (
               SELECT id, parent, 1, bytes FROM session_messages WHERE id = ?1
               UNION ALL
               SELECT m.id, m.parent, n + 1, path.bytes + m.bytes FROM path JOIN session_messages m ON m.id = path.parent
               WHERE n < ?2 AND path.bytes + m.bytes <= ?3)
             SELECT {COLUMNS} FROM path CROSS JOIN {TABLES} WHERE m.id = path.id"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows: Vec<(MessageRow, u64)> = statement
            .query_map(params![last.id, limit, crate::rows::to_sql(bytes)], |row| message(row, session_id))?
            .collect::<Result<_, _>>()?;
        rows.sort_by_key(|(row, _)| row.depth);
        let mut messages = Vec::with_capacity(rows.len());
        for (mut row, siblings) in rows {
            self.complete(session, &mut row, siblings)?;
            messages.push(row);
        }
        Ok(messages)
    }

    fn complete(&self, session: i64, row: &mut MessageRow, siblings: u64) -> Result<(), StoreError> {
        if siblings > 1 {
            row.branches = self.branches(session, row.parent)?;
        }
        if row.state == MessageState::Streaming {
            let parts = self.parts_so_far(row.id)?;
            let damaged =
                |e: serde_json::Error| StoreError::Damaged(format!("the parts of message {} cannot be read: {e}", row.message_id));
            row.content = content_of(&parts).map_err(damaged)?;
            row.parts = serde_json::value::RawValue::from_string(parts).map_err(damaged)?;
        }
        Ok(())
    }

    /// JSON array of the parts of a message that is being written.
    pub(super) fn parts_so_far(&self, message: i64) -> Result<String, StoreError> {
        let mut json = String::from("[");
        let mut parts = self.conn.prepare_cached("SELECT part, kind, body FROM session_parts WHERE message = ?1 ORDER BY part")?;
        let mut pieces = self.conn.prepare_cached("SELECT text FROM session_pieces WHERE message = ?1 AND part = ?2 ORDER BY id")?;
        let mut rows = parts.query([message])?;
        while let Some(row) = rows.next()? {
            if json.len() > 1 {
                json.push(',');
            }
            let (part, kind, body): (i64, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if let Some(body) = body {
                json.push_str(&body);
                continue;
            }
            let mut text = String::new();
            let mut rows = pieces.query([message, part])?;
            while let Some(row) = rows.next()? {
                text.push_str(row.get_ref(0)?.as_str().map_err(|e| StoreError::Damaged(e.to_string()))?);
            }
            json.push_str(&format!("{{\"type\":{},\"text\":{}}}", to_json(&kind)?, to_json(&text)?));
        }
        json.push(']');
        Ok(json)
    }
}
