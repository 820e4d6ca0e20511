//! A message that is settled: its parts as one text, and its words in the index.

use rusqlite::{Connection, params};

use super::search;
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::to_sql;
use crate::writer::WriteTx;

fn index_message(tx: &ReadTx<'_>, message: i64, parts: &str) -> Result<(), StoreError> {
    let words = search::words_of(tx, parts)?;
    tx.conn.prepare_cached("INSERT INTO session_search (rowid, title, said, tools) VALUES (?1, '', ?2, ?3)")?.execute(params![
        2 * message,
        words.said,
        words.tools
    ])?;
    Ok(())
}

/// Makes the whole index from the texts: for one that is damaged.
pub(crate) fn index_anew(conn: &Connection) -> Result<(), StoreError> {
    let transaction = conn.unchecked_transaction()?;
    index_all(conn)?;
    transaction.commit()?;
    Ok(())
}

/// Whether the index is what SQLite can read.
pub(super) fn index_is_sound(conn: &Connection) -> bool {
    conn.execute("INSERT INTO session_search (session_search) VALUES ('integrity-check')", []).is_ok()
}

pub(super) fn index_all(conn: &Connection) -> Result<(), StoreError> {
    conn.execute("INSERT INTO session_search (session_search) VALUES ('delete-all')", [])?;
    conn.execute("INSERT INTO session_search (rowid, title, said, tools) SELECT 2 * id + 1, title, '', '' FROM sessions", [])?;
    let mut statement = conn.prepare("SELECT message, parts FROM session_bodies ORDER BY message")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let parts = row.get_ref(1)?.as_str().map_err(|e| StoreError::Damaged(e.to_string()))?;
        index_message(&ReadTx { conn }, row.get(0)?, parts)?;
    }
    Ok(())
}

impl WriteTx<'_> {
    /// Keeps the parts of a message that does not change any more.
    pub(super) fn settle_body(&self, message: i64, parts: &str) -> Result<(), StoreError> {
        let conn = self.conn();
        conn.prepare_cached("INSERT INTO session_bodies (message, parts) VALUES (?1, ?2)")?.execute(params![message, parts])?;
        conn.prepare_cached("UPDATE session_messages SET bytes = ?2 WHERE id = ?1")?
            .execute(params![message, to_sql(parts.len() as u64)])?;
        index_message(self, message, parts)
    }

    /// Forgets the pieces that a settled message was put together from.
    pub(super) fn drop_parts(&self, message: i64) -> Result<(), StoreError> {
        self.conn().prepare_cached("DELETE FROM session_pieces WHERE message = ?1")?.execute([message])?;
        self.conn().prepare_cached("DELETE FROM session_parts WHERE message = ?1")?.execute([message])?;
        Ok(())
    }

    pub(super) fn index_title(&self, session: i64, title: &str) -> Result<(), StoreError> {
        let conn = self.conn();
        conn.prepare_cached("DELETE FROM session_search WHERE rowid = ?1")?.execute([2 * session + 1])?;
        conn.prepare_cached("INSERT INTO session_search (rowid, title, said, tools) VALUES (?1, ?2, '', '')")?
            .execute(params![2 * session + 1, title])?;
        Ok(())
    }

    pub(super) fn unindex_session(&self, session: i64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "DELETE FROM session_search WHERE rowid IN (SELECT 2 * id FROM session_messages WHERE session = ?1 UNION ALL SELECT 2 * ?1 + 1)",
            )?
            .execute([session])?;
        Ok(())
    }

    /// Forgets the values that only this session named.
    pub(super) fn drop_session_blobs(&self, session: i64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "DELETE FROM blobs WHERE hash IN (SELECT hash FROM session_blobs WHERE session = ?1)
                 AND NOT EXISTS (SELECT 1 FROM session_blobs o WHERE o.hash = blobs.hash AND o.session <> ?1)
                 AND NOT EXISTS (SELECT 1 FROM run_blobs r WHERE r.hash = blobs.hash)",
            )?
            .execute([session])?;
        self.conn().prepare_cached("DELETE FROM session_blobs WHERE session = ?1")?.execute([session])?;
        Ok(())
    }
}
