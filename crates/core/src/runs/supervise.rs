//! Keeping one run going until it has ended: a lost runner is replaced, a cancelled run ends within half a second, and
//! `run-finished` is the last event whoever writes it.

use std::sync::Arc;
use std::time::Duration;

use axion_protocol::{
    ErrorCode, ErrorInfo, JournalEvent, Notice, RunCancelParams, RunCancellingDraft, RunFinishedDraft, RunOutcome, StepError, clip,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::live::Live;
use super::load;
use super::plan::raw;
use super::revive::{Revived, interrupt, reload, revive};
use super::runner::{Runner, Runners, Wanted};
use super::sink::Sink;
use crate::notices::Notices;

/// How long the engine may take to wind a cancelled run up before its runner is killed.
const CANCEL_GRACE: Duration = Duration::from_millis(250);
/// How often the summary is brought up to date while a run is quiet.
const SHOW: Duration = Duration::from_millis(500);

/// How long a run stands still before its journal is tried again.
const STILL: Duration = Duration::from_secs(1);

/// What all runs share.
#[derive(Clone)]
pub(crate) struct Means {
    pub(crate) runners: Arc<dyn Runners>,
    pub(crate) docker_host: Option<String>,
    pub(crate) allow_unjailed: bool,
    pub(crate) notices: Arc<Notices>,
    pub(crate) closing: CancellationToken,
}

impl Means {
    /// A runner for this run, heard while it has this ticket.
    pub(crate) async fn runner(&self, live: &Arc<Live>, ticket: u64) -> Result<Arc<dyn Runner>, ErrorInfo> {
        let wanted = Wanted {
            mode: live.options.runner,
            grants: live.grants.clone(),
            docker_host: self.docker_host.clone(),
            allow_unjailed: self.allow_unjailed,
        };
        let sink = Arc::new(Sink { live: live.clone(), ticket });
        Ok(Arc::from(self.runners.get(wanted, sink).await?))
    }
}

enum Why {
    Over,
    Closing,
    Cancelled,
    Lost(String),
    Fault(String),
    Unwritten(ErrorInfo),
}

/// Sees a run through. `runner` is `None` for a run that an earlier instance left open.
pub(crate) async fn supervise(live: Arc<Live>, means: Means, mut runner: Option<Arc<dyn Runner>>) {
    let mut reason = "Axion was closed or killed while this run was going on".to_owned();
    let mut in_a_row = 0;
    loop {
        if let Some(present) = runner.take() {
            let why = watch(&live, &means, &*present).await;
            let brought = std::mem::take(&mut live.seat.lock().await.brought);
            in_a_row = if brought > 0 { 0 } else { in_a_row + 1 };
            match why {
                Why::Over => return give_back(&live, present).await,
                Why::Closing => {
                    present.kill();
                    return leave(&live, &means).await;
                }
                Why::Cancelled => {
                    present.kill();
                    return end(&live, &means, RunOutcome::Cancelled, None).await;
                }
                Why::Fault(why) => {
                    present.kill();
                    let error = step_error("runner_misbehaved", &format!("The runner broke its rules ({why}) and was ended."));
                    return end(&live, &means, RunOutcome::Failed, Some(error)).await;
                }
                Why::Unwritten(info) => {
                    present.kill();
                    reason = info.message;
                }
                Why::Lost(why) => reason = format!("The runner was lost: {why}"),
            }
        }
        match revive(&live, &means, &reason, &mut in_a_row).await {
            Revived::Runner(fresh) => runner = Some(fresh),
            Revived::Again(why) => reason = why,
            Revived::Ended => return,
        }
    }
}

async fn watch(live: &Arc<Live>, means: &Means, runner: &dyn Runner) -> Why {
    let (mut over, mut fault, mut unwritten) = (live.over.subscribe(), live.fault.subscribe(), live.unwritten.subscribe());
    let mut show = tokio::time::interval(SHOW);
    show.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = told(&mut over) => return Why::Over,
            why = named(&mut fault) => return Why::Fault(why),
            info = named(&mut unwritten) => return Why::Unwritten(info),
            () = live.cancelling.cancelled() => return cancelled(live, runner).await,
            why = runner.gone() => return lost(live, why).await,
            () = means.closing.cancelled() => return Why::Closing,
            _ = show.tick() => live.show().await,
        }
    }
}

async fn told(flag: &mut watch::Receiver<bool>) {
    if flag.wait_for(|set| *set).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn named<T: Clone>(reason: &mut watch::Receiver<Option<T>>) -> T {
    loop {
        let known = reason.borrow_and_update().clone();
        match known {
            Some(reason) => return reason,
            None if reason.changed().await.is_err() => std::future::pending::<()>().await,
            None => {}
        }
    }
}

/// A runner that ends right after its last event has not lost the run: what it wrote is waited for.
async fn lost(live: &Arc<Live>, why: String) -> Why {
    let written = live.store.write(|_| Ok(())).await;
    if written.is_ok() && live.seat.lock().await.tally.is_finished() {
        let mut over = live.over.subscribe();
        if tokio::time::timeout(Duration::from_secs(10), told(&mut over)).await.is_ok() {
            return Why::Over;
        }
    }
    Why::Lost(why)
}

async fn cancelled(live: &Arc<Live>, runner: &dyn Runner) -> Why {
    let mut over = live.over.subscribe();
    let asked = async {
        if let Ok(params) = raw(&RunCancelParams { run_id: live.run_id.clone() })
            && let Err(error) = runner.request("run_cancel", &params).await
        {
            tracing::debug!(%error, "a runner could not be asked to cancel");
        }
        // The answer says that it heard; the end is when `run-finished` is durable.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = told(&mut over) => Why::Over,
        () = asked => Why::Cancelled,
        _ = runner.gone() => Why::Cancelled,
        () = tokio::time::sleep(CANCEL_GRACE) => Why::Cancelled,
    }
}

async fn give_back(live: &Live, runner: Arc<dyn Runner>) {
    // The seat's clone goes first, so that the lease returns to the pool here.
    live.seat.lock().await.runner = None;
    drop(runner);
}

/// Ends a run from Core's side, as soon as that can be written.
pub(super) async fn end(live: &Arc<Live>, means: &Means, state: RunOutcome, error: Option<StepError>) {
    while let Err(info) = try_end(live, state, error.clone()).await {
        if !stand_still(live, means, &info).await {
            return;
        }
    }
    means.notices.take_back(live.run_id.as_str());
}

/// The journal cannot be written now (a full disk, most likely): the person is told, and after a while it is tried again.
/// False if Core closes meanwhile; the run stays open in the store, where the next start finds it.
pub(super) async fn stand_still(live: &Live, means: &Means, why: &ErrorInfo) -> bool {
    tracing::warn!(run = live.run_id.as_str(), error = %why, "a run stands still");
    let hint = why.hint.as_ref().map_or_else(String::new, |hint| format!(" {hint}"));
    let message = format!("The run {} ({}) stands still. {}{hint}", live.graph_name, live.run_id, why.message);
    means.notices.put(Notice { code: "run_stands_still".into(), message: clip(&message, 2000), at: live.host.now() }, live.run_id.as_str());
    tokio::select! {
        () = means.closing.cancelled() => {
            live.over.send_replace(true);
            false
        }
        () = tokio::time::sleep(STILL) => true,
    }
}

/// One try to end a run.
pub(super) async fn try_end(live: &Arc<Live>, state: RunOutcome, error: Option<StepError>) -> Result<(), ErrorInfo> {
    // A group that failed leaves the seat ahead of the journal; the journal decides.
    let Some(_) = reload(live).await? else { return Ok(()) };
    let written = {
        let mut seat = live.seat.lock().await;
        let now = live.host.now();
        let mut events: Vec<JournalEvent> = Vec::new();
        if state == RunOutcome::Cancelled && !seat.tally.is_cancelling() {
            events.push(RunCancellingDraft { ts: now }.into());
        }
        let ms = Duration::from_millis(now.saturating_sub(live.created_at)).as_secs_f64() * 1000.0;
        let steps = load::at_end(&seat.tally.steps());
        events.push(RunFinishedDraft { ts: now, state, ms, outputs: std::collections::BTreeMap::new(), error, steps }.into());
        live.append(&mut seat, Live::own(events)?, None)?
    };
    written.done().await.map(|_| ())
}

/// Core closes: the run stays open and says why it stands still.
async fn leave(live: &Arc<Live>, means: &Means) {
    debug_assert!(means.closing.is_cancelled());
    match reload(live).await {
        Ok(Some(_)) => {
            if let Err(info) = interrupt(live, "Axion was closed").await {
                tracing::warn!(error = %info, "a run was left without a word");
            }
        }
        Ok(None) => {}
        Err(info) => tracing::warn!(error = %info, "a run was left without a word"),
    }
    live.over.send_replace(true);
}

/// A failure that no step caused.
pub(super) fn step_error(code: &str, message: &str) -> StepError {
    StepError { code: clip(code, 64), message: clip(message, 4000), hint: None, outcome_unknown: None }
}

/// The error of a run that could not be started because a person changed their mind.
pub(crate) fn unwanted() -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Cancelled, "The run was cancelled before it started. Nothing was executed.")
}
