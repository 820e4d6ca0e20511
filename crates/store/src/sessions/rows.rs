//! What a session looks like from outside, and how its row is read.

use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::compactions::CompactionRow;
use super::words::{SessionMode, SessionState, bad};
use crate::instant::as_timestamp;
use crate::rows::{Json, from_sql};

/// Tokens and money, summed. Serialises to the wire's `Usage`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "the fields are the wire's")]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated: Option<bool>,
}

impl Usage {
    /// Both together. What neither counted stays absent; a sum with an estimate in it is an estimate.
    #[must_use]
    pub fn plus(&self, more: &Self) -> Self {
        fn sum<T>(a: Option<T>, b: Option<T>, add: impl Fn(T, T) -> T) -> Option<T> {
            match (a, b) {
                (Some(a), Some(b)) => Some(add(a, b)),
                (a, b) => a.or(b),
            }
        }
        // The wire's numbers end at 2⁵³ − 1.
        let add = |a: u64, b: u64| a.saturating_add(b).min((1 << 53) - 1);
        Self {
            input_tokens: add(self.input_tokens, more.input_tokens),
            output_tokens: add(self.output_tokens, more.output_tokens),
            cache_read_tokens: sum(self.cache_read_tokens, more.cache_read_tokens, add),
            cache_write_tokens: sum(self.cache_write_tokens, more.cache_write_tokens, add),
            reasoning_tokens: sum(self.reasoning_tokens, more.reasoning_tokens, add),
            cost: sum(self.cost, more.cost, |a, b| a + b),
            estimated: sum(self.estimated, more.estimated, |a, b| a || b),
        }
    }
}

/// Where a session was forked from. Serialises to the wire's `ForkOrigin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ForkOrigin {
    /// The session; it may be gone.
    pub session_id: String,
    /// The last message that was copied, by its id there.
    pub message_id: String,
}

/// A session in a list. Serialises to the wire's `SessionInfo`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionRow {
    /// Its id.
    #[serde(rename = "id")]
    pub session_id: String,
    /// `desktop`, `web`, `cli` or `webhook`.
    pub channel_id: String,
    /// When it was made.
    #[serde(serialize_with = "as_timestamp")]
    pub created_at: u64,
    /// When something was last said or done in it.
    #[serde(serialize_with = "as_timestamp")]
    pub last_active: u64,
    /// Messages of the shown branch.
    pub message_count: u64,
    /// The model that was chosen for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Its title.
    pub title: String,
    /// The person named it.
    pub titled: bool,
    /// Where it stands.
    pub state: SessionState,
    /// What its agent may do.
    pub mode: SessionMode,
    /// Its project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Kept at the top of lists.
    pub pinned: bool,
    /// Out of the usual list.
    pub archived: bool,
    /// The last thing that happened, in a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Open requests.
    pub waiting: u64,
    /// Queued messages.
    pub queued: u64,
    /// Where it was forked from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<ForkOrigin>,
    /// What its turns used.
    pub usage: Usage,
    #[serde(skip)]
    pub(super) id: i64,
    /// `session_messages.id` of the tip; 0 for none.
    #[serde(skip)]
    pub(super) tip: i64,
    /// `session_turns.id` of the running turn; 0 for none.
    #[serde(skip)]
    pub(super) turn: i64,
}

impl SessionRow {
    /// Whether a turn runs (or waits for the person).
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.turn != 0
    }
}

/// A session to make.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub session_id: String,
    /// `desktop`, `web`, `cli` or `webhook`.
    pub channel_id: String,
    /// When.
    pub created_at: u64,
    /// The model, if one was chosen.
    pub model: Option<String>,
    /// Its title; may be empty.
    pub title: String,
    /// The person named it.
    pub titled: bool,
    /// What its agent may do.
    pub mode: SessionMode,
    /// Its project.
    pub project_id: Option<String>,
}

/// What changes in a session; absent fields stay as they are.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields are those of SessionRow")]
pub struct SessionUpdate {
    pub title: Option<String>,
    pub titled: Option<bool>,
    pub pinned: Option<bool>,
    pub archived: Option<bool>,
    pub model: Option<String>,
    pub mode: Option<SessionMode>,
}

/// A folder that the person gave to a session. Serialises to the wire's `SessionFolder` without `missing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderRow {
    /// The name that the agent knows it by.
    pub folder_id: String,
    /// The folder.
    pub path: String,
    /// `ro` or `rw`.
    pub access: String,
}

/// A session as it is now, without its messages. Serialises to the wire's `SessionSnapshot`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionSnapshot {
    /// What lists show.
    pub session: SessionRow,
    /// The end of the shown branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tip: Option<String>,
    /// Its folders.
    pub folders: Vec<FolderRow>,
    /// JSON of each `QueuedMessage`, in order.
    pub queue: Vec<Json>,
    /// JSON of each open `SessionRequest`, oldest first.
    pub requests: Vec<Json>,
    /// JSON array of `Todo`.
    pub todos: Json,
    /// JSON of the latest `ContextUse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Json>,
    /// The running turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// The compaction that counts on the shown branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compaction: Option<CompactionRow>,
    /// Its stream's epoch.
    pub epoch: std::sync::Arc<str>,
    /// Its stream's last `seq`.
    pub head: u64,
}

pub(super) const COLUMNS: &str = "session_id, channel_id, created_at, last_active, model, title, titled, state, mode, project_id, pinned, archived, last,
  forked_session, forked_message, usage, id, tip, turn,
  (SELECT depth + 1 FROM session_messages m WHERE m.id = sessions.tip),
  (SELECT count(*) FROM session_requests r WHERE r.session = sessions.id), (SELECT count(*) FROM session_queue q WHERE q.session = sessions.id)";

pub(super) fn session(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    let (forked_session, forked_message): (Option<String>, Option<String>) = (row.get(13)?, row.get(14)?);
    let usage: String = row.get(15)?;
    Ok(SessionRow {
        session_id: row.get(0)?,
        channel_id: row.get(1)?,
        created_at: from_sql(row, 2)?,
        last_active: from_sql(row, 3)?,
        model: row.get(4)?,
        title: row.get(5)?,
        titled: row.get(6)?,
        state: SessionState::read(row, 7)?,
        mode: SessionMode::read(row, 8)?,
        project_id: row.get(9)?,
        pinned: row.get(10)?,
        archived: row.get(11)?,
        last: row.get(12)?,
        forked_from: forked_session.zip(forked_message).map(|(session_id, message_id)| ForkOrigin { session_id, message_id }),
        usage: serde_json::from_str(&usage).map_err(|e| bad(15, e.to_string()))?,
        id: row.get(16)?,
        tip: row.get(17)?,
        turn: row.get(18)?,
        message_count: crate::rows::from_sql_opt(row, 19)?.unwrap_or(0),
        waiting: from_sql(row, 20)?,
        queued: from_sql(row, 21)?,
    })
}
