//! Content hashes of local files, remembered by size, times and inode, because reading Node's 120 MB at every start
//! would cost more than the start.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Remembered hashes, in the private run folder of the home.
pub(super) struct Digests {
    path: PathBuf,
    known: HashMap<String, String>,
    changed: bool,
}

/// More than any number of programs and libraries in use.
const MOST: usize = 4096;

impl Digests {
    /// Reads what is remembered; a missing or damaged file is an empty memory.
    pub fn open(home: &Path) -> Self {
        let path = home.join(crate::folder::RUN).join("digests.json");
        let known = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { path, known, changed: false }
    }

    /// The hash of a file, in hex.
    pub fn of(&mut self, file: &Path) -> io::Result<String> {
        let mut open = File::open(file)?;
        let key = identity(file, &open.metadata()?);
        if let Some(digest) = self.known.get(&key) {
            return Ok(digest.clone());
        }
        let mut hash = Sha256::new();
        let mut buffer = vec![0u8; 1 << 20];
        loop {
            match open.read(&mut buffer)? {
                0 => break,
                count => hash.update(&buffer[..count]),
            }
        }
        let digest = hex(&hash.finalize());
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(key, digest.clone());
        self.changed = true;
        Ok(digest)
    }

    /// Writes the memory back. Losing it costs one hashing.
    pub fn keep(&self) {
        if !self.changed {
            return;
        }
        let temporary = self.path.with_extension(format!("json.{}", std::process::id()));
        let written = serde_json::to_vec(&self.known)
            .map_err(io::Error::from)
            .and_then(|bytes| std::fs::write(&temporary, bytes))
            .and_then(|()| std::fs::rename(&temporary, &self.path));
        if let Err(error) = written {
            tracing::debug!(%error, "file hashes were not remembered");
        }
    }
}

/// Hex of bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn identity(path: &Path, data: &Metadata) -> String {
    let nanos = |time: io::Result<std::time::SystemTime>| {
        time.ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok()).map_or(0, |d| d.as_nanos())
    };
    #[cfg(unix)]
    let node = {
        use std::os::unix::fs::MetadataExt;
        format!("{}:{}:{}:{}", data.dev(), data.ino(), data.ctime(), data.ctime_nsec())
    };
    #[cfg(not(unix))]
    let node = nanos(data.created()).to_string();
    format!("{}|{}|{}|{node}", path.display(), data.len(), nanos(data.modified()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_has_another_hash_and_a_known_one_is_remembered() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(crate::folder::RUN)).unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "one").unwrap();
        let mut digests = Digests::open(home.path());
        let one = digests.of(&file).unwrap();
        assert_eq!(one, "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
        digests.keep();
        let mut again = Digests::open(home.path());
        assert_eq!(again.of(&file).unwrap(), one);
        assert!(!again.changed);
        std::fs::write(&file, "two!").unwrap();
        assert_ne!(again.of(&file).unwrap(), one);
        std::fs::write(&again.path, "{broken").unwrap();
        assert!(Digests::open(home.path()).known.is_empty());
    }
}
