//! Makes a home with a session of 10,000 messages and 50 MB, as an agent would have written it, for benches of whole applications:
//! `cargo run --release -p axion-store --example session_home -- HOME`. Session `long` is that one, `small` another to come from.
//! How fast the store itself is with such a session: `session_speed`.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt::Write as _;

use axion_store::{EventDraft, NewSession, OpenOptions, SessionMode, Store};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const TURNS: u64 = 5_000;
/// Of text and results in one turn: 5,000 of them are 50 MB.
const TURN_BYTES: usize = 10_000;
const BEGIN_MS: u64 = 1_790_000_000_000;
/// Writes that are on their way at a time.
const AHEAD: usize = 64;

fn main() -> Result<()> {
    let home = std::env::args().nth(1).ok_or("Which folder? session_home -- HOME")?;
    let (store, _) = Store::open(OpenOptions::new(home, "cli"))?;
    let mut bytes = 0;
    for (id, title, turns) in [("long", "A long talk", TURNS), ("small", "A small talk", 1)] {
        let new = NewSession {
            session_id: id.to_owned(),
            channel_id: "web".to_owned(),
            created_at: BEGIN_MS,
            model: None,
            title: title.to_owned(),
            titled: true,
            mode: SessionMode::Ask,
            project_id: None,
        };
        store.write(move |tx| tx.create_session(&new)).wait()?;
        let mut pending = VecDeque::new();
        for n in 0..turns {
            let drafts = turn(id, n, n + 1 == turns).iter().map(EventDraft::of).collect::<std::result::Result<Vec<_>, _>>()?;
            let size: usize = drafts.iter().map(|draft| draft.as_str().len()).sum();
            bytes += size;
            pending.push_back(store.write_sized(size, move |tx| tx.append_session(id, &drafts).map(drop)));
            if pending.len() > AHEAD
                && let Some(first) = pending.pop_front()
            {
                first.wait()?;
            }
        }
        for write in pending {
            write.wait()?;
        }
    }
    store.close();
    println!("{}", json!({"messages": 2 * TURNS, "bytes": bytes}));
    Ok(())
}

fn words(seed: u64, bytes: usize) -> String {
    const WORDS: [&str; 12] = ["graph", "folder", "reads", "the", "of", "writes", "a", "file", "before", "approval", "node", "stream"];
    let mut text = String::with_capacity(bytes + 16);
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    while text.len() < bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(WORDS[(state >> 33) as usize % WORDS.len()]);
        text.push(' ');
    }
    text.truncate(text.trim_end().len());
    text
}

/// An answer of about `bytes`: paragraphs, a list, code, a table.
fn answer(seed: u64, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 1_000);
    let mut part = seed * 1_000;
    while text.len() < bytes {
        part += 1;
        let said = words(part, 360);
        let _ = match part % 5 {
            0 => write!(text, "## {}\n\n", &said[..30]),
            1 => write!(text, "- **{}**\n- {}\n- `{}`\n\n", &said[..80], &said[80..160], &said[160..200]),
            2 => write!(text, "```js\nconst a = \"{}\";\nlet b = {part};\n```\n\n", &said[..60]),
            3 => write!(text, "| a | b |\n| --- | ---: |\n| {} | {part} |\n| {} | 2 |\n\n", &said[..40], &said[40..80]),
            _ => write!(text, "{said}\n\n"),
        };
    }
    text
}

fn turn(session: &str, n: u64, last: bool) -> Vec<Value> {
    let ts = BEGIN_MS + n * 1_000;
    let (user, message, id, call) =
        (format!("{session}-u{n}"), format!("{session}-a{n}"), format!("{session}-t{n}"), format!("{session}-c{n}"));
    let mut said = json!({"type": "message-added", "ts": ts, "messageId": user, "parts": [{"type": "text", "text": format!("Question {n}: {}", words(n, 80))}], "channelId": "web"});
    if n > 0 {
        said["parentId"] = format!("{session}-a{}", n - 1).into();
    }
    let half = TURN_BYTES / 2;
    // What the bench looks for when it opens the session.
    let end = if last { format!("\n\nThe last words of {session}.") } else { String::new() };
    vec![
        said,
        json!({"type": "turn-started", "ts": ts, "turnId": id, "messageId": message, "parentId": user, "model": "demo/demo", "provider": "demo", "mode": "ask"}),
        json!({"type": "tool-called", "ts": ts, "turnId": id, "messageId": message, "part": 0, "callId": call, "tool": "read_file", "title": "Read notes.txt", "arguments": {"path": "notes.txt"},
            "safety": {"readOnly": true, "destructive": false, "idempotent": true}}),
        json!({"type": "tool-finished", "ts": ts, "turnId": id, "callId": call, "state": "succeeded", "ms": 2, "output": {"type": "inline", "value": {"text": words(n * 13, half)}}}),
        json!({"type": "text-added", "ts": ts, "turnId": id, "messageId": message, "part": 1, "kind": "text", "offset": 0, "text": format!("{}{end}", answer(n, half))}),
        json!({"type": "turn-finished", "ts": ts, "turnId": id, "messageId": message, "state": "succeeded", "ms": 900, "usage": {"inputTokens": 100, "outputTokens": 900}}),
    ]
}
