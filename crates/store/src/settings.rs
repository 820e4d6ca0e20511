//! Settings and what each window looks like: JSON by key. Defaults and meaning belong to Core.

use rusqlite::{OptionalExtension, params};

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{Json, json_from_sql, to_sql};
use crate::writer::WriteTx;

impl ReadTx<'_> {
    /// The settings that were ever changed, by key.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_settings(&self) -> Result<Vec<(String, Json)>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT key, value FROM settings ORDER BY key")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, json_from_sql(row, 1)?)))?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// What a window looked like.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn get_view_state(&self, window_id: &str) -> Result<Option<Json>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT state FROM view_state WHERE window_id = ?1")?
            .query_row([window_id], |row| json_from_sql(row, 0))
            .optional()?)
    }
}

impl WriteTx<'_> {
    /// Changes a setting and announces it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn set_setting(&mut self, key: &str, value: &Json, ts: u64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached("INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")?
            .execute(params![key, value.get()])?;
        #[derive(serde::Serialize)]
        struct Changed<'a> {
            key: &'a str,
            value: &'a Json,
        }
        self.announce_fields("setting-changed", ts, &Changed { key, value })
    }

    /// Keeps what a window looks like; the 100 windows that were used last are remembered.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn set_view_state(&mut self, window_id: &str, state: &Json, ts: u64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "INSERT INTO view_state (window_id, state, updated_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (window_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at",
            )?
            .execute(params![window_id, state.get(), to_sql(ts)])?;
        self.conn()
            .prepare_cached(
                "DELETE FROM view_state WHERE window_id IN (SELECT window_id FROM view_state ORDER BY updated_at DESC LIMIT -1 OFFSET 100)",
            )?
            .execute([])?;
        Ok(())
    }
}
