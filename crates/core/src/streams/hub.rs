//! What was just made durable, for whoever reads along: per stream the head and a bounded ring of the latest events.
//!
//! The ring is a cache, never the truth: a reader whose next event is not in it reads the store. Publishers may race;
//! an event published out of order only makes readers go to the store. Who reads, and how fast, is `outbox`'s business.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use tokio::sync::Notify;

use super::tails::{Heard, Tails, Voice};

/// Latest events kept in memory per stream that somebody reads: as many as fit in this many bytes.
pub const RING_BYTES: usize = 1 << 20;

/// Where a stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Changes only when history was replaced.
    pub epoch: Arc<str>,
    /// The last durable `seq`; 0 for an empty stream.
    pub head: u64,
}

/// One event as it goes out: its `seq` and its JSON.
pub type Item = (u64, Arc<str>);

#[derive(Debug, Default)]
struct Channel {
    head: u64,
    ring: VecDeque<Item>,
    bytes: usize,
    /// Highest `seq` that fell off the ring because it was full.
    evicted: u64,
    readers: Vec<Weak<Notify>>,
    /// What is being said ahead of the store.
    tails: Tails,
}

impl Channel {
    fn wake(&mut self) {
        self.readers.retain(|reader| {
            let alive = reader.upgrade();
            if let Some(reader) = &alive {
                reader.notify_one();
            }
            alive.is_some()
        });
    }
}

/// What the ring has for a reader.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// The reader has all.
    UpToDate,
    /// Events follow, in order; the flag says that there are more than were asked for.
    Events(Vec<Item>, bool),
    /// The event is durable but not in the ring.
    InStore,
    /// The reader was so slow that the ring ran away from it.
    Lagged(u64),
}

/// All streams that somebody reads.
#[derive(Debug, Default)]
pub struct Hub {
    channels: Mutex<HashMap<String, Channel>>,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Channel>> {
        self.channels.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Registers a reader before it asks the store for the head, so that nothing falls between the two.
    pub fn join(&self, stream: &str, reader: &Arc<Notify>) {
        let mut channels = self.lock();
        let channel = channels.entry(stream.to_owned()).or_default();
        let known = Arc::downgrade(reader);
        if !channel.readers.iter().any(|other| other.ptr_eq(&known)) {
            channel.readers.push(known);
        }
    }

    /// Tells the hub the head that the store named.
    pub fn seen(&self, stream: &str, head: u64) {
        if let Some(channel) = self.lock().get_mut(stream) {
            channel.head = channel.head.max(head);
        }
    }

    /// Ends a reader's interest.
    pub fn leave(&self, stream: &str, reader: &Arc<Notify>) {
        let mut channels = self.lock();
        let Some(channel) = channels.get_mut(stream) else { return };
        let gone = Arc::downgrade(reader);
        channel.readers.retain(|other| !other.ptr_eq(&gone) && other.strong_count() > 0);
        if channel.readers.is_empty() {
            channels.remove(stream);
        }
    }

    /// Shows events that are durable by now; the first has `first` as its `seq`.
    pub fn publish<I>(&self, stream: &str, first: u64, events: I)
    where
        I: IntoIterator,
        I::Item: Into<Arc<str>>,
    {
        let mut channels = self.lock();
        let Some(channel) = channels.get_mut(stream) else { return };
        let follows = channel.ring.back().is_none_or(|(last, _)| last + 1 == first);
        let stale = channel.ring.front().is_some_and(|(oldest, _)| first < *oldest);
        if !follows && !stale {
            channel.ring.clear();
            channel.bytes = 0;
        }
        let mut seq = first;
        for event in events {
            if follows || !stale {
                let json: Arc<str> = event.into();
                channel.bytes += json.len();
                channel.ring.push_back((seq, json));
            }
            seq += 1;
        }
        channel.head = channel.head.max(seq.saturating_sub(1));
        while channel.bytes > RING_BYTES && channel.ring.len() > 1 {
            if let Some((seq, json)) = channel.ring.pop_front() {
                channel.bytes -= json.len();
                channel.evicted = channel.evicted.max(seq);
            }
        }
        channel.wake();
        if channel.readers.is_empty() {
            channels.remove(stream);
        }
    }

    /// Says something that is not durable yet, to whoever reads along now. Where nobody does it is gone.
    pub fn say(&self, stream: &str, voice: &Voice, offset: Option<u64>, text: &str) {
        let mut channels = self.lock();
        let Some(channel) = channels.get_mut(stream) else { return };
        if channel.tails.say(voice, offset, text) {
            channel.wake();
        }
    }

    /// What was said is durable up to here; call after it was published.
    pub fn settled(&self, stream: &str, voice: &Voice, upto: u64) {
        if let Some(channel) = self.lock().get_mut(stream) {
            channel.tails.settled(voice, upto);
        }
    }

    /// Nothing more is said by this voice.
    pub fn silent(&self, stream: &str, voice: &Voice) {
        if let Some(channel) = self.lock().get_mut(stream) {
            channel.tails.end(voice);
        }
    }

    /// Whether a reader has not heard all that is said.
    pub fn has_said(&self, stream: &str, heard: &Heard) -> bool {
        self.lock().get(stream).is_some_and(|channel| channel.tails.has(heard))
    }

    /// What a reader has not heard, as one message.
    pub fn said(&self, stream: &str, heard: &mut Heard) -> Option<String> {
        self.lock().get(stream).and_then(|channel| channel.tails.next(heard))
    }

    /// What follows `cursor`, up to `bytes` of JSON (one event at least). `live` readers were up to date before.
    pub fn next(&self, stream: &str, cursor: u64, live: bool, bytes: usize) -> Next {
        let channels = self.lock();
        let Some(channel) = channels.get(stream) else { return Next::UpToDate };
        if cursor >= channel.head {
            return Next::UpToDate;
        }
        if live && cursor < channel.evicted {
            return Next::Lagged(channel.head);
        }
        let Some((oldest, _)) = channel.ring.front() else { return Next::InStore };
        let Some(skip) = (cursor + 1).checked_sub(*oldest) else { return Next::InStore };
        let mut taken = Vec::new();
        let mut size = 0;
        for (seq, json) in channel.ring.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)) {
            size += json.len() + 1;
            if size > bytes && !taken.is_empty() {
                return Next::Events(taken, true);
            }
            taken.push((*seq, json.clone()));
        }
        if taken.is_empty() { Next::InStore } else { Next::Events(taken, false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined() -> (Hub, Arc<Notify>) {
        let hub = Hub::default();
        let reader = Arc::new(Notify::new());
        hub.join("s", &reader);
        (hub, reader)
    }

    fn seqs(next: &Next) -> Vec<u64> {
        match next {
            Next::Events(items, _) => items.iter().map(|(seq, _)| *seq).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_reader_gets_what_follows_its_place() {
        let (hub, _reader) = joined();
        hub.publish("s", 1, ["a", "b", "c"]);
        assert_eq!(seqs(&hub.next("s", 1, true, 1000)), [2, 3]);
        assert_eq!(hub.next("s", 3, true, 1000), Next::UpToDate);
        assert_eq!(hub.next("other", 0, true, 1000), Next::UpToDate);
    }

    #[test]
    fn a_race_of_publishers_sends_readers_to_the_store_and_loses_nothing() {
        let (hub, _reader) = joined();
        hub.publish("s", 1, ["a"]);
        hub.publish("s", 3, ["c"]);
        hub.publish("s", 2, ["b"]);
        assert_eq!(hub.next("s", 1, true, 1000), Next::InStore);
        assert_eq!(seqs(&hub.next("s", 2, true, 1000)), [3]);
        hub.publish("s", 4, ["d"]);
        assert_eq!(seqs(&hub.next("s", 2, true, 1000)), [3, 4]);
    }

    #[test]
    fn the_ring_is_bounded_and_a_live_reader_behind_it_is_told() {
        let (hub, _reader) = joined();
        let big = "x".repeat(RING_BYTES / 4);
        for seq in 1..=10 {
            hub.publish("s", seq, [big.as_str()]);
        }
        assert_eq!(hub.next("s", 1, true, 1000), Next::Lagged(10));
        assert_eq!(hub.next("s", 1, false, 1000), Next::InStore, "one that still catches up reads on");
        assert!(hub.lock()["s"].bytes <= RING_BYTES);
    }

    #[test]
    fn a_stream_that_nobody_reads_costs_nothing() {
        let (hub, reader) = joined();
        hub.publish("nobody", 1, ["a"]);
        assert!(!hub.lock().contains_key("nobody"));
        drop(reader);
        hub.publish("s", 1, ["a"]);
        assert!(hub.lock().is_empty());
    }

    #[test]
    fn a_cut_is_made_at_the_byte_budget() {
        let (hub, _reader) = joined();
        hub.publish("s", 1, ["aaaa", "bbbb", "cccc"]);
        assert!(matches!(hub.next("s", 0, true, 10), Next::Events(items, true) if items.len() == 2));
        assert!(matches!(hub.next("s", 0, true, 1), Next::Events(items, true) if items.len() == 1));
    }
}
