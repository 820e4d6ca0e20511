//! What a shell provides: which one it is, the clock, randomness. Everything else Core has by itself, and no shell's
//! transport is known here: a shell calls `Client::call` and pulls `Outbox::next`.

use std::time::{SystemTime, UNIX_EPOCH};

use axion_protocol::Shell;

/// A shell of Core.
pub trait Host: Send + Sync + 'static {
    /// Which shell this is.
    fn shell(&self) -> Shell;

    /// Milliseconds since 1970.
    fn now(&self) -> u64;

    /// Fills a buffer with random bytes that nobody can guess.
    fn random(&self, bytes: &mut [u8]);

    /// Whether keys may go into the system's keychain; else they go into the sealed file.
    fn keychain(&self) -> bool {
        true
    }

    /// Where a browser finds this instance, if it serves one: handed to a second `axion serve` of the same person.
    fn address(&self) -> Option<Address> {
        None
    }
}

/// Where `axion serve` listens. The first line of its `--json`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Address {
    /// With the token after `#`.
    pub url: String,
    /// The port on 127.0.0.1.
    pub port: u16,
    /// The token alone.
    pub token: String,
    /// The process.
    pub pid: u32,
}

/// The real clock and the system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct SystemHost(pub Shell);

impl Host for SystemHost {
    fn shell(&self) -> Shell {
        self.0
    }

    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn random(&self, bytes: &mut [u8]) {
        fill(bytes);
    }
}

/// Random bytes of the system. Without them no id or token could be trusted, so their absence ends the process.
pub fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!(%error, "the system gives no random bytes");
        std::process::abort();
    }
}

/// An id for something that Core makes itself: 100 random bits.
pub fn new_id(host: &dyn Host) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 20];
    host.random(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}
