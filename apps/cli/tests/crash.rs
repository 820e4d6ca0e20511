//! `kill -9` of Core and of the runner at random moments during runs with effects: no acknowledged event is lost, no
//! finished effect is repeated. Effects are lines in a real file; a line that is there twice was done twice.
//!
//! `AXION_CRASHES=200` sets how often, `AXION_SEED` the moments.
#![cfg(target_os = "linux")]

mod support;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Home, Served, can_run, graph, with_slot};

/// Appends per run; each takes a moment, so that a kill falls into the middle.
const ITEMS: usize = 60;

/// A small xorshift: the moments of a failing run can be had again by its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// Events that a subscriber was shown, by run, as their texts.
type Shown = Arc<Mutex<HashMap<String, Vec<String>>>>;

/// A reader on the control socket; ends when Core is killed.
fn follow(home: &Home, run_id: &str, shown: &Shown) -> Option<std::thread::JoinHandle<()>> {
    let mut socket = UnixStream::connect(home.path().join("run/control.sock")).ok()?;
    let after = shown.lock().unwrap().get(run_id).map_or(0, Vec::len);
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": { "stream": format!("run:{run_id}"), "after": 0 } });
    writeln!(socket, "{request}").ok()?;
    let (run_id, shown) = (run_id.to_owned(), shown.clone());
    Some(std::thread::spawn(move || {
        let mut seq = 0;
        for line in BufReader::new(socket).lines() {
            // The last line of a killed process may be cut.
            let Some(message) = line.ok().and_then(|line| serde_json::from_str::<Value>(&line).ok()) else { return };
            for event in message["params"]["events"].as_array().into_iter().flatten() {
                seq += 1;
                assert_eq!(event["seq"], seq, "gap-free");
                let mut all = shown.lock().unwrap();
                let events = all.entry(run_id.clone()).or_default();
                if seq <= after {
                    assert_eq!(events[seq - 1], event.to_string(), "what was shown stays as it was");
                } else {
                    events.push(event.to_string());
                }
                if event["type"] == "run-finished" {
                    return;
                }
            }
        }
    }))
}

/// The runner of a process: its child that is Node.
fn runner_of(core: u32) -> Option<u32> {
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

fn kill(pid: u32) {
    std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
}

fn document() -> Value {
    let items: Vec<String> = (0..ITEMS).map(|n| format!("item-{n}\n")).collect();
    let graph = graph(
        &[
            json!(["list", "constant", { "value": items }]),
            json!(["each", "for-each", { "concurrency": 3 }]),
            json!(["pause", "wait", { "mode": "for", "seconds": 0.01 }, "each"]),
            json!(["write", "file.write", { "slot": "out", "path": "lines.txt", "mode": "append", "onUnknown": "skip" }, "each"]),
        ],
        &["list.value > each.items", "each.item > pause.value", "pause.value > write.text"],
    );
    with_slot(graph, "out", "rw")
}

/// What the file holds against what the journal says.
fn compare(folder: &Path, events: &[Value]) -> usize {
    let text = std::fs::read_to_string(folder.join("lines.txt")).unwrap_or_default();
    let mut lines: HashMap<String, usize> = HashMap::new();
    for line in text.lines() {
        *lines.entry(line.to_owned()).or_default() += 1;
    }
    for (line, count) in &lines {
        assert_eq!(*count, 1, "{line} was written {count} times");
    }
    let mut finished = 0;
    for event in events.iter().filter(|event| event["type"] == "step-finished" && event["node"] == "write" && event["state"] == "succeeded")
    {
        let item = event["scope"].as_str().unwrap().rsplit(':').next().unwrap();
        assert_eq!(lines.get(&format!("item-{item}")), Some(&1), "the finished step {item} wrote its line");
        finished += 1;
    }
    finished
}

#[test]
fn no_acknowledged_event_is_lost_and_no_finished_effect_is_repeated() {
    if !can_run() {
        return;
    }
    let wanted: u32 = std::env::var("AXION_CRASHES").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let seed = std::env::var("AXION_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x5eed_1234_u64);
    let mut dice = Dice(seed.max(1));
    let home = Home::new();
    let shown: Shown = Arc::default();
    let (mut crashes, mut runs, mut of_core, mut written, mut unknown) = (0, 0, 0, 0, 0);
    let mut served = Served::start(&home);
    while crashes < wanted {
        runs += 1;
        let run_id = format!("run{runs}");
        let folder = home.work().join(&run_id);
        std::fs::create_dir(&folder).unwrap();
        let start = json!({ "runId": run_id, "document": document(), "runner": "process", "grants": [{ "slot": "out", "path": folder, "access": "rw" }] });
        home.call("start_run", &start).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let mut reader = follow(&home, &run_id, &shown);
        let since = Instant::now();
        loop {
            let ended = shown
                .lock()
                .unwrap()
                .get(&run_id)
                .and_then(|events| events.last().cloned())
                .is_some_and(|last| last.contains("\"run-finished\""));
            if ended {
                break;
            }
            assert!(
                since.elapsed() < Duration::from_secs(120),
                "seed {seed}: {run_id} does not end: {:?}",
                home.call("get_run", &json!({ "runId": run_id }))
            );
            std::thread::sleep(Duration::from_millis(dice.below(320)));
            if crashes >= wanted {
                continue;
            }
            if dice.below(2) == 0 {
                served.kill();
                of_core += 1;
                if let Some(reader) = reader.take() {
                    reader.join().unwrap();
                }
                served = Served::start(&home);
                reader = follow(&home, &run_id, &shown);
            } else if let Some(pid) = runner_of(served.child.id()) {
                kill(pid);
            } else {
                continue;
            }
            crashes += 1;
        }
        if let Some(reader) = reader {
            reader.join().unwrap();
        }
        // Everything that was ever shown is in the stored stream, at its place.
        let page = home.call("read_stream", &json!({ "stream": format!("run:{run_id}"), "limit": 10_000 })).unwrap();
        let stored = page["events"].as_array().unwrap();
        let seen = shown.lock().unwrap()[&run_id].clone();
        assert_eq!(stored.iter().map(ToString::to_string).collect::<Vec<_>>(), seen, "seed {seed}: {run_id}");
        assert_eq!(stored.last().unwrap()["type"], "run-finished");
        assert_ne!(stored.last().unwrap()["state"], "cancelled");
        written += compare(&folder, stored);
        unknown += stored
            .iter()
            .filter(|event| event["error"]["outcomeUnknown"] == true || event["reason"].as_str().is_some_and(|why| why.contains("unknown")))
            .count();
    }
    println!(
        "{crashes} crashes ({of_core} of Core) in {runs} runs: {written} finished effects, each done once; {unknown} outcomes reported as unknown; seed {seed}"
    );
}
