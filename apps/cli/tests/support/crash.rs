//! What tests of `kill -9` share: moments by a seed, the processes to kill, and a reader that checks what it is shown against what it was shown before.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::Home;

/// A small xorshift: the moments of a failing run can be had again by its seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// Events that a subscriber was shown, by stream, as their texts.
pub type Shown = Arc<Mutex<HashMap<String, Vec<String>>>>;

/// A reader on the control socket; ends when Core is killed, or after an event of the type `last`.
pub fn follow(home: &Home, stream: &str, last: &'static str, shown: &Shown) -> Option<std::thread::JoinHandle<()>> {
    let mut socket = UnixStream::connect(home.path().join("run/control.sock")).ok()?;
    let after = shown.lock().unwrap().get(stream).map_or(0, Vec::len);
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": { "stream": stream, "after": 0 } });
    writeln!(socket, "{request}").ok()?;
    let (stream, shown) = (stream.to_owned(), shown.clone());
    Some(std::thread::spawn(move || {
        let mut seq = 0;
        for line in BufReader::new(socket).lines() {
            // The last line of a killed process may be cut.
            let Some(message) = line.ok().and_then(|line| serde_json::from_str::<Value>(&line).ok()) else { return };
            for event in message["params"]["events"].as_array().into_iter().flatten() {
                seq += 1;
                assert_eq!(event["seq"], seq, "gap-free");
                let mut all = shown.lock().unwrap();
                let events = all.entry(stream.clone()).or_default();
                if seq <= after {
                    assert_eq!(events[seq - 1], event.to_string(), "what was shown stays as it was");
                } else {
                    events.push(event.to_string());
                }
                if event["type"] == last {
                    return;
                }
            }
        }
    }))
}

/// Everything that was ever shown is in the stored stream, at its place; the stored events.
pub fn stored_as_shown(home: &Home, stream: &str, shown: &Shown, seed: u64) -> Vec<Value> {
    let page = home.call("read_stream", &json!({ "stream": stream, "limit": 10_000 })).unwrap();
    let stored = page["events"].as_array().unwrap();
    let seen = shown.lock().unwrap()[stream].clone();
    assert_eq!(stored.iter().map(ToString::to_string).collect::<Vec<_>>(), seen, "seed {seed}: {stream}");
    stored.clone()
}

/// So many crashes, at the moments of this seed.
pub fn wanted(usual: u32) -> (u32, u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    (number("AXION_CRASHES").and_then(|count| u32::try_from(count).ok()).unwrap_or(usual), number("AXION_SEED").unwrap_or(0x5eed_1234))
}

/// The runner of a process: its child that is Node.
pub fn runner_of(core: u32) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{core}/task/{core}/children")).unwrap_or_default();
    let tasks = std::fs::read_dir(format!("/proc/{core}/task")).ok()?.flatten();
    let all: Vec<u32> = tasks
        .flat_map(|task| {
            std::fs::read_to_string(task.path().join("children"))
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .chain(children.split_whitespace().map(str::to_owned))
        .filter_map(|pid| pid.parse().ok())
        .collect();
    all.into_iter().find(|pid| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("runner.mjs")))
}

pub fn kill(pid: u32) {
    std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
}
