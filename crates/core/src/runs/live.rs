//! One run while this instance works on it: whose turn it is to write its journal, and how a group becomes durable.
//!
//! The seat is a fair lock: whoever sits writes next, so the order of the journal is the order of arrival. Groups are
//! queued while sitting and awaited after standing up; each names the head that it follows, so that after a failed write
//! nothing later can slip in. What was written is shown by the store's commit hook, never from here.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axion_protocol::{ApprovalRequestedDraft, ErrorInfo, GraphId, JournalEvent, RunFinishedDraft, RunGrant, RunId, RunState, RunnerFacts};
use axion_store::{ApprovalRow, EventDraft, Json, NewRun, Pending, RunUpdate, Store, StoreError, StreamName, WriteTx};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::counts::Tally;
use super::drafts::Draft;
use super::plan::{Options, raw};
use super::runner::Runner;
use crate::failure::storage;
use crate::host::Host;

/// The summary row is brought up to date at most this often while nothing but counts changes.
const SHOW_EVERY_MS: u64 = 250;

/// What stays the same during a run.
pub(crate) struct Live {
    pub(crate) run_id: RunId,
    pub(crate) graph_id: Option<GraphId>,
    pub(crate) graph_name: String,
    pub(crate) grants: Vec<RunGrant>,
    pub(crate) options: Options,
    pub(crate) created_at: u64,
    pub(crate) store: Store,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) seat: Mutex<Seat>,
    pub(crate) tickets: AtomicU64,
    /// A person wants it to end; whatever starts or waits gives up.
    pub(crate) unwanted: CancellationToken,
    /// `run-cancelling` is durable.
    pub(crate) cancelling: CancellationToken,
    /// The runner sent something that no runner sends.
    pub(crate) fault: watch::Sender<Option<String>>,
    /// Its journal could not be written.
    pub(crate) unwritten: watch::Sender<Option<ErrorInfo>>,
    /// `run-finished` is durable, or this instance gave the run up.
    pub(crate) over: watch::Sender<bool>,
}

/// What changes, held by whoever writes.
#[derive(Default)]
pub(crate) struct Seat {
    /// Head of the journal once all queued groups are written.
    pub(crate) head: u64,
    pub(crate) tally: Tally,
    /// The number of the present attempt, as the journal tells it.
    pub(crate) attempt: u64,
    /// Which runner may write. Unlike the attempt's number it is never given twice.
    pub(crate) ticket: u64,
    /// Events that the present runner brought.
    pub(crate) brought: u64,
    pub(crate) stored: HashSet<String>,
    pub(crate) stored_bytes: u64,
    pub(crate) runner: Option<Arc<dyn Runner>>,
    /// Whether the journal ends with `run-interrupted`.
    pub(crate) interrupted: bool,
    pub(crate) shown: Option<RunState>,
    pub(crate) shown_at: u64,
    pub(crate) behind: bool,
}

/// A change that goes into the same transaction as a group.
type Beside = Box<dyn FnMut(&mut WriteTx<'_>) -> Result<(), StoreError> + Send>;

impl Live {
    /// A right to write that no runner had before.
    pub(crate) fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The stream of its journal.
    pub(crate) fn stream(&self) -> StreamName {
        StreamName::run(self.run_id.as_str())
    }

    /// Drafts of events that Core itself writes.
    pub(crate) fn own(events: impl IntoIterator<Item = JournalEvent>) -> Result<Vec<Draft>, ErrorInfo> {
        let draft = |event: JournalEvent| Ok(Draft { text: EventDraft::of(&event).map_err(storage)?, event });
        events.into_iter().map(draft).collect()
    }

    /// Queues a group, here and now, so that the order of seats is the order of the store's queue; the answer comes when
    /// it is on disk. Whatever becomes of the caller, the outcome is taken in.
    pub(crate) fn append(self: &Arc<Self>, seat: &mut Seat, drafts: Vec<Draft>, beside: Option<Beside>) -> Result<Written, ErrorInfo> {
        let group = self.group(seat, drafts, beside)?;
        let ends = group.ends;
        let written = self.queue(group);
        let live = self.clone();
        Ok(Written(tokio::spawn(async move { live.settle(written, ends).await })))
    }

    fn group(&self, seat: &mut Seat, drafts: Vec<Draft>, beside: Option<Beside>) -> Result<Group, ErrorInfo> {
        let now = self.host.now();
        let follows = seat.head;
        let (mut approvals, mut end) = (Vec::new(), None);
        for Draft { event, .. } in &drafts {
            seat.tally.apply(event);
            seat.interrupted = matches!(event, JournalEvent::RunInterrupted(_));
            match event {
                JournalEvent::ApprovalRequested(asked) => approvals.push(self.approval(asked)?),
                JournalEvent::RunFinished(finished) => end = Some(finished.clone()),
                _ => {}
            }
        }
        seat.head += drafts.len() as u64;
        let update = match &end {
            Some(end) => Some(self.last_update(end)?),
            None => seat.update(now, !approvals.is_empty() || beside.is_some()),
        };
        let texts: Vec<EventDraft> = drafts.into_iter().map(|draft| draft.text).collect();
        Ok(Group { follows, texts, approvals, update, beside, ends: end.is_some(), now })
    }

    fn queue(&self, group: Group) -> Pending<u64> {
        let bytes = group.texts.iter().map(|text| text.as_str().len() + 64).sum();
        let (stream, run_id) = (self.stream(), self.run_id.clone());
        let Group { follows, texts, approvals, update, mut beside, ends, now } = group;
        self.store.write_sized(bytes, move |tx| {
            if let Some(beside) = &mut beside {
                beside(tx)?;
            }
            let (_, head) = tx.stream_head(&stream)?;
            if head != follows {
                return Err(StoreError::Internal(format!("a group that follows event {follows} cannot be put after {head}")));
            }
            for row in &approvals {
                tx.insert_approval(row)?;
            }
            let head = tx.append(&stream, &texts)?.head;
            if ends {
                tx.withdraw_approvals(run_id.as_str(), now)?;
            }
            if let Some(update) = &update {
                tx.update_run(run_id.as_str(), update, now)?;
            }
            Ok(head)
        })
    }

    async fn settle(&self, written: Pending<u64>, ends: bool) -> Result<u64, ErrorInfo> {
        match written.await {
            Ok(head) => {
                if ends {
                    self.over.send_replace(true);
                }
                Ok(head)
            }
            // An approval of another run, a value out of bounds: the runner's doing, not the disk's.
            Err(error @ (StoreError::Conflict(_) | StoreError::Invalid(_))) => {
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

    fn approval(&self, asked: &ApprovalRequestedDraft) -> Result<ApprovalRow, ErrorInfo> {
        Ok(ApprovalRow {
            approval_id: asked.approval_id.to_string(),
            run_id: self.run_id.to_string(),
            graph_id: self.graph_id.as_ref().map(ToString::to_string),
            graph_name: self.graph_name.clone(),
            node: asked.node.to_string(),
            scope: asked.scope.as_ref().map(ToString::to_string),
            title: asked.title.clone(),
            facts: raw(&asked.facts)?,
            details: asked.details.as_ref().map(raw).transpose()?,
            status: "pending".into(),
            requested_at: asked.ts,
            answered_at: None,
            note: None,
        })
    }

    /// The counts are those that `run-finished` says: they are of the whole run, and what was never reached is in them.
    fn last_update(&self, end: &RunFinishedDraft) -> Result<RunUpdate, ErrorInfo> {
        let state = match end.state {
            axion_protocol::RunOutcome::Succeeded => axion_store::RunState::Succeeded,
            axion_protocol::RunOutcome::Failed => axion_store::RunState::Failed,
            axion_protocol::RunOutcome::Cancelled => axion_store::RunState::Cancelled,
        };
        Ok(RunUpdate {
            state: Some(state),
            steps: Some(counts(&end.steps)),
            runner: None,
            finished_at: Some(end.ts),
            ms: Some(end.ms),
            error: end.error.as_ref().map(raw).transpose()?,
            outputs: Some(raw(&end.outputs)?),
        })
    }

    /// Brings the summary row up to date if it fell behind while the run was quiet.
    pub(crate) async fn show(&self) {
        let (update, now) = {
            let mut seat = self.seat.lock().await;
            let now = self.host.now();
            (if seat.behind && !seat.tally.is_finished() { seat.update(now, true) } else { None }, now)
        };
        let Some(update) = update else { return };
        let run_id = self.run_id.to_string();
        if let Err(error) = self.store.write(move |tx| tx.update_run(&run_id, &update, now)).await {
            tracing::warn!(%error, "a run's summary could not be brought up to date");
        }
    }
}

struct Group {
    follows: u64,
    texts: Vec<EventDraft>,
    approvals: Vec<ApprovalRow>,
    update: Option<RunUpdate>,
    beside: Option<Beside>,
    ends: bool,
    now: u64,
}

/// A queued group.
pub(crate) struct Written(tokio::task::JoinHandle<Result<u64, ErrorInfo>>);

impl Written {
    /// Waits until it is on disk; the head then.
    pub(crate) async fn done(self) -> Result<u64, ErrorInfo> {
        self.0.await.unwrap_or_else(|error| Err(crate::failure::internal("A journal could not be written", error)))
    }
}

impl Seat {
    fn update(&mut self, now: u64, at_once: bool) -> Option<RunUpdate> {
        let state = self.tally.state();
        if !at_once && self.shown == Some(state) && now.saturating_sub(self.shown_at) < SHOW_EVERY_MS {
            self.behind = true;
            return None;
        }
        self.behind = false;
        self.shown = Some(state);
        self.shown_at = now;
        let state = if state == RunState::Waiting { axion_store::RunState::Waiting } else { axion_store::RunState::Running };
        Some(RunUpdate { state: Some(state), steps: Some(counts(&self.tally.steps())), ..RunUpdate::default() })
    }
}

/// The first transaction of a run: its row, its document and its first event belong together.
pub(crate) fn first(new: NewRun, document: String, layout: Option<String>, runner: &RunnerFacts) -> Beside {
    let mode = runner.mode.as_str().to_owned();
    Box::new(move |tx| {
        let (row, fresh) = tx.insert_run(&new)?;
        if !fresh {
            return Err(StoreError::Conflict(format!("Run {} was started before.", row.number)));
        }
        tx.put_blob(&new.run_id, &new.graph_hash, document.as_bytes())?;
        if let (Some(layout), Some(hash)) = (&layout, &new.layout_hash) {
            tx.put_blob(&new.run_id, hash, layout.as_bytes())?;
        }
        let update = RunUpdate { runner: Some(mode.clone()), ..RunUpdate::default() };
        tx.update_run(&new.run_id, &update, new.created_at)?;
        Ok(())
    })
}

/// The wire's counts as the store keeps them.
pub(crate) fn counts(steps: &axion_protocol::StepCounts) -> axion_store::StepCounts {
    axion_store::StepCounts {
        total: steps.total,
        succeeded: steps.succeeded,
        failed: steps.failed,
        skipped: steps.skipped,
        cancelled: steps.cancelled,
        running: steps.running,
        waiting: steps.waiting,
    }
}

/// JSON that the store keeps.
pub(crate) fn kept(text: String) -> Result<Json, ErrorInfo> {
    serde_json::value::RawValue::from_string(text).map_err(|error| crate::failure::internal("A value could not be kept", error))
}
