//! Runs: started, supervised, cancelled, resumed. The engine in the runner decides what happens next in a graph; here it
//! is made durable, and a run outlives its runner and this process.

mod counts;
mod drafts;
mod live;
mod load;
mod plan;
mod revive;
mod runner;
mod sink;
mod start;
mod supervise;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axion_protocol::{
    ApprovalAnswerParams, ApprovalAnsweredDraft, Decision, ErrorCode, ErrorInfo, RunCancellingDraft, RunOutcome, Settings,
};
use axion_store::{Answer, ApprovalRow, RunRecord, RunRow, Store, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::storage;
use crate::host::Host;
use crate::notices::Notices;
use crate::resources::Resources;
use crate::runtime::Runtime;
use live::Live;
use supervise::Means;

pub use plan::{Options, from_library, from_params, make, raw as json};
use runner::HostRunners;
pub use runner::{Runner, Runners, Wanted, refusal, wish};

/// The runs of this instance.
pub(crate) struct Runs {
    store: Store,
    host: Arc<dyn Host>,
    runners: Arc<dyn Runners>,
    notices: Arc<Notices>,
    live: Arc<Mutex<HashMap<String, Arc<Live>>>>,
    count: watch::Sender<usize>,
    closing: CancellationToken,
    tasks: TaskTracker,
}

/// Runners of this machine.
pub(crate) fn host_runners(home: &Path, resources: &Resources, runtime: Arc<Runtime>) -> Arc<dyn Runners> {
    Arc::new(HostRunners::new(home.to_path_buf(), resources, runtime))
}

impl Runs {
    /// None yet.
    pub(crate) fn new(store: Store, host: Arc<dyn Host>, runners: Arc<dyn Runners>, notices: Arc<Notices>) -> Self {
        Self {
            store,
            host,
            runners,
            notices,
            live: Arc::default(),
            count: watch::Sender::new(0),
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Where runners come from.
    pub(crate) fn runners(&self) -> &Arc<dyn Runners> {
        &self.runners
    }

    /// How many this instance works on.
    pub(crate) fn in_progress(&self) -> usize {
        *self.count.borrow()
    }

    /// Resolves when there are none.
    pub(crate) async fn all_done(&self) {
        // The sender lives as long as this: waiting cannot fail.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    fn map(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, run_id: &str) -> Option<Arc<Live>> {
        self.map().get(run_id).cloned()
    }

    fn enter(&self, live: &Arc<Live>) -> Result<(), ErrorInfo> {
        let mut map = self.map();
        if self.closing.is_cancelled() {
            return Err(ErrorInfo::new(ErrorCode::Offline, "Axion is closing. Nothing was started."));
        }
        if map.contains_key(live.run_id.as_str()) {
            return Err(ErrorInfo::new(ErrorCode::Conflict, "This run is being started already."));
        }
        map.insert(live.run_id.to_string(), live.clone());
        self.count.send_replace(map.len());
        Ok(())
    }

    fn exit(live: &Mutex<HashMap<String, Arc<Live>>>, count: &watch::Sender<usize>, run_id: &str) {
        let mut map = live.lock().unwrap_or_else(PoisonError::into_inner);
        map.remove(run_id);
        count.send_replace(map.len());
    }

    fn means(&self, settings: &Settings) -> Means {
        Means {
            runners: self.runners.clone(),
            docker_host: settings.docker_host.clone(),
            allow_unjailed: settings.allow_unjailed,
            notices: self.notices.clone(),
            closing: self.closing.clone(),
        }
    }

    fn supervise(&self, live: Arc<Live>, means: Means, runner: Option<Arc<dyn Runner>>) {
        let (map, count, run_id) = (self.live.clone(), self.count.clone(), live.run_id.to_string());
        self.tasks.spawn(async move {
            // Also after a panic the run is no longer counted as going on; it is resumed at the next start.
            let seen = tokio::spawn(supervise::supervise(live.clone(), means, runner)).await;
            if seen.is_err() {
                tracing::error!(run = run_id, "the supervision of a run broke off");
            }
            live.over.send_replace(true);
            Self::exit(&map, &count, &run_id);
        });
    }

    /// Takes up what an earlier instance left open.
    pub(crate) async fn resume_all(&self, settings: &Settings) -> Result<usize, ErrorInfo> {
        let store = self.store.clone();
        let open = blocking(move || store.read(|tx| tx.open_runs()).map_err(storage)).await?;
        let mut taken = 0;
        for row in &open {
            taken += usize::from(self.take_up(&row.run_id, settings).await?);
        }
        Ok(taken)
    }

    /// Takes up one.
    pub(crate) async fn resume_one(&self, run_id: &str, settings: &Settings) -> Result<(), ErrorInfo> {
        self.take_up(run_id, settings).await.map(|_| ())
    }

    async fn take_up(&self, run_id: &str, settings: &Settings) -> Result<bool, ErrorInfo> {
        if self.find(run_id).is_some() {
            return Ok(false);
        }
        let Some(live) = self.load(run_id).await? else { return Ok(false) };
        self.enter(&live)?;
        self.supervise(live, self.means(settings), None);
        Ok(true)
    }

    async fn load(&self, run_id: &str) -> Result<Option<Arc<Live>>, ErrorInfo> {
        let (store, host, id) = (self.store.clone(), self.host.clone(), run_id.to_owned());
        Ok(blocking(move || load::live(&store, &host, &id)).await?.map(Arc::new))
    }

    /// The run once it has ended. One that an earlier instance left is taken up first.
    pub(crate) async fn ended(&self, run_id: &str, settings: &Settings) -> Result<RunRecord, ErrorInfo> {
        self.resume_one(run_id, settings).await?;
        if let Some(live) = self.find(run_id) {
            // The sender lives as long as the run is held here.
            let _ = live.over.subscribe().wait_for(|over| *over).await;
        }
        let (store, id) = (self.store.clone(), run_id.to_owned());
        let record = blocking(move || store.read(|tx| tx.get_run_record(&id)).map_err(storage)).await?;
        if record.summary.state.is_finished() {
            return Ok(record);
        }
        Err(ErrorInfo::new(ErrorCode::Offline, "Axion is closing. The run goes on at the next start."))
    }

    /// Cancels; returns when that is durable. A run that has ended is left alone.
    pub(crate) async fn cancel(&self, run_id: &str) -> Result<RunRow, ErrorInfo> {
        let found = self.find(run_id);
        if let Some(live) = &found {
            live.unwanted.cancel();
            let written = {
                let mut seat = live.seat.lock().await;
                if seat.head == 0 || seat.tally.is_finished() || seat.tally.is_cancelling() {
                    None
                } else {
                    let event = RunCancellingDraft { ts: self.host.now() };
                    Some(live.append(&mut seat, Live::own([event.into()])?, None)?)
                }
            };
            if let Some(written) = written {
                written.done().await?;
            }
            live.cancelling.cancel();
        } else if let Some(live) = self.load(run_id).await? {
            // Left open by an earlier instance and not taken up by this one: there is no runner to ask.
            supervise::try_end(&live, RunOutcome::Cancelled, None).await?;
        }
        let (store, id) = (self.store.clone(), run_id.to_owned());
        match blocking(move || Ok(store.read(|tx| tx.get_run(&id)))).await? {
            Err(StoreError::NotFound { .. }) if found.is_some() => Err(supervise::unwanted()),
            row => row.map_err(storage),
        }
    }

    /// Answers an approval: durable first, then told to the runner.
    pub(crate) async fn answer(&self, approval_id: &str, decision: Decision, note: Option<String>) -> Result<ApprovalRow, ErrorInfo> {
        let (store, id) = (self.store.clone(), approval_id.to_owned());
        let row = blocking(move || store.read(|tx| tx.get_approval(&id)).map_err(storage)).await?;
        let live = match self.find(&row.run_id) {
            Some(live) => live,
            None => match self.load(&row.run_id).await? {
                Some(live) => {
                    let (store, run_id) = (self.store.clone(), row.run_id.clone());
                    *live.seat.lock().await = blocking(move || load::again(&store, &run_id)).await?.0;
                    live
                }
                None => return Err(ErrorInfo::new(ErrorCode::Conflict, "The run that asked has ended.")),
            },
        };
        let now = self.host.now();
        let approval = axion_protocol::ApprovalId::new(approval_id).map_err(|error| crate::failure::invalid(error.to_string()))?;
        let event = ApprovalAnsweredDraft { ts: now, approval_id: approval.clone(), decision, note: note.clone() };
        let answer = if decision == Decision::Approved { Answer::Approved } else { Answer::Rejected };
        let (id, said) = (approval_id.to_owned(), note.clone());
        let beside = Box::new(move |tx: &mut axion_store::WriteTx<'_>| tx.answer_approval(&id, answer, said.as_deref(), now).map(|_| ()));
        let (written, runner) = {
            let mut seat = live.seat.lock().await;
            // Looked at again while seated: two windows may answer at the same time.
            self.still_pending(approval_id).await?;
            if seat.tally.is_finished() {
                return Err(ErrorInfo::new(ErrorCode::Conflict, "The run that asked has ended."));
            }
            (live.append(&mut seat, Live::own([event.into()])?, Some(beside))?, seat.runner.clone())
        };
        written.done().await?;
        if let Some(runner) = runner {
            let params = plan::raw(&ApprovalAnswerParams { run_id: live.run_id.clone(), approval_id: approval, decision, note, ts: now })?;
            // If it is gone, the next one reads the answer in the journal.
            if let Err(error) = runner.request("approval_answer", &params).await {
                tracing::debug!(%error, "a runner could not be told an answer");
            }
        }
        let (store, id) = (self.store.clone(), approval_id.to_owned());
        blocking(move || store.read(|tx| tx.get_approval(&id)).map_err(storage)).await
    }

    async fn still_pending(&self, approval_id: &str) -> Result<(), ErrorInfo> {
        // Answers that are queued are written by the time this one is.
        self.store.write(|_| Ok(())).await.map_err(storage)?;
        let (store, id) = (self.store.clone(), approval_id.to_owned());
        let row = blocking(move || store.read(|tx| tx.get_approval(&id)).map_err(storage)).await?;
        if row.status == "pending" {
            return Ok(());
        }
        Err(ErrorInfo::new(ErrorCode::Conflict, format!("This approval was already {}.", row.status)))
    }

    /// Ends the runners; their runs stay open and are taken up at the next start.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.runners.close().await;
    }
}

/// Runs something that blocks for a moment.
async fn blocking<T: Send + 'static>(body: impl FnOnce() -> Result<T, ErrorInfo> + Send + 'static) -> Result<T, ErrorInfo> {
    tokio::task::spawn_blocking(body).await.map_err(|error| crate::failure::internal("A task broke off", error))?
}
