//! Channels by which sessions are opened besides a window, a tab and the command line. A channel is a door to the same commands;
//! it has no power of its own.

mod body;
mod token;
mod webhook;

pub use token::{read as webhook_token, renew as renew_webhook_token};

use crate::Core;

impl Core {
    /// Opens the channels that the configuration wants, and follows it until Core closes. For shells that stay.
    pub fn open_channels(&self) {
        tokio::spawn(webhook::run(self.clone()));
    }
}
