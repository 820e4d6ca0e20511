//! What supervision needs of a runner, as a seam: real ones come from `axion-runner-host`, tests bring their own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axion_protocol::{Access, ErrorInfo, RunGrant, RunnerChoice, RunnerFacts, RunnerMode, RunnerWish, clip};
use axion_runner_host as host;
use axion_runner_host::{RpcError, RunnerEvents};
use serde_json::value::RawValue;

use crate::failure;
use crate::resources::Resources;
use crate::runtime::Runtime;

/// Which runner is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Container, process or whichever can be had.
    pub mode: RunnerWish,
    /// The folders it may see.
    pub grants: Vec<RunGrant>,
    /// The person's engine setting.
    pub docker_host: Option<String>,
    /// The person agreed to a process without a jail.
    pub allow_unjailed: bool,
}

/// A runner that is there; dropped, it is kept warm for the next run that needs the same.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Asks it.
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError>;
    /// Tells it something, behind everything that was sent before.
    async fn notify(&self, method: &str, params: &RawValue) -> Result<(), RpcError>;
    /// What can be told about it.
    fn facts(&self) -> RunnerFacts;
    /// Resolves with the reason once it is gone.
    async fn gone(&self) -> String;
    /// Ends it at once.
    fn kill(&self);
}

/// Where runners come from.
#[async_trait]
pub trait Runners: Send + Sync {
    /// A runner, or why none is possible.
    async fn get(&self, wanted: Wanted, events: Arc<dyn RunnerEvents>) -> Result<Box<dyn Runner>, ErrorInfo>;
    /// Lets all idle ones go.
    async fn close(&self);
}

/// Runners of this machine.
pub struct HostRunners {
    pool: host::RunnerPool,
    home: PathBuf,
    bundle: PathBuf,
    runtime: Arc<Runtime>,
}

impl HostRunners {
    /// For this home.
    pub fn new(home: PathBuf, resources: &Resources, runtime: Arc<Runtime>) -> Self {
        Self { pool: host::RunnerPool::default(), home, bundle: resources.runner_bundle.clone(), runtime }
    }
}

#[async_trait]
impl Runners for HostRunners {
    async fn get(&self, wanted: Wanted, events: Arc<dyn RunnerEvents>) -> Result<Box<dyn Runner>, ErrorInfo> {
        let node = self.runtime.node().await?;
        let mut spec = host::RunnerSpec::new(node.path, &self.bundle, &self.home);
        spec.mode = mode(wanted.mode);
        spec.docker_host = wanted.docker_host;
        spec.allow_unjailed = wanted.allow_unjailed;
        spec.grants = wanted.grants.into_iter().map(grant).collect();
        let lease = self.pool.acquire(spec, events).await.map_err(|error| failure::runner(&error))?;
        Ok(Box::new(Leased(lease)))
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

struct Leased(host::RunnerLease);

#[async_trait]
impl Runner for Leased {
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        self.0.request(method, params).await
    }

    async fn notify(&self, method: &str, params: &RawValue) -> Result<(), RpcError> {
        self.0.notify(method, params).await
    }

    fn facts(&self) -> RunnerFacts {
        let facts = self.0.facts();
        let (mode, engine, jail) = match &facts.surroundings {
            host::Surroundings::Container { engine, .. } => {
                let name = match engine.kind {
                    host::EngineKind::Docker => "Docker",
                    host::EngineKind::Podman => "Podman",
                };
                (
                    RunnerMode::Docker,
                    Some(clip(&format!("{name} {}", engine.version), 200)),
                    "container without network, read-only root".to_owned(),
                )
            }
            host::Surroundings::Process { jail } if jail.can_jail() => (RunnerMode::Process, None, jail.by.join(", ")),
            host::Surroundings::Process { .. } => (RunnerMode::Process, None, "none (allowed in Settings)".to_owned()),
        };
        RunnerFacts {
            fallback: facts.fallback.as_deref().map(|why| clip(why, 1000)),
            mode,
            engine,
            jail: clip(&jail, 400),
            node: clip(&facts.hello.node, 40),
            ready_ms: if self.0.was_warm() { 0.0 } else { Duration::from_millis(facts.ready_ms).as_secs_f64() * 1000.0 },
        }
    }

    async fn gone(&self) -> String {
        self.0.exited().await.to_string()
    }

    fn kill(&self) {
        self.0.kill();
    }
}

fn mode(wish: RunnerWish) -> host::RunnerMode {
    match wish {
        RunnerWish::Auto => host::RunnerMode::Auto,
        RunnerWish::Docker => host::RunnerMode::Docker,
        RunnerWish::Process => host::RunnerMode::Process,
    }
}

/// The setting as a wish.
pub fn wish(choice: RunnerChoice) -> RunnerWish {
    match choice {
        RunnerChoice::Auto => RunnerWish::Auto,
        RunnerChoice::Docker => RunnerWish::Docker,
        RunnerChoice::Process => RunnerWish::Process,
    }
}

fn grant(grant: RunGrant) -> host::Grant {
    host::Grant {
        slot: grant.slot,
        path: grant.path.into(),
        access: match grant.access {
            Access::Ro => host::Access::ReadOnly,
            Access::Rw => host::Access::ReadWrite,
        },
    }
}

/// What a runner's refusal means for the person: its own words where it sent them as `ErrorInfo`.
pub fn refusal(error: &RpcError) -> ErrorInfo {
    let sent = error.data.as_deref().and_then(|data| serde_json::from_str::<ErrorInfo>(data.get()).ok());
    sent.unwrap_or_else(|| {
        let code = if error.is_gone() { axion_protocol::ErrorCode::RunnerLost } else { axion_protocol::ErrorCode::Internal };
        ErrorInfo::new(code, &error.message)
    })
}
