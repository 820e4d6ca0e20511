//! Axion's wire types in Rust, and the door through which every command passes.
//!
//! The types, the `Commands` trait and `dispatch` are generated from `protocol/source` (Effect Schema, the only place where a wire type is
//! written). By hand here: how bounds are checked while reading, unions told apart by `type`, the JSON-RPC envelope, and making errors.
//! This crate knows serde and nothing of transports, storage or tokio.

pub mod decode;
mod dispatch;
mod envelope;
mod error;
#[rustfmt::skip]
mod generated;
pub mod pattern;
pub(crate) mod tagged;

pub use decode::{Exactly, clip};
pub use dispatch::{Caller, CommandFacts};
pub use envelope::{Envelope, EnvelopeId, Request, Response, RpcError, Version};
pub use generated::*;
pub use pattern::InvalidText;
