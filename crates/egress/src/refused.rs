//! Requests that are refused before anything is done for them: each is in the ledger, and none can fill it. So many in a minute have an entry of their own;
//! what comes after them is counted in the last one, whose reason says how many there were.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axion_protocol::{EgressEntry, EgressOutcome, clip};
use tokio::time::Instant;

use crate::error::Refusal;
use crate::ledger::{Ledger, entry_of};
use crate::request::Request;
use crate::target::Target;

/// Entries of their own in one minute.
const OWN: u32 = 60;
const MINUTE: Duration = Duration::from_secs(60);
/// How often the count of the others is written, at most.
const COUNTED: Duration = Duration::from_secs(1);

/// The refused requests of a broker.
pub(crate) struct Refused {
    ledger: Arc<dyn Ledger>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// When the minute began, and how many entries it has.
    since: Option<Instant>,
    own: u32,
    /// The last of them, as it was written.
    last: Option<EgressEntry>,
    /// Refused since with no entry of their own, and how many of these are not written yet.
    more: u64,
    unwritten: u64,
    /// Somebody will write the count in a moment.
    counting: bool,
}

impl State {
    /// Whether the next one has an entry of its own.
    fn has_room(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) >= MINUTE) {
            (self.since, self.own) = (Some(now), 0);
        }
        self.own += u32::from(self.own <= OWN);
        self.own <= OWN
    }

    /// The last entry with the count in its reason, if that is not written yet.
    fn counted(&mut self) -> Option<(EgressEntry, u64)> {
        let mut entry = self.last.clone().filter(|_| self.unwritten > 0)?;
        let fresh = std::mem::take(&mut self.unwritten);
        let reason = entry.reason.unwrap_or_default();
        entry.reason = Some(format!("{}; after it {} more requests were refused, too many to be listed", clip(&reason, 800), self.more));
        Some((entry, fresh))
    }
}

impl Refused {
    pub(crate) fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger, state: Arc::default() }
    }

    /// Records one. It stays refused where it cannot be recorded: then that is why.
    pub(crate) async fn put(&self, request: &Request, target: Option<&Target>, told: bool, why: Refusal) -> Refusal {
        let own = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let own = state.has_room(Instant::now());
            if own {
                // What was counted belongs to the entry before.
                if let Some((entry, more)) = state.counted() {
                    self.ledger.more(&entry, more);
                }
                state.more = 0;
            } else {
                (state.more, state.unwritten) = (state.more + 1, state.unwritten + 1);
                if !std::mem::replace(&mut state.counting, true) {
                    self.count_soon();
                }
            }
            own
        };
        if !own {
            return why;
        }
        let mut entry = entry_of(&*self.ledger, request, target, told);
        entry.outcome = EgressOutcome::Blocked;
        entry.reason = Some(clip(&why.to_string(), 1000));
        match self.ledger.begin(&entry).await {
            Ok(number) => {
                entry.number = number;
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                // Entries may come back in another order than they were begun.
                if state.last.as_ref().is_none_or(|last| last.number < number) {
                    state.last = Some(entry);
                }
                why
            }
            Err(error) => Refusal::Ledger(error),
        }
    }

    /// Writes the count after a while: once for all that come until then.
    fn count_soon(&self) {
        let (ledger, state) = (self.ledger.clone(), self.state.clone());
        tokio::spawn(async move {
            tokio::time::sleep(COUNTED).await;
            let counted = {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.counting = false;
                state.counted()
            };
            if let Some((entry, more)) = counted {
                ledger.more(&entry, more);
            }
        });
    }
}
