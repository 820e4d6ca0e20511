//! The store: everything that Axion keeps, in `$AXION_HOME/axion.db`. The only crate that knows SQLite.
//!
//! Two doors. [`Store::read`] gives a consistent view on a pooled connection and blocks. [`Store::write`] queues a
//! transaction for the one writer thread and answers a [`Pending`] that is waited for or awaited; it is settled when the
//! change is on disk (`synchronous=FULL`). Changes of rows announce themselves on the stream `workspace` in the same
//! transaction, so what is shown is what is kept.
//!
//! Events are kept as the JSON text that they arrived as. Row structs serialise to the wire's shapes of the same names.
//! Not here: what a run or a graph means, defaults of settings, transports, async runtimes.

mod approvals;
mod backup;
mod blobs;
mod check;
mod config;
mod connect;
mod egress;
mod error;
mod events;
mod grants;
mod graphs;
mod home;
mod instant;
mod migrate;
mod pending;
mod projects;
mod queue;
mod recover;
mod rows;
mod runs;
mod sessions;
mod settings;
mod store;
mod stream_name;
mod streams;
mod upkeep;
mod writer;

pub use approvals::{Answer, ApprovalRow};
pub use blobs::hash_of;
pub use config::KeyRow;
pub use connect::ReadTx;
pub use egress::{EGRESS_KEPT, EgressRow};
pub use error::{InvalidValue, OpenError, StoreError};
pub use events::{EventDraft, Events};
pub use grants::GrantRow;
pub use graphs::{Entity, GraphContent, GraphEdit, GraphImport, GraphOp, GraphRow};
pub use home::{Holder, holder_of};
pub use instant::timestamp;
pub use pending::Pending;
pub use projects::{DEFAULT_PROJECT, ProjectRow};
pub use recover::{Kept, RecoveryReport};
pub use rows::Json;
pub use runs::{NewRun, RunRecord, RunRow, RunState, RunUpdate, StepCounts};
pub use sessions::{
    BranchForModel, CompactionRow, FolderRow, ForkOrigin, MessagePage, MessageRole, MessageRow, MessageState, NewSession, OpenTurn,
    PART_BREAK, PageAt, QueuedRow, RequestRow, SearchHit, SessionMode, SessionRow, SessionSnapshot, SessionState, SessionTotals,
    SessionUpdate, Usage,
};
pub use store::{OpenOptions, OpenReport, Store};
pub use stream_name::{StreamKind, StreamName, is_id};
pub use streams::{Appended, PAGE_LIMIT, Page, Place, WORKSPACE_KEPT};
pub use upkeep::{Health, OnHealth};
pub use writer::{Committed, OnCommit, WriteTx};
