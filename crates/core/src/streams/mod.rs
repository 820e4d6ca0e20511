//! Streams: what became durable is shown to whoever subscribed, in order and without gaps.

mod hub;
mod outbox;
#[cfg(test)]
mod tests;

pub use hub::{Hub, Item, Place};
pub use outbox::{History, Outbox, Subscriptions, outbox};
