//! How long a session of 10,000 messages and 50 MB takes to open, page through, search, fork and delete. Written as an agent writes it: text
//! in pieces, calls of tools. Half-way the conversation forks, and the pages are read across that.
//!
//! `cargo run --release -p axion-store --example session_speed -- [DIR]` (DIR on the disk to be measured).

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use axion_store::{EventDraft, NewSession, OpenOptions, PageAt, SessionMode, Store};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const TURNS: usize = 5_000;
/// Of text and results in one turn: 5,000 of them are 50 MB.
const TURN_BYTES: usize = 10_000;
const ROUNDS: usize = 20;

fn main() -> Result<()> {
    let base =
        std::env::args().nth(1).map_or_else(std::env::temp_dir, Into::into).join(format!("axion-session-speed-{}", std::process::id()));
    std::fs::create_dir_all(&base)?;
    let result = measure(&base);
    std::fs::remove_dir_all(&base)?;
    result
}

fn prose(seed: usize, bytes: usize) -> String {
    const WORDS: [&str; 12] = ["graph", "folder", "reads", "the", "of", "writes", "a", "file", "before", "approval", "node", "stream"];
    let mut text = String::with_capacity(bytes + 16);
    let mut state = seed as u64 * 2_654_435_761 + 1;
    while text.len() < bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(WORDS[(state >> 33) as usize % WORDS.len()]);
        text.push(' ');
    }
    text
}

fn turn(n: usize, parent: Option<&str>) -> Vec<Value> {
    let (user, answer, id, call) = (format!("u{n}"), format!("a{n}"), format!("t{n}"), format!("c{n}"));
    let mut said = json!({"type": "message-added", "ts": n, "messageId": user, "parts": [{"type": "text", "text": format!("Question {n}")}], "channelId": "cli"});
    if let Some(parent) = parent {
        said["parentId"] = parent.into();
    }
    let piece = TURN_BYTES / 8;
    let mut events = vec![
        said,
        json!({"type": "turn-started", "ts": n, "turnId": id, "messageId": answer, "parentId": user, "model": "demo/a", "provider": "demo", "mode": "ask"}),
    ];
    let mut offset = 0;
    for part in 0..4 {
        let text = prose(n * 7 + part, piece);
        events.push(json!({"type": "text-added", "ts": n, "turnId": id, "messageId": answer, "part": 0, "kind": "text", "offset": offset, "text": text}));
        offset += text.len();
    }
    events.push(json!({"type": "tool-called", "ts": n, "turnId": id, "messageId": answer, "part": 1, "callId": call, "tool": "files.read", "title": "Read notes", "arguments": {"path": "notes.txt"},
        "safety": {"readOnly": true, "destructive": false, "idempotent": true}}));
    events.push(json!({"type": "tool-finished", "ts": n, "turnId": id, "callId": call, "state": "succeeded", "ms": 2, "output": {"type": "inline", "value": {"text": prose(n * 13, piece * 4)}}}));
    events.push(json!({"type": "turn-finished", "ts": n, "turnId": id, "messageId": answer, "state": "succeeded", "ms": 900, "usage": {"inputTokens": 100, "outputTokens": 900}}));
    events
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    println!("{name:<58} median {:>8.2} ms   worst {:>8.2} ms", ms(times.len() / 2), ms(times.len() - 1));
}

fn rounds<T>(name: &str, mut body: impl FnMut() -> Result<T>) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        body()?;
        times.push(begun.elapsed());
    }
    report(name, times);
    Ok(())
}

fn measure(base: &Path) -> Result<()> {
    let (store, _) = Store::open(OpenOptions::new(base, "cli"))?;
    for id in ["s", "small"] {
        let new = NewSession {
            session_id: id.to_owned(),
            channel_id: "cli".to_owned(),
            created_at: 1,
            model: None,
            title: "A long talk".to_owned(),
            titled: false,
            mode: SessionMode::Ask,
            project_id: None,
        };
        store.write(move |tx| tx.create_session(&new)).wait()?;
    }
    let begun = Instant::now();
    let mut bytes = 0;
    let mut pending = std::collections::VecDeque::new();
    for n in 0..TURNS {
        // In the middle a branch of 100 turns is left behind.
        let parent = match n {
            0 => None,
            n if n == TURNS / 2 => Some(format!("a{}", n - 101)),
            n => Some(format!("a{}", n - 1)),
        };
        let drafts = turn(n, parent.as_deref()).iter().map(EventDraft::of).collect::<std::result::Result<Vec<_>, _>>()?;
        let size: usize = drafts.iter().map(|draft| draft.as_str().len()).sum();
        bytes += size;
        pending.push_back(store.write_sized(size, move |tx| tx.append_session("s", &drafts).map(drop)));
        if pending.len() > 64
            && let Some(first) = pending.pop_front()
        {
            first.wait()?;
        }
    }
    for write in pending {
        write.wait()?;
    }
    println!("{} messages, {:.1} MB of events, written in {:.1} s", 2 * TURNS, bytes as f64 / 1e6, begun.elapsed().as_secs_f64());
    store.close();

    let begun = Instant::now();
    let (store, _) = Store::open(OpenOptions::new(base, "cli"))?;
    println!(
        "home opened in {:.1} ms ({:.1} MB on disk)",
        begun.elapsed().as_secs_f64() * 1e3,
        std::fs::metadata(base.join("axion.db"))?.len() as f64 / 1e6
    );
    let begun = Instant::now();
    let page = store.read(|tx| tx.read_messages("s", PageAt::Latest, 50))?;
    let text = serde_json::to_string(&page)?;
    report(&format!("the last 50 messages, first time ({} KB of JSON)", text.len() / 1000), vec![begun.elapsed()]);
    rounds("the last 50 messages", || Ok(serde_json::to_string(&store.read(|tx| tx.read_messages("s", PageAt::Latest, 50))?)?))?;
    let middle = format!("u{}", TURNS / 2);
    rounds("50 messages before the middle, across the fork", || Ok(store.read(|tx| tx.read_messages("s", PageAt::Before(&middle), 50))?))?;
    rounds("50 messages around the first", || Ok(store.read(|tx| tx.read_messages("s", PageAt::Around("u10"), 50))?))?;
    rounds("the snapshot of the session", || Ok(store.read(|tx| tx.session_snapshot("s"))?))?;
    let side = format!("a{}", TURNS / 2 - 50);
    rounds("the newest tip below a message of another branch", || Ok(store.read(|tx| tx.latest_tip_below("s", &side))?))?;
    rounds("the list of sessions", || Ok(store.read(|tx| tx.list_sessions(false))?))?;
    let begun = Instant::now();
    let mut before: Option<String> = None;
    let mut pages = 0;
    loop {
        let at = before.as_deref().map_or(PageAt::Latest, PageAt::Before);
        before = store.read(|tx| tx.read_messages("s", at, 200))?.before;
        pages += 1;
        if before.is_none() {
            break;
        }
    }
    report(&format!("all of it in {pages} pages of 200"), vec![begun.elapsed()]);
    rounds("search: a rare word, 50 hits", || Ok(store.read(|tx| tx.search_sessions("4711", None, 50))?))?;
    rounds("search: words of every message, 50 hits", || Ok(store.read(|tx| tx.search_sessions("folder approval", None, 50))?))?;
    rounds("search: a word of every message, in one small session", || {
        Ok(store.read(|tx| tx.search_sessions("folder", Some("small"), 50))?)
    })?;
    let mut n = 0;
    rounds("one turn more, durable", || {
        n += 1;
        let parent = if n == 1 { format!("a{}", TURNS - 1) } else { format!("a{}", TURNS + n - 1) };
        let drafts = turn(TURNS + n, Some(&parent)).iter().map(EventDraft::of).collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(store.write(move |tx| tx.append_session("s", &drafts).map(drop)).wait()?)
    })?;
    let last = format!("a{}", TURNS - 1);
    let begun = Instant::now();
    store.write(move |tx| tx.fork_session("s", &last, "copy", 1).map(drop)).wait()?;
    report("forked at the end", vec![begun.elapsed()]);
    let begun = Instant::now();
    store.write(|tx| tx.delete_session("s", 1)).wait()?;
    report("deleted", vec![begun.elapsed()]);
    store.close();
    Ok(())
}
