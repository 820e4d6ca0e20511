//! An attempt at a turn: the first one, and those after a runner or Core itself was lost. What was written is read anew, and the
//! next runner is given all of it. What was finished is not done again; that is the agent's promise.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axion_protocol::{
    Delivery, ErrorCode, ErrorInfo, RequestId, SessionMode, TurnAnswerParams, TurnModeParams, TurnOutcome, TurnStartResult, clip,
};

use super::Sessions;
use super::events::Own;
use super::live::Live;
use super::store::{StoredTurn, Write};
use super::supervise::{end, interrupt, over, stand_still, step_error};
use super::tally::Tally;
use super::{load, steer};
use crate::failure::{internal, storage};
use crate::runs::{Runner, json, refusal};

/// Attempts in a row that bring no event before a turn is given up.
const MOST_IN_A_ROW: u32 = 3;
/// Attempts of one turn, whatever they bring.
const MOST_ATTEMPTS: u64 = 200;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What came of an attempt.
pub(super) enum Revived {
    /// The turn goes on with this runner.
    Runner(Arc<dyn Runner>),
    /// It did not work out, for this reason; try again.
    Again(String),
    /// The turn has ended, or this instance gave it up.
    Ended,
}

/// One attempt, with its wait before it. Without a reason it is the first one.
pub(super) async fn revive(sessions: &Arc<Sessions>, live: &Arc<Live>, reason: Option<&str>, in_a_row: &mut u32) -> Revived {
    let lost = reason.unwrap_or("no runner could be had");
    let stored = match reload(live).await {
        Ok(stored) => stored,
        Err(info) => return again_or_closed(stand_still(sessions, live, &info).await, info),
    };
    let Some(stored) = stored else { return Revived::Ended };
    let attempted = stored.open.as_ref().map_or(0, |open| open.attempt);
    if live.cancelling.is_cancelled() {
        end(sessions, live, TurnOutcome::Cancelled, None).await;
        return Revived::Ended;
    }
    // Before the first runner took it nothing was interrupted.
    if let (Some(reason), true) = (reason, attempted > 0)
        && let Err(info) = interrupt(live, reason).await
    {
        return again_or_closed(stand_still(sessions, live, &info).await, info);
    }
    sessions.notices.take_back(live.turn_id.as_str());
    if *in_a_row >= MOST_IN_A_ROW || attempted >= MOST_ATTEMPTS {
        let error = step_error(
            "runner_lost",
            &format!("The answer was given up after {in_a_row} attempts in a row without progress. {lost} What was said is kept."),
        );
        end(sessions, live, TurnOutcome::Failed, Some(error)).await;
        return Revived::Ended;
    }
    if !pause(sessions, live, *in_a_row).await {
        return gave_up(sessions, live, lost).await;
    }
    match restart(sessions, live).await {
        Ok(runner) => Revived::Runner(runner),
        Err(Stop::Again(why)) => {
            *in_a_row += 1;
            Revived::Again(why)
        }
        Err(Stop::Never(info)) => {
            let mut error = step_error(info.code.as_str(), &info.message);
            error.hint = info.hint.map(|hint| clip(&hint, 2000));
            end(sessions, live, TurnOutcome::Failed, Some(error)).await;
            Revived::Ended
        }
        Err(Stop::Unwanted) => gave_up(sessions, live, lost).await,
    }
}

async fn gave_up(sessions: &Sessions, live: &Live, lost: &str) -> Revived {
    if sessions.closing.is_cancelled() || live.deleted.is_cancelled() {
        over(live).await;
        return Revived::Ended;
    }
    Revived::Again(lost.to_owned())
}

fn again_or_closed(again: bool, info: ErrorInfo) -> Revived {
    if again { Revived::Again(info.message) } else { Revived::Ended }
}

/// Takes the seat from the store; `None` if the turn has ended meanwhile, or its session is gone.
pub(super) async fn reload(live: &Arc<Live>) -> Result<Option<StoredTurn>, ErrorInfo> {
    let mut seat = live.seat.lock().await;
    // Groups that were queued before are behind this or have failed; while seated none comes after it.
    live.store.settled().await.map_err(storage)?;
    let (session, turn) = (live.session_id.as_str(), live.turn_id.as_str());
    let stored = match live.store.turn(session, turn).await {
        Ok(stored) => stored,
        Err(axion_store::StoreError::NotFound { .. }) => {
            live.deleted.cancel();
            live.over.send_replace(true);
            return Ok(None);
        }
        Err(error) => return Err(storage(error)),
    };
    let mut tally = Tally::new(live.turn_id.clone(), live.message_id.clone());
    for draft in &stored.journal {
        let event = crate::wire::text_of(draft.as_str())?;
        tally.apply(&event).map_err(|why| internal("A turn could not be read", why))?;
    }
    seat.head = stored.head;
    seat.tally = tally;
    seat.attempt = stored.open.as_ref().map_or(seat.attempt, |open| open.attempt) + 1;
    // Nobody may write until the next runner comes with its ticket.
    seat.ticket = live.ticket();
    live.heard.store(seat.ticket, Ordering::Release);
    seat.interrupted = stored.interrupted;
    seat.runner = None;
    seat.brought = 0;
    live.fault.send_replace(None);
    live.unwritten.send_replace(None);
    if stored.open.is_none() {
        live.over.send_replace(true);
        return Ok(None);
    }
    Ok(Some(stored))
}

/// Waits before the next attempt. False if the turn is unwanted or Core closes meanwhile.
async fn pause(sessions: &Sessions, live: &Live, in_a_row: u32) -> bool {
    let wait = match in_a_row {
        0 => Duration::ZERO,
        n => FIRST_WAIT.saturating_mul(1 << (n - 1).min(8)).min(LONGEST_WAIT),
    };
    tokio::select! {
        biased;
        () = live.cancelling.cancelled() => false,
        () = live.deleted.cancelled() => false,
        () = sessions.closing.cancelled() => false,
        () = tokio::time::sleep(wait) => true,
    }
}

enum Stop {
    Again(String),
    Never(ErrorInfo),
    Unwanted,
}

/// What changed while the runner was being started: an answer, a message that steers, another mode.
async fn catch_up(
    sessions: &Sessions,
    live: &Arc<Live>,
    runner: &dyn Runner,
    (told, answered): (SessionMode, HashSet<RequestId>),
) -> Result<(), ErrorInfo> {
    let session = live.session_id.as_str();
    let answers: Vec<_> = live.seat.lock().await.tally.answers().filter(|(id, _)| !answered.contains(id)).collect();
    for (request_id, answer) in answers {
        let params = json(&TurnAnswerParams { turn_id: live.turn_id.clone(), request_id, answer, ts: live.host.now() })?;
        runner.request("turn_answer", &params).await.map_err(|error| refusal(&error))?;
    }
    for queued in sessions.queue(session).await? {
        if queued.delivery == Delivery::Steer && queued.held != Some(true) {
            steer::tell(live, queued);
        }
    }
    let mode = load::mode(live.store.get(session).await.map_err(storage)?.mode);
    if mode != told {
        let params = json(&TurnModeParams { turn_id: live.turn_id.clone(), mode })?;
        runner.request("turn_mode", &params).await.map_err(|error| refusal(&error))?;
    }
    Ok(())
}

async fn restart(sessions: &Arc<Sessions>, live: &Arc<Live>) -> Result<Arc<dyn Runner>, Stop> {
    let (attempt, ticket) = {
        let seat = live.seat.lock().await;
        (seat.attempt, seat.ticket)
    };
    let prepared = async {
        // Read again: what was interrupted wrote more.
        let stored =
            live.store.turn(live.session_id.as_str(), live.turn_id.as_str()).await.map_err(|error| Stop::Again(error.to_string()))?;
        let loaded = load::turn(sessions, live, stored, attempt).await.map_err(Stop::Never)?;
        let runner = sessions.runner(live, loaded.grants, ticket).await.map_err(|info| match info.code {
            ErrorCode::RunnerLost | ErrorCode::Internal | ErrorCode::Storage => Stop::Again(info.message),
            _ if attempt > 1 => Stop::Again(info.message),
            _ => Stop::Never(info),
        })?;
        Ok((runner, loaded.params, (loaded.mode, loaded.answered), loaded.blobs))
    };
    let (runner, params, told, blobs) = tokio::select! {
        biased;
        () = live.cancelling.cancelled() => return Err(Stop::Unwanted),
        () = live.deleted.cancelled() => return Err(Stop::Unwanted),
        () = sessions.closing.cancelled() => return Err(Stop::Unwanted),
        prepared = prepared => prepared?,
    };
    // Seated until `turn-attempted` is queued: what the runner writes comes after it.
    let mut seat = live.seat.lock().await;
    (seat.stored, seat.stored_bytes) = blobs;
    steer::none_told(live);
    live.voice.place(&seat.tally);
    let answer = tokio::select! {
        biased;
        () = live.cancelling.cancelled() => Err(Stop::Unwanted),
        () = live.deleted.cancelled() => Err(Stop::Unwanted),
        answer = runner.request("turn_start", &params) => answer.map_err(|error| {
            if error.is_gone() { Stop::Again(error.to_string()) } else { Stop::Never(refusal(&error)) }
        }),
    };
    let started = answer.and_then(|answer| {
        let read = serde_json::from_str::<TurnStartResult>(answer.get());
        let unreadable = |error| Stop::Never(internal("The runner's answer cannot be read", error));
        if read.map_err(unreadable)?.started { Ok(()) } else { Err(Stop::Again("the runner did not take the turn".into())) }
    });
    if let Err(stop) = started {
        runner.kill();
        return Err(stop);
    }
    let (ts, facts) = (live.host.now(), runner.facts());
    let draft = Own::TurnAttempted { ts, turn_id: &live.turn_id, attempt, runner: &facts }.draft();
    let written = draft.map(|draft| live.append_own(&mut seat, Write { drafts: vec![draft], ts, ..Write::default() }));
    seat.interrupted = false;
    seat.runner = Some(runner.clone());
    drop(seat);
    match written {
        Ok(written) => written.done().await.map_err(|info| Stop::Again(info.message))?,
        Err(info) => return Err(Stop::Again(info.message)),
    };
    catch_up(sessions, live, &*runner, told).await.map_err(|info| Stop::Again(info.message))?;
    Ok(runner)
}
