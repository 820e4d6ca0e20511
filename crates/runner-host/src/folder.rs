//! Run folders: `$AXION_HOME/run/<name>/`, mode 0700, one per runner, gone with it. They hold the listening socket and
//! a process runner's private tmp. Folders of hosts that were killed are swept at the next start.

use std::path::{Path, PathBuf};

use crate::error::RunnerError;
use crate::token;

/// Where run folders are, below the home.
pub(crate) const RUN: &str = "run";

/// The home, made if it is not there, resolved.
pub(crate) fn open_home(home: &Path) -> Result<PathBuf, RunnerError> {
    let refuse = |why: std::io::Error| RunnerError::Home { path: home.to_owned(), why: why.to_string() };
    make_private(home).map_err(refuse)?;
    home.canonicalize().map_err(refuse)
}

/// One runner's folder; removed on drop.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes a fresh folder with a `tmp` and a `socket` folder in it.
    pub fn make(home: &Path) -> Result<Self, RunnerError> {
        let run = home.join(RUN);
        let name = format!("{}-{}-{}", std::process::id(), birth(std::process::id()), token::random_hex::<6>()?);
        let folder = Self { path: run.join(name) };
        let made = make_private(&run)
            .and_then(|()| make_private(&folder.path))
            .and_then(|()| make_private(&folder.tmp()))
            .and_then(|()| make_private(&folder.socket_folder()));
        match made {
            Ok(()) => Ok(folder),
            Err(error) => Err(RunnerError::Home { path: folder.path.clone(), why: error.to_string() }),
        }
    }

    /// The runner's private tmp (process runner).
    pub fn tmp(&self) -> PathBuf {
        self.path.join("tmp")
    }

    /// The folder that is mounted into a container and holds nothing but the socket.
    pub fn socket_folder(&self) -> PathBuf {
        self.path.join("socket")
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.path.display(), %error, "a run folder could not be removed");
        }
    }
}

/// Removes folders whose host is no longer alive. Errors are not the caller's concern: the next start tries again.
pub(crate) fn sweep(home: &Path) {
    let Ok(entries) = std::fs::read_dir(home.join(RUN)) else { return };
    for entry in entries.flatten().take(256) {
        let name = entry.file_name();
        let Some(owner) = name.to_str().and_then(Owner::read) else { continue };
        if !owner.is_alive() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A process told from a later one with the same id by its start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pid: u32,
    birth: u64,
}

impl Owner {
    /// This process.
    pub fn here() -> Self {
        let pid = std::process::id();
        Self { pid, birth: birth(pid) }
    }

    /// From `pid-birth` or `pid-birth-…`.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        Some(Self { pid: parts.next()?.parse().ok()?, birth: parts.next()?.parse().ok()? })
    }

    /// Whether that very process still runs.
    pub fn is_alive(&self) -> bool {
        #[cfg(target_os = "linux")]
        {
            Path::new(&format!("/proc/{}", self.pid)).exists() && birth(self.pid) == self.birth
        }
        #[cfg(all(unix, not(target_os = "linux")))]
        {
            // SAFETY: signal 0 only asks whether the process exists.
            unsafe { libc::kill(self.pid as i32, 0) == 0 }
        }
        #[cfg(not(unix))]
        {
            // Without a way to ask, nothing is swept.
            true
        }
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.pid, self.birth)
    }
}

/// Start time of a process in clock ticks since boot; 0 where that cannot be told.
fn birth(pid: u32) -> u64 {
    #[cfg(target_os = "linux")]
    {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The second field is the name in parentheses and may hold anything; the 22nd is the start time.
        let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        after.split_whitespace().nth(19).and_then(|field| field.parse().ok()).unwrap_or(0)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = pid;
        0
    }
}

fn make_private(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_folder_is_private_and_goes_with_its_runner() {
        let home = tempfile::tempdir().unwrap();
        let folder = RunFolder::make(home.path()).unwrap();
        std::fs::write(folder.tmp().join("x"), "x").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.socket_folder()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        let path = folder.path.clone();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn folders_of_dead_hosts_are_swept_and_living_ones_kept() {
        let home = tempfile::tempdir().unwrap();
        let living = RunFolder::make(home.path()).unwrap();
        let run = home.path().join(RUN);
        for dead in [format!("{}-1-abc", std::process::id()), "4000000-5-abc".into()] {
            std::fs::create_dir_all(run.join(dead).join("tmp")).unwrap();
        }
        std::fs::create_dir(run.join("notes")).unwrap();
        sweep(home.path());
        let mut left: Vec<_> = std::fs::read_dir(&run).unwrap().map(|e| e.unwrap().path()).collect();
        left.sort();
        let mut expected = vec![living.path.clone(), run.join("notes")];
        expected.sort();
        #[cfg(target_os = "linux")]
        assert_eq!(left, expected);
        assert!(Owner::here().is_alive());
    }
}
