//! Taking a run up again after its runner was lost, or after Core itself was: the journal is read anew, the loss is
//! written, and another runner is given all of it. What was finished is not run again; that is the engine's promise.

use std::sync::Arc;
use std::time::Duration;

use axion_protocol::{ErrorInfo, RunInterruptedDraft, RunOutcome, RunResumedDraft, clip};

use super::live::Live;
use super::load::{self, Stored};
use super::runner::{Runner, refusal};
use super::supervise::{Means, end, stand_still, step_error};

/// Attempts in a row that bring no event before a run is given up.
const MOST_ATTEMPTS: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What came of an attempt.
pub(super) enum Revived {
    /// The run goes on with this runner.
    Runner(Arc<dyn Runner>),
    /// It did not work out, for this reason; try again.
    Again(String),
    /// The run has ended, or this instance gave it up.
    Ended,
}

/// One attempt, with its wait before it.
pub(super) async fn revive(live: &Arc<Live>, means: &Means, reason: &str, in_a_row: &mut u32) -> Revived {
    let stored = match reload(live).await {
        Ok(stored) => stored,
        Err(info) => return again_or_closed(stand_still(live, means, &info).await, info),
    };
    let Some(mut stored) = stored else { return Revived::Ended };
    if live.unwanted.is_cancelled() || live.cancelling.is_cancelled() {
        end(live, means, RunOutcome::Cancelled, None).await;
        return Revived::Ended;
    }
    match interrupt(live, reason).await {
        Ok(Some(text)) => {
            stored.journal.push_str(",\n");
            stored.journal.push_str(&text);
        }
        Ok(None) => {}
        Err(info) => return again_or_closed(stand_still(live, means, &info).await, info),
    }
    means.notices.take_back(live.run_id.as_str());
    if *in_a_row > MOST_ATTEMPTS {
        let error =
            step_error("runner_lost", &format!("The run was given up after {MOST_ATTEMPTS} attempts in a row without progress. {reason}"));
        end(live, means, RunOutcome::Failed, Some(error)).await;
        return Revived::Ended;
    }
    if !pause(live, means, *in_a_row).await {
        if means.closing.is_cancelled() {
            live.over.send_replace(true);
            return Revived::Ended;
        }
        return Revived::Again(reason.to_owned());
    }
    match restart(live, means, reason, stored).await {
        Ok(runner) => Revived::Runner(runner),
        Err(Stop::Again(why)) => {
            *in_a_row += 1;
            Revived::Again(why)
        }
        Err(Stop::Never(info)) => {
            end(live, means, RunOutcome::Failed, Some(step_error(info.code.as_str(), &info.message))).await;
            Revived::Ended
        }
        Err(Stop::Unwanted) => Revived::Again(reason.to_owned()),
    }
}

fn again_or_closed(again: bool, info: ErrorInfo) -> Revived {
    if again { Revived::Again(info.message) } else { Revived::Ended }
}

/// Takes the seat from the journal; `None` if the run has ended meanwhile.
pub(super) async fn reload(live: &Arc<Live>) -> Result<Option<Stored>, ErrorInfo> {
    // Groups that were queued before are behind this write or have failed.
    live.store.write(|_| Ok(())).await.map_err(crate::failure::storage)?;
    let mut seat = live.seat.lock().await;
    let (store, run_id) = (live.store.clone(), live.run_id.to_string());
    let read = tokio::task::spawn_blocking(move || load::again(&store, &run_id)).await;
    let (fresh, stored, state) = read.map_err(|error| crate::failure::internal("A run could not be read", error))??;
    *seat = fresh;
    // Nobody may write until the next runner comes with its ticket.
    seat.attempt += 1;
    seat.ticket = live.ticket();
    live.fault.send_replace(None);
    live.unwritten.send_replace(None);
    if seat.tally.is_cancelling() {
        live.cancelling.cancel();
    }
    if state.is_finished() {
        live.over.send_replace(true);
        return Ok(None);
    }
    Ok(Some(stored))
}

/// Writes `run-interrupted`, once per loss; its text if it was written now.
pub(super) async fn interrupt(live: &Arc<Live>, reason: &str) -> Result<Option<String>, ErrorInfo> {
    let (written, text) = {
        let mut seat = live.seat.lock().await;
        if seat.interrupted || seat.tally.is_finished() {
            return Ok(None);
        }
        let event = RunInterruptedDraft { ts: live.host.now(), reason: clip(reason, 1000) };
        let drafts = Live::own([event.into()])?;
        let text = drafts.iter().map(|draft| draft.text.as_str().to_owned()).collect::<String>();
        (live.append(&mut seat, drafts, None)?, text)
    };
    written.done().await?;
    Ok(Some(text))
}

/// Waits before the next attempt. False if the run is unwanted or Core closes meanwhile.
async fn pause(live: &Live, means: &Means, in_a_row: u32) -> bool {
    let wait = match in_a_row {
        0 => Duration::ZERO,
        n => FIRST_WAIT.saturating_mul(1 << (n - 1).min(8)).min(LONGEST_WAIT),
    };
    tokio::select! {
        biased;
        () = live.unwanted.cancelled() => false,
        () = means.closing.cancelled() => false,
        () = tokio::time::sleep(wait) => true,
    }
}

enum Stop {
    Again(String),
    Never(ErrorInfo),
    Unwanted,
}

async fn restart(live: &Arc<Live>, means: &Means, reason: &str, stored: Stored) -> Result<Arc<dyn Runner>, Stop> {
    let (attempt, ticket) = {
        let seat = live.seat.lock().await;
        (seat.attempt, seat.ticket)
    };
    let runner = tokio::select! {
        biased;
        () = live.unwanted.cancelled() => return Err(Stop::Unwanted),
        () = means.closing.cancelled() => return Err(Stop::Unwanted),
        runner = means.runner(live, ticket) => runner.map_err(|info| Stop::Again(info.message))?,
    };
    // Seated until `run-resumed` is queued: what the runner writes comes after it.
    let mut seat = live.seat.lock().await;
    let params = load::start_params(live, &stored, attempt).map_err(Stop::Never)?;
    let answer = tokio::select! {
        biased;
        () = live.unwanted.cancelled() => Err(Stop::Unwanted),
        answer = runner.request("run_start", &params) => answer.map_err(|error| {
            if error.is_gone() { Stop::Again(error.to_string()) } else { Stop::Never(refusal(&error)) }
        }),
    };
    if let Err(stop) = answer {
        runner.kill();
        return Err(stop);
    }
    let event = RunResumedDraft { ts: live.host.now(), reason: clip(reason, 1000), attempt, runner: runner.facts() };
    let written = Live::own([event.into()]).and_then(|drafts| live.append(&mut seat, drafts, None));
    seat.runner = Some(runner.clone());
    drop(seat);
    match written {
        Ok(written) => written.done().await.map(|_| runner).map_err(|info| Stop::Again(info.message)),
        Err(info) => Err(Stop::Again(info.message)),
    }
}
