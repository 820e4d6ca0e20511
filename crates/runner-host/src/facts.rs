//! What can be told about a runner: how it lives, how it was fenced, why it ended.

use serde::Serialize;

use crate::engine::EngineFacts;
use crate::jail::JailReport;
use crate::spec::Transport;

/// Facts about a started runner.
#[derive(Debug, Clone, Serialize)]
pub struct RunnerFacts {
    /// Where it lives.
    pub surroundings: Surroundings,
    /// How the two sides speak (never `Auto`).
    pub transport: Transport,
    /// Why not the better choice, when `Auto` had to take the second.
    pub fallback: Option<String>,
    /// What the runner said of itself.
    pub hello: Hello,
    /// Process id on this machine, where it is known.
    pub pid: Option<u32>,
    /// From the call of `start` to the end of the handshake.
    pub ready_ms: u64,
}

/// Where a runner lives.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub enum Surroundings {
    /// In a container.
    Container {
        /// The engine.
        engine: Box<EngineFacts>,
        /// `axion-runner:<hash>`.
        image: String,
        /// Container id.
        container: String,
    },
    /// As a process.
    Process {
        /// How it is jailed; `enforcement` is `none` only after the person allowed that.
        jail: JailReport,
    },
}

/// What the runner said of itself in its first message (the token is not kept).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hello {
    /// What it can do.
    pub capabilities: Vec<String>,
    /// Its version.
    pub version: String,
    /// The Node version it runs on.
    pub node: String,
    /// Its process id as it sees it, in its own namespace.
    pub pid: u64,
}

/// Why a runner is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExitReason {
    /// The host asked it to stop.
    Stopped,
    /// It ended by itself.
    Exited {
        /// Exit code.
        code: i32,
        /// The end of its standard error.
        stderr: String,
    },
    /// A signal ended it, and not one of ours.
    Signal {
        /// Signal number.
        signal: i32,
        /// The end of its standard error.
        stderr: String,
    },
    /// It wanted more memory than its limit.
    Memory,
    /// It used up its processor time.
    CpuTime,
    /// It did not answer the heartbeat.
    Unresponsive,
    /// It sent something that no runner sends, and was ended.
    Protocol {
        /// What was wrong.
        why: String,
    },
    /// It closed the channel.
    Disconnected,
    /// The container engine went away.
    EngineLost {
        /// What was seen.
        why: String,
    },
}

impl std::fmt::Display for ExitReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tail = |stderr: &str| {
            if stderr.trim().is_empty() { String::new() } else { format!(": {}", stderr.trim()) }
        };
        match self {
            Self::Stopped => write!(f, "it was stopped"),
            Self::Exited { code, stderr } => write!(f, "it ended with code {code}{}", tail(stderr)),
            Self::Signal { signal, stderr } => write!(f, "signal {signal} ended it{}", tail(stderr)),
            Self::Memory => write!(f, "it reached its memory limit"),
            Self::CpuTime => write!(f, "it reached its limit of processor time"),
            Self::Unresponsive => write!(f, "it did not answer for too long"),
            Self::Protocol { why } => write!(f, "it broke the protocol ({why})"),
            Self::Disconnected => write!(f, "it closed the connection"),
            Self::EngineLost { why } => write!(f, "the container engine went away ({why})"),
        }
    }
}
