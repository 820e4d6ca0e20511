//! One turn while this instance works on it: whose turn it is to write, and how a group becomes durable.
//!
//! The seat is a fair lock: whoever sits writes next, so the order of the stream is the order of arrival. Groups are queued
//! while sitting and awaited after standing up; each names the head that it follows, so that after a failed write nothing
//! later can slip in. Others who write to the session while the turn goes on (the queue, folders, pins) sit down here too and
//! stay seated until that is on disk.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axion_protocol::{CallId, ErrorInfo, MessageId, QueuedId, SessionId, TextKind, TurnEvent, TurnId};
use axion_store::{EventDraft, Pending, StoreError};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::drafts::Draft;
use super::store::{SessionStore, Write};
use super::tally::Tally;
use super::voice::TurnVoice;
use crate::failure::storage;
use crate::host::Host;
use crate::runs::Runner;

/// What stays the same during a turn.
pub(crate) struct Live {
    pub(crate) session_id: SessionId,
    pub(crate) turn_id: TurnId,
    pub(crate) message_id: MessageId,
    pub(crate) model: String,
    pub(crate) created_at: u64,
    pub(crate) store: Arc<dyn SessionStore>,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) voice: TurnVoice,
    pub(crate) seat: Mutex<Seat>,
    pub(crate) tickets: AtomicU64,
    /// The seat's ticket, for whoever must not wait for it.
    pub(crate) heard: AtomicU64,
    /// Steering messages that the present runner was told.
    pub(crate) told: std::sync::Mutex<HashSet<QueuedId>>,
    /// A person wants it to end; whatever starts or waits gives up.
    pub(crate) cancelling: CancellationToken,
    /// The session is being deleted: nothing more is written.
    pub(crate) deleted: CancellationToken,
    /// It has ended, and its session went on with what waits.
    pub(crate) left: CancellationToken,
    /// The runner sent something that no runner sends.
    pub(crate) fault: watch::Sender<Option<String>>,
    /// What it said could not be written.
    pub(crate) unwritten: watch::Sender<Option<ErrorInfo>>,
    /// `turn-finished` is durable, or this instance gave the turn up.
    pub(crate) over: watch::Sender<bool>,
}

/// What changes, held by whoever writes.
pub(crate) struct Seat {
    /// Head of the stream once all queued groups are written.
    pub(crate) head: u64,
    pub(crate) tally: Tally,
    pub(crate) attempt: u64,
    /// Which runner may write. Unlike the attempt's number it is never given twice.
    pub(crate) ticket: u64,
    /// Events that the present runner brought.
    pub(crate) brought: u64,
    pub(crate) stored: HashSet<String>,
    pub(crate) stored_bytes: u64,
    pub(crate) runner: Option<Arc<dyn Runner>>,
    /// Whether the turn's last event is `turn-interrupted`.
    pub(crate) interrupted: bool,
}

/// What a group changes once it is durable.
#[derive(Default)]
struct Effects {
    said: Vec<(u64, TextKind, u64)>,
    ended_tools: Vec<CallId>,
    ends: bool,
}

impl Live {
    /// A right to write that no runner had before.
    pub(crate) fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Queues what a runner drafted, here and now, so that the order of seats is the order of the store's queue. The tally
    /// has these events already.
    pub(crate) fn append(self: &Arc<Self>, seat: &mut Seat, drafts: Vec<Draft>) -> Result<Written, ErrorInfo> {
        let mut effects = Effects::default();
        for Draft { event, .. } in &drafts {
            seat.interrupted = false;
            match event {
                TurnEvent::TextAdded(added) => {
                    self.voice.write(added).map_err(|why| {
                        self.fault.send_replace(Some(why.clone()));
                        crate::failure::invalid(why)
                    })?;
                    effects.said.push((added.part, added.kind, added.offset + crate::streams::count(&added.text)));
                }
                TurnEvent::ToolFinished(finished) => effects.ended_tools.push(finished.call_id.clone()),
                TurnEvent::TurnFinished(_) => effects.ends = true,
                _ => {}
            }
        }
        let texts: Vec<EventDraft> = drafts.into_iter().map(|draft| draft.text).collect();
        Ok(self.put(seat, Write { drafts: texts, ..Write::default() }, effects))
    }

    /// Queues events of Core about this turn, and what goes with them.
    pub(crate) fn append_own(self: &Arc<Self>, seat: &mut Seat, write: Write) -> Written {
        self.put(seat, write, Effects::default())
    }

    /// Queues events of the turn that Core writes in the runner's place.
    pub(crate) fn append_events(self: &Arc<Self>, seat: &mut Seat, events: Vec<TurnEvent>) -> Result<Written, ErrorInfo> {
        let mut drafts = Vec::with_capacity(events.len());
        for event in events {
            seat.tally.apply(&event).map_err(|why| crate::failure::internal("A turn could not be ended", why))?;
            drafts.push(Draft { text: EventDraft::of(&event).map_err(storage)?, event });
        }
        self.append(seat, drafts)
    }

    fn put(self: &Arc<Self>, seat: &mut Seat, write: Write, effects: Effects) -> Written {
        let follows = seat.head;
        seat.head += write.drafts.len() as u64;
        let written = self.store.append(self.session_id.as_str(), Write { follows: Some(follows), ..write });
        let live = self.clone();
        Written(tokio::spawn(async move { live.settle(written, effects).await }))
    }

    async fn settle(&self, written: Pending<u64>, effects: Effects) -> Result<u64, ErrorInfo> {
        match written.await {
            Ok(head) => {
                for (part, kind, upto) in effects.said {
                    self.voice.settle(part, kind, upto);
                }
                for call in effects.ended_tools {
                    self.voice.tool_ended(&call);
                }
                if effects.ends {
                    self.over.send_replace(true);
                }
                Ok(head)
            }
            // A message of another session, a value out of bounds: the runner's doing, not the disk's.
            Err(error @ (StoreError::Conflict(_) | StoreError::Invalid(_) | StoreError::NotFound { .. })) => {
                self.fault.send_replace(Some(error.to_string()));
                Err(storage(error))
            }
            Err(error) => {
                let info = storage(error);
                self.not_written(&info);
                Err(info)
            }
        }
    }

    /// The first failure is the one to tell; those behind it only follow from it.
    pub(crate) fn not_written(&self, info: &ErrorInfo) {
        self.unwritten.send_if_modified(|known| {
            let first = known.is_none();
            if first {
                *known = Some(info.clone());
            }
            first
        });
    }
}

/// A queued group.
pub(crate) struct Written(tokio::task::JoinHandle<Result<u64, ErrorInfo>>);

impl Written {
    /// Waits until it is on disk; the head then.
    pub(crate) async fn done(self) -> Result<u64, ErrorInfo> {
        self.0.await.unwrap_or_else(|error| Err(crate::failure::internal("A turn could not be written", error)))
    }
}
