//! The book of what left the process: a port, and the entry that is written even when the request is dropped half-way.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use axion_protocol::{EgressEntry, EgressOutcome, clip};

use crate::error::{EgressError, Refusal};
use crate::request::Request;
use crate::target::Target;

/// Where entries go.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Keeps a new entry and gives it a number (its `number` is not yet set). Nothing is sent before this has answered, so
    /// what it keeps is there whatever happens to the process.
    ///
    /// # Errors
    /// If it cannot be kept, with the reason. Then nothing is sent.
    async fn begin(&self, entry: &EgressEntry) -> Result<u64, String>;
    /// The same entry when it is over: outcome, sizes and time are known. Must not block.
    fn end(&self, entry: &EgressEntry);
    /// An entry of a refused request again: so many more like it were refused since it was told last, which its reason says. Must not block.
    fn more(&self, entry: &EgressEntry, refused: u64);
    /// Milliseconds since 1970.
    fn now(&self) -> u64;
}

/// The entry of a request that is about to go out. `told`: the address comes from a server that was shown a key, so its path may repeat that.
pub(crate) fn entry_of(ledger: &dyn Ledger, request: &Request, target: Option<&Target>, told: bool) -> EgressEntry {
    let errand = request.errand.clone();
    // An address that cannot be read is not written down: nobody knows which part of it is a secret.
    let shown = match target {
        None => "(unreadable)".to_owned(),
        Some(target) if told => format!("{}/…", target.origin),
        Some(target) => target.shown(),
    };
    EgressEntry {
        number: 1,
        at: ledger.now(),
        purpose: request.purpose,
        method: clip(request.method.as_str(), 16),
        url: clip(&shown, 2000),
        host: target.map_or_else(String::new, |target| clip(&target.origin.authority(), 255)),
        address: None,
        local: target.is_some_and(|target| target.origin.is_loopback()),
        outcome: EgressOutcome::Allowed,
        reason: Some("its end was not recorded".to_owned()),
        status: None,
        sent_bytes: 0,
        received_bytes: 0,
        ms: 0.0,
        session_id: errand.session,
        turn_id: errand.turn,
        provider: errand.provider,
    }
}

/// An entry under way; written for the last time when it is dropped.
pub(crate) struct Record {
    ledger: Arc<dyn Ledger>,
    entry: EgressEntry,
    begun: Instant,
}

impl Record {
    /// See [`entry_of`].
    pub(crate) async fn begin(
        ledger: &Arc<dyn Ledger>,
        request: &Request,
        target: Option<&Target>,
        told: bool,
    ) -> Result<Self, EgressError> {
        let mut entry = entry_of(&**ledger, request, target, told);
        entry.number = ledger.begin(&entry).await.map_err(Refusal::Ledger)?;
        entry.reason = Some("stopped before its end".to_owned());
        Ok(Self { ledger: ledger.clone(), entry, begun: Instant::now() })
    }

    pub(crate) fn address(&mut self, address: std::net::IpAddr) {
        self.entry.address = Some(address.to_string());
    }

    pub(crate) fn sent(&mut self, bytes: u64) {
        self.entry.sent_bytes = bytes;
    }

    pub(crate) fn received(&mut self, bytes: u64) {
        self.entry.received_bytes += bytes;
    }

    pub(crate) fn status(&mut self, status: u16) {
        self.entry.status = Some(u64::from(status));
    }

    pub(crate) fn done(&mut self) {
        self.entry.reason = None;
    }

    pub(crate) fn failed(&mut self, error: &EgressError) {
        // What had gone out before it was blocked did go out.
        let nothing_left = error.is_blocked() && self.entry.address.is_none();
        self.entry.outcome = if nothing_left { EgressOutcome::Blocked } else { EgressOutcome::Failed };
        self.entry.reason = Some(clip(&error.to_string(), 1000));
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.entry.ms = self.begun.elapsed().as_secs_f64() * 1000.0;
        self.ledger.end(&self.entry);
    }
}
