//! The Node that runs the runner: found on this machine, or fetched once into the home with the person's consent.
//!
//! Everything but running works without it. Searching starts processes, so its result is remembered until the executable
//! changes or an installation ends.

mod fetch;
mod find;
mod pins;
#[cfg(test)]
mod tests;
mod unpack;
mod version;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axion_protocol::{ErrorCode, ErrorInfo, RuntimeState, RuntimeStatus, clip};
use axion_store::{EventDraft, Store, StreamName};
use tokio_util::sync::CancellationToken;

use crate::egress::Outside;
use crate::failure::internal;
use crate::host::Host;
pub use find::{Node, Places, Search};
pub use pins::{Pin, RELEASE, VERSION};
pub use version::OLDEST;

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(300);

/// Where an installation comes from; a test says another place.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The folder of the release.
    pub base: String,
    /// The build for this machine, if there is one.
    pub pin: Option<Pin>,
}

impl Offer {
    fn usual() -> Self {
        let mirror = std::env::var("AXION_NODE_MIRROR").ok().filter(|mirror| !mirror.is_empty());
        Self { base: mirror.unwrap_or_else(|| RELEASE.to_owned()), pin: pins::for_this_machine() }
    }
}

#[derive(Default)]
struct State {
    found: Option<(Node, Option<SystemTime>)>,
    installing: Option<RuntimeStatus>,
    failed: Option<String>,
}

/// Node on this machine.
pub struct Runtime {
    places: Places,
    offer: Offer,
    store: Store,
    host: Arc<dyn Host>,
    outside: Arc<Outside>,
    state: Mutex<State>,
    stop: CancellationToken,
}

impl Runtime {
    /// For a home.
    pub fn new(home: &Path, store: Store, host: Arc<dyn Host>, outside: Arc<Outside>) -> Arc<Self> {
        Self::with(Places::of(home), Offer::usual(), store, host, outside)
    }

    /// Where Node is fetched from: what the way out must allow for it.
    pub fn release() -> String {
        Offer::usual().base
    }

    /// With other places and another offer.
    pub fn with(places: Places, offer: Offer, store: Store, host: Arc<dyn Host>, outside: Arc<Outside>) -> Arc<Self> {
        Arc::new(Self { places, offer, store, host, outside, state: Mutex::default(), stop: CancellationToken::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The executable, or what to do to get one.
    pub async fn node(self: &Arc<Self>) -> Result<Node, ErrorInfo> {
        if let Some((node, changed)) = &self.lock().found
            && modified(&node.path) == *changed
            && changed.is_some()
        {
            return Ok(node.clone());
        }
        let search = self.search().await?;
        search.node.ok_or_else(|| {
            let tried: Vec<String> = search.tries.iter().map(|tried| format!("{}: {}", tried.what, tried.result)).collect();
            ErrorInfo::new(ErrorCode::RuntimeMissing, format!("Running a graph needs Node {OLDEST} or newer, and none was found ({}).", tried.join("; ")))
                .with_hint("Let Axion fetch it in Settings, Runner (or `axion call install_runtime '{\"consent\":true}'`), or install it and set AXION_NODE.")
        })
    }

    /// Looks at all places again.
    pub async fn search(self: &Arc<Self>) -> Result<Search, ErrorInfo> {
        let places = self.places.clone();
        let search = tokio::task::spawn_blocking(move || find::search(&places)).await;
        let search = search.map_err(|error| internal("The search for Node broke off", error))?;
        self.lock().found = search.node.clone().map(|node| (node.clone(), modified(&node.path)));
        Ok(search)
    }

    /// What can be told about it.
    pub async fn status(self: &Arc<Self>) -> Result<RuntimeStatus, ErrorInfo> {
        if let Some(status) = self.lock().installing.clone() {
            return Ok(status);
        }
        match self.node().await {
            Ok(node) => Ok(ready(&node, self.lock().failed.as_deref())),
            Err(info) if info.code == ErrorCode::RuntimeMissing => {
                let failed = self.lock().failed.clone();
                let state = if failed.is_some() { RuntimeState::Failed } else { RuntimeState::Missing };
                Ok(RuntimeStatus { message: Some(clip(&failed.unwrap_or(info.message), 2000)), ..status(state) })
            }
            Err(info) => Err(info),
        }
    }

    /// Begins to fetch (or takes `file`), and goes on in the background; progress is told on `workspace`.
    pub async fn install(self: &Arc<Self>, consent: bool, file: Option<PathBuf>) -> Result<RuntimeStatus, ErrorInfo> {
        if !consent {
            return Err(ErrorInfo::new(ErrorCode::Forbidden, "Nothing is downloaded without your consent.").with_hint(format!(
                "With consent, Node {VERSION} is fetched from {} and checked against its pinned SHA-256.",
                self.offer.base
            )));
        }
        if file.as_ref().is_some_and(|file| !file.is_absolute()) {
            return Err(crate::failure::invalid("The file must be given by its absolute path."));
        }
        let Some(pin) = self.offer.pin else {
            return Err(ErrorInfo::new(
                ErrorCode::RuntimeMissing,
                "There is no official Node build for this machine that Axion could fetch.",
            )
            .with_hint(format!("Install Node {OLDEST} or newer yourself and set AXION_NODE.")));
        };
        {
            let mut state = self.lock();
            if let Some(status) = &state.installing {
                return Ok(status.clone());
            }
            state.failed = None;
            state.installing = Some(status(RuntimeState::Installing));
        }
        let archive = match file {
            None => None,
            Some(file) => match self.brought(pin, file).await {
                Ok(archive) => Some(archive),
                Err(info) => {
                    self.lock().installing = None;
                    self.tell().await;
                    return Err(info);
                }
            },
        };
        let runtime = self.clone();
        let task = tokio::task::spawn_blocking(move || runtime.obtain(&pin, archive));
        let runtime = self.clone();
        tokio::spawn(async move {
            let outcome = task.await.unwrap_or_else(|error| Err(format!("it broke off ({error})")));
            runtime.settle(outcome).await;
        });
        self.tell().await;
        self.status().await
    }

    /// Stops an installation; what was received is kept.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// A file that the person brought is looked at before the command answers: a wrong one is an error there, whatever else is installed.
    async fn brought(&self, pin: Pin, file: PathBuf) -> Result<PathBuf, ErrorInfo> {
        let folder = self.places.runtime.clone();
        let copied = tokio::task::spawn_blocking(move || fetch::by_hand(&file, &pin, &folder)).await;
        let copied = copied.map_err(|error| internal("Looking at the file broke off", error))?;
        copied.map_err(|error| {
            crate::failure::invalid(format!("Node could not be installed: {error}. Nothing was changed.")).with_hint(format!(
                "Bring {} of Node {VERSION} from {}.",
                pin.file_name(),
                self.offer.base
            ))
        })
    }

    /// `archive` is one that was checked already; without it, it is downloaded.
    fn obtain(&self, pin: &Pin, archive: Option<PathBuf>) -> Result<(), String> {
        let mut told: Option<Instant> = None;
        let archive = match archive {
            Some(archive) => Ok(archive),
            None => fetch::download(&self.outside.broker, &self.offer.base, pin, &self.places.runtime, &self.stop, |received, total| {
                self.lock().installing = Some(RuntimeStatus { received: Some(received), total, ..status(RuntimeState::Installing) });
                if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
                    told = Some(Instant::now());
                    // Nobody waits for this one: the next, or the last, says more.
                    drop(self.announce());
                }
            }),
        };
        let archive = archive.map_err(|error| error.to_string())?;
        unpack::unpack(&archive, pin.file_name(), &self.places.runtime)
            .map_err(|error| format!("the archive could not be unpacked ({error})"))?;
        // A copy of ours; what the person brought stays where it is.
        if let Err(error) = std::fs::remove_file(&archive) {
            tracing::warn!(%error, "a used archive could not be removed");
        }
        Ok(())
    }

    async fn settle(self: &Arc<Self>, outcome: Result<(), String>) {
        {
            let mut state = self.lock();
            state.installing = None;
            state.found = None;
            state.failed = outcome
                .err()
                .map(|why| format!("Node could not be installed: {why}. Nothing was changed; try again, or give the archive as a file."));
        }
        self.tell().await;
    }

    async fn tell(self: &Arc<Self>) {
        // What is told is the status after the search, so a ready runtime is announced with its path.
        if self.lock().installing.is_none() {
            let _ = self.search().await;
        }
        if let Err(error) = self.announce().await {
            tracing::warn!(%error, "the progress of an installation could not be told");
        }
    }

    fn announce(&self) -> axion_store::Pending<()> {
        let (status, now) = (self.known(), self.host.now());
        self.store.write(move |tx| {
            let event = serde_json::json!({ "type": "runtime-changed", "ts": now, "runtime": status });
            let draft = EventDraft::of(&event)?;
            tx.append(&StreamName::workspace(), &[draft]).map(|_| ())
        })
    }

    fn known(&self) -> RuntimeStatus {
        let state = self.lock();
        if let Some(status) = &state.installing {
            return status.clone();
        }
        match (&state.found, &state.failed) {
            (Some((node, _)), failed) => ready(node, failed.as_deref()),
            (None, Some(why)) => RuntimeStatus { message: Some(clip(why, 2000)), ..status(RuntimeState::Failed) },
            (None, None) => status(RuntimeState::Missing),
        }
    }
}

fn status(state: RuntimeState) -> RuntimeStatus {
    RuntimeStatus { state, path: None, version: None, received: None, total: None, message: None }
}

/// A Node that can be used, and what became of the last installation if that failed.
fn ready(node: &Node, failed: Option<&str>) -> RuntimeStatus {
    RuntimeStatus {
        path: Some(clip(&node.path.to_string_lossy(), 4096)),
        version: Some(node.version.to_string()),
        message: failed.map(|why| clip(why, 2000)),
        ..status(RuntimeState::Ready)
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}
