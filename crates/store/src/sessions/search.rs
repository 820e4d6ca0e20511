//! Full-text search over titles, what was said, and what tools answered (bounded). Words are indexed when a message settles.
//!
//! The index holds words only. For what is shown of a hit, the few texts that were found go into an index in memory, and its `snippet` marks
//! the words there, so that both agree on what a word is. A query is words, never syntax.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::MessageRole;
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::instant::as_timestamp;
use crate::rows::{from_sql, to_sql};

/// How much of one message is indexed, and of one result of a tool.
const SAID_BYTES: usize = 256 << 10;
const TOOL_BYTES: usize = 16 << 10;
/// How much text of all hits is marked; the hits behind that show their beginning.
const MARKED_BYTES: usize = 2 << 20;
const PIECE_BYTES: usize = 2 << 10;
const MAX_TERMS: usize = 32;
const SNIPPET_UNITS: usize = 400;

/// A found message or session. Serialises to the wire's `SearchHit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// The session.
    pub session_id: String,
    /// Its title.
    pub title: String,
    /// The message; absent if the title was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Who said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<MessageRole>,
    /// When it was said.
    #[serde(serialize_with = "as_timestamp")]
    pub timestamp: u64,
    /// The found words stand between U+0002 and U+0003.
    pub snippet: String,
}

/// What is indexed of a message.
#[derive(Default)]
pub(super) struct Words {
    pub(super) said: String,
    pub(super) tools: String,
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    path: String,
    output: Option<Value>,
    error: Option<Value>,
    request: Option<Value>,
    answer: Option<Value>,
}

/// What is indexed of the parts of a message.
pub(super) fn words_of(tx: &ReadTx<'_>, parts: &str) -> Result<Words, StoreError> {
    let parts: Vec<Part> =
        serde_json::from_str(parts).map_err(|e| StoreError::Damaged(format!("the parts of a message cannot be read: {e}")))?;
    let mut words = Words::default();
    for part in parts {
        match part.kind.as_str() {
            "text" | "steer" | "note" => add(&mut words.said, &part.text, SAID_BYTES),
            "file" => add(&mut words.said, &part.path, SAID_BYTES),
            "request" => {
                for value in [part.request, part.answer].into_iter().flatten() {
                    for text in [&value["title"], &value["text"]].into_iter().filter_map(Value::as_str) {
                        add(&mut words.said, text, SAID_BYTES);
                    }
                }
            }
            "tool" => {
                let end = words.tools.len() + TOOL_BYTES;
                add(&mut words.tools, &part.title, end);
                if let Some(output) = part.output {
                    match (output["type"].as_str(), output["hash"].as_str()) {
                        (Some("blob"), Some(hash)) => match tx.get_blob(hash) {
                            Ok(bytes) => add_strings(&mut words.tools, &serde_json::from_slice(&bytes).unwrap_or(Value::Null), end),
                            Err(StoreError::NotFound { .. }) => add_strings(&mut words.tools, &output["preview"], end),
                            Err(error) => return Err(error),
                        },
                        _ => add_strings(&mut words.tools, &output["value"], end),
                    }
                }
                if let Some(error) = part.error {
                    add_strings(&mut words.tools, &error["message"], end);
                }
            }
            _ => {}
        }
    }
    Ok(words)
}

/// Adds a text up to `end` bytes in all. The marks of a snippet must not come from what was said.
fn add(to: &mut String, text: &str, end: usize) {
    if text.is_empty() || to.len() >= end {
        return;
    }
    if !to.is_empty() {
        to.push('\n');
    }
    let cut = floor(text, end.saturating_sub(to.len()));
    to.extend(text[..cut].chars().map(|c| if matches!(c, '\u{2}' | '\u{3}') { ' ' } else { c }));
}

/// The last place between two letters at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The texts in a value, in order.
fn add_strings(to: &mut String, value: &Value, end: usize) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        if to.len() >= end {
            return;
        }
        match value {
            Value::String(text) => add(to, text, end),
            Value::Number(number) => add(to, &number.to_string(), end),
            Value::Array(items) => open.extend(items.iter().rev()),
            Value::Object(fields) => open.extend(fields.iter().rev().map(|(_, value)| value)),
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// A query in the index's own language.
struct Query {
    /// Every word of it, the last one perhaps only begun.
    all: String,
    /// Any of them.
    any: String,
}

/// `None` if there is no word in it.
fn query_of(text: &str) -> Option<Query> {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).take(MAX_TERMS);
    let mut quoted: Vec<String> = words.map(|word| format!("\"{}\"", word.replace(['"', '\0'], " "))).collect();
    if !text.ends_with(char::is_whitespace) {
        quoted.last_mut()?.push('*');
    }
    (!quoted.is_empty()).then(|| Query { all: quoted.join(" "), any: quoted.join(" OR ") })
}

impl ReadTx<'_> {
    /// Searches all sessions, or one. Any text is a query; one without a word finds nothing.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn search_sessions(&self, query: &str, session_id: Option<&str>, limit: u64) -> Result<Vec<SearchHit>, StoreError> {
        let session = session_id.map(|id| self.session_number(id)).transpose()?;
        let Some(query) = query_of(query) else { return Ok(Vec::new()) };
        let mut statement = self.conn.prepare_cached(
            "SELECT s.session_id, s.title, m.message_id, m.role, coalesce(m.created_at, s.last_active), m.id
             FROM session_search f LEFT JOIN session_messages m ON f.rowid % 2 = 0 AND m.id = f.rowid / 2
             JOIN sessions s ON s.id = CASE WHEN f.rowid % 2 = 0 THEN m.session ELSE f.rowid / 2 END
             WHERE session_search MATCH ?1 AND (?2 IS NULL OR s.id = ?2) ORDER BY bm25(session_search, 10.0, 2.0, 1.0), f.rowid DESC LIMIT ?3",
        )?;
        let mut found: Vec<(SearchHit, Option<i64>)> = statement
            .query_map(params![query.all, session, to_sql(limit.min(200))], |row| {
                let message_id: Option<String> = row.get(2)?;
                let role = if message_id.is_some() { Some(MessageRole::read(row, 3)?) } else { None };
                let (session_id, title) = (row.get(0)?, row.get(1)?);
                Ok((SearchHit { session_id, title, message_id, role, timestamp: from_sql(row, 4)?, snippet: String::new() }, row.get(5)?))
            })?
            .collect::<Result<_, _>>()?;
        if !found.is_empty() {
            self.add_snippets(&query, &mut found)?;
        }
        Ok(found.into_iter().map(|(hit, _)| hit).collect())
    }

    /// Texts are cut into pieces: marking takes long where one text has a word ten thousand times.
    fn add_snippets(&self, query: &Query, found: &mut [(SearchHit, Option<i64>)]) -> Result<(), StoreError> {
        let marker = Connection::open_in_memory()?;
        marker.execute_batch("CREATE VIRTUAL TABLE t USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2'); BEGIN")?;
        let mut body = self.conn.prepare_cached("SELECT parts FROM session_bodies WHERE message = ?1")?;
        let mut insert = marker.prepare("INSERT INTO t (rowid, text) VALUES (?1, ?2)")?;
        // Whose piece each row of the index is.
        let (mut owners, mut bytes) = (Vec::new(), 0);
        for (number, (hit, message)) in found.iter_mut().enumerate() {
            let words = match message {
                None => Words { said: hit.title.clone(), tools: String::new() },
                Some(message) => words_of(self, &body.query_row([*message], |row| row.get::<_, String>(0))?)?,
            };
            hit.snippet = shorten(if words.said.is_empty() { &words.tools } else { &words.said });
            bytes += words.said.len() + words.tools.len();
            if bytes > MARKED_BYTES {
                continue;
            }
            for piece in pieces(&words.said).chain(pieces(&words.tools)) {
                insert.execute(params![owners.len() as i64, piece])?;
                owners.push(number);
            }
        }
        let mut best = HashMap::new();
        let mut ranked = marker.prepare("SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY rank, rowid")?;
        let mut rows = ranked.query([&query.any])?;
        while let Some(row) = rows.next()? {
            let piece: i64 = row.get(0)?;
            if let Some(owner) = usize::try_from(piece).ok().and_then(|piece| owners.get(piece)) {
                best.entry(*owner).or_insert(piece);
            }
        }
        let mut marked = marker.prepare("SELECT snippet(t, 0, char(2), char(3), '…', 24) FROM t WHERE t MATCH ?1 AND rowid = ?2")?;
        for (owner, piece) in best {
            let snippet: String = marked.query_row(params![query.any, piece], |row| row.get(0))?;
            if let Some((hit, _)) = found.get_mut(owner) {
                hit.snippet = shorten(&snippet);
            }
        }
        Ok(())
    }
}

/// A text in pieces of bounded length that end between words where there are any.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let most = floor(rest, PIECE_BYTES);
        let end = if most == rest.len() { most } else { rest[..most].rfind(char::is_whitespace).filter(|end| *end > 0).unwrap_or(most) };
        let piece;
        (piece, rest) = rest.split_at(end);
        Some(piece)
    })
}

/// One line of bounded length around the first mark, with its marks in pairs.
fn shorten(text: &str) -> String {
    let mark = text.find('\u{2}').unwrap_or(0);
    // A word may be as long as a book.
    let start = floor(text, mark.saturating_sub(SNIPPET_UNITS / 2));
    let mut short = String::new();
    let (mut units, mut open) = (0, false);
    for c in text[start..].chars() {
        units += c.len_utf16();
        if units > SNIPPET_UNITS {
            break;
        }
        open = if c == '\u{2}' { true } else { open && c != '\u{3}' };
        short.push(if matches!(c, '\u{2}' | '\u{3}') || !c.is_control() { c } else { ' ' });
    }
    if open {
        short.push('\u{3}');
    }
    short
}
