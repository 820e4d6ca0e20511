//! The one way out of Core: an allow-list by purpose, addresses checked after resolution and connections pinned to them, limits of
//! size and time, an air gap, and a ledger of every request, also of those that were kept back.
//!
//! Nothing else in Core opens a connection to a network (a house rule). Who the providers are, their keys and what is configured is not
//! known here: Core hands in a policy and headers. HTTP/1.1 over TCP or TLS; no proxy, no cookies, no compression, no connection kept open.

pub mod address;
mod body;
mod broker;
mod connect;
mod error;
mod ledger;
mod policy;
mod refused;
mod request;
mod target;

pub use body::Body;
pub use broker::{Broker, Net, Reply};
pub use bytes::Bytes;
pub use connect::{Dialer, Resolver, SystemNet};
pub use error::{EgressError, Refusal};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method};
pub use ledger::Ledger;
pub use policy::{Policy, Rule, Zone};
pub use request::{Errand, Limits, Request, header};
pub use target::{Origin, Target};
