//! The control socket: how a second process of the same person reaches the one that holds the home.
//!
//! It lies in the home's `run` folder (0700), and each peer's user is checked; on Windows it is a named pipe, which others
//! may not write to. It speaks the protocol's JSON-RPC, one message a line, and one method more: `hand_over`, by which a
//! second `axion serve` learns the address of the first.

mod line;
mod place;
mod server;

pub use line::Line;
pub use server::serve;

/// Asks the holder for what a second instance needs.
pub const HAND_OVER: &str = "hand_over";
