//! Where the control socket of a home is, as an address that the system takes.

use std::path::{Path, PathBuf};

use interprocess::local_socket::{GenericFilePath, Name, ToFsName};

use crate::home::RUN;

/// Longest path that fits a Unix socket's address on every system.
#[cfg(unix)]
const LONGEST: usize = 100;

/// An address; keeps the folder open while its descriptor is part of it.
pub(super) struct Place {
    address: PathBuf,
    _folder: Option<std::fs::File>,
}

impl Place {
    pub(super) fn name(&self) -> std::io::Result<Name<'_>> {
        self.address.as_path().to_fs_name::<GenericFilePath>()
    }
}

/// The socket's path.
#[cfg(unix)]
pub(super) fn path(home: &Path) -> PathBuf {
    home.join(RUN).join("control.sock")
}

/// The address of a home's socket.
#[cfg(unix)]
pub(super) fn of(home: &Path) -> std::io::Result<Place> {
    let path = path(home);
    if path.as_os_str().len() <= LONGEST {
        return Ok(Place { address: path, _folder: None });
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        // A long path is reached through the descriptor of its folder.
        let folder = std::fs::File::open(home.join(RUN))?;
        let address = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join("control.sock");
        Ok(Place { address, _folder: Some(folder) })
    }
    #[cfg(not(target_os = "linux"))]
    Err(std::io::Error::other("the path of the home folder is too long for a socket"))
}

/// The address of a home's pipe.
#[cfg(windows)]
pub(super) fn of(home: &Path) -> std::io::Result<Place> {
    let mark = crate::hash::sha256(home.as_os_str().as_encoded_bytes());
    let short: String = mark.chars().take(32).collect();
    Ok(Place { address: format!(r"\\.\pipe\axion-{short}").into(), _folder: None })
}

/// Removes the socket that a killed holder left. Only whoever holds the home may call this.
pub(super) fn clear(home: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    match std::fs::remove_file(path(home)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    #[cfg(windows)]
    let _ = home;
    Ok(())
}
