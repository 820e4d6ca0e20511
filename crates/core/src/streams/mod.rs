//! Streams: what became durable is shown to whoever subscribed, in order and without gaps; what is said ahead of that is
//! shown to who reads along, and an answer to who asked for it.

mod hub;
mod outbox;
mod tails;
mod telling;
#[cfg(test)]
mod tests;

pub use hub::{Hub, Item, Place};
pub use outbox::{EVENTS, History, Outbox, Said, Subscriptions, outbox};
pub use tails::{Voice, count, slice};
pub use telling::{Ending, Telling};
