//! The ledger in the store. An entry is on disk before its request goes out, so nothing leaves without a trace, whatever happens next.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use axion_egress::Ledger;
use axion_protocol::{EgressEntry, EgressOutcome, ProviderId, SessionId, TurnId};
use axion_store::{EgressRow, Store};

use crate::host::Host;

/// The ledger.
pub struct Book {
    store: Store,
    host: Arc<dyn Host>,
    requests: AtomicU64,
    blocked: AtomicU64,
}

impl Book {
    /// In a store.
    pub fn new(store: Store, host: Arc<dyn Host>) -> Self {
        Self { store, host, requests: AtomicU64::new(0), blocked: AtomicU64::new(0) }
    }

    /// Requests of this process, and how many of them were kept back.
    pub fn counts(&self) -> (u64, u64) {
        (self.requests.load(Ordering::Relaxed), self.blocked.load(Ordering::Relaxed))
    }
}

#[async_trait]
impl Ledger for Book {
    async fn begin(&self, entry: &EgressEntry) -> Result<u64, String> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        // One that is refused before anything is done for it has no end.
        if entry.outcome == EgressOutcome::Blocked {
            self.blocked.fetch_add(1, Ordering::Relaxed);
        }
        let row = row(entry);
        self.store.write(move |tx| tx.insert_egress(&[row])).await.map_err(|error| error.to_string())
    }

    fn end(&self, entry: &EgressEntry) {
        if entry.outcome == EgressOutcome::Blocked {
            self.blocked.fetch_add(1, Ordering::Relaxed);
        }
        let row = row(entry);
        // The entry is there; that its end is missing is what it says if this fails.
        drop(self.store.write(move |tx| tx.finish_egress(&row)));
    }

    fn more(&self, entry: &EgressEntry, refused: u64) {
        self.requests.fetch_add(refused, Ordering::Relaxed);
        self.blocked.fetch_add(refused, Ordering::Relaxed);
        let row = row(entry);
        // Where this fails the entry says less, and the requests stay refused.
        drop(self.store.write(move |tx| tx.finish_egress(&row)));
    }

    fn now(&self) -> u64 {
        self.host.now()
    }
}

fn row(entry: &EgressEntry) -> EgressRow {
    EgressRow {
        number: entry.number,
        at: entry.at,
        purpose: entry.purpose.as_str().to_owned(),
        method: entry.method.clone(),
        url: entry.url.clone(),
        host: entry.host.clone(),
        address: entry.address.clone(),
        local: entry.local,
        outcome: entry.outcome.as_str().to_owned(),
        reason: entry.reason.clone(),
        status: entry.status.map(|status| u16::try_from(status).unwrap_or(u16::MAX)),
        sent_bytes: entry.sent_bytes,
        received_bytes: entry.received_bytes,
        ms: entry.ms,
        session_id: entry.session_id.as_ref().map(SessionId::to_string),
        turn_id: entry.turn_id.as_ref().map(TurnId::to_string),
        provider: entry.provider.as_ref().map(ProviderId::to_string),
    }
}
