//! The start of a run. Until its first event is durable nothing of it is kept: a graph that is refused, a runner that
//! cannot be had or a cancelled start leaves no trace.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axion_protocol::{ErrorInfo, Hash, RunStartResult, RunStartedDraft, Settings};
use axion_store::{NewRun, RunRow};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::counts::Tally;
use super::live::{self, Live, Seat};
use super::load::{self, Stored};
use super::plan::{Plan, raw};
use super::runner::{Runner, refusal};
use super::{Runs, blocking, supervise};
use crate::failure::{internal, storage};

impl Runs {
    /// Starts a run; it goes on when this returns.
    pub(crate) async fn start(&self, plan: Plan, settings: &Settings) -> Result<RunRow, ErrorInfo> {
        let live = Arc::new(self.fresh(&plan));
        self.enter(&live)?;
        let means = self.means(settings);
        match begin(&live, &means, plan).await {
            Ok(runner) => {
                self.supervise(live.clone(), means, Some(runner));
                let (store, id) = (self.store.clone(), live.run_id.to_string());
                blocking(move || store.read(|tx| tx.get_run(&id)).map_err(storage)).await
            }
            Err(info) => {
                live.over.send_replace(true);
                Self::exit(&self.live, &self.count, live.run_id.as_str());
                Err(info)
            }
        }
    }

    fn fresh(&self, plan: &Plan) -> Live {
        Live {
            run_id: plan.run_id.clone(),
            graph_id: plan.graph_id.clone(),
            graph_name: plan.graph_name.clone(),
            grants: plan.grants.clone(),
            options: plan.options,
            created_at: self.host.now(),
            store: self.store.clone(),
            host: self.host.clone(),
            seat: Mutex::new(Seat { attempt: 1, ticket: 1, ..Seat::default() }),
            tickets: AtomicU64::new(1),
            unwanted: CancellationToken::new(),
            cancelling: CancellationToken::new(),
            fault: watch::Sender::new(None),
            unwritten: watch::Sender::new(None),
            over: watch::Sender::new(false),
        }
    }
}

async fn begin(live: &Arc<Live>, means: &supervise::Means, plan: Plan) -> Result<Arc<dyn Runner>, ErrorInfo> {
    let runner = tokio::select! {
        biased;
        () = live.unwanted.cancelled() => return Err(supervise::unwanted()),
        () = means.closing.cancelled() => return Err(supervise::unwanted()),
        runner = means.runner(live, 1) => runner?,
    };
    // Seated until `run-started` is queued: what the runner writes comes after it.
    let mut seat = live.seat.lock().await;
    let stored = Stored { document: plan.document, input: plan.input.get().to_owned(), journal: String::new(), values: Vec::new() };
    let params = load::start_params(live, &stored, 1)?;
    let answer = tokio::select! {
        biased;
        () = live.unwanted.cancelled() => Err(supervise::unwanted()),
        answer = runner.request("run_start", &params) => answer.map_err(|error| refusal(&error)),
    };
    let accepted = match answer {
        Ok(answer) => {
            serde_json::from_str::<RunStartResult>(answer.get()).map_err(|error| internal("The runner's answer cannot be read", error))
        }
        Err(info) => Err(info),
    };
    let accepted = match accepted {
        Ok(accepted) => accepted,
        Err(info) => {
            // A refused graph leaves the runner as it was; after a cancelled start it may be at work.
            if live.unwanted.is_cancelled() {
                runner.kill();
            }
            return Err(info);
        }
    };
    seat.tally = Tally::new(accepted.nodes);
    let facts = runner.facts();
    let layout_hash = plan.layout.as_ref().map(|layout| crate::hash::sha256(layout.as_bytes()));
    let event = RunStartedDraft {
        ts: live.created_at,
        graph_id: plan.graph_id.clone(),
        graph_name: plan.graph_name.clone(),
        graph_hash: Hash::new(plan.hash.clone()).map_err(|error| internal("The graph has no hash", error))?,
        input: serde_json::from_str(plan.input.get()).map_err(|error| internal("The input cannot be read", error))?,
        grants: plan.grants.clone(),
        runner: facts.clone(),
    };
    let new = NewRun {
        run_id: live.run_id.to_string(),
        graph_id: plan.graph_id.map(|id| id.to_string()),
        graph_name: plan.graph_name,
        graph_hash: plan.hash,
        layout_hash,
        started_by: plan.started_by.as_str().to_owned(),
        created_at: live.created_at,
        steps: live::counts(&seat.tally.steps()),
        input: plan.input,
        grants: raw(&plan.grants)?,
        options: raw(&plan.options)?,
    };
    let beside = live::first(new, stored.document, plan.layout, &facts);
    let written = live.append(&mut seat, Live::own([event.into()])?, Some(beside))?;
    seat.runner = Some(runner.clone());
    drop(seat);
    if let Err(info) = written.done().await {
        runner.kill();
        return Err(info);
    }
    Ok(runner)
}
