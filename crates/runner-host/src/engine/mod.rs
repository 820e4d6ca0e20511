//! Finding a container engine: which addresses to try (`places`), asking each what it is (`probe`), choosing.
//! Nothing is created on an engine here.

mod places;
mod probe;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesOrdered;
use serde::Serialize;

pub(crate) use probe::Engine;

use crate::error::RunnerError;

/// One address that was tried, and what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct EngineTry {
    /// Why this address was tried.
    pub source: EngineSource,
    /// The address.
    pub address: String,
    /// The engine, or why not.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The result of a try.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It can be used.
    Engine(Box<EngineFacts>),
    /// It cannot.
    Refused(EngineRefusal),
}

impl EngineTry {
    /// The engine, if it can be used.
    pub fn engine(&self) -> Option<&EngineFacts> {
        match &self.outcome {
            Outcome::Engine(facts) => Some(facts),
            Outcome::Refused(_) => None,
        }
    }

    /// The reason, if it cannot.
    pub fn refusal(&self) -> Option<&EngineRefusal> {
        match &self.outcome {
            Outcome::Engine(_) => None,
            Outcome::Refused(refusal) => Some(refusal),
        }
    }
}

/// Where an address came from, in the order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "from", content = "name", rename_all = "snake_case")]
pub enum EngineSource {
    /// The person's setting.
    Setting,
    /// `DOCKER_HOST`.
    DockerHost,
    /// The current Docker context, by name.
    Context(String),
    /// A place where an engine usually listens.
    Known,
}

/// Why an address is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineRefusal {
    /// Stable word.
    pub code: &'static str,
    /// What was seen.
    pub why: String,
    /// What can be done.
    pub fix: &'static str,
}

/// Who made the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// Docker Engine (also in Desktop, OrbStack, Colima, …).
    Docker,
    /// Podman's Docker-compatible service.
    Podman,
}

/// What an engine told about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineFacts {
    /// The address.
    pub address: String,
    /// Docker or Podman.
    pub kind: EngineKind,
    /// Its version.
    pub version: String,
    /// The API version that both sides speak.
    pub api: String,
    /// Whether it runs without root (its root is this person).
    pub rootless: bool,
    /// Whether it maps users of containers to others.
    pub remapped: bool,
    /// Whether it shares this kernel, so that sockets can be mounted. A virtual machine does not.
    pub native: bool,
    /// Whether the default seccomp profile is applied.
    pub seccomp: bool,
    /// Whether it can limit swap.
    pub swap_limit: bool,
    /// Operating system as it names it.
    pub system: String,
}

/// Every place an engine may be at, each tried, in the order of precedence. An explicit setting is the only one tried.
pub async fn find_engines(setting: Option<&str>) -> Vec<EngineTry> {
    let places = places::list(setting, &places::Surroundings::of_this_process());
    join_all(places.into_iter().map(|place| async { probe::try_place(place).await.0 })).await
}

/// The first usable engine.
pub(crate) async fn choose(setting: Option<&str>) -> Result<Engine, RunnerError> {
    let places = places::list(setting, &places::Surroundings::of_this_process());
    let mut tries: FuturesOrdered<_> = places.into_iter().map(probe::try_place).collect();
    let mut reasons = Vec::new();
    while let Some((tried, engine)) = tries.next().await {
        match (engine, tried.outcome) {
            (Some(engine), _) => return Ok(engine),
            (None, Outcome::Refused(refusal)) => reasons.push(format!("{}: {}", tried.address, refusal.why)),
            (None, Outcome::Engine(_)) => {}
        }
    }
    let why = if reasons.is_empty() { "none was found".to_owned() } else { reasons.join("; ") };
    Err(RunnerError::NoEngine { why })
}
