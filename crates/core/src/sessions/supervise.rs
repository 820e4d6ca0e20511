//! Keeping one turn going until it has ended: a lost runner is replaced, a cancelled turn ends within half a second, and
//! `turn-finished` is its last event whoever writes it. What was said is kept in each case.

use std::sync::Arc;
use std::time::Duration;

use axion_protocol::{ErrorInfo, Notice, StepError, TurnCancelParams, TurnFinishedDraft, TurnOutcome, clip};
use tokio::sync::watch;

use super::Sessions;
use super::events;
use super::live::Live;
use super::revive::{Revived, reload, revive};
use super::store::Write;
use crate::runs::{Runner, json};

/// How long the agent may take to wind a cancelled turn up before its runner is killed.
const CANCEL_GRACE: Duration = Duration::from_millis(250);
/// How long a turn stands still before it is tried again to write it.
const STILL: Duration = Duration::from_secs(1);

enum Why {
    Over,
    Closing,
    Deleted,
    Cancelled,
    Lost(String),
    Fault(String),
    Unwritten(ErrorInfo),
}

/// Sees a turn through. `reason` is why it must be taken up, for one that an earlier instance left.
pub(crate) async fn supervise(sessions: Arc<Sessions>, live: Arc<Live>, mut reason: Option<String>) {
    let mut in_a_row = 0;
    let mut runner: Option<Arc<dyn Runner>> = None;
    loop {
        if let Some(present) = runner.take() {
            let why = watch(&sessions, &live, &*present).await;
            let brought = std::mem::take(&mut live.seat.lock().await.brought);
            in_a_row = if brought > 0 { 0 } else { in_a_row + 1 };
            match why {
                Why::Over => return give_back(&live, present).await,
                Why::Deleted => {
                    present.kill();
                    return over(&live).await;
                }
                Why::Closing => {
                    present.kill();
                    return leave(&live).await;
                }
                Why::Cancelled => {
                    present.kill();
                    return end(&sessions, &live, TurnOutcome::Cancelled, None).await;
                }
                Why::Fault(why) => {
                    present.kill();
                    let error =
                        step_error("runner_lost", &format!("The runner broke its rules ({why}) and was ended. What was said is kept."));
                    return end(&sessions, &live, TurnOutcome::Failed, Some(error)).await;
                }
                Why::Unwritten(info) => {
                    present.kill();
                    reason = Some(info.message);
                }
                Why::Lost(why) => reason = Some(format!("The runner was lost: {why}")),
            }
        }
        match revive(&sessions, &live, reason.as_deref(), &mut in_a_row).await {
            Revived::Runner(fresh) => runner = Some(fresh),
            Revived::Again(why) => reason = Some(why),
            Revived::Ended => return,
        }
    }
}

async fn watch(sessions: &Sessions, live: &Arc<Live>, runner: &dyn Runner) -> Why {
    let (mut over, mut fault, mut unwritten) = (live.over.subscribe(), live.fault.subscribe(), live.unwritten.subscribe());
    tokio::select! {
        biased;
        () = live.deleted.cancelled() => Why::Deleted,
        () = told(&mut over) => Why::Over,
        why = named(&mut fault) => Why::Fault(why),
        info = named(&mut unwritten) => Why::Unwritten(info),
        () = live.cancelling.cancelled() => cancelled(live, runner).await,
        why = runner.gone() => lost(live, why).await,
        () = sessions.closing.cancelled() => Why::Closing,
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

/// A runner that ends right after its last event has not lost the turn: what it wrote is waited for.
async fn lost(live: &Arc<Live>, why: String) -> Why {
    let written = live.store.settled().await;
    if written.is_ok() && live.seat.lock().await.tally.finished().is_some() {
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
        if let Ok(params) = json(&TurnCancelParams { turn_id: live.turn_id.clone() })
            && let Err(error) = runner.request("turn_cancel", &params).await
        {
            tracing::debug!(%error, "a runner could not be asked to cancel");
        }
        // The answer says that it heard; the end is when `turn-finished` is durable.
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

/// Nothing more is written.
pub(super) async fn over(live: &Live) {
    live.seat.lock().await.runner = None;
    live.over.send_replace(true);
}

/// Ends a turn from Core's side, as soon as that can be written.
pub(super) async fn end(sessions: &Sessions, live: &Arc<Live>, state: TurnOutcome, error: Option<StepError>) {
    while let Err(info) = try_end(live, state, error.clone()).await {
        if !stand_still(sessions, live, &info).await {
            return;
        }
    }
    sessions.notices.take_back(live.turn_id.as_str());
}

/// It cannot be written now (a full disk, most likely): the person is told, and after a while it is tried again. False if Core
/// closes meanwhile; the turn stays open in the store, where the next start finds it.
pub(super) async fn stand_still(sessions: &Sessions, live: &Live, why: &ErrorInfo) -> bool {
    tracing::warn!(turn = live.turn_id.as_str(), error = %why, "a turn stands still");
    let hint = why.hint.as_ref().map_or_else(String::new, |hint| format!(" {hint}"));
    let message = format!("An answer (session {}) stands still. {}{hint}", live.session_id, why.message);
    let notice = Notice { code: "turn_stands_still".into(), message: clip(&message, 2000), at: live.host.now() };
    sessions.notices.put(notice, live.turn_id.as_str());
    tokio::select! {
        () = live.deleted.cancelled() => {
            over(live).await;
            false
        }
        () = sessions.closing.cancelled() => {
            over(live).await;
            false
        }
        () = tokio::time::sleep(STILL) => true,
    }
}

/// One try to end a turn. What was said ahead of the store goes before the end.
async fn try_end(live: &Arc<Live>, state: TurnOutcome, error: Option<StepError>) -> Result<(), ErrorInfo> {
    // A group that failed leaves the seat ahead of the stream; the stream decides.
    if reload(live).await?.is_none() {
        return Ok(());
    }
    let written = {
        let mut seat = live.seat.lock().await;
        let ts = live.host.now();
        let mut events = live.voice.unwritten(&seat.tally, ts);
        let ms = Duration::from_millis(ts.saturating_sub(live.created_at)).as_secs_f64() * 1000.0;
        let (turn_id, message_id) = (live.turn_id.clone(), live.message_id.clone());
        let usage = seat.tally.usage().clone();
        events.push(TurnFinishedDraft { ts, turn_id, message_id, state, ms, usage, error }.into());
        live.append_events(&mut seat, events)?
    };
    written.done().await.map(|_| ())
}

/// Core closes: the turn stays open and says why it stands still.
async fn leave(live: &Arc<Live>) {
    match reload(live).await {
        Ok(Some(_)) => {
            if let Err(info) = interrupt(live, "Axion was closed").await {
                tracing::warn!(error = %info, "a turn was left without a word");
            }
        }
        Ok(None) => {}
        Err(info) => tracing::warn!(error = %info, "a turn was left without a word"),
    }
    over(live).await;
}

/// Writes what was said ahead of the store and `turn-interrupted`, once per loss.
pub(super) async fn interrupt(live: &Arc<Live>, reason: &str) -> Result<(), ErrorInfo> {
    let mut written = Vec::new();
    {
        let mut seat = live.seat.lock().await;
        if seat.tally.finished().is_some() {
            return Ok(());
        }
        let ts = live.host.now();
        let said = live.voice.unwritten(&seat.tally, ts);
        if !said.is_empty() {
            written.push(live.append_events(&mut seat, said)?);
        }
        if !seat.interrupted {
            let drafts = vec![events::interrupted(ts, &live.turn_id, reason)?];
            written.push(live.append_own(&mut seat, Write { drafts, ts, ..Write::default() }));
            seat.interrupted = true;
        }
    }
    for group in written {
        group.done().await?;
    }
    Ok(())
}

/// A failure that no step caused.
pub(super) fn step_error(code: &str, message: &str) -> StepError {
    StepError { code: clip(code, 64), message: clip(message, 4000), hint: None, outcome_unknown: None }
}
