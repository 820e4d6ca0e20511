//! Agent sessions: messages, turns and what belongs to them. The agent in the runner decides what an answer says and does;
//! here it is made durable, talks to the world through the host, and outlives its runner and this process.
//!
//! All that changes a session goes over its *desk*, a lock that is held from looking at the session until the change is on disk.
//! Only a running turn writes beside it, from its own seat (`live`); who writes while one runs sits down there too.

mod acts;
mod answer;
mod begin;
mod compact;
mod drafts;
mod ending;
mod events;
mod export;
mod files;
mod folders;
mod http;
mod live;
mod load;
mod ports;
mod queue;
mod revive;
mod sink;
mod steer;
mod store;
mod supervise;
mod tally;
mod tools;
mod voice;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use arc_swap::ArcSwap;
use axion_protocol::{AppConfig, ErrorCode, ErrorInfo, QueuedMessage, RunGrant, Settings};
use axion_store::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::storage;
use crate::host::Host;
use crate::notices::Notices;
use crate::runs::{Runner, Runners, Runs, Wanted, wish};
use crate::streams::Hub;
use crate::wire;
use live::Live;
use queue::Waiters;
use sink::Sink;
use store::{InDatabase, Write};

pub(crate) use begin::{Sending, Sent};
pub use ports::{ModelBody, ModelHttp, ModelReply, ModelRequest, Models};
pub(crate) use store::At;
pub use store::SessionStore;
pub(crate) use tools::HostTools;

/// What sessions are made of.
pub(crate) struct Parts {
    pub(crate) database: Store,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) home: std::path::PathBuf,
    pub(crate) runs: Arc<Runs>,
    pub(crate) models: Arc<dyn Models>,
    pub(crate) http: Arc<dyn ModelHttp>,
    pub(crate) config: Arc<ArcSwap<AppConfig>>,
    pub(crate) settings: Arc<RwLock<Settings>>,
}

/// The sessions of this home.
pub(crate) struct Sessions {
    pub(crate) store: Arc<dyn SessionStore>,
    host: Arc<dyn Host>,
    hub: Arc<Hub>,
    notices: Arc<Notices>,
    home: std::path::PathBuf,
    runners: Arc<dyn Runners>,
    models: Arc<dyn Models>,
    http: Arc<dyn ModelHttp>,
    config: Arc<ArcSwap<AppConfig>>,
    settings: Arc<RwLock<Settings>>,
    tools: Arc<HostTools>,
    desks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    live: Mutex<HashMap<String, Arc<Live>>>,
    waiters: Waiters,
    previews: compact::Previews,
    count: watch::Sender<usize>,
    closing: CancellationToken,
    tasks: TaskTracker,
}

/// A session's desk while somebody sits at it.
pub(crate) struct Desk {
    session: String,
    _seat: tokio::sync::OwnedMutexGuard<()>,
}

impl Sessions {
    /// Of this home; no turn goes on yet.
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        let store: Arc<dyn SessionStore> = Arc::new(InDatabase(parts.database.clone()));
        let tools = Arc::new(HostTools {
            database: parts.database,
            store: store.clone(),
            runs: parts.runs.clone(),
            settings: parts.settings.clone(),
            running: Mutex::default(),
        });
        Arc::new(Self {
            store,
            host: parts.host,
            hub: parts.hub,
            notices: parts.notices,
            home: parts.home,
            runners: parts.runs.runners().clone(),
            models: parts.models,
            http: parts.http,
            config: parts.config,
            settings: parts.settings,
            tools,
            desks: Mutex::default(),
            live: Mutex::default(),
            waiters: Waiters::default(),
            previews: compact::Previews::default(),
            count: watch::Sender::new(0),
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
        })
    }

    /// Sits down at a session's desk.
    pub(crate) async fn desk(&self, session: &str) -> Result<Desk, ErrorInfo> {
        let seat = {
            let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
            if desks.len() > 256 {
                // Nobody sits at, or waits for, a desk that only this map knows.
                desks.retain(|_, desk| Arc::strong_count(desk) > 1);
            }
            desks.entry(session.to_owned()).or_default().clone()
        };
        let seat = seat.lock_owned().await;
        if self.closing.is_cancelled() {
            return Err(closing());
        }
        Ok(Desk { session: session.to_owned(), _seat: seat })
    }

    /// The same, once a turn that has ended has handed over to what waits: who comes between the two would overtake it.
    async fn desk_after_turn(&self, session: &str) -> Result<Desk, ErrorInfo> {
        loop {
            let desk = self.desk(session).await?;
            let ended = self.lives().get(session).filter(|live| *live.over.borrow()).cloned();
            let Some(ended) = ended else { return Ok(desk) };
            drop(desk);
            ended.left.cancelled().await;
        }
    }

    fn lives(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn that this instance works on in a session and that has not ended.
    pub(crate) fn running(&self, session: &str) -> Option<Arc<Live>> {
        self.lives().get(session).filter(|live| !*live.over.borrow()).cloned()
    }

    /// Which models there are.
    pub(crate) fn models(&self) -> &dyn Models {
        &*self.models
    }

    /// How many turns this instance works on.
    pub(crate) fn in_progress(&self) -> usize {
        *self.count.borrow()
    }

    /// Resolves when there are none.
    pub(crate) async fn all_done(&self) {
        // The sender lives as long as this: waiting cannot fail.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes to a session whose desk is held, and waits until it is on disk.
    pub(crate) async fn write(&self, desk: &Desk, write: Write) -> Result<u64, ErrorInfo> {
        let Some(live) = self.running(&desk.session) else {
            return self.store.append(&desk.session, write).await.map_err(storage);
        };
        // The turn's own groups wait meanwhile: each says what it follows.
        let mut seat = live.seat.lock().await;
        let count = write.drafts.len() as u64;
        let head = self.store.append(&desk.session, write).await.map_err(storage)?;
        seat.head += count;
        Ok(head)
    }

    /// What waits for the turn of a session.
    pub(crate) async fn queue(&self, session: &str) -> Result<Vec<QueuedMessage>, ErrorInfo> {
        let rows = self.store.queue(session).await.map_err(storage)?;
        rows.into_iter().map(|row| wire::text_of(row.body.get())).collect()
    }

    /// A runner for a turn, heard while it has this ticket.
    async fn runner(&self, live: &Arc<Live>, grants: Vec<RunGrant>, ticket: u64) -> Result<Arc<dyn Runner>, ErrorInfo> {
        let http = http::TurnHttp::new(self.http.clone(), live.session_id.clone(), live.turn_id.clone());
        let sink = Arc::new(Sink { live: live.clone(), ticket, http, tools: self.tools.clone() });
        Ok(Arc::from(self.runners.get(self.wanted(grants), sink).await?))
    }

    fn wanted(&self, grants: Vec<RunGrant>) -> Wanted {
        let settings = self.settings();
        Wanted { mode: wish(settings.runner), grants, docker_host: settings.docker_host, allow_unjailed: settings.allow_unjailed }
    }

    fn enter(&self, live: &Arc<Live>) {
        let mut lives = self.lives();
        lives.insert(live.session_id.to_string(), live.clone());
        self.count.send_replace(lives.len());
    }

    fn exit(&self, live: &Arc<Live>) {
        let mut lives = self.lives();
        if lives.get(live.session_id.as_str()).is_some_and(|known| Arc::ptr_eq(known, live)) {
            lives.remove(live.session_id.as_str());
        }
        self.count.send_replace(lives.len());
        live.left.cancel();
    }

    /// Works on a turn until it has ended; then the session goes on with what waits.
    fn supervise(self: &Arc<Self>, live: Arc<Live>, reason: Option<String>) {
        let sessions = self.clone();
        self.enter(&live);
        self.tasks.spawn(async move {
            // Also after a panic the turn is no longer counted as going on; it is taken up at the next start.
            let seen = tokio::spawn(supervise::supervise(sessions.clone(), live.clone(), reason)).await;
            if seen.is_err() {
                tracing::error!(turn = live.turn_id.as_str(), "the supervision of a turn broke off");
                live.over.send_replace(true);
            }
            sessions.after(live).await;
        });
    }

    /// Takes up the turns that an earlier instance left open, and queues that were about to go on. Returns how many turns.
    pub(crate) async fn resume_all(self: &Arc<Self>) -> Result<usize, ErrorInfo> {
        let open = self.store.open_turns().await.map_err(storage)?;
        let mut taken = 0;
        for turn in open {
            taken += usize::from(self.take_up(&turn).await?);
        }
        for row in self.store.list(false).await.map_err(storage)? {
            if row.queued > 0 && !row.is_busy() {
                let desk = self.desk(&row.session_id).await?;
                self.go_on(&desk).await;
            }
        }
        Ok(taken)
    }

    /// The same for one session.
    pub(crate) async fn resume_one(self: &Arc<Self>, session: &str) -> Result<(), ErrorInfo> {
        for turn in self.store.open_turns().await.map_err(storage)?.iter().filter(|turn| turn.session_id == session) {
            self.take_up(turn).await?;
        }
        Ok(())
    }

    async fn take_up(self: &Arc<Self>, turn: &axion_store::OpenTurn) -> Result<bool, ErrorInfo> {
        // Seated until it is supervised: nobody begins another turn meanwhile.
        let _desk = self.desk(&turn.session_id).await?;
        if self.running(&turn.session_id).is_some() {
            return Ok(false);
        }
        let live = self.live_of(turn, None)?;
        self.supervise(live, Some("Axion was closed or killed while this answer was being given".to_owned()));
        Ok(true)
    }

    /// Ends the runners; their turns stay open and are taken up at the next start.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.waiters.refuse_all(&closing());
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// The error of what came too late.
fn closing() -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Offline, "Axion is closing. What was said is kept; the answer goes on at the next start.")
}
