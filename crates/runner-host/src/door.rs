//! A listening local socket that lets exactly one peer in: the one whose credentials fit. Unix sockets and Windows named
//! pipes through the same code (`interprocess`). Others are turned away and the door stays open for the right one.

use std::path::{Path, PathBuf};

use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener, Stream};
use interprocess::local_socket::{GenericFilePath, ListenerOptions, PeerCreds, traits::StreamCommon};

use crate::link::Link;

/// Longest path that fits a Unix socket address on every system.
#[cfg(unix)]
const LONGEST: usize = 100;

/// An open door.
pub(crate) struct Door {
    listener: Listener,
    /// Keeps the folder open while its descriptor is part of the address.
    _folder: Option<std::fs::File>,
}

impl Door {
    /// Listens at a path in a folder that only this person may enter.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let (address, folder) = short(path)?;
        let name = address.as_path().to_fs_name::<GenericFilePath>()?;
        let listener = ListenerOptions::new().name(name).create_tokio()?;
        Ok(Self { listener, _folder: folder })
    }

    /// Waits for the first peer that `fits`; its process id, where the system tells it. The door closes behind it.
    pub async fn admit(self, fits: impl Fn(&PeerCreds) -> Result<(), String>) -> std::io::Result<(Link, Option<u32>)> {
        loop {
            let stream = self.listener.accept().await?;
            let verdict = stream.peer_creds().map_err(|error| error.to_string()).and_then(|peer| fits(&peer).map(|()| peer));
            match verdict {
                Ok(peer) => {
                    #[cfg_attr(windows, allow(clippy::useless_conversion, reason = "the id is signed on Unix only"))]
                    let pid = peer.pid().and_then(|pid| u32::try_from(pid).ok());
                    return Ok((link(stream), pid));
                }
                Err(why) => tracing::warn!(why, "a wrong peer was turned away from a runner's socket"),
            }
        }
    }
}

/// A peer must be the same person.
#[cfg(unix)]
pub(crate) fn same_person(peer: &PeerCreds) -> Result<(), String> {
    // SAFETY: has no preconditions.
    let own = unsafe { libc::geteuid() };
    match peer.euid() {
        Some(uid) if uid == own => Ok(()),
        Some(uid) => Err(format!("user {uid} is not user {own}")),
        None => Err("the system does not tell its user".into()),
    }
}

fn link(stream: Stream) -> Link {
    let (input, output) = tokio::io::split(stream);
    Link::new(input, output)
}

/// An address that fits: a folder with a long path is named by its descriptor where the system can do that.
fn short(path: &Path) -> std::io::Result<(PathBuf, Option<std::fs::File>)> {
    #[cfg(target_os = "linux")]
    if path.as_os_str().len() > LONGEST {
        use std::os::fd::AsRawFd;
        if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
            let folder = std::fs::File::open(folder)?;
            let address = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
            return Ok((address, Some(folder)));
        }
    }
    #[cfg(all(unix, not(target_os = "linux")))]
    if path.as_os_str().len() > LONGEST {
        return Err(std::io::Error::other("the path of the home folder is too long for a socket; set AXION_HOME"));
    }
    Ok((path.to_owned(), None))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;
    use tokio::net::UnixStream;

    #[tokio::test]
    async fn a_wrong_peer_is_turned_away_and_the_right_one_let_in() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("host.sock");
        let door = Door::open(&path).unwrap();
        let turns = std::sync::atomic::AtomicU32::new(0);
        let knock = |word: &'static [u8]| {
            let path = path.clone();
            async move {
                let mut stream = UnixStream::connect(path).await.unwrap();
                let _ = stream.write_all(word).await;
                stream
            }
        };
        let _first = knock(b"wrong\n").await;
        let _second = knock(b"right\n").await;
        let fits = |peer: &PeerCreds| {
            same_person(peer)?;
            if turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 { Err("not you".into()) } else { Ok(()) }
        };
        let (mut link, pid) = door.admit(fits).await.unwrap();
        let frame = futures_util::StreamExt::next(&mut link.frames).await.unwrap().unwrap();
        assert_eq!(&frame[..], b"right");
        assert_eq!(pid, Some(std::process::id()));
        assert!(!path.exists(), "the door closes behind the peer");
    }

    #[tokio::test]
    async fn a_long_path_still_has_a_door() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("x".repeat(120));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("host.sock");
        let _door = Door::open(&path).unwrap();
        assert!(path.exists());
    }
}
