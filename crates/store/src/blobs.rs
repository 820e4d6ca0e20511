//! Values that are too large for an event, and the documents of runs: bytes by their SHA-256.
//!
//! A blob lives as long as a run or a session names it.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::writer::WriteTx;

/// The SHA-256 of some bytes, lower-case hex.
#[must_use]
pub fn hash_of(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl ReadTx<'_> {
    /// The bytes of a blob.
    ///
    /// # Errors
    /// `NotFound`; `Damaged` if the bytes are not those that were put.
    pub fn get_blob(&self, hash: &str) -> Result<Vec<u8>, StoreError> {
        let bytes: Vec<u8> = self
            .conn
            .prepare_cached("SELECT bytes FROM blobs WHERE hash = ?1")?
            .query_row([hash], |row| row.get(0))
            .optional()?
            .ok_or_else(|| StoreError::not_found("value", hash))?;
        if hash_of(&bytes) != hash {
            return Err(StoreError::Damaged(format!("the value {hash} is not what was stored")));
        }
        Ok(bytes)
    }

    /// The hashes that a run named.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn run_blobs(&self, run_id: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT hash FROM run_blobs WHERE run_id = ?1 ORDER BY hash")?;
        let rows = statement.query_map([run_id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(rows)
    }
}

impl WriteTx<'_> {
    /// Keeps bytes for a run. The caller has checked that `hash` is theirs ([`hash_of`], on its own thread).
    ///
    /// # Errors
    /// `NotFound` if there is no such run.
    pub fn put_blob(&mut self, run_id: &str, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let known: bool =
            self.conn().prepare_cached("SELECT EXISTS (SELECT 1 FROM runs WHERE run_id = ?1)")?.query_row([run_id], |row| row.get(0))?;
        if !known {
            return Err(StoreError::not_found("run", run_id));
        }
        self.conn()
            .prepare_cached("INSERT INTO blobs (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![hash, bytes])?;
        self.conn()
            .prepare_cached("INSERT INTO run_blobs (run_id, hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![run_id, hash])?;
        Ok(())
    }

    /// Forgets the blobs that only this run named.
    pub(crate) fn drop_run_blobs(&mut self, run_id: &str) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "DELETE FROM blobs WHERE hash IN (SELECT hash FROM run_blobs WHERE run_id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM run_blobs o WHERE o.hash = blobs.hash AND o.run_id <> ?1)
                 AND NOT EXISTS (SELECT 1 FROM session_blobs s WHERE s.hash = blobs.hash)",
            )?
            .execute([run_id])?;
        self.conn().prepare_cached("DELETE FROM run_blobs WHERE run_id = ?1")?.execute([run_id])?;
        Ok(())
    }
}
