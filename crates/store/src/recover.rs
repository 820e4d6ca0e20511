//! Opening a database that may be damaged.
//!
//! A damaged file is never deleted: it is set aside with its log (`axion.db.damaged-TIME`, `-wal`, `-shm`), the newest
//! backup that is sound takes its place, else an empty database, and a report says what was kept. After a restore every
//! stream gets a new epoch: readers that saw more than the backup holds must read anew.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OpenFlags};

use crate::backup;
use crate::check;
use crate::connect::{make_durable, open_writer, trust};
use crate::error::{OpenError, StoreError};
use crate::home::{Home, private_file};
use crate::migrate::{self, Found};

/// Left by a check that found damage while the database was in use; the next start acts on it.
const MARKER: &str = "axion.db.check-failed";
/// Left by a check that found only the index of words damaged.
const WORDS_MARKER: &str = "axion.db.words-failed";
/// Up to this size a database is looked through before it is used (some 10 ms); a larger one in the background.
const CHECK_FIRST_BYTES: u64 = 8 << 20;
/// SQLite's smallest page: no database is shorter.
const SMALLEST_BYTES: u64 = 512;

/// What was done about a damaged database. The person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryReport {
    /// What was wrong.
    pub reason: String,
    /// Where the damaged files are kept.
    pub set_aside: PathBuf,
    /// What the home holds now.
    pub kept: Kept,
}

/// What could be kept of a damaged database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Everything but the newest changes: the end of the log was damaged, the rest was looked through and is whole.
    AllButLast {
        /// How many commits are missing; each may hold several changes.
        commits: u64,
    },
    /// A backup.
    Backup {
        /// The file.
        path: PathBuf,
        /// When it was made, as in its name: `20261121T034205.123Z`.
        made: String,
    },
    /// There was no sound backup: the home is empty.
    Nothing,
}

impl RecoveryReport {
    /// For the person: what happened, what is kept, where the rest is.
    #[must_use]
    pub fn message(&self) -> String {
        let kept = match &self.kept {
            Kept::AllButLast { commits } => format!("Everything up to the last {commits} saved changes was kept; those are missing."),
            Kept::Backup { made, .. } => format!("The backup of {made} was restored; what was done after it is missing."),
            Kept::Nothing => "There was no backup, so Axion started with an empty one.".to_owned(),
        };
        format!("The database was damaged ({}). {kept} The damaged file is kept as {}.", self.reason, self.set_aside.display())
    }
}

pub(crate) struct Opened {
    pub(crate) conn: Connection,
    pub(crate) recovery: Option<RecoveryReport>,
    pub(crate) migrated_from: Option<u32>,
    /// Whether it was looked through already.
    pub(crate) checked: bool,
}

/// Opens the database of a home, restoring it if it is damaged.
pub(crate) fn open(home: &Home, busy: Duration) -> Result<Opened, OpenError> {
    let fail = |source: StoreError| OpenError::Home { home: home.path().to_owned(), source };
    let marker = home.path().join(MARKER);
    let mut recovery = None;
    if let Some(reason) = std::fs::read_to_string(&marker).ok().or(lost_without_a_trace(home).map_err(fail)?) {
        recovery = Some(restore(home, reason).map_err(fail)?);
        backup::remove(&marker).map_err(fail)?;
    } else {
        let commits = check::commits_lost_in_log(&beside(&home.database(), "-wal")).map_err(fail)?;
        if commits > 0 {
            recovery = Some(keep_a_copy(home, commits).map_err(fail)?);
        }
    }
    loop {
        let closely = recovery.as_ref().is_some_and(|r: &RecoveryReport| matches!(r.kept, Kept::AllButLast { .. }));
        match attempt(home, busy, closely) {
            Ok(mut opened) => {
                if recovery.is_some() {
                    opened.conn.execute("UPDATE streams SET epoch = lower(hex(randomblob(8)))", []).map_err(|e| fail(e.into()))?;
                }
                opened.recovery = recovery;
                return Ok(opened);
            }
            // Only once: a backup was looked through before it was taken, so a second fault is the disk's.
            Err(OpenError::Home { source: StoreError::Damaged(reason), .. }) if recovery.is_none() || closely => {
                tracing::error!(%reason, "the database is damaged");
                recovery = Some(restore(home, reason).map_err(fail)?);
            }
            Err(error) => return Err(error),
        }
    }
}

fn attempt(home: &Home, busy: Duration, closely: bool) -> Result<Opened, OpenError> {
    let fail = |source: StoreError| OpenError::Home { home: home.path().to_owned(), source };
    let path = home.database();
    drop(private_file(&path).map_err(|e| fail(e.into()))?);
    let conn = open_writer(&path, busy).map_err(fail)?;
    let found = migrate::inspect(&conn).map_err(fail)?;
    let from = match found {
        Found::Empty => 0,
        Found::Ours(schema) => schema,
        Found::Newer(found) => return Err(OpenError::Newer { home: home.path().to_owned(), found, known: migrate::current() }),
        Found::Foreign => return Err(OpenError::Foreign { path }),
    };
    make_durable(&conn).map_err(fail)?;
    check_length(&conn, &path).map_err(fail)?;
    let checked = std::fs::metadata(&path).map_or(0, |meta| meta.len()) <= CHECK_FIRST_BYTES;
    let words_marker = home.path().join(WORDS_MARKER);
    let mut words = if words_marker.exists() { check::Found::BadWords } else { check::Found::Whole };
    if closely {
        words = check::look_through_closely(&conn).map_err(fail)?;
    } else if checked {
        words = check::look_through(&conn).map_err(fail)?;
    }
    trust(&conn).map_err(fail)?;
    let mut before = |conn: &Connection, schema: u32| {
        backup::write(conn, &home.backups(), &format!("before-schema-{schema}-"), SystemTime::now(), &|| false).map(drop)
    };
    migrate::migrate(&conn, from, &mut before).map_err(fail)?;
    check::schema_is_whole(&conn).map_err(fail)?;
    if words == check::Found::BadWords {
        tracing::warn!("the index of words was damaged; it is made anew");
        crate::sessions::index_anew(&conn).map_err(fail)?;
        backup::remove(&words_marker).map_err(fail)?;
    }
    let migrated_from = (from > 0 && from < migrate::current()).then_some(from);
    Ok(Opened { conn, recovery: None, migrated_from, checked })
}

/// SQLite takes an absent file, or one without a whole header, for a new database, even with a log or backups beside it.
fn lost_without_a_trace(home: &Home) -> Result<Option<String>, StoreError> {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
    let database = home.database();
    if length(&database) >= SMALLEST_BYTES {
        return Ok(None);
    }
    let had_content = length(&database) > 0 || length(&beside(&database, "-wal")) > 0 || !backup::list(&home.backups())?.is_empty();
    Ok(had_content.then(|| "the file was gone or cut off at its beginning".to_owned()))
}

/// A file that is shorter than it says, with no log that could hold the rest.
fn check_length(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    if std::fs::metadata(beside(path, "-wal")).is_ok_and(|meta| meta.len() > 0) {
        return Ok(());
    }
    let pages: u64 = conn.query_row("PRAGMA page_count", [], |row| crate::rows::from_sql(row, 0))?;
    let size: u64 = conn.query_row("PRAGMA page_size", [], |row| crate::rows::from_sql(row, 0))?;
    let length = std::fs::metadata(path)?.len();
    if pages * size > length {
        return Err(StoreError::Damaged(format!("the file ends at {length} of {} bytes", pages * size)));
    }
    Ok(())
}

/// The log is damaged but its beginning may do: the files are copied before SQLite cuts off what it cannot read.
fn keep_a_copy(home: &Home, commits: u64) -> Result<RecoveryReport, StoreError> {
    let database = home.database();
    let set_aside = aside(&database);
    for suffix in ["", "-wal"] {
        let mut copy = private_file(&beside(&set_aside, suffix))?;
        std::io::copy(&mut std::fs::File::open(beside(&database, suffix))?, &mut copy)?;
        copy.sync_all()?;
    }
    Ok(RecoveryReport { reason: "the log of the last changes was damaged".to_owned(), set_aside, kept: Kept::AllButLast { commits } })
}

fn aside(database: &Path) -> PathBuf {
    beside(database, &format!(".damaged-{}", backup::stamp(SystemTime::now())))
}

fn restore(home: &Home, reason: String) -> Result<RecoveryReport, StoreError> {
    let database = home.database();
    let set_aside = aside(&database);
    for suffix in ["-wal", "-shm", ""] {
        match std::fs::rename(beside(&database, suffix), beside(&set_aside, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    backup::sync_folder(home.path());
    let mut kept = Kept::Nothing;
    for (made, path) in backup::list(&home.backups())? {
        match sound(&path).and_then(|()| put_in_place(&path, &database)) {
            Ok(()) => {
                kept = Kept::Backup { path, made };
                break;
            }
            Err(StoreError::Damaged(reason)) => tracing::warn!(%reason, backup = %path.display(), "a backup is damaged too"),
            Err(error) => return Err(error),
        }
    }
    Ok(RecoveryReport { reason, set_aside, kept })
}

fn sound(path: &Path) -> Result<(), StoreError> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    check::look_through(&conn)?;
    match migrate::inspect(&conn)? {
        Found::Ours(_) => Ok(()),
        other => Err(StoreError::Damaged(format!("it holds no Axion database ({other:?})"))),
    }
}

/// A backup has no log beside it and nobody has it open, so its bytes are all of it.
fn put_in_place(backup: &Path, database: &Path) -> Result<(), StoreError> {
    let draft = beside(database, ".restoring");
    backup::remove(&draft)?;
    let mut to = private_file(&draft)?;
    std::io::copy(&mut std::fs::File::open(backup)?, &mut to)?;
    to.sync_all()?;
    std::fs::rename(&draft, database)?;
    if let Some(folder) = database.parent() {
        backup::sync_folder(folder);
    }
    Ok(())
}

/// Makes the next start make the index of words anew.
pub(crate) fn mark_words(home: &Path) -> Result<(), StoreError> {
    private_file(&home.join(WORDS_MARKER))?.sync_all()?;
    Ok(())
}

/// Makes the next start restore the last backup.
pub(crate) fn mark(home: &Path, reason: &str) -> Result<(), StoreError> {
    use std::io::Write;
    let mut file = private_file(&home.join(MARKER))?;
    file.set_len(0)?;
    file.write_all(reason.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
