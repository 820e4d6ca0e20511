//! Runner host: starts the Local Runner Agent in a jail and speaks with it.
//!
//! It finds a container engine, builds the runner's image from local parts, or jails the runner as a process; it owns
//! the transport (NDJSON, JSON-RPC 2.0), the handshake, the heartbeat, the end of the process and the pool of warm
//! runners. It is the only room that knows `bollard`, `landlock` and `seccompiler`.
//!
//! Deliberately not here: what the messages mean. Everything but `hello`, `ping` and `shutdown` is opaque JSON that is
//! handed to [`RunnerEvents`]; journals, approvals and resuming a run belong to core.

mod codec;
mod container;
mod door;
mod elf;
mod engine;
mod error;
mod facts;
mod folder;
mod handle;
mod handshake;
mod jail;
mod libraries;
mod link;
mod pool;
mod process;
mod rpc;
mod session;
mod spec;
mod supervise;
mod token;
mod watch;

pub use codec::{TO_HOST_LIMIT, TO_RUNNER_LIMIT};
pub use engine::{EngineFacts, EngineKind, EngineRefusal, EngineSource, EngineTry, Outcome, find_engines};
pub use error::{HandshakeFault, RpcError, RunnerError};
pub use facts::{ExitReason, Hello, RunnerFacts, Surroundings};
pub use handle::{RunnerHandle, start};
pub use jail::{Enforcement, JailReport, jail_support};
pub use pool::{PoolLimits, RunnerLease, RunnerPool};
pub use session::RunnerEvents;
pub use spec::{Access, Grant, Limits, RunnerMode, RunnerSpec, Transport};
pub use supervise::next_delay;
