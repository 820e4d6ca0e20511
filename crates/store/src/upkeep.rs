//! What goes on beside reading and writing: moving the log into the database, the check after opening, regular backups.
//!
//! A checkpoint costs two more syncs, so it waits until nothing is queued; only a long log is moved in between.
//! The check and the backups run on a thread of their own with their own connection.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use crate::backup;
use crate::check;
use crate::connect::open_reader;
use crate::error::StoreError;
use crate::recover;
use crate::writer::Upkeep;

/// A log of this many pages (64 MiB) is moved even though writes are waiting.
const LONG_LOG_PAGES: i32 = 16_384;
/// A log of this many pages (1 MiB) is worth moving when idle.
const SOME_LOG_PAGES: i32 = 256;
const IDLE: Duration = Duration::from_millis(200);
const ASLEEP: Duration = Duration::from_secs(30);
/// At close a backup is made only if that is quick.
const CLOSE_BACKUP_BYTES: u64 = 64 << 20;

/// What the store found out about its own health while it was in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// The check after opening found nothing.
    Sound,
    /// The database is damaged; it will be set aside and the last backup restored at the next start.
    Damaged(String),
    /// A regular backup could not be written.
    BackupFailed(StoreError),
}

/// Told about the store's health, from a thread of the store's own.
pub type OnHealth = Arc<dyn Fn(Health) + Send + Sync>;

/// What the writer and the background thread know of each other.
#[derive(Default)]
pub(crate) struct Vitals {
    /// Pages in the log, as of the last commit.
    log_pages: AtomicI32,
    /// Commits since the home was opened.
    commits: AtomicU64,
    /// Commits when the last backup was begun.
    backed_up: AtomicU64,
    damaged: AtomicBool,
    stopping: AtomicBool,
    interrupt: Mutex<Option<InterruptHandle>>,
}

impl Vitals {
    /// Cuts the background work short.
    pub(crate) fn interrupt(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        if let Some(handle) = &*self.interrupt.lock().unwrap_or_else(PoisonError::into_inner) {
            handle.interrupt();
        }
    }
}

pub(crate) struct WriterUpkeep {
    vitals: Arc<Vitals>,
    backups: PathBuf,
    database: PathBuf,
    pressed: u32,
}

impl WriterUpkeep {
    pub(crate) fn new(conn: &mut Connection, vitals: Arc<Vitals>, database: PathBuf, backups: PathBuf) -> Result<Self, StoreError> {
        let counted = Arc::clone(&vitals);
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            counted.log_pages.store(pages, Ordering::Relaxed);
            counted.commits.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self { vitals, backups, database, pressed: 0 })
    }

    /// Moves what can be moved without waiting for readers; the log is then used again from its start.
    fn checkpoint(&mut self, conn: &Connection, mode: &str) {
        let moved = conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        });
        match moved {
            Ok((_, log, done)) if log == done => self.vitals.log_pages.store(0, Ordering::Relaxed),
            Ok((_, log, done)) => tracing::debug!(log, done, "a reader holds the log back"),
            // The log keeps everything; the next attempt may do better (a full disk, for example).
            Err(error) => tracing::warn!(%error, "the log could not be moved into the database"),
        }
    }
}

impl Upkeep for WriterUpkeep {
    fn committed(&mut self, conn: &Connection) {
        let pages = self.vitals.log_pages.load(Ordering::Relaxed);
        // After a fruitless attempt the next one waits for the log to grow by as much again.
        if pages > LONG_LOG_PAGES.saturating_mul(i32::try_from(self.pressed + 1).unwrap_or(i32::MAX)) {
            self.checkpoint(conn, "PASSIVE");
            self.pressed = if self.vitals.log_pages.load(Ordering::Relaxed) == 0 { 0 } else { self.pressed + 1 };
        }
    }

    fn idle(&mut self, conn: &Connection) -> Duration {
        self.pressed = 0;
        if self.vitals.log_pages.load(Ordering::Relaxed) > SOME_LOG_PAGES {
            self.checkpoint(conn, "PASSIVE");
            return if self.vitals.log_pages.load(Ordering::Relaxed) == 0 { ASLEEP } else { IDLE * 5 };
        }
        ASLEEP
    }

    fn closing(&mut self, conn: &Connection) {
        if let Err(error) = conn.execute_batch("PRAGMA optimize") {
            tracing::debug!(%error, "optimize");
        }
        self.checkpoint(conn, "TRUNCATE");
        let changed = self.vitals.commits.load(Ordering::Relaxed) > self.vitals.backed_up.load(Ordering::Relaxed);
        let small = std::fs::metadata(&self.database).is_ok_and(|meta| meta.len() <= CLOSE_BACKUP_BYTES);
        if changed
            && small
            && !self.vitals.damaged.load(Ordering::Relaxed)
            && let Err(error) = backup::write_regular(conn, &self.backups, &|| false)
        {
            tracing::warn!(%error, "no backup at close");
        }
    }
}

/// The background thread.
pub(crate) struct Background {
    pub(crate) home: PathBuf,
    pub(crate) database: PathBuf,
    pub(crate) backups: PathBuf,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) check: bool,
    pub(crate) backup_every: Duration,
    pub(crate) on_health: Option<OnHealth>,
}

impl Background {
    /// Runs until the sender of `stop` is dropped.
    pub(crate) fn run(self, stop: &Receiver<()>) {
        if self.check {
            match self.with_reader(check::look_through) {
                Ok(check::Found::Whole) => self.tell(Health::Sound),
                Ok(check::Found::BadWords) => {
                    tracing::warn!("the index of words is damaged; the next start makes it anew");
                    if let Err(error) = recover::mark_words(&self.home) {
                        tracing::error!(%error, "the damage could not be noted for the next start");
                    }
                    self.tell(Health::Sound);
                }
                Err(StoreError::Damaged(reason)) => self.damaged(reason),
                Err(error) => tracing::debug!(%error, "the check after opening did not finish"),
            }
        }
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(self.backup_every) {
            let commits = self.vitals.commits.load(Ordering::Relaxed);
            if commits == self.vitals.backed_up.load(Ordering::Relaxed) || self.vitals.damaged.load(Ordering::Relaxed) {
                continue;
            }
            match self.with_reader(|conn| backup::write_regular(conn, &self.backups, &|| self.stopping())) {
                Ok(_) => self.vitals.backed_up.store(commits, Ordering::Relaxed),
                Err(StoreError::Damaged(reason)) => self.damaged(reason),
                Err(_) if self.stopping() => break,
                Err(error) => self.tell(Health::BackupFailed(error)),
            }
        }
    }

    fn with_reader<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let conn = open_reader(&self.database)?;
        let held = |handle| *self.vitals.interrupt.lock().unwrap_or_else(PoisonError::into_inner) = handle;
        held(Some(conn.get_interrupt_handle()));
        // Asked after the handle can be seen: whoever closes either interrupts the work or keeps it from beginning.
        let result = if self.stopping() { Err(StoreError::Closed) } else { work(&conn) };
        held(None);
        result
    }

    fn stopping(&self) -> bool {
        self.vitals.stopping.load(Ordering::SeqCst)
    }

    fn damaged(&self, reason: String) {
        tracing::error!(%reason, "the database is damaged");
        self.vitals.damaged.store(true, Ordering::Relaxed);
        if let Err(error) = recover::mark(&self.home, &reason) {
            tracing::error!(%error, "the damage could not be noted for the next start");
        }
        self.tell(Health::Damaged(reason));
    }

    fn tell(&self, health: Health) {
        if let Some(hook) = &self.on_health {
            hook(health);
        }
    }
}
