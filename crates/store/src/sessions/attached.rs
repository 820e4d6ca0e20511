//! What hangs on a session beside its messages: folders, queued messages, open requests, instruction files that were shown, images.

use rusqlite::{OptionalExtension, Row, params};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::rows::FolderRow;
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{Json, check_id, from_sql, json_from_sql, to_sql};
use crate::writer::WriteTx;

/// A message that waits for the running turn.
#[derive(Debug, Clone)]
pub struct QueuedRow {
    /// Its id.
    pub queued_id: String,
    /// `steer` or `queue`.
    pub delivery: String,
    /// When it was written.
    pub created_at: u64,
    /// The person is editing it.
    pub held: bool,
    /// JSON array of `UserPart`.
    pub parts: Json,
    /// JSON of the whole `QueuedMessage`.
    pub body: Json,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Queued {
    queued_id: String,
    delivery: String,
    created_at: u64,
    #[serde(default)]
    held: bool,
    parts: Json,
}

/// Something that a turn asks the person.
#[derive(Debug, Clone)]
pub struct RequestRow {
    /// Its id.
    pub request_id: String,
    /// The turn that asks.
    pub turn_id: String,
    /// The call that it is about.
    pub call_id: Option<String>,
    /// When it was asked.
    pub opened_at: u64,
    /// JSON of the `SessionRequest`.
    pub body: Json,
}

fn request(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    Ok(RequestRow {
        request_id: row.get(0)?,
        turn_id: row.get(1)?,
        call_id: row.get(2)?,
        opened_at: from_sql(row, 3)?,
        body: json_from_sql(row, 4)?,
    })
}

impl ReadTx<'_> {
    /// The folders of a session, in the order in which they were given.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn session_folders(&self, session_id: &str) -> Result<Vec<FolderRow>, StoreError> {
        let session = self.session_number(session_id)?;
        let mut statement =
            self.conn.prepare_cached("SELECT folder_id, path, access FROM session_folders WHERE session = ?1 ORDER BY position")?;
        let rows = statement
            .query_map([session], |row| Ok(FolderRow { folder_id: row.get(0)?, path: row.get(1)?, access: row.get(2)? }))?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// The messages that wait, in order.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn session_queue(&self, session_id: &str) -> Result<Vec<QueuedRow>, StoreError> {
        let session = self.session_number(session_id)?;
        let mut statement = self.conn.prepare_cached("SELECT body FROM session_queue WHERE session = ?1 ORDER BY position")?;
        let bodies: Vec<Json> = statement.query_map([session], |row| json_from_sql(row, 0))?.collect::<Result<_, _>>()?;
        bodies
            .into_iter()
            .map(|body| {
                let Queued { queued_id, delivery, created_at, held, parts } =
                    serde_json::from_str(body.get()).map_err(|e| StoreError::Damaged(format!("a queued message cannot be read: {e}")))?;
                Ok(QueuedRow { queued_id, delivery, created_at, held, parts, body })
            })
            .collect()
    }

    /// What waits for the person, oldest first.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn session_requests(&self, session_id: &str) -> Result<Vec<RequestRow>, StoreError> {
        let session = self.session_number(session_id)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT r.request_id, t.turn_id, r.call_id, r.opened_at, r.body FROM session_requests r JOIN session_turns t ON t.id = r.turn
             WHERE r.session = ?1 ORDER BY r.opened_at, r.part",
        )?;
        let rows = statement.query_map([session], request)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// One open request; `None` if it was answered or its turn has ended.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn open_request(&self, session_id: &str, request_id: &str) -> Result<Option<RequestRow>, StoreError> {
        let session = self.session_number(session_id)?;
        Ok(self
            .conn
            .prepare_cached(
                "SELECT r.request_id, t.turn_id, r.call_id, r.opened_at, r.body FROM session_requests r JOIN session_turns t ON t.id = r.turn
                 WHERE r.session = ?1 AND r.request_id = ?2",
            )?
            .query_row(params![session, request_id], request)
            .optional()?)
    }

    /// Hashes of the instruction files that the person has seen for this session.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn seen_instructions(&self, session_id: &str) -> Result<Vec<String>, StoreError> {
        let session = self.session_number(session_id)?;
        let mut statement = self.conn.prepare_cached("SELECT hash FROM session_seen WHERE session = ?1 ORDER BY hash")?;
        let rows = statement.query_map([session], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Hashes of the values (images, long results) that belong to a session.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn session_blobs(&self, session_id: &str) -> Result<Vec<String>, StoreError> {
        let session = self.session_number(session_id)?;
        let mut statement = self.conn.prepare_cached("SELECT hash FROM session_blobs WHERE session = ?1 ORDER BY hash")?;
        let rows = statement.query_map([session], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(rows)
    }
}

impl WriteTx<'_> {
    /// Notes that the person has seen an instruction file.
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn add_seen_instructions(&mut self, session_id: &str, hash: &str) -> Result<(), StoreError> {
        let session = self.session_number(session_id)?;
        self.conn()
            .prepare_cached("INSERT INTO session_seen (session, hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![session, hash])?;
        Ok(())
    }

    /// Keeps bytes for a session. The caller has checked that `hash` is theirs ([`crate::hash_of`], on its own thread).
    ///
    /// # Errors
    /// `NotFound` if there is no such session.
    pub fn put_session_blob(&mut self, session_id: &str, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let session = self.session_number(session_id)?;
        self.conn()
            .prepare_cached("INSERT INTO blobs (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![hash, bytes])?;
        self.conn()
            .prepare_cached("INSERT INTO session_blobs (session, hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![session, hash])?;
        Ok(())
    }

    pub(super) fn replace_queue(&self, session: i64, queue: &[&RawValue]) -> Result<(), StoreError> {
        self.conn().prepare_cached("DELETE FROM session_queue WHERE session = ?1")?.execute([session])?;
        let mut insert =
            self.conn().prepare_cached("INSERT INTO session_queue (session, position, queued_id, body) VALUES (?1, ?2, ?3, ?4)")?;
        for (position, body) in (0_i64..).zip(queue) {
            let queued: Queued =
                serde_json::from_str(body.get()).map_err(|e| StoreError::invalid(format!("A queued message cannot be read: {e}")))?;
            check_id("queued message", &queued.queued_id)?;
            insert.execute(params![session, position, queued.queued_id, body.get()])?;
        }
        Ok(())
    }

    pub(super) fn replace_folders(&self, session: i64, folders: &[FolderRow]) -> Result<(), StoreError> {
        self.conn().prepare_cached("DELETE FROM session_folders WHERE session = ?1")?.execute([session])?;
        let mut insert = self
            .conn()
            .prepare_cached("INSERT INTO session_folders (session, position, folder_id, path, access) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (position, folder) in (0_u64..).zip(folders) {
            check_id("folder", &folder.folder_id)?;
            if !matches!(folder.access.as_str(), "ro" | "rw") {
                return Err(StoreError::invalid(format!("A folder is given `ro` or `rw`, not `{}`.", folder.access)));
            }
            insert.execute(params![session, to_sql(position), folder.folder_id, folder.path, folder.access])?;
        }
        Ok(())
    }
}
