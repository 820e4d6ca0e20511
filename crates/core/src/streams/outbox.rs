//! What one client is sent: batches of the streams that it subscribed to, in order, exactly once per subscription.
//!
//! The shell *pulls*: it calls `Outbox::next` when it can write, so a slow reader costs one cursor per stream and no queue.
//! Batches of one stream are at least 16 ms apart unless they are full, and stay under the 8 KiB that a webview takes
//! in one piece (a single larger event goes alone). A reader that the ring outran is told `stream-lagged` and
//! subscribes again from its own place. What is said ahead of the store (`tails`) goes after what is durable, at most 50 times
//! a second for one stream; answers that this client follows (`telling`) go between.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use axion_protocol::SessionId;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::hub::{Hub, Item, Next, Place};
use super::tails::Heard;
use super::telling::{Tell, Telling};

/// Events JSON per batch; with stream, epoch and braces a message stays below 8 KiB.
const BATCH_BYTES: usize = 7_600;
/// Smallest distance between two unfilled batches of a stream.
const PACE: Duration = Duration::from_millis(16);
/// Smallest distance between two messages of what is said ahead of the store. With a frame of the screen and the way there it is what a token
/// waits, and 50 ms are the most that a person should (`bench chat`).
const SAID_PACE: Duration = Duration::from_millis(20);
/// Answers that one client follows at a time.
const MOST_TELLINGS: usize = 64;
/// Events read from the store at a time.
const PAGE: usize = 256;

/// The durable history that a hub's streams are a cache of.
#[async_trait]
pub trait History: Send + Sync + 'static {
    /// Up to `limit` events after `after`, in order.
    async fn page(&self, stream: &str, after: u64, limit: usize) -> Result<Vec<Item>, String>;
}

#[derive(Debug)]
struct Subscription {
    stream: String,
    epoch: Arc<str>,
    cursor: u64,
    backlog: VecDeque<Item>,
    /// Held until the answer to `subscribe` was sent; batches never come before it.
    held: bool,
    live: bool,
    /// The store could not serve the place.
    lost: bool,
    due: Instant,
    /// What it has heard of what is not durable yet, and when it may hear more.
    heard: Heard,
    said_due: Instant,
}

/// One message to a client: its name on the wire and the JSON of its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// `events` for batches and deltas of streams; else one of `stream-start`, `stream-chunk`, `stream-end`, `stream-error`.
    pub method: &'static str,
    /// A JSON object.
    pub json: String,
}

/// Under this name goes what belongs to a subscription.
pub const EVENTS: &str = "events";

#[derive(Debug)]
struct Reader {
    notify: Arc<Notify>,
    subscriptions: Mutex<VecDeque<Subscription>>,
    tellings: Mutex<VecDeque<Arc<Telling>>>,
    closed: AtomicBool,
}

impl Reader {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Subscription>> {
        self.subscriptions.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn tellings(&self) -> MutexGuard<'_, VecDeque<Arc<Telling>>> {
        self.tellings.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The subscriber's side: what a client reads.
#[derive(Clone)]
pub struct Subscriptions {
    hub: Arc<Hub>,
    reader: Arc<Reader>,
}

/// The shell's side: what goes to the client next.
pub struct Outbox {
    hub: Arc<Hub>,
    reader: Arc<Reader>,
    history: Arc<dyn History>,
}

/// A client's two ends.
pub fn outbox(hub: Arc<Hub>, history: Arc<dyn History>) -> (Subscriptions, Outbox) {
    let reader = Arc::new(Reader {
        notify: Arc::new(Notify::new()),
        subscriptions: Mutex::default(),
        tellings: Mutex::default(),
        closed: AtomicBool::new(false),
    });
    (Subscriptions { hub: hub.clone(), reader: reader.clone() }, Outbox { hub, reader, history })
}

impl Subscriptions {
    /// Makes sure that nothing published from now on is missed; call before asking the store for the head.
    pub fn prepare(&self, stream: &str) {
        self.hub.join(stream, &self.reader.notify);
    }

    /// Starts (or starts anew) the reading of `stream` after `cursor`. It is held until `release`.
    pub fn start(&self, stream: &str, place: &Place, cursor: u64) {
        self.hub.seen(stream, place.head);
        let mut subscriptions = self.reader.lock();
        subscriptions.retain(|known| known.stream != stream);
        subscriptions.push_back(Subscription {
            stream: stream.to_owned(),
            epoch: place.epoch.clone(),
            cursor,
            backlog: VecDeque::new(),
            held: true,
            live: false,
            lost: false,
            due: Instant::now(),
            heard: Heard::new(),
            said_due: Instant::now(),
        });
    }

    /// Follows an answer that is about to be given; `None` if this client follows too many.
    pub fn follow(&self, session_id: &SessionId) -> Option<Arc<Telling>> {
        let mut tellings = self.reader.tellings();
        if tellings.len() >= MOST_TELLINGS || self.reader.closed.load(Ordering::Acquire) {
            return None;
        }
        let telling = Arc::new(Telling::new(session_id.clone(), &self.reader.notify));
        tellings.push_back(telling.clone());
        Some(telling)
    }

    /// Lets the answers that are followed begin: the command that asked was answered.
    pub fn release_tellings(&self) {
        self.reader.tellings().iter().for_each(|telling| telling.release());
    }

    /// Does not follow it after all: it was refused before it began.
    pub fn forget(&self, telling: &Arc<Telling>) {
        self.reader.tellings().retain(|known| !Arc::ptr_eq(known, telling));
    }

    /// How many streams are read.
    pub fn count(&self) -> usize {
        self.reader.lock().len()
    }

    /// Whether `stream` is read.
    pub fn has(&self, stream: &str) -> bool {
        self.reader.lock().iter().any(|known| known.stream == stream)
    }

    /// Lets the batches of `stream` go: the answer to `subscribe` is on its way.
    pub fn release(&self, stream: &str) {
        for known in self.reader.lock().iter_mut().filter(|known| known.stream == stream) {
            known.held = false;
        }
        self.reader.notify.notify_one();
    }

    /// Stops reading `stream`.
    pub fn stop(&self, stream: &str) {
        self.reader.lock().retain(|known| known.stream != stream);
        self.hub.leave(stream, &self.reader.notify);
    }

    /// Ends the outbox: the client is gone.
    pub fn close(&self) {
        self.reader.closed.store(true, Ordering::Release);
        let streams: Vec<String> = self.reader.lock().drain(..).map(|known| known.stream).collect();
        for stream in streams {
            self.hub.leave(&stream, &self.reader.notify);
        }
        self.reader.tellings().clear();
        self.reader.notify.notify_one();
    }
}

enum Turn {
    Send(Said),
    Fetch { stream: String, after: u64 },
    Wait(Option<Instant>),
}

impl Outbox {
    /// The next message; `None` once the client was closed. Cancel safe.
    pub async fn next(&mut self) -> Option<Said> {
        loop {
            if self.reader.closed.load(Ordering::Acquire) {
                return None;
            }
            match self.turn() {
                Turn::Send(message) => return Some(message),
                Turn::Fetch { stream, after } => self.fetch(&stream, after).await,
                Turn::Wait(None) => self.reader.notify.notified().await,
                Turn::Wait(Some(due)) => tokio::select! {
                    () = tokio::time::sleep_until(due) => {}
                    () = self.reader.notify.notified() => {}
                },
            }
        }
    }

    fn turn(&self) -> Turn {
        let now = Instant::now();
        let mut wait: Option<Instant> = None;
        if let Some(said) = self.tell(now, &mut wait) {
            return Turn::Send(said);
        }
        let mut subscriptions = self.reader.lock();
        for index in 0..subscriptions.len() {
            let Some(known) = subscriptions.get_mut(index) else { break };
            if known.held {
                continue;
            }
            let (items, full) = match known.pending(&self.hub) {
                Next::UpToDate => {
                    let Some(said) = known.said(&self.hub, now, &mut wait) else { continue };
                    rotate(&mut subscriptions, index);
                    return Turn::Send(said);
                }
                Next::Events(items, full) => (items, full),
                Next::InStore => return Turn::Fetch { stream: known.stream.clone(), after: known.cursor },
                Next::Lagged(head) => {
                    let message = lagged(&known.stream, &known.epoch, head);
                    let stream = known.stream.clone();
                    subscriptions.remove(index);
                    drop(subscriptions);
                    self.hub.leave(&stream, &self.reader.notify);
                    return Turn::Send(Said { method: EVENTS, json: message });
                }
            };
            if !full && now < known.due {
                sooner(&mut wait, known.due);
                continue;
            }
            let json = known.take(items, now);
            rotate(&mut subscriptions, index);
            return Turn::Send(Said { method: EVENTS, json });
        }
        Turn::Wait(wait)
    }

    /// What the answers that are followed have to say.
    fn tell(&self, now: Instant, wait: &mut Option<Instant>) -> Option<Said> {
        let mut tellings = self.reader.tellings();
        let mut index = 0;
        while let Some(telling) = tellings.get(index) {
            match telling.next(now) {
                Tell::Now(said) => {
                    rotate(&mut tellings, index);
                    return Some(said);
                }
                Tell::At(due) => sooner(wait, due),
                Tell::Nothing => {}
                Tell::Over => {
                    tellings.remove(index);
                    continue;
                }
            }
            index += 1;
        }
        None
    }

    async fn fetch(&self, stream: &str, after: u64) {
        let page = match self.history.page(stream, after, PAGE).await {
            Ok(page) if !page.is_empty() => page,
            // The store cannot serve this place now; the reader is told to come back rather than left waiting.
            Ok(_) | Err(_) => {
                self.reader.lock().iter_mut().filter(|known| known.stream == stream).for_each(|known| known.lost = true);
                return;
            }
        };
        let mut subscriptions = self.reader.lock();
        if let Some(known) = subscriptions.iter_mut().find(|known| known.stream == stream && known.cursor == after) {
            known.backlog = page.into();
        }
    }
}

/// Whoever was served goes behind the others.
fn rotate<T>(queue: &mut VecDeque<T>, index: usize) {
    if let Some(served) = queue.remove(index) {
        queue.push_back(served);
    }
}

fn sooner(wait: &mut Option<Instant>, due: Instant) {
    *wait = Some(wait.map_or(due, |other| other.min(due)));
}

impl Subscription {
    /// What is said ahead of the store and was not heard.
    fn said(&mut self, hub: &Hub, now: Instant, wait: &mut Option<Instant>) -> Option<Said> {
        if !hub.has_said(&self.stream, &self.heard) {
            return None;
        }
        if now < self.said_due {
            sooner(wait, self.said_due);
            return None;
        }
        let json = hub.said(&self.stream, &mut self.heard)?;
        self.said_due = now + SAID_PACE;
        Some(Said { method: EVENTS, json })
    }

    fn pending(&mut self, hub: &Hub) -> Next {
        if self.lost {
            return Next::Lagged(self.cursor);
        }
        if self.backlog.is_empty() {
            let next = hub.next(&self.stream, self.cursor, self.live, BATCH_BYTES);
            if !matches!(next, Next::InStore) {
                self.live = true;
            }
            return next;
        }
        let mut size = 0;
        let mut taken = Vec::new();
        for (seq, json) in &self.backlog {
            size += json.len() + 1;
            if size > BATCH_BYTES && !taken.is_empty() {
                break;
            }
            taken.push((*seq, json.clone()));
        }
        Next::Events(taken, true)
    }

    fn take(&mut self, items: Vec<Item>, now: Instant) -> String {
        let from_backlog = items.len().min(self.backlog.len());
        self.backlog.drain(..from_backlog);
        self.cursor = items.last().map_or(self.cursor, |(seq, _)| *seq);
        self.due = now + PACE;
        batch(&self.stream, &self.epoch, &items)
    }
}

fn batch(stream: &str, epoch: &str, items: &[Item]) -> String {
    let size: usize = items.iter().map(|(_, json)| json.len() + 1).sum();
    let mut text = String::with_capacity(size + 160);
    text.push_str("{\"type\":\"stream-batch\",\"stream\":");
    text.push_str(&quoted(stream));
    text.push_str(",\"epoch\":");
    text.push_str(&quoted(epoch));
    text.push_str(",\"events\":[");
    for (index, (_, json)) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(json);
    }
    text.push_str("]}");
    text
}

fn lagged(stream: &str, epoch: &str, head: u64) -> String {
    format!("{{\"type\":\"stream-lagged\",\"stream\":{},\"epoch\":{},\"head\":{head}}}", quoted(stream), quoted(epoch))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
