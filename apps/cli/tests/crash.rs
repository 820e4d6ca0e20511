//! `kill -9` of Core and of the runner at random moments during runs with effects: no acknowledged event is lost, no
//! finished effect is repeated. Effects are lines in a real file; a line that is there twice was done twice.
//!
//! `AXION_CRASHES=20` sets how often, `AXION_SEED` the moments.
#![cfg(target_os = "linux")]

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::crash::{Dice, Shown, follow, kill, runner_of, stored_as_shown, wanted};
use support::{Home, Served, can_run, graph, with_slot};

/// Appends per run; each takes a moment, so that a kill falls into the middle.
const ITEMS: usize = 60;

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
    let (wanted, seed) = wanted(200);
    let mut dice = Dice::new(seed);
    let home = Home::new();
    let shown: Shown = Arc::default();
    let (mut crashes, mut runs, mut of_core, mut written, mut unknown) = (0, 0, 0, 0, 0);
    let mut served = Served::start(&home);
    while crashes < wanted {
        runs += 1;
        let run_id = format!("run{runs}");
        let stream = format!("run:{run_id}");
        let folder = home.work().join(&run_id);
        std::fs::create_dir(&folder).unwrap();
        let start = json!({ "runId": run_id, "document": document(), "runner": "process", "grants": [{ "slot": "out", "path": folder, "access": "rw" }] });
        home.call("start_run", &start).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let mut reader = follow(&home, &stream, "run-finished", &shown);
        let since = Instant::now();
        loop {
            let ended = shown
                .lock()
                .unwrap()
                .get(&stream)
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
                reader = follow(&home, &stream, "run-finished", &shown);
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
        let stored = stored_as_shown(&home, &stream, &shown, seed);
        assert_eq!(stored.last().unwrap()["type"], "run-finished");
        assert_ne!(stored.last().unwrap()["state"], "cancelled");
        written += compare(&folder, &stored);
        unknown += stored
            .iter()
            .filter(|event| event["error"]["outcomeUnknown"] == true || event["reason"].as_str().is_some_and(|why| why.contains("unknown")))
            .count();
    }
    println!(
        "{crashes} crashes ({of_core} of Core) in {runs} runs: {written} finished effects, each done once; {unknown} outcomes reported as unknown; seed {seed}"
    );
}
