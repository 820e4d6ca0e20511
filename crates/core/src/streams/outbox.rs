//! What one client is sent: batches of the streams that it subscribed to, in order, exactly once per subscription.
//!
//! The shell *pulls*: it calls `Outbox::next` when it can write, so a slow reader costs one cursor per stream and no queue.
//! Batches of one stream are at least 16 ms apart unless they are full, and stay under the 8 KiB that a webview takes
//! in one piece (a single larger event goes alone). A reader that the ring outran is told `stream-lagged` and
//! subscribes again from its own place.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::hub::{Hub, Item, Next, Place};

/// Events JSON per batch; with stream, epoch and braces a message stays below 8 KiB.
const BATCH_BYTES: usize = 7_600;
/// Smallest distance between two unfilled batches of a stream.
const PACE: Duration = Duration::from_millis(16);
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
}

#[derive(Debug)]
struct Reader {
    notify: Arc<Notify>,
    subscriptions: Mutex<VecDeque<Subscription>>,
    closed: AtomicBool,
}

impl Reader {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Subscription>> {
        self.subscriptions.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
    let reader = Arc::new(Reader { notify: Arc::new(Notify::new()), subscriptions: Mutex::default(), closed: AtomicBool::new(false) });
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
        });
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
        self.reader.notify.notify_one();
    }
}

enum Turn {
    Send(String),
    Fetch { stream: String, after: u64 },
    Wait(Option<Instant>),
}

impl Outbox {
    /// The JSON of the next `StreamBatch` or `StreamLagged`; `None` once the client was closed. Cancel safe.
    pub async fn next(&mut self) -> Option<String> {
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
        let mut subscriptions = self.reader.lock();
        for index in 0..subscriptions.len() {
            let Some(known) = subscriptions.get_mut(index) else { break };
            if known.held {
                continue;
            }
            let (items, full) = match known.pending(&self.hub) {
                Next::UpToDate => continue,
                Next::Events(items, full) => (items, full),
                Next::InStore => return Turn::Fetch { stream: known.stream.clone(), after: known.cursor },
                Next::Lagged(head) => {
                    let message = lagged(&known.stream, &known.epoch, head);
                    let stream = known.stream.clone();
                    subscriptions.remove(index);
                    drop(subscriptions);
                    self.hub.leave(&stream, &self.reader.notify);
                    return Turn::Send(message);
                }
            };
            if !full && now < known.due {
                wait = Some(wait.map_or(known.due, |other| other.min(known.due)));
                continue;
            }
            let message = known.take(items, now);
            if let Some(done) = subscriptions.remove(index) {
                subscriptions.push_back(done);
            }
            return Turn::Send(message);
        }
        Turn::Wait(wait)
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

impl Subscription {
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
