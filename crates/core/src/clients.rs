//! Clients: the windows, tabs and command lines that call commands and read streams. A shell makes one per connection.
//!
//! The answer to `subscribe` holds the stream's first batch back until it is dropped, that is, until the shell has sent
//! it: a reader learns where a stream stands before it sees the first event. So does the answer to `send_message_streaming`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axion_protocol::{Caller, ErrorCode, ErrorInfo, StartedBy, Subscription, dispatch};

use crate::Core;
use crate::streams::{Outbox, Subscriptions, outbox};

/// Most streams that one client reads at a time.
const MOST_SUBSCRIPTIONS: usize = 256;

/// All that are connected.
#[derive(Default)]
pub(crate) struct Clients(Mutex<HashMap<String, Known>>);

#[derive(Clone)]
struct Known {
    subscriptions: Subscriptions,
    started_by: StartedBy,
}

impl Clients {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The subscriptions of a caller.
    pub(crate) fn subscriptions(&self, caller: &Caller) -> Result<Subscriptions, ErrorInfo> {
        let gone = || ErrorInfo::new(ErrorCode::Offline, "This connection has ended.");
        self.lock().get(&caller.client).map(|known| known.subscriptions.clone()).ok_or_else(gone)
    }

    /// Room for one more subscription.
    pub(crate) fn admit(subscriptions: &Subscriptions, stream: &str) -> Result<(), ErrorInfo> {
        if subscriptions.count() < MOST_SUBSCRIPTIONS || subscriptions.has(stream) {
            return Ok(());
        }
        Err(ErrorInfo::new(ErrorCode::TooLarge, format!("One connection reads at most {MOST_SUBSCRIPTIONS} streams at a time."))
            .with_hint("Unsubscribe from streams that are no longer shown."))
    }

    /// How a caller counts as the starter of a run.
    pub(crate) fn started_by(&self, caller: &Caller) -> StartedBy {
        self.lock().get(&caller.client).map_or(StartedBy::Cli, |known| known.started_by)
    }
}

/// One connection to Core. Dropping it ends its subscriptions and its outbox.
pub struct Client {
    core: Core,
    caller: Caller,
    subscriptions: Subscriptions,
}

impl Client {
    /// Connects to Core; what goes out by itself is pulled from the outbox.
    pub(crate) fn connect(core: &Core, started_by: StartedBy) -> (Arc<Self>, Outbox) {
        let caller = Caller::new(crate::host::new_id(core.host()));
        let (subscriptions, outbox) = outbox(core.inner().hub.clone(), core.inner().history());
        let known = Known { subscriptions: subscriptions.clone(), started_by };
        core.inner().clients.lock().insert(caller.client.clone(), known);
        (Arc::new(Self { core: core.clone(), caller, subscriptions }), outbox)
    }

    /// Calls a command by name with the JSON text of its parameters.
    ///
    /// The command goes on even if the caller stops waiting: a connection that breaks must not leave half a change.
    pub async fn call(self: &Arc<Self>, command: &str, params: &str) -> Answer {
        let (client, name, text) = (self.clone(), command.to_owned(), params.to_owned());
        let task = tokio::spawn(async move { dispatch(&client.core, &client.caller, &name, &text).await });
        let outcome = task.await.unwrap_or_else(|error| Err(crate::failure::internal("A command broke off", error)));
        let what = match (&outcome, command) {
            (Ok(json), "subscribe") => {
                serde_json::from_str::<Subscription>(json).ok().map(|known| What::Stream(known.stream.into_string()))
            }
            (Ok(_), "send_message_streaming") => Some(What::Answers),
            _ => None,
        };
        Answer { outcome, held: what.map(|what| Held { subscriptions: self.subscriptions.clone(), what }) }
    }

    /// The core behind it.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Ends the subscriptions and the outbox at once.
    pub fn close(&self) {
        self.core.inner().clients.lock().remove(&self.caller.client);
        self.subscriptions.close();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close();
    }
}

/// The answer to a command. Drop it after it was sent.
pub struct Answer {
    /// The result's JSON text, or the error.
    pub outcome: Result<String, ErrorInfo>,
    /// Releases what this is the answer to: a subscription, or an answer that is streamed.
    pub held: Option<Held>,
}

/// What waits for its command's answer to be sent; dropping this lets it go.
pub struct Held {
    subscriptions: Subscriptions,
    what: What,
}

enum What {
    Stream(String),
    Answers,
}

impl Drop for Held {
    fn drop(&mut self) {
        match &self.what {
            What::Stream(stream) => self.subscriptions.release(stream),
            What::Answers => self.subscriptions.release_tellings(),
        }
    }
}
