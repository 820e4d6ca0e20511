//! Numbered, forward-only migrations.
//!
//! The schema's number is kept twice, in `user_version` and in `meta`: if they differ the file is damaged rather than
//! made by a newer Axion. Before each migration of a database with content, an online backup is written.

use rusqlite::{Connection, OptionalExtension};

use crate::error::StoreError;

/// Every schema that was ever released, in order. A released file is never edited.
pub(crate) const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_initial.sql")];

/// The schema that this program writes.
#[must_use]
pub(crate) fn current() -> u32 {
    MIGRATIONS.len() as u32
}

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing in it yet.
    Empty,
    /// Ours, at this schema.
    Ours(u32),
    /// Ours, from the future.
    Newer(u32),
    /// A database of another program.
    Foreign,
}

/// Looks at a database without changing it.
pub(crate) fn inspect(conn: &Connection) -> Result<Found, StoreError> {
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(if version == 0 { Found::Empty } else { Found::Foreign });
    }
    let has_meta: bool = conn.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta')", [], |row| row.get(0))?;
    let meta = |key: &str| -> Result<Option<String>, StoreError> {
        if !has_meta {
            return Ok(None);
        }
        Ok(conn.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?)
    };
    if meta("kind")?.as_deref() != Some("axion-home") {
        return Ok(Found::Foreign);
    }
    let recorded = meta("schema")?.and_then(|text| text.parse::<u32>().ok());
    match recorded {
        Some(schema) if i64::from(schema) == version && schema > 0 => {
            Ok(if schema > current() { Found::Newer(schema) } else { Found::Ours(schema) })
        }
        _ => Err(StoreError::Damaged("the schema's number does not match its record".to_owned())),
    }
}

/// Brings a database from `from` to the newest schema, each step in its own transaction.
pub(crate) fn migrate(conn: &Connection, from: u32, before: &mut dyn FnMut(&Connection, u32) -> Result<(), StoreError>) -> Result<(), StoreError> {
    for (schema, sql) in (1_u32..).zip(MIGRATIONS).skip(from as usize) {
        if schema > 1 {
            before(conn, schema)?;
        }
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let step = conn
            .execute_batch(sql)
            .and_then(|()| conn.execute("INSERT INTO meta VALUES ('schema', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [schema.to_string()]))
            .and_then(|_| conn.execute_batch(&format!("PRAGMA user_version = {schema}; COMMIT")));
        if let Err(error) = step {
            // SQLite may have rolled back by itself; the first error is the one that tells.
            if !conn.is_autocommit() {
                conn.execute_batch("ROLLBACK")?;
            }
            return Err(error.into());
        }
        tracing::info!(schema, "the database was migrated");
    }
    Ok(())
}
