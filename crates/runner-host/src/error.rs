//! Errors of this room. [`RunnerError`] is about a runner that could not be had, with a code somebody branches on and a
//! hint for the person; [`RpcError`] is the answer to one request.

use std::path::PathBuf;

use serde_json::value::RawValue;

/// Why no runner could be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunnerError {
    /// The Node executable is not there.
    #[error("Node was not found at {path}: {source}")]
    NodeMissing {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The runner bundle is not there.
    #[error("the runner program was not found at {path}: {source}")]
    BundleMissing {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder cannot be granted.
    #[error("the folder {path} cannot be granted as \"{slot}\": {why}")]
    Grant {
        /// The slot.
        slot: String,
        /// The folder.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The limits leave no room for a runner.
    #[error("these limits are too small for a runner: {why}")]
    Limits {
        /// The least that is needed.
        why: String,
    },
    /// The home folder cannot be used.
    #[error("the folder {path} cannot be used for the runner's socket and tmp: {why}")]
    Home {
        /// The folder.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// No container engine answered.
    #[error("no container engine can be used: {why}")]
    NoEngine {
        /// Every try with its reason, one sentence.
        why: String,
    },
    /// The engine answered with an error.
    #[error("the container engine failed while {during}: {why}")]
    Engine {
        /// What was asked of it.
        during: &'static str,
        /// What it said.
        why: String,
    },
    /// The engine took the container but not all of its fences; it was removed unstarted.
    #[error("the container engine ignored a protection, so the runner was not started: {why}")]
    EngineIgnored {
        /// Which options, asked and got.
        why: String,
    },
    /// The runner's image could not be put together.
    #[error("the runner's container image could not be built: {why}")]
    Image {
        /// The reason.
        why: String,
    },
    /// This system cannot jail a process.
    #[error("this system cannot jail the runner: {}", .report.reason())]
    CannotJail {
        /// What is there and what is missing.
        report: crate::JailReport,
    },
    /// The process could not be started.
    #[error("the runner process could not be started ({stage}): {source}")]
    Spawn {
        /// At which step.
        stage: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The runner started but did not introduce itself properly.
    #[error("the runner did not complete the handshake: {why}{}", said(.stderr))]
    Handshake {
        /// The reason.
        why: HandshakeFault,
        /// The end of what it wrote to standard error.
        stderr: String,
    },
    /// This build or system has no such way.
    #[error("{what} is not possible here: {why}")]
    NotHere {
        /// What was asked.
        what: &'static str,
        /// Why not.
        why: &'static str,
    },
}

/// What went wrong in the handshake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeFault {
    /// Nothing came.
    #[error("it said nothing within {0} seconds")]
    Silence(u64),
    /// It ended first.
    #[error("it ended before it said hello ({0})")]
    Ended(String),
    /// The token was not the one it was given.
    #[error("it showed a wrong token")]
    WrongToken,
    /// The first frame was not a hello.
    #[error("its first message was not hello ({0})")]
    NotHello(String),
    /// The first frame was unreadable.
    #[error("its first message could not be read ({0})")]
    BadFrame(String),
}

fn said(stderr: &str) -> String {
    let text = stderr.trim();
    if text.is_empty() { String::new() } else { format!("; it wrote: {text}") }
}

impl RunnerError {
    /// A stable word to branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NodeMissing { .. } => "node_missing",
            Self::BundleMissing { .. } => "bundle_missing",
            Self::Grant { .. } => "grant_refused",
            Self::Limits { .. } => "limits_refused",
            Self::Home { .. } => "home_unusable",
            Self::NoEngine { .. } => "no_engine",
            Self::Engine { .. } => "engine_failed",
            Self::EngineIgnored { .. } => "engine_ignored_option",
            Self::Image { .. } => "image_failed",
            Self::CannotJail { .. } => "cannot_jail",
            Self::Spawn { .. } => "spawn_failed",
            Self::Handshake { .. } => "handshake_failed",
            Self::NotHere { .. } => "not_here",
        }
    }

    /// What the person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NodeMissing { .. } => "Install Node 22.19 or newer, or let Axion fetch one in Settings, Runner.",
            Self::BundleMissing { .. } => "Install Axion again, or run `npm start` once to build the runner.",
            Self::Grant { .. } => "Choose another folder for this slot.",
            Self::Limits { .. } => "Raise the limits in Settings, Runner.",
            Self::Home { .. } => "Check that the folder exists, is yours and is writable, or set AXION_HOME.",
            Self::NoEngine { .. } => "Start Docker or Podman, or choose the process runner in Settings, Runner.",
            Self::Engine { .. } => "Look at `axion doctor`; the process runner works without an engine.",
            Self::EngineIgnored { .. } => "Update the engine or its kernel, or choose the process runner.",
            Self::Image { .. } => "Choose the process runner, or use an official build of Node.",
            Self::CannotJail { .. } => "Start Docker or Podman, or use a kernel with Landlock (Linux 5.13 or newer).",
            Self::Spawn { .. } => "Look at `axion doctor`.",
            Self::Handshake { .. } => "Check that Node is 22.19 or newer and that Axion's files belong to one version.",
            Self::NotHere { .. } => "Choose another runner in Settings, Runner.",
        }
    }
}

/// The error of one JSON-RPC request, in either direction.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    /// JSON-RPC code.
    pub code: i64,
    /// For a person.
    pub message: String,
    /// Anything more, for instance `{"code":…,"hint":…}`.
    pub data: Option<Box<RawValue>>,
    gone: bool,
}

impl RpcError {
    /// JSON-RPC: no such method.
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// JSON-RPC: parameters are wrong.
    pub const INVALID_PARAMS: i64 = -32602;
    /// JSON-RPC: internal error.
    pub const INTERNAL: i64 = -32603;
    /// The runner is no longer there.
    pub const GONE: i64 = -32000;

    /// An error with a code and a sentence.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None, gone: false }
    }

    /// The same with data.
    pub fn with_data(mut self, data: Box<RawValue>) -> Self {
        self.data = Some(data);
        self
    }

    /// The answer to a method that nobody serves.
    pub fn method_not_found(method: &str) -> Self {
        Self::new(Self::METHOD_NOT_FOUND, format!("there is no method \"{method}\""))
    }

    pub(crate) fn gone(why: impl std::fmt::Display) -> Self {
        Self { gone: true, ..Self::new(Self::GONE, format!("the runner is gone: {why}")) }
    }

    /// Whether the runner ended before it answered. A runner cannot fake this: it is never read from the wire.
    pub fn is_gone(&self) -> bool {
        self.gone
    }
}
