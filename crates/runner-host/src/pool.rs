//! Warm runners: one that finished its work stays for a minute and is handed out again to whoever asks for the same
//! surroundings and the same folders, so that a run need not wait for a start. A runner is lent to one user at a time.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use serde_json::value::RawValue;

use crate::error::{RpcError, RunnerError};
use crate::handle::{RunnerHandle, start};
use crate::session::RunnerEvents;
use crate::spec::{Grant, RunnerMode, RunnerSpec, Transport};

/// How many runners stay warm, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct PoolLimits {
    /// Most that stay idle; the oldest goes first.
    pub idle: usize,
    /// How long one stays idle.
    pub keep: Duration,
    /// How long a runner that is let go may take to shut down.
    pub grace: Duration,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self { idle: 4, keep: Duration::from_secs(60), grace: Duration::from_secs(2) }
    }
}

/// What must be equal for a runner to serve again.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    node: PathBuf,
    bundle: PathBuf,
    /// A rebuilt bundle is another program.
    built: Option<std::time::SystemTime>,
    grants: Vec<Grant>,
    mode: RunnerMode,
    transport: Transport,
    limits: crate::spec::Limits,
    docker_host: Option<String>,
    home: PathBuf,
    allow_unjailed: bool,
}

impl Key {
    fn of(spec: &RunnerSpec) -> Self {
        let mut grants = spec.grants.clone();
        grants.sort();
        Self {
            node: spec.node.clone(),
            bundle: spec.bundle.clone(),
            built: std::fs::metadata(&spec.bundle).and_then(|data| data.modified()).ok(),
            grants,
            mode: spec.mode,
            transport: spec.transport,
            limits: spec.limits.clone(),
            docker_host: spec.docker_host.clone(),
            home: spec.home.clone(),
            allow_unjailed: spec.allow_unjailed,
        }
    }
}

struct Kept {
    key: Key,
    handle: RunnerHandle,
    sink: Arc<Switch>,
    ticket: u64,
}

#[derive(Default)]
struct State {
    idle: VecDeque<Kept>,
    next_ticket: u64,
    closed: bool,
}

struct Shared {
    limits: PoolLimits,
    state: Mutex<State>,
}

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct RunnerPool {
    shared: Arc<Shared>,
}

impl Default for RunnerPool {
    fn default() -> Self {
        Self::new(PoolLimits::default())
    }
}

impl RunnerPool {
    /// An empty pool.
    pub fn new(limits: PoolLimits) -> Self {
        Self { shared: Arc::new(Shared { limits, state: Mutex::default() }) }
    }

    /// A warm runner for this specification, or a new one. Its requests and notifications go to `sink` for as long as
    /// the lease lives.
    pub async fn acquire(&self, spec: RunnerSpec, sink: Arc<dyn RunnerEvents>) -> Result<RunnerLease, RunnerError> {
        let key = Key::of(&spec);
        while let Some(kept) = self.shared.take(&key) {
            if !kept.handle.is_alive() {
                continue;
            }
            kept.sink.turn(Some(sink.clone()));
            // It may have died unnoticed while nobody listened.
            if kept.handle.request("ping", RawValue::NULL).await.is_ok() {
                return Ok(self.lend(kept, true));
            }
        }
        let switch = Arc::new(Switch::default());
        switch.turn(Some(sink));
        let handle = start(spec, switch.clone()).await?;
        Ok(self.lend(Kept { key, handle, sink: switch, ticket: 0 }, false))
    }

    /// Number of idle runners.
    pub fn idle(&self) -> usize {
        self.shared.state().idle.len()
    }

    /// Lets all idle runners go and keeps none from now on. Leases stay valid.
    pub async fn close(&self) {
        let idle = {
            let mut state = self.shared.state();
            state.closed = true;
            std::mem::take(&mut state.idle)
        };
        let grace = self.shared.limits.grace;
        let parting = idle.into_iter().map(|kept| async move { kept.handle.stop(grace).await });
        futures_util::future::join_all(parting).await;
    }

    fn lend(&self, kept: Kept, warm: bool) -> RunnerLease {
        RunnerLease { kept: Some(kept), warm, home: Arc::downgrade(&self.shared), runtime: tokio::runtime::Handle::current() }
    }
}

impl Shared {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The most recently used one that fits.
    fn take(&self, key: &Key) -> Option<Kept> {
        let mut state = self.state();
        let at = state.idle.iter().rposition(|kept| kept.key == *key)?;
        state.idle.remove(at)
    }

    fn take_back(self: &Arc<Self>, mut kept: Kept, runtime: &tokio::runtime::Handle) {
        kept.sink.turn(None);
        if !kept.handle.is_alive() {
            return;
        }
        let (ticket, dropped) = {
            let mut state = self.state();
            if state.closed || self.limits.idle == 0 {
                (None, Some(kept))
            } else {
                state.next_ticket += 1;
                kept.ticket = state.next_ticket;
                let ticket = kept.ticket;
                state.idle.push_back(kept);
                let over = state.idle.len() > self.limits.idle;
                (Some(ticket), if over { state.idle.pop_front() } else { None })
            }
        };
        let grace = self.limits.grace;
        if let Some(kept) = dropped {
            runtime.spawn(async move { kept.handle.stop(grace).await });
        }
        if let Some(ticket) = ticket {
            runtime.spawn(Self::let_go_later(Arc::downgrade(self), ticket, self.limits.keep, grace));
        }
    }

    async fn let_go_later(shared: Weak<Self>, ticket: u64, keep: Duration, grace: Duration) {
        tokio::time::sleep(keep).await;
        let expired = {
            let Some(shared) = shared.upgrade() else { return };
            let mut state = shared.state();
            let at = state.idle.iter().position(|kept| kept.ticket == ticket);
            at.and_then(|at| state.idle.remove(at))
        };
        if let Some(kept) = expired {
            kept.handle.stop(grace).await;
        }
    }
}

/// A runner for as long as it is needed. Dropped, it returns to the pool; a runner whose work was broken off should be
/// [`discarded`](Self::discard).
pub struct RunnerLease {
    kept: Option<Kept>,
    warm: bool,
    home: Weak<Shared>,
    /// A lease may be dropped on a thread that knows no runtime; its runner must be let go in time all the same.
    runtime: tokio::runtime::Handle,
}

impl RunnerLease {
    /// Whether it was warm.
    pub fn was_warm(&self) -> bool {
        self.warm
    }

    /// Ends the runner instead of keeping it.
    pub async fn discard(mut self, grace: Duration) {
        if let Some(kept) = self.kept.take() {
            kept.handle.stop(grace).await;
        }
    }
}

impl std::ops::Deref for RunnerLease {
    type Target = RunnerHandle;

    fn deref(&self) -> &RunnerHandle {
        match &self.kept {
            Some(kept) => &kept.handle,
            // Taken out only by `discard` and `drop`, which own the lease.
            None => unreachable!("a lease holds its runner until it is given back"),
        }
    }
}

impl Drop for RunnerLease {
    fn drop(&mut self) {
        if let (Some(kept), Some(home)) = (self.kept.take(), self.home.upgrade()) {
            home.take_back(kept, &self.runtime);
        }
    }
}

/// Passes on to whoever holds the lease. Between leases requests are refused: nobody asked this runner for anything.
#[derive(Default)]
struct Switch(RwLock<Option<Arc<dyn RunnerEvents>>>);

impl Switch {
    fn turn(&self, to: Option<Arc<dyn RunnerEvents>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = to;
    }

    fn now(&self) -> Option<Arc<dyn RunnerEvents>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl RunnerEvents for Switch {
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        match self.now() {
            Some(sink) => sink.request(method, params).await,
            None => Err(RpcError::new(RpcError::INTERNAL, "no run is using this runner")),
        }
    }

    async fn notification(&self, method: &str, params: &RawValue) {
        if let Some(sink) = self.now() {
            sink.notification(method, params).await;
        }
    }
}
