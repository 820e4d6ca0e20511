//! The body of an answer, pulled piece by piece: nothing is read from the connection that nobody asked for, so a slow reader
//! slows the server down. Bounded in size, in silence, in time, and cut off when the policy closes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axion_protocol::EgressPurpose;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use crate::broker::{protocol, shut};
use crate::error::EgressError;
use crate::ledger::Record;
use crate::policy::Policy;
use crate::request::Request;
use crate::target::Origin;

/// Largest piece that is given out.
const PIECE: usize = 64 << 10;

/// One of the open requests: counted, and its connection ends with it.
pub(crate) struct Hold {
    open: Arc<AtomicUsize>,
    drive: Option<AbortHandle>,
}

impl Hold {
    pub(crate) fn take(open: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let took = open.fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| (count < most).then_some(count + 1));
        took.is_ok().then(|| Self { open: open.clone(), drive: None })
    }

    pub(crate) fn drives(&mut self, task: tokio::task::JoinHandle<()>) {
        self.drive = Some(task.abort_handle());
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(drive) = &self.drive {
            drive.abort();
        }
        self.open.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The body of an answer.
pub struct Body {
    /// Gone once it has ended, well or badly.
    open: Option<(Incoming, Hold, Record)>,
    rest: Bytes,
    left: u64,
    most: u64,
    idle: Duration,
    total: Duration,
    deadline: Instant,
    quiet_until: Option<Instant>,
    policy: watch::Receiver<Arc<Policy>>,
    purpose: EgressPurpose,
    origin: Origin,
}

impl Body {
    pub(crate) fn new(
        incoming: Incoming,
        hold: Hold,
        record: Record,
        policy: watch::Receiver<Arc<Policy>>,
        request: &Request,
        origin: Origin,
        deadline: Instant,
    ) -> Self {
        let limits = request.limits;
        Self {
            open: Some((incoming, hold, record)),
            rest: Bytes::new(),
            left: limits.body,
            most: limits.body,
            idle: limits.idle,
            total: limits.total,
            deadline,
            quiet_until: None,
            policy,
            purpose: request.purpose,
            origin,
        }
    }

    /// The next piece, of at most 64 KiB; `None` at the end, and ever after. Cancel safe.
    ///
    /// # Errors
    /// If a limit was reached, the connection broke, or the policy closed. What came before is good.
    pub async fn next(&mut self) -> Result<Option<Bytes>, EgressError> {
        if self.rest.is_empty() {
            match self.pull().await {
                Ok(Some(data)) => self.rest = data,
                Ok(None) => {
                    if let Some((_, _, mut record)) = self.open.take() {
                        record.done();
                    }
                    return Ok(None);
                }
                Err(error) => {
                    if let Some((_, _, mut record)) = self.open.take() {
                        record.failed(&error);
                    }
                    return Err(error);
                }
            }
        }
        Ok(Some(self.rest.split_to(self.rest.len().min(PIECE))))
    }

    /// All that is left, for answers that are small by their limit.
    ///
    /// # Errors
    /// As `next`.
    pub async fn all(mut self) -> Result<Vec<u8>, EgressError> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    async fn pull(&mut self) -> Result<Option<Bytes>, EgressError> {
        loop {
            let Some((incoming, _, record)) = &mut self.open else { return Ok(None) };
            // Kept over a cancelled wait, so that asking often does not make silence longer.
            let quiet_until = *self.quiet_until.get_or_insert_with(|| Instant::now() + self.idle);
            let by = quiet_until.min(self.deadline);
            let frame = tokio::select! {
                biased;
                refusal = shut(&mut self.policy, self.purpose, &self.origin) => return Err(refusal.into()),
                frame = timeout_at(by, incoming.frame()) => frame,
            };
            let frame = match frame {
                Ok(frame) => frame,
                Err(_) if by < quiet_until => return Err(EgressError::Time(self.total)),
                Err(_) => return Err(EgressError::Idle(self.idle)),
            };
            self.quiet_until = None;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| protocol(&self.origin.authority(), 0, &error))?;
            let Ok(data) = frame.into_data() else { continue };
            if data.is_empty() {
                continue;
            }
            record.received(data.len() as u64);
            match self.left.checked_sub(data.len() as u64) {
                Some(left) => self.left = left,
                None => return Err(EgressError::TooLarge(self.most)),
            }
            return Ok(Some(data));
        }
    }
}
