//! Getting the pinned archive: over HTTPS with resume, or from a file that the person brought; checked before it is used.
//!
//! Only after the person agreed, and through the broker, which allows this one place for it. A part that was received stays in
//! `runtime/` and is continued by the next attempt; a file with another hash is removed, never used.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axion_egress::{Body, Broker, EgressError, Limits, Reply, Request, header};
use axion_protocol::EgressPurpose;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
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

/// The network's answers, for a thread that may block. `None` when it was stopped meanwhile.
struct Waiting<'a> {
    runtime: Handle,
    stop: &'a CancellationToken,
}

impl Waiting<'_> {
    fn send(&self, broker: &Broker, request: Request) -> Option<Result<Reply, EgressError>> {
        self.runtime.block_on(self.stop.run_until_cancelled(broker.send(request)))
    }

    fn next(&self, body: &mut Body) -> Option<Result<Option<axion_egress::Bytes>, EgressError>> {
        self.runtime.block_on(self.stop.run_until_cancelled(body.next()))
    }
}

/// Downloads `base/pin.path` into `folder`, telling `(received, total)` as it goes. Returns the checked file. Blocks.
pub fn download(
    broker: &Broker,
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
    let waiting = Waiting { runtime: Handle::current(), stop };
    let have = std::fs::metadata(&part).map_or(0, |found| found.len());
    let mut request = Request::get(EgressPurpose::Runtime, &url);
    let seconds = Duration::from_secs;
    request.limits = Limits { connect: seconds(20), idle: seconds(60), total: seconds(1800), body: LARGEST, ..Limits::default() };
    if have > 0 {
        let (name, value) = header("range", &format!("bytes={have}-")).map_err(|refusal| network(refusal.to_string()))?;
        request.headers.insert(name, value);
    }
    let reply = waiting.send(broker, request).ok_or(FetchError::Stopped)?.map_err(|error| network(error.to_string()))?;
    let resumed = match reply.status {
        200 => false,
        206 => true,
        // All bytes were there already (or the part is not of this file): the hash decides.
        416 => return checked(&part, pin, &url),
        status => return Err(network(format!("the server answered {status}"))),
    };
    let mut received = if resumed { have } else { 0 };
    let length = reply.headers.get("content-length").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let total = length.map(|length| length + received);
    let mut file = OpenOptions::new().create(true).write(true).append(resumed).truncate(!resumed).open(&part).map_err(at(&part))?;
    let mut body = reply.body;
    progress(received, total);
    while let Some(piece) = waiting.next(&mut body).ok_or(FetchError::Stopped)?.map_err(|error| network(error.to_string()))? {
        file.write_all(&piece).map_err(at(&part))?;
        received += piece.len() as u64;
        progress(received, total);
    }
    file.sync_all().map_err(at(&part))?;
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
