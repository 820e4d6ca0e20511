//! Getting the pinned archive: over HTTPS with resume, or from a file that the person brought; checked before it is used.
//!
//! This is the only place in Core that opens a connection outward, and only after the person agreed. A part that was
//! received stays in `runtime/` and is continued by the next attempt; a file with another hash is removed, never used.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::pins::Pin;

/// No build of Node is larger than this; a server that sends more is cut off.
const LARGEST: u64 = 256 << 20;

/// Why an archive could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The file that the person named, or our own folder.
    #[error("{path} cannot be used: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The connection or the server.
    #[error("the download from {url} failed: {why}")]
    Network {
        /// What was asked for.
        url: String,
        /// The reason.
        why: String,
    },
    /// The hash is not the pinned one.
    #[error("{what} is not the expected file (its SHA-256 is {found}, expected {expected}); it was not used")]
    Hash {
        /// The file or address.
        what: String,
        /// The hash it has.
        found: String,
        /// The pinned one.
        expected: String,
    },
    /// Stopped.
    #[error("the download was stopped; what was received is kept and will be continued")]
    Stopped,
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> FetchError {
    let path = path.to_path_buf();
    move |source| FetchError::File { path, source }
}

/// Downloads `base/pin.path` into `folder`, telling `(received, total)` as it goes. Returns the checked file.
pub fn download(
    base: &str,
    pin: &Pin,
    folder: &Path,
    stop: &CancellationToken,
    mut progress: impl FnMut(u64, Option<u64>),
) -> Result<PathBuf, FetchError> {
    std::fs::create_dir_all(folder).map_err(at(folder))?;
    let part = folder.join(format!("{}.part", pin.file_name()));
    let url = format!("{}/{}", base.trim_end_matches('/'), pin.path);
    let network = |why: String| FetchError::Network { url: url.clone(), why };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .timeout_recv_body(Some(Duration::from_secs(1800)))
        .max_redirects(4)
        .build()
        .into();
    let have = std::fs::metadata(&part).map_or(0, |found| found.len());
    let mut request = agent.get(&url);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let mut response = match request.call() {
        Ok(response) => response,
        // All bytes were there already (or the part is not of this file): the hash decides.
        Err(ureq::Error::StatusCode(416)) => return checked(&part, pin, &url),
        Err(error) => return Err(network(error.to_string())),
    };
    let resumed = response.status() == 206;
    let mut received = if resumed { have } else { 0 };
    let length = response.headers().get("content-length").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let total = length.map(|length| length + received);
    let mut file = OpenOptions::new().create(true).write(true).append(resumed).truncate(!resumed).open(&part).map_err(at(&part))?;
    let mut reader = response.body_mut().with_config().limit(LARGEST).reader();
    let mut buffer = vec![0_u8; 64 << 10];
    progress(received, total);
    loop {
        if stop.is_cancelled() {
            return Err(FetchError::Stopped);
        }
        let count = reader.read(&mut buffer).map_err(|error| network(error.to_string()))?;
        if count == 0 {
            break;
        }
        file.write_all(buffer.get(..count).unwrap_or_default()).map_err(at(&part))?;
        received += count as u64;
        progress(received, total);
    }
    file.sync_all().map_err(at(&part))?;
    if total.is_some_and(|total| received < total) {
        return Err(network(format!("the connection ended after {received} bytes")));
    }
    checked(&part, pin, &url)
}

/// Takes the archive that the person brought. It is copied first, so that what was checked is what is used.
pub fn by_hand(file: &Path, pin: &Pin, folder: &Path) -> Result<PathBuf, FetchError> {
    std::fs::create_dir_all(folder).map_err(at(folder))?;
    let found = std::fs::metadata(file).map_err(at(file))?;
    if !found.is_file() || found.len() > LARGEST {
        return Err(at(file)(std::io::Error::other("it is not a file of that kind")));
    }
    let copy = folder.join(format!("{}.copy", pin.file_name()));
    std::fs::copy(file, &copy).map_err(at(file))?;
    checked(&copy, pin, &file.display().to_string())
}

fn checked(part: &Path, pin: &Pin, what: &str) -> Result<PathBuf, FetchError> {
    let found = hash(part)?;
    if found == pin.sha256 {
        return Ok(part.to_path_buf());
    }
    std::fs::remove_file(part).map_err(at(part))?;
    Err(FetchError::Hash { what: what.to_owned(), found, expected: pin.sha256.to_owned() })
}

fn hash(path: &Path) -> Result<String, FetchError> {
    let found = std::fs::metadata(path).map_err(at(path))?;
    if !found.is_file() || found.len() > LARGEST {
        return Err(at(path)(std::io::Error::other("it is not a file of that kind")));
    }
    let mut file = File::open(path).map_err(at(path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 256 << 10];
    loop {
        let count = file.read(&mut buffer).map_err(at(path))?;
        if count == 0 {
            return Ok(crate::hash::hex(&hasher.finalize()));
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
}
