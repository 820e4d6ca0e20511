//! The configuration of agents and servers (JSON by key), and the names of keys. Defaults, meaning and checks belong to Core.
//!
//! The value of a key is never here: only its name and where it is kept.

use rusqlite::params;
use serde::Serialize;

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{Json, from_sql, json_from_sql, to_sql};
use crate::writer::WriteTx;

/// A key that was set. Serialises to the wire's `KeyInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRow {
    /// Its name.
    pub name: String,
    /// `keychain` or `file`.
    pub place: String,
    /// When it was set.
    pub set_at: u64,
}

#[derive(Serialize)]
struct ConfigChanged<'a> {
    key: &'a str,
}

impl ReadTx<'_> {
    /// What was ever configured, by key.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_config(&self) -> Result<Vec<(String, Json)>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT key, value FROM config ORDER BY key")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, json_from_sql(row, 1)?)))?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// The keys that were set, by name.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT name, place, set_at FROM key_names ORDER BY name")?;
        let rows = statement
            .query_map([], |row| Ok(KeyRow { name: row.get(0)?, place: row.get(1)?, set_at: from_sql(row, 2)? }))?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }
}

impl WriteTx<'_> {
    /// Changes one key of the configuration and announces it (without the value).
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn set_config(&mut self, key: &str, value: &Json, ts: u64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached("INSERT INTO config (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")?
            .execute(params![key, value.get()])?;
        self.announce_fields("config-changed", ts, &ConfigChanged { key })
    }

    /// Forgets one key of the configuration, so that its default counts again, and announces it. One that is not there is left so.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn remove_config(&mut self, key: &str, ts: u64) -> Result<(), StoreError> {
        if self.conn().prepare_cached("DELETE FROM config WHERE key = ?1")?.execute([key])? > 0 {
            self.announce_fields("config-changed", ts, &ConfigChanged { key })?;
        }
        Ok(())
    }

    /// Notes that a key was set, and where its value is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put_key(&mut self, row: &KeyRow) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "INSERT INTO key_names (name, place, set_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET place = excluded.place, set_at = excluded.set_at",
            )?
            .execute(params![row.name, row.place, to_sql(row.set_at)])?;
        Ok(())
    }

    /// Forgets the name of a key.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn remove_key(&mut self, name: &str) -> Result<(), StoreError> {
        match self.conn().prepare_cached("DELETE FROM key_names WHERE name = ?1")?.execute([name])? {
            0 => Err(StoreError::not_found("key", name)),
            _ => Ok(()),
        }
    }
}
