//! Numbered, forward-only migrations.
//!
//! The schema's number is kept twice, in `user_version` and in `meta`: if they differ the file is damaged rather than
//! made by a newer Axion. Before each migration of a database with content, an online backup is written.

use rusqlite::{Connection, OptionalExtension};

use crate::error::StoreError;

/// Every schema that was ever released, in order. A released file is never edited.
pub(crate) const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_initial.sql"), include_str!("../migrations/0002_sessions.sql")];

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
    let has_meta: bool =
        conn.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta')", [], |row| row.get(0))?;
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

/// Brings a database from `from` to the newest schema. `before` is called ahead of each step of a database with content.
pub(crate) fn migrate(
    conn: &Connection,
    from: u32,
    before: &mut dyn FnMut(&Connection, u32) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    run(conn, from, MIGRATIONS, before)
}

/// Each step in its own transaction: a failing one leaves the schema before it.
fn run(
    conn: &Connection,
    from: u32,
    migrations: &[&str],
    before: &mut dyn FnMut(&Connection, u32) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for (schema, sql) in (1_u32..).zip(migrations).skip(from as usize) {
        if from > 0 {
            before(conn, schema)?;
        }
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let step = conn
            .execute_batch(sql)
            .and_then(|()| {
                conn.execute(
                    "INSERT INTO meta VALUES ('schema', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    [schema.to_string()],
                )
            })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{backup, check};

    #[test]
    fn from_empty_and_from_every_earlier_schema() {
        for from in 0..=current() {
            let conn = Connection::open_in_memory().unwrap();
            run(&conn, 0, &MIGRATIONS[..from as usize], &mut |_, _| Ok(())).unwrap();
            assert_eq!(inspect(&conn).unwrap(), if from == 0 { Found::Empty } else { Found::Ours(from) });
            let mut steps = Vec::new();
            migrate(&conn, from, &mut |_, step| {
                steps.push(step);
                Ok(())
            })
            .unwrap();
            // A fresh database has nothing to be kept before its first steps.
            assert_eq!(steps, if from == 0 { vec![] } else { (from + 1..=current()).collect::<Vec<_>>() });
            assert_eq!(inspect(&conn).unwrap(), Found::Ours(current()));
            check::schema_is_whole(&conn).unwrap();
            check::look_through_closely(&conn).unwrap();
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_schema_before_it_and_the_backup() {
        let dir = tempfile::tempdir().unwrap();
        let conn = Connection::open(dir.path().join("a.db")).unwrap();
        migrate(&conn, 0, &mut |_, _| Ok(())).unwrap();
        let next = [MIGRATIONS, &["CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);"]].concat();
        let backups = dir.path().join("backups");
        let mut before = |conn: &Connection, step: u32| {
            backup::write(conn, &backups, &format!("before-schema-{step}-"), std::time::SystemTime::now(), &|| false).map(drop)
        };
        run(&conn, current(), &next, &mut before).unwrap_err();
        assert_eq!(inspect(&conn).unwrap(), Found::Ours(current()));
        check::schema_is_whole(&conn).unwrap();
        assert!(conn.prepare("SELECT * FROM half").is_err());
        let kept = backup::list(&backups).unwrap();
        assert_eq!(kept.len(), 1);
        check::schema_is_whole(&Connection::open(&kept[0].1).unwrap()).unwrap();
    }

    #[test]
    fn numbers_that_disagree_are_damage_and_not_a_newer_axion() {
        let conn = Connection::open_in_memory().unwrap();
        migrate(&conn, 0, &mut |_, _| Ok(())).unwrap();
        conn.execute_batch("PRAGMA user_version = 4097").unwrap();
        assert!(matches!(inspect(&conn), Err(StoreError::Damaged(_))));
    }
}
