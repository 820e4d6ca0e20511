//! The outbox against a history in memory: exactness over resume, races, slowness and the size of messages.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::hub::{Hub, Item, Place, RING_BYTES};
use super::outbox::{History, Outbox, Subscriptions, outbox};

#[derive(Default)]
struct Memory(Mutex<Vec<Arc<str>>>);

#[async_trait]
impl History for Memory {
    async fn page(&self, _stream: &str, after: u64, limit: usize) -> Result<Vec<Item>, String> {
        let events = self.0.lock().unwrap();
        let rest = events.iter().enumerate().skip(after as usize).take(limit);
        Ok(rest.map(|(index, json)| (index as u64 + 1, json.clone())).collect())
    }
}

impl Memory {
    fn place(&self) -> Place {
        Place { epoch: "e".into(), head: self.0.lock().unwrap().len() as u64 }
    }
}

struct World {
    hub: Arc<Hub>,
    memory: Arc<Memory>,
    seq: u64,
}

impl World {
    fn new() -> Self {
        Self { hub: Arc::default(), memory: Arc::default(), seq: 0 }
    }
    fn append(&mut self, count: u64, bytes: usize) {
        let first = self.seq + 1;
        let events: Vec<Arc<str>> =
            (first..first + count).map(|seq| format!("{{\"seq\":{seq},\"pad\":\"{}\"}}", "x".repeat(bytes)).into()).collect();
        self.seq += count;
        self.memory.0.lock().unwrap().extend(events.iter().cloned());
        self.hub.publish("s", first, events);
    }
    async fn client(&self, after: u64) -> (Subscriptions, Outbox) {
        let (subscriptions, outbox) = outbox(self.hub.clone(), self.memory.clone());
        self.subscribe(&subscriptions, after).await;
        (subscriptions, outbox)
    }
    async fn subscribe(&self, subscriptions: &Subscriptions, after: u64) {
        subscriptions.prepare("s");
        let place = self.memory.place();
        subscriptions.start("s", &place, after);
        subscriptions.release("s");
    }
}

fn seqs(message: &str) -> Vec<u64> {
    let value: serde_json::Value = serde_json::from_str(message).unwrap();
    assert_eq!(value["type"], "stream-batch", "{message}");
    value["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect()
}

async fn read_to(outbox: &mut Outbox, last: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    while seen.last().copied().unwrap_or(0) < last {
        seen.extend(seqs(&outbox.next().await.unwrap().json));
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn a_reader_gets_everything_after_its_place_once_and_in_order() {
    let mut world = World::new();
    world.append(700, 20);
    let (_subscriptions, mut outbox) = world.client(13).await;
    world.append(40, 20);
    assert_eq!(read_to(&mut outbox, 740).await, (14..=740).collect::<Vec<_>>());
    world.append(3, 20);
    assert_eq!(read_to(&mut outbox, 743).await, [741, 742, 743]);
}

#[tokio::test(start_paused = true)]
async fn messages_stay_below_eight_kibibytes_unless_one_event_is_larger() {
    let mut world = World::new();
    let (_subscriptions, mut outbox) = world.client(0).await;
    world.append(300, 100);
    world.append(1, 20_000);
    world.append(5, 100);
    let mut last = 0;
    while last < 306 {
        let message = outbox.next().await.unwrap().json;
        let seen = seqs(&message);
        assert!(message.len() < 8192 || seen == [301], "{} bytes", message.len());
        last = *seen.last().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_trickle_is_coalesced() {
    let mut world = World::new();
    let (_subscriptions, mut outbox) = world.client(0).await;
    world.append(1, 10);
    assert_eq!(seqs(&outbox.next().await.unwrap().json), [1], "the first goes at once");
    let before = tokio::time::Instant::now();
    world.append(1, 10);
    world.append(1, 10);
    assert_eq!(seqs(&outbox.next().await.unwrap().json), [2, 3]);
    assert_eq!(before.elapsed().as_millis(), 16);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stood_still_is_told_and_goes_on_exactly() {
    let mut world = World::new();
    let (subscriptions, mut outbox) = world.client(0).await;
    world.append(2, 10);
    assert_eq!(read_to(&mut outbox, 2).await, [1, 2]);
    for _ in 0..40 {
        world.append(4, RING_BYTES / 64);
    }
    let message = outbox.next().await.unwrap().json;
    assert_eq!(message, "{\"type\":\"stream-lagged\",\"stream\":\"s\",\"epoch\":\"e\",\"head\":162}");
    assert_eq!(subscriptions.count(), 0);
    world.subscribe(&subscriptions, 2).await;
    assert_eq!(read_to(&mut outbox, 162).await, (3..=162).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_the_answer_to_subscribe() {
    let mut world = World::new();
    world.append(1, 10);
    let (subscriptions, mut outbox) = outbox(world.hub.clone(), world.memory.clone());
    subscriptions.prepare("s");
    let place = world.memory.place();
    subscriptions.start("s", &place, 0);
    let waited = tokio::time::timeout(std::time::Duration::from_secs(60), outbox.next()).await;
    assert!(waited.is_err(), "held");
    subscriptions.release("s");
    assert_eq!(seqs(&outbox.next().await.unwrap().json), [1]);
}

#[tokio::test(start_paused = true)]
async fn closing_ends_the_outbox() {
    let world = World::new();
    let (subscriptions, mut outbox) = world.client(0).await;
    let waiting = tokio::spawn(async move { outbox.next().await });
    tokio::task::yield_now().await;
    subscriptions.close();
    assert_eq!(waiting.await.unwrap(), None);
}

fn part() -> super::Voice {
    let id = |text: &str| text.to_owned();
    super::Voice::Part {
        session_id: id("s").try_into().unwrap(),
        turn_id: id("t").try_into().unwrap(),
        message_id: id("m").try_into().unwrap(),
        part: 0,
        kind: axion_protocol::TextKind::Text,
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_ahead_goes_behind_what_is_kept_and_not_too_often() {
    let mut world = World::new();
    let (_subscriptions, mut outbox) = world.client(0).await;
    let since = tokio::time::Instant::now();
    let (mut messages, mut text, mut kept) = (0, String::new(), 0);
    for n in 0..1000_u64 {
        world.hub.say("s", &part(), Some(n), "x");
        if n % 100 == 0 {
            world.append(1, 10);
        }
        let ready = tokio::time::timeout(std::time::Duration::from_millis(1), outbox.next()).await;
        let Ok(Some(said)) = ready else { continue };
        let value: serde_json::Value = serde_json::from_str(&said.json).unwrap();
        if value["type"] == "session-delta" {
            assert_eq!(value["offset"].as_u64().unwrap(), text.len() as u64, "no gap for who keeps up");
            text.push_str(value["text"].as_str().unwrap());
            messages += 1;
        } else {
            kept += 1;
        }
    }
    let seconds = since.elapsed().as_secs_f64();
    assert!(f64::from(messages) <= seconds * 50.0 + 1.0 && messages > 20, "{messages} in {seconds} s");
    assert!(kept >= 9 && text.len() > 900);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_sleeps_costs_one_buffer_and_misses_what_the_store_heals() {
    let world = World::new();
    let (_subscriptions, mut outbox) = world.client(0).await;
    for n in 0..10_000_u64 {
        world.hub.say("s", &part(), Some(n * 10), "0123456789");
    }
    let mut seen = 0;
    while let Ok(Some(said)) = tokio::time::timeout(std::time::Duration::from_millis(500), outbox.next()).await {
        let value: serde_json::Value = serde_json::from_str(&said.json).unwrap();
        let offset = value["offset"].as_u64().unwrap();
        assert!(offset >= seen && value["text"].as_str().unwrap().starts_with(&(offset % 10).to_string()));
        seen = offset + value["text"].as_str().unwrap().len() as u64;
    }
    assert_eq!(seen, 100_000);
    world.hub.silent("s", &part());
    assert!(!world.hub.has_said("s", &Vec::new()));
}
