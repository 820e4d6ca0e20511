//! The home folder: private to its owner, held by one process at a time.
//!
//! `home.lock` is locked by the operating system for as long as the process lives, so that a killed one leaves nothing
//! behind that must be cleaned up. Its content only says who holds it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{OpenError, StoreError};

/// Who holds a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// `desktop`, `serve` or `cli`.
    pub shell: String,
    /// Since when, in milliseconds since 1970.
    pub since: u64,
}

/// The folder while this process holds it.
pub(crate) struct Home {
    path: PathBuf,
    lock: File,
}

pub(crate) const DATABASE: &str = "axion.db";
const LOCK: &str = "home.lock";

impl Home {
    /// Makes the folder if need be, makes it private and locks it.
    pub(crate) fn open(path: &Path, shell: &str, now: u64) -> Result<Self, OpenError> {
        let fail = |source: std::io::Error| OpenError::Home { home: path.to_owned(), source: source.into() };
        make_private(path)?;
        let mut lock = private_file(&path.join(LOCK)).map_err(fail)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::HomeInUse { home: path.to_owned(), holder: read_holder(&mut lock) });
            }
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        let holder = Holder { pid: std::process::id(), shell: shell.to_owned(), since: now };
        let text = serde_json::to_string(&holder).map_err(|e| fail(std::io::Error::other(e)))?;
        // A full disk must not keep a person from opening what they have: who holds the lock is only a courtesy.
        if let Err(error) = lock.set_len(0).and_then(|()| lock.write_all(text.as_bytes())) {
            tracing::warn!(%error, "home.lock could not be filled in");
        }
        Ok(Self { path: path.to_owned(), lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    pub(crate) fn backups(&self) -> PathBuf {
        self.path.join("backups")
    }
}

impl Drop for Home {
    /// Said aloud, because closing the file is not enough: a process that another thread is starting holds a copy of it until it runs its own program,
    /// and with the copy the lock.
    fn drop(&mut self) {
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the home was not unlocked; it is when this process ends");
        }
    }
}

/// Who holds the home right now, without opening it; `None` if nobody does.
///
/// # Errors
/// If the folder cannot be read.
pub fn holder_of(home: &Path) -> Result<Option<Holder>, StoreError> {
    let mut file = match File::open(home.join(LOCK)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match file.try_lock_shared() {
        // Not left to the closing of the file, for the same reason.
        Ok(()) => file.unlock().map(|()| None).map_err(Into::into),
        Err(TryLockError::WouldBlock) => {
            Ok(Some(read_holder(&mut file).unwrap_or(Holder { pid: 0, shell: "unknown".to_owned(), since: 0 })))
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn read_holder(lock: &mut File) -> Option<Holder> {
    let mut text = String::new();
    lock.rewind().ok()?;
    lock.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Opens or makes a file that only its owner can read, whatever the umask is.
pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(file)
}

/// Makes a folder (with its parents) that only its owner can enter.
pub(crate) fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Loose permissions are tightened only on a folder that is ours or empty: `--home /tmp` must not close /tmp to everybody.
fn make_private(path: &Path) -> Result<(), OpenError> {
    let fail = |source: std::io::Error| OpenError::Home { home: path.to_owned(), source: source.into() };
    private_folder(path).map_err(fail)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(path).map_err(fail)?.permissions().mode() & 0o077 != 0 {
            let ours = path.join(LOCK).exists() || path.join(DATABASE).exists();
            if !ours && std::fs::read_dir(path).map_err(fail)?.next().is_some() {
                return Err(OpenError::HomeNotPrivate { home: path.to_owned() });
            }
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(fail)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_that_was_closed_is_free_though_a_child_still_has_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("home");
        let home = Home::open(&path, "cli", 1).unwrap();
        // What a child has between fork and exec.
        let copy = home.lock.try_clone().unwrap();
        assert!(matches!(Home::open(&path, "cli", 2), Err(OpenError::HomeInUse { .. })));
        drop(home);
        assert_eq!(holder_of(&path).unwrap(), None);
        drop(Home::open(&path, "cli", 3).unwrap());
        drop(copy);
    }
}
