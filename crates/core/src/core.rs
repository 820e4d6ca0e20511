//! Core itself: what is open while a home is held, and how it is opened and closed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use axion_protocol::{AppConfig, ErrorInfo, Notice, Settings, StartedBy};
use axion_store::{Health, OpenOptions, ReadTx, Store, StoreError, StreamName, WriteTx};
use tokio_util::sync::CancellationToken;

use crate::clients::{Client, Clients};
use crate::failure::{internal, opening, storage};
use crate::host::Host;
use crate::notices::Notices;
use crate::providers::Providers;
use crate::resources::Resources;
use crate::runs::{Runners, Runs};
use crate::runtime::Runtime;
use crate::sessions::{Parts, Sessions};
use crate::streams::{History, Hub, Item, Outbox, Place};

/// What a shell opens Core with.
pub struct Setup {
    /// The home folder (see `home::locate`).
    pub home: PathBuf,
    /// The shipped parts.
    pub resources: Resources,
    /// Where runners come from; `None` for real ones.
    pub runners: Option<Arc<dyn Runners>>,
}

/// Core while its home is open. Cheap to clone.
#[derive(Clone)]
pub struct Core(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) home: PathBuf,
    pub(crate) resources: Resources,
    pub(crate) store: Store,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clients: Clients,
    pub(crate) settings: Arc<RwLock<Settings>>,
    /// Swapped whole by `update_config`; a turn reads it when it starts.
    pub(crate) config: Arc<ArcSwap<AppConfig>>,
    pub(crate) providers: Providers,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) closing: CancellationToken,
}

impl Core {
    /// Opens the home and holds it until `close`.
    ///
    /// Runs that an earlier instance left open stay as they are until `resume_runs`.
    pub async fn open(setup: Setup, host: Arc<dyn Host>) -> Result<Self, ErrorInfo> {
        let hub: Arc<Hub> = Arc::default();
        let notices: Arc<Notices> = Arc::default();
        let options = store_options(&setup.home, &host, &hub, &notices);
        let opened = tokio::task::spawn_blocking(move || {
            let (store, report) = Store::open(options).map_err(|error| opening(&error))?;
            let settings = store.read(crate::settings::load).map_err(storage)?;
            let config = store.read(crate::config::load).map_err(storage)?;
            Ok::<_, ErrorInfo>((store, report, settings, config))
        });
        let (store, report, settings, config) = opened.await.map_err(|error| internal("The store could not be opened", error))??;
        let home = setup.home.canonicalize().map_err(|error| internal("The home folder cannot be found", error))?;
        if let Some(recovery) = report.recovery {
            notices.push(Notice { code: "database_restored".into(), message: recovery.message(), at: host.now() });
        }
        let config = Arc::new(ArcSwap::from_pointee(config));
        let providers = Providers::open(&home, store.clone(), host.clone(), config.clone(), &Runtime::release()).await?;
        let runtime = Runtime::new(&home, store.clone(), host.clone(), providers.outside.clone());
        let runners = setup.runners.unwrap_or_else(|| crate::runs::host_runners(&home, &setup.resources, runtime.clone()));
        let runs = Arc::new(Runs::new(store.clone(), host.clone(), runners, notices.clone()));
        let settings = Arc::new(RwLock::new(settings));
        let sessions = Sessions::new(Parts {
            database: store.clone(),
            host: host.clone(),
            hub: hub.clone(),
            notices: notices.clone(),
            home: home.clone(),
            runs: runs.clone(),
            models: providers.registry.clone(),
            http: providers.registry.clone(),
            config: config.clone(),
            settings: settings.clone(),
        });
        let inner = Inner {
            host,
            home,
            resources: setup.resources,
            store,
            hub,
            clients: Clients::default(),
            settings,
            config,
            providers,
            runtime,
            runs,
            sessions,
            notices,
            closing: CancellationToken::new(),
        };
        Ok(Self(Arc::new(inner)))
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }

    /// The shell.
    pub fn host(&self) -> &dyn Host {
        &*self.0.host
    }

    /// The home folder, its real path.
    pub fn home(&self) -> &Path {
        &self.0.home
    }

    /// The shipped parts.
    pub fn resources(&self) -> &Resources {
        &self.0.resources
    }

    /// Connects a window, tab or command line.
    pub fn connect(&self, started_by: StartedBy) -> (Arc<Client>, Outbox) {
        Client::connect(self, started_by)
    }

    /// Cancelled when `close` begins.
    pub fn closing(&self) -> CancellationToken {
        self.0.closing.clone()
    }

    /// Takes up the runs and turns that an earlier instance left open. Returns how many there are.
    pub async fn resume_runs(&self) -> Result<usize, ErrorInfo> {
        // Runs first: a turn may wait for one of them.
        let runs = self.0.runs.resume_all(&self.0.settings()).await?;
        Ok(runs + self.0.sessions.resume_all().await?)
    }

    /// Takes up the turn of one session that an earlier instance left open; one that has ended or goes on is left alone.
    pub async fn resume_session(&self, session_id: &str) -> Result<(), ErrorInfo> {
        self.0.sessions.resume_one(session_id).await
    }

    /// How many turns this instance works on.
    pub fn turns_in_progress(&self) -> usize {
        self.0.sessions.in_progress()
    }

    /// Resolves when this instance works on no turn.
    pub async fn turns_done(&self) {
        self.0.sessions.all_done().await;
    }

    /// Takes up one run that an earlier instance left open; one that has ended or goes on is left alone.
    pub async fn resume_run(&self, run_id: &str) -> Result<(), ErrorInfo> {
        self.0.runs.resume_one(run_id, &self.0.settings()).await
    }

    /// How many runs are open in the store: those of this instance, and those that an earlier one left.
    pub async fn open_runs(&self) -> Result<usize, ErrorInfo> {
        Ok(self.0.read(|tx| tx.open_runs()).await?.len())
    }

    /// How many runs this instance works on.
    pub fn runs_in_progress(&self) -> usize {
        self.0.runs.in_progress()
    }

    /// Resolves when this instance works on no run.
    pub async fn runs_done(&self) {
        self.0.runs.all_done().await;
    }

    /// Ends the runners (their runs stay resumable) and gives the home back.
    pub async fn close(&self) {
        self.0.closing.cancel();
        self.0.runtime.stop();
        self.0.sessions.close().await;
        self.0.runs.close().await;
        let store = self.0.store.clone();
        if tokio::task::spawn_blocking(move || store.close()).await.is_err() {
            tracing::error!("the store did not close properly");
        }
    }
}

impl Inner {
    pub(crate) fn now(&self) -> u64 {
        self.host.now()
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads from the store without holding up other tasks.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        body: impl FnOnce(&ReadTx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ErrorInfo> {
        let store = self.store.clone();
        let read = tokio::task::spawn_blocking(move || store.read(body)).await;
        read.map_err(|error| internal("A read broke off", error))?.map_err(storage)
    }

    /// Writes to the store; on disk when it returns.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        body: impl FnMut(&mut WriteTx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ErrorInfo> {
        self.store.write(body).await.map_err(storage)
    }

    pub(crate) fn history(&self) -> Arc<dyn History> {
        Arc::new(StoredHistory(self.store.clone()))
    }

    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.notices.all()
    }
}

struct StoredHistory(Store);

#[async_trait]
impl History for StoredHistory {
    async fn page(&self, stream: &str, after: u64, limit: usize) -> Result<Vec<Item>, String> {
        let (store, name) = (self.0.clone(), StreamName::parse(stream).map_err(|error| error.to_string())?);
        let read = tokio::task::spawn_blocking(move || store.read_stream(&name, after, limit as u64));
        let page = read.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        Ok((page.events.first_seq()..).zip(page.events.iter().map(Into::into)).collect())
    }
}

fn store_options(home: &Path, host: &Arc<dyn Host>, hub: &Arc<Hub>, notices: &Arc<Notices>) -> OpenOptions {
    let mut options = OpenOptions::new(home, host.shell().as_str());
    let shown = hub.clone();
    options.on_commit = Some(Box::new(move |commits| {
        for commit in commits {
            shown.publish(commit.stream.as_str(), commit.events.first_seq(), commit.events.iter());
        }
    }));
    let (told, clock) = (notices.clone(), host.clone());
    options.on_health = Some(Arc::new(move |health: Health| {
        if let Some((code, message)) = told_about(&health) {
            told.push(Notice { code: code.into(), message, at: clock.now() });
        }
    }));
    options
}

fn told_about(health: &Health) -> Option<(&'static str, String)> {
    match health {
        Health::Sound => None,
        Health::Damaged(why) => Some((
            "database_damaged",
            format!("The Axion database is damaged ({why}). Restart Axion: it keeps the damaged file and restores the last backup."),
        )),
        Health::BackupFailed(why) => Some(("backup_failed", format!("The Axion database could not be backed up: {why}"))),
    }
}

/// Where a stream stands, as the hub wants it.
pub(crate) fn place(epoch: &Arc<str>, head: u64) -> Place {
    Place { epoch: epoch.clone(), head }
}
