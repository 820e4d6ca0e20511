//! Agent sessions: the truth of a session is its stream `session:ID`; its rows are folded from it in the same transactions.
//!
//! Writing. [`WriteTx::create_session`] makes the row and the stream (and writes `session-created`). From then on everything goes through
//! [`WriteTx::append_session`]`(id, drafts)` → `(Appended, SessionRow)`: it appends `SessionEvent`s (without `sessionId`, `seq`) as one group,
//! folds them into the tables and announces `session-changed` if what lists show has changed ([`WriteTx::append`] with a session's stream does
//! the same). What no event says: [`WriteTx::update_session`] (title, pinned, archived, model, mode), [`WriteTx::add_seen_instructions`],
//! [`WriteTx::put_session_blob`]. [`WriteTx::delete_session`] leaves nothing behind; [`WriteTx::fork_session`] copies a branch.
//!
//! What the fold does, and readers along must do alike: `message-added` and `turn-started` move the tip to their message (`tip-moved` moves it
//! elsewhere); parts are those of the person's message or come with their index; `text-added` is taken from its offset on, so twice is once;
//! a request with `callId` makes the call `waiting` until it is answered; `steered` takes the message out of the queue; usage of a message is the sum of
//! `usage-reported` until `turn-finished` says it; `turn-finished` closes what is open: requests go, calls become `unknown` (started and not
//! read-only) or `cancelled`. `content` is the text parts with [`PART_BREAK`] between them. `compacted` is told of the branch that is read.
//! Refused (`Conflict`): a second running turn, events of a turn that does not run, a second answer, a part or message that is there already.
//!
//! Reading: [`ReadTx::get_session`], [`ReadTx::list_sessions`], [`ReadTx::session_snapshot`], [`ReadTx::read_messages`] (pages of the shown branch),
//! [`ReadTx::get_message`], [`ReadTx::branch_for_model`], [`ReadTx::active_compaction`], [`ReadTx::latest_tip_below`] (for `select_branch`),
//! [`ReadTx::open_turns`] and [`ReadTx::turn_journal`] (after a crash), [`ReadTx::session_queue`], [`ReadTx::session_requests`],
//! [`ReadTx::open_request`], [`ReadTx::session_folders`], [`ReadTx::seen_instructions`], [`ReadTx::search_sessions`].

mod append;
mod attached;
mod compactions;
mod event;
mod fold_messages;
mod fork;
mod messages;
mod parts;
mod rows;
mod search;
mod settle;
mod totals;
mod tree;
mod turns;
mod words;

use rusqlite::{OptionalExtension, params};

pub use self::attached::{QueuedRow, RequestRow};
pub use self::compactions::{BranchForModel, CompactionRow};
pub use self::messages::{MessagePage, MessageRow, PART_BREAK, PageAt};
pub use self::rows::{FolderRow, ForkOrigin, NewSession, SessionRow, SessionSnapshot, SessionUpdate, Usage};
pub use self::search::SearchHit;
pub(crate) use self::settle::index_anew;
pub use self::totals::SessionTotals;
pub use self::turns::OpenTurn;
pub use self::words::{MessageRole, MessageState, SessionMode, SessionState};

use self::rows::{COLUMNS, session};
use self::words::bad;
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::events::EventDraft;
use crate::rows::{check_id, json_from_sql, json_from_sql_opt, to_json, to_sql};
use crate::stream_name::StreamName;
use crate::writer::WriteTx;

impl ReadTx<'_> {
    /// One session.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_session(&self, session_id: &str) -> Result<SessionRow, StoreError> {
        let mut row = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM sessions WHERE session_id = ?1"))?
            .query_row([session_id], session)
            .optional()?
            .ok_or_else(|| StoreError::not_found("session", session_id))?;
        self.add_running_usage(&mut row)?;
        Ok(row)
    }

    /// Sessions in the usual list or in the archive, the one that was active last first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_sessions(&self, archived: bool) -> Result<Vec<SessionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sessions WHERE archived = ?1 ORDER BY last_active DESC, id DESC");
        let mut rows: Vec<SessionRow> = self.conn.prepare_cached(&sql)?.query_map([archived], session)?.collect::<Result<_, _>>()?;
        for row in &mut rows {
            self.add_running_usage(row)?;
        }
        Ok(rows)
    }

    /// A session as it is now, without its messages.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn session_snapshot(&self, session_id: &str) -> Result<SessionSnapshot, StoreError> {
        let session = self.get_session(session_id)?;
        let (epoch, head) = self.stream_head(&StreamName::session(session_id))?;
        let (todos, context) = self
            .conn
            .prepare_cached("SELECT todos, context FROM sessions WHERE id = ?1")?
            .query_row([session.id], |row| Ok((json_from_sql(row, 0)?, json_from_sql_opt(row, 1)?)))?;
        let tip = self.tip_node(session.tip)?;
        Ok(SessionSnapshot {
            tip: tip.map(|tip| self.message_id_of(tip.id)).transpose()?,
            folders: self.session_folders(session_id)?,
            queue: self.session_queue(session_id)?.into_iter().map(|queued| queued.body).collect(),
            requests: self.session_requests(session_id)?.into_iter().map(|request| request.body).collect(),
            todos,
            context,
            turn_id: self.open_turn(session_id)?.map(|turn| turn.turn_id),
            compaction: tip.map_or(Ok(None), |tip| self.compaction_above(session.id, tip))?,
            session,
            epoch,
            head,
        })
    }

    pub(super) fn session_number(&self, session_id: &str) -> Result<i64, StoreError> {
        self.conn
            .prepare_cached("SELECT id FROM sessions WHERE session_id = ?1")?
            .query_row([session_id], |row| row.get(0))
            .optional()?
            .ok_or_else(|| StoreError::not_found("session", session_id))
    }

    fn add_running_usage(&self, row: &mut SessionRow) -> Result<(), StoreError> {
        if row.turn == 0 {
            return Ok(());
        }
        let running: Option<Option<String>> = self
            .conn
            .prepare_cached("SELECT m.usage FROM session_turns t JOIN session_messages m ON m.id = t.message WHERE t.id = ?1")?
            .query_row([row.turn], |row| row.get(0))
            .optional()?;
        if let Some(usage) = running.flatten() {
            row.usage = row.usage.plus(&serde_json::from_str(&usage).map_err(|e| StoreError::Damaged(e.to_string()))?);
        }
        Ok(())
    }

    /// What turns that have ended used.
    fn settled_usage(&self, session: i64) -> Result<Usage, StoreError> {
        Ok(self.conn.prepare_cached("SELECT usage FROM sessions WHERE id = ?1")?.query_row([session], |row| {
            let text: String = row.get(0)?;
            serde_json::from_str(&text).map_err(|e| bad(0, e.to_string()))
        })?)
    }
}

impl WriteTx<'_> {
    /// Makes a session with its stream and announces it. The flag is false if the id was there already (a repeated command): then
    /// nothing was changed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create_session(&mut self, new: &NewSession) -> Result<(SessionRow, bool), StoreError> {
        let (row, made) = self.insert_session(new, None)?;
        if made {
            self.announce("session-changed", new.created_at, "session", &row)?;
        }
        Ok((row, made))
    }

    /// Makes the row and the stream, and announces nothing.
    fn insert_session(&mut self, new: &NewSession, forked: Option<&ForkOrigin>) -> Result<(SessionRow, bool), StoreError> {
        check_id("session", &new.session_id)?;
        match self.get_session(&new.session_id) {
            Ok(existing) => return Ok((existing, false)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        self.conn()
            .prepare_cached(
                "INSERT INTO sessions (session_id, channel_id, created_at, last_active, model, title, titled, state, mode, project_id, usage, forked_session, forked_message)
                 VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, 'idle', ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                new.session_id,
                new.channel_id,
                to_sql(new.created_at),
                new.model,
                new.title,
                new.titled,
                new.mode.as_str(),
                new.project_id,
                to_json(&Usage::default())?,
                forked.map(|origin| origin.session_id.as_str()),
                forked.map(|origin| origin.message_id.as_str())
            ])?;
        let stream = StreamName::session(&new.session_id);
        self.create_stream(&stream)?;
        let row = self.get_session(&new.session_id)?;
        self.index_title(row.id, &row.title)?;
        let draft = EventDraft::new(format!("{{\"type\":\"session-created\",\"ts\":{},\"session\":{}}}", new.created_at, to_json(&row)?))?;
        self.append_alone(&stream, &[draft])?;
        Ok((row, true))
    }

    /// Changes what no event says of a session, and announces it.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn update_session(&mut self, session_id: &str, update: &SessionUpdate, ts: u64) -> Result<SessionRow, StoreError> {
        let before = self.get_session(session_id)?;
        self.conn()
            .prepare_cached(
                "UPDATE sessions SET title = coalesce(?2, title), titled = coalesce(?3, titled), pinned = coalesce(?4, pinned),
                 archived = coalesce(?5, archived), model = coalesce(?6, model), mode = coalesce(?7, mode) WHERE id = ?1",
            )?
            .execute(params![
                before.id,
                update.title,
                update.titled,
                update.pinned,
                update.archived,
                update.model,
                update.mode.map(SessionMode::as_str)
            ])?;
        let after = self.get_session(session_id)?;
        if after.title != before.title {
            self.index_title(after.id, &after.title)?;
        }
        if after != before {
            self.announce("session-changed", ts, "session", &after)?;
        }
        Ok(after)
    }

    /// The project of these sessions is gone.
    pub(crate) fn take_sessions_out(&mut self, project_id: &str, ts: u64) -> Result<(), StoreError> {
        let ids: Vec<String> = self
            .conn()
            .prepare_cached("UPDATE sessions SET project_id = NULL WHERE project_id = ?1 RETURNING session_id")?
            .query_map([project_id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for id in ids {
            let row = self.get_session(&id)?;
            self.announce("session-changed", ts, "session", &row)?;
        }
        Ok(())
    }

    /// Removes a session and all that belongs to it, also while a turn of it runs (whoever runs it is told `NotFound` from now on).
    ///
    /// # Errors
    /// `NotFound`.
    pub fn delete_session(&mut self, session_id: &str, ts: u64) -> Result<(), StoreError> {
        let session = self.session_number(session_id)?;
        self.unindex_session(session)?;
        self.drop_session_blobs(session)?;
        for table in ["session_bodies", "session_parts", "session_pieces"] {
            self.conn()
                .prepare_cached(&format!("DELETE FROM {table} WHERE message IN (SELECT id FROM session_messages WHERE session = ?1)"))?
                .execute([session])?;
        }
        for table in [
            "session_messages",
            "session_turns",
            "session_requests",
            "session_queue",
            "session_folders",
            "session_seen",
            "session_compactions",
        ] {
            self.conn().prepare_cached(&format!("DELETE FROM {table} WHERE session = ?1"))?.execute([session])?;
        }
        self.delete_stream(&StreamName::session(session_id))?;
        // The ledger stays; it only does not say any more for whom.
        self.conn().prepare_cached("UPDATE egress SET session_id = NULL, turn_id = NULL WHERE session_id = ?1")?.execute([session_id])?;
        self.conn().prepare_cached("DELETE FROM sessions WHERE id = ?1")?.execute([session])?;
        self.announce("session-deleted", ts, "sessionId", &session_id)
    }
}
