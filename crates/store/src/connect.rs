//! Connections: how each is set up, and the small pool of readers.
//!
//! `mmap_size` stays 0 on purpose: a file that shrinks or a disk that fails under a mapping is a signal that kills the
//! process, and read errors are what lets us tell the person.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;

const BUSY: Duration = Duration::from_secs(5);
const MAX_READERS: usize = 4;

/// The writer's connection, which has not changed anything yet: the file may turn out not to be ours, or damaged.
pub(crate) fn open_writer(path: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    set_up(&conn, busy)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

/// WAL and FULL: what is acknowledged is on disk.
pub(crate) fn make_durable(conn: &Connection) -> Result<(), StoreError> {
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Io(format!("the file system does not support write-ahead logging (journal mode is {mode})")));
    }
    // The writer moves the log into the database itself, when it is idle: see upkeep.rs.
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;",
    )?;
    Ok(())
}

/// The database was looked through: from here on its log may be moved into it. Starting with an empty log keeps what a
/// crash cut off apart from what is written now (check.rs counts on it).
pub(crate) fn trust(conn: &Connection) -> Result<(), StoreError> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    if let Err(error) = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(%error, "the log could not be moved into the database at start");
    }
    Ok(())
}

/// A connection that cannot write.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    set_up(&conn, BUSY)?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

fn set_up(conn: &Connection, busy: Duration) -> Result<(), StoreError> {
    conn.busy_timeout(busy)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.execute_batch("PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;")?;
    Ok(())
}

/// Up to four readers, opened when they are first needed.
pub(crate) struct Pool {
    path: PathBuf,
    state: Mutex<PoolState>,
    returned: Condvar,
}

#[derive(Default)]
struct PoolState {
    idle: Vec<Connection>,
    out: usize,
    closed: bool,
}

pub(crate) struct PooledReader<'p> {
    pool: &'p Pool,
    conn: Option<Connection>,
}

impl Pool {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::default(), returned: Condvar::new() }
    }

    pub(crate) fn take(&self) -> Result<PooledReader<'_>, StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.closed {
                return Err(StoreError::Closed);
            }
            if let Some(conn) = state.idle.pop() {
                state.out += 1;
                return Ok(PooledReader { pool: self, conn: Some(conn) });
            }
            if state.out < MAX_READERS {
                state.out += 1;
                break;
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        // From here the guard gives the place back, also if opening fails.
        let mut guard = PooledReader { pool: self, conn: None };
        guard.conn = Some(open_reader(&self.path)?);
        Ok(guard)
    }

    /// Closes the idle readers and waits for the others.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        state.idle.clear();
        self.returned.notify_all();
        while state.out > 0 {
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl PooledReader<'_> {
    pub(crate) fn conn(&self) -> Result<&Connection, StoreError> {
        self.conn.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for PooledReader<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.out -= 1;
        match self.conn.take() {
            // A reader that is still in a transaction would hold the log back for ever.
            Some(conn) if !state.closed && conn.is_autocommit() => state.idle.push(conn),
            other => drop(other),
        }
        self.pool.returned.notify_all();
    }
}

/// A consistent view of the database: everything read through one of these belongs together.
pub struct ReadTx<'c> {
    pub(crate) conn: &'c Connection,
}
