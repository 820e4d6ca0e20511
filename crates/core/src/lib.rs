//! Core: the bodies of all commands over the store and the runner host, and the supervision of runs.
//!
//! It knows no transport. A shell (the desktop app, the command line) opens it with a [`Host`], makes a [`Client`] for each
//! window or connection, calls commands by name and pulls what goes out by itself from the client's [`Outbox`]. The
//! control socket, by which a second process of the same person reaches the one that holds the home, is in `control`.

#[cfg(test)]
mod canary;
mod channels;
mod clients;
mod commands;
mod config;
pub mod control;
mod core;
mod doctor;
mod egress;
pub mod failure;
mod folders;
mod grants;
mod graphs;
pub mod hash;
pub mod home;
mod host;
mod keys;
mod models;
mod notices;
pub mod opener;
mod providers;
mod resources;
pub mod rpc;
mod runs;
mod runtime;
mod sessions;
mod settings;
mod streams;
mod wire;

pub use channels::{renew_webhook_token, webhook_token};
pub use clients::{Answer, Client, Held};
pub use core::{Core, Setup};
pub use host::{Address, Host, SystemHost, fill, new_id};
pub use resources::Resources;
pub use runs::{Runner, Runners, Wanted};
pub use sessions::{ModelBody, ModelHttp, ModelReply, ModelRequest, Models};
pub use streams::{EVENTS, Outbox, Said};
