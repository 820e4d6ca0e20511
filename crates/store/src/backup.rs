//! Backups: whole copies of the database in `backups/`, made online and looked through before they count.
//!
//! Two rows of files, each keeps its newest three: `axion-TIME.db` (every hour in which something changed, and at a clean
//! close) and `before-schema-N-TIME.db` (before each migration).

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::check;
use crate::error::StoreError;
use crate::home::{private_file, private_folder};

/// How many of each row are kept.
pub(crate) const KEPT: usize = 3;
/// 16 MiB.
const PIECE_PAGES: i32 = 4096;
const REGULAR: &str = "axion-";

/// Copies the database behind `from` and returns the file. The copy is complete and sound, or there is none.
/// `stop` is asked now and then and ends it with `Closed`.
pub(crate) fn write(
    from: &Connection,
    folder: &Path,
    prefix: &str,
    now: SystemTime,
    stop: &dyn Fn() -> bool,
) -> Result<PathBuf, StoreError> {
    private_folder(folder)?;
    let target = folder.join(format!("{prefix}{}.db", stamp(now)));
    let draft = folder.join(format!("{prefix}draft.tmp"));
    remove(&draft)?;
    let result = copy(from, &draft, stop).and_then(|()| {
        std::fs::File::open(&draft)?.sync_all()?;
        std::fs::rename(&draft, &target)?;
        sync_folder(folder);
        Ok(())
    });
    if let Err(error) = result {
        remove(&draft)?;
        return Err(error);
    }
    prune(folder, prefix)?;
    Ok(target)
}

/// A regular backup.
pub(crate) fn write_regular(from: &Connection, folder: &Path, stop: &dyn Fn() -> bool) -> Result<PathBuf, StoreError> {
    write(from, folder, REGULAR, SystemTime::now(), stop)
}

fn copy(from: &Connection, draft: &Path, stop: &dyn Fn() -> bool) -> Result<(), StoreError> {
    drop(private_file(draft)?);
    let mut to = Connection::open_with_flags(draft, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // One view for all pieces: without it the copy would start anew at each write. Writers are not held up by it.
    let view = from.unchecked_transaction()?;
    view.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    {
        let backup = Backup::new(&view, &mut to)?;
        loop {
            match backup.step(PIECE_PAGES)? {
                StepResult::Done => break,
                _ if stop() => return Err(StoreError::Closed),
                StepResult::Busy | StepResult::Locked => std::thread::sleep(Duration::from_millis(50)),
                _ => {}
            }
        }
    }
    drop(view);
    // A backup is one file, without a log beside it.
    to.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    // A bad index of words is taken along: it is made anew from what the backup holds.
    check::look_through(&to)?;
    to.close().map_err(|(_, error)| error.into())
}

/// All backups with the time in their names, newest first. The files' own times change when a home is copied.
pub(crate) fn list(folder: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let made = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".db")?.rsplit('-').next());
        if let Some(made) = made.filter(|made| made.len() == 20 && made.ends_with('Z')) {
            found.push((made.to_owned(), path));
        }
    }
    found.sort();
    found.reverse();
    Ok(found)
}

fn prune(folder: &Path, prefix: &str) -> Result<(), StoreError> {
    // All steps of migrating share one allowance, so that old schemas do not pile up.
    let row =
        |path: &Path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(REGULAR)) == (prefix == REGULAR);
    for (_, path) in list(folder)?.into_iter().filter(|(_, path)| row(path)).skip(KEPT) {
        remove(&path)?;
    }
    Ok(())
}

pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Makes a rename last; some file systems cannot do it for folders, and then it lasts anyway or cannot be helped.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = std::fs::File::open(folder)
        && let Err(error) = folder.sync_all()
    {
        tracing::debug!(%error, "a folder could not be synced");
    }
}

/// `20261121T034205.123Z`, in UTC; sorts by time.
pub(crate) fn stamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (year, month, day, _) = crate::instant::civil(since.as_secs() * 1000);
    let rest = since.as_secs() % 86_400;
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}.{:03}Z", rest / 3600, rest / 60 % 60, rest % 60, since.subsec_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_civil_dates() {
        let at = |secs| stamp(UNIX_EPOCH + Duration::from_secs(secs));
        assert_eq!(at(0), "19700101T000000.000Z");
        assert_eq!(at(951_782_399), "20000228T235959.000Z");
        assert_eq!(at(951_782_400), "20000229T000000.000Z");
        assert_eq!(at(1_795_219_325), "20261121T000205.000Z");
    }

    #[test]
    fn a_copy_that_is_stopped_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(20000000))").unwrap();
        assert_eq!(write_regular(&conn, dir.path(), &|| true).err(), Some(StoreError::Closed));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(conn.is_autocommit());
    }

    #[test]
    fn keeps_three_of_each_row() {
        let dir = tempfile::tempdir().unwrap();
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
        for n in 0..5_u64 {
            write(&conn, dir.path(), REGULAR, UNIX_EPOCH + Duration::from_millis(n), &|| false).unwrap();
            write(&conn, dir.path(), &format!("before-schema-{n}-"), UNIX_EPOCH + Duration::from_millis(n), &|| false).unwrap();
        }
        assert_eq!(list(dir.path()).unwrap().len(), 2 * KEPT);
    }
}
