//! `kill -9` of Core and of the runner at random moments while an agent answers: no acknowledged event is lost, nothing that was finished is done
//! again. The effects are counted in files: a graph that the agent runs appends a line, an edit adds one mark to a line.
//!
//! `AXION_CRASHES=20` sets how often, `AXION_SEED` the moments.
#![cfg(target_os = "linux")]

mod support;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::crash::{Dice, Shown, follow, kill, runner_of, stored_as_shown, wanted};
use support::{Home, Served, can_run, graph, with_slot};

const MARK: &str = "(seen by the demo agent)";
/// Longest that one answer may take with all its crashes.
const PATIENCE: Duration = Duration::from_secs(180);

/// Appends a line with the number that it is given.
fn prepare(home: &Home) {
    let document = with_slot(
        graph(
            &[
                json!(["in", "start", { "fields": [{ "name": "n", "type": "number" }] }]),
                json!(["line", "map", { "expression": "text(value) + \"\\n\"" }]),
                json!(["write", "file.write", { "slot": "out", "path": "lines.txt", "mode": "append", "onUnknown": "skip" }]),
            ],
            &["in.n > line.value", "line.value > write.text"],
        ),
        "out",
        "rw",
    );
    let out = home.work().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::create_dir(home.work().join("notes")).unwrap();
    home.write("notes/note.md", "Title\nA note.\n");
    home.call("import_graph", &json!({ "graphId": "append", "name": "Append", "text": document.to_string() })).unwrap();
    home.call("set_grant", &json!({ "grantId": "g-out", "graphId": "append", "slot": "out", "path": out, "access": "rw" })).unwrap();
    home.call("create_session", &json!({ "sessionId": "s", "model": "demo", "mode": "accept-edits" })).unwrap();
    let folder = json!({ "sessionId": "s", "folderId": "notes", "path": home.work().join("notes"), "access": "rw" });
    home.call("set_session_folder", &folder).unwrap();
}

/// Sends it, also to a Core that is only just there; sent twice it is one message.
fn send(home: &Home, number: u32, text: &str) {
    let params = json!({ "sessionId": "s", "content": text, "messageId": format!("m{number}"), "follow": false });
    home.call("send_message_streaming", &params).unwrap_or_else(|error| panic!("{text}: {error}"));
}

/// What waits for the person is allowed; what nobody can know is left.
fn answer(home: &Home) {
    let snapshot = home.call("get_session_snapshot", &json!({ "sessionId": "s" })).unwrap();
    for request in snapshot["requests"].as_array().unwrap() {
        let option = match request["kind"].as_str().unwrap() {
            "approval" => "allow",
            "guard" => "go-on",
            "unknown-outcome" => "leave",
            other => panic!("nobody asked for {other}: {request}"),
        };
        // Whoever was faster, a cancel or a crash, has the last word.
        let _ =
            home.call("answer_request", &json!({ "sessionId": "s", "requestId": request["requestId"], "answer": { "option": option } }));
    }
}

/// Finished calls by their id, and how often each effect was finished.
struct Told {
    appended: HashSet<u64>,
    edited: usize,
    doubtful: usize,
    failed: usize,
}

fn told(stored: &[Value]) -> Told {
    let mut told = Told { appended: HashSet::new(), edited: 0, doubtful: 0, failed: 0 };
    let mut calls: HashMap<&str, &Value> = HashMap::new();
    let mut ended: HashSet<&str> = HashSet::new();
    let (mut open, mut text) = (0, HashMap::<(&str, u64), u64>::new());
    for event in stored {
        match event["type"].as_str().unwrap() {
            "turn-started" => open += 1,
            "turn-finished" => {
                open -= 1;
                told.failed += usize::from(event["state"] != "succeeded");
                // What was done too often without progress is given up and says so; nothing else may go wrong.
                assert!(event["state"] == "succeeded" || event["error"]["code"] == "runner_lost", "{event}");
            }
            "text-added" => {
                let at = text.entry((event["messageId"].as_str().unwrap(), event["part"].as_u64().unwrap())).or_default();
                assert_eq!(event["offset"].as_u64(), Some(*at), "text is told once and without a gap: {event}");
                *at += event["text"].as_str().unwrap().encode_utf16().count() as u64;
            }
            "tool-called" => assert!(calls.insert(event["callId"].as_str().unwrap(), event).is_none(), "called twice: {event}"),
            "tool-finished" => {
                let id = event["callId"].as_str().unwrap();
                assert!(ended.insert(id), "ended twice: {event}");
                let call = calls[id];
                let fine = event["state"] == "succeeded";
                match call["tool"].as_str().unwrap() {
                    "run_graph" if fine => assert!(told.appended.insert(call["arguments"]["input"]["n"].as_u64().unwrap()), "{call}"),
                    "edit_file" if fine => told.edited += 1,
                    "run_graph" | "edit_file" => told.doubtful += 1,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    assert_eq!(open, 0, "each answer has ended");
    assert!(calls.keys().all(|id| ended.contains(id)), "each call has ended");
    told
}

#[test]
fn no_acknowledged_event_of_an_answer_is_lost_and_nothing_is_done_twice() {
    if !can_run() {
        return;
    }
    let (wanted, seed) = wanted(100);
    let mut dice = Dice::new(seed);
    let home = Home::new();
    prepare(&home);
    let shown: Shown = Arc::default();
    let stream = "session:s";
    let (mut crashes, mut of_core, mut turns) = (0, 0, 0);
    let mut served = Served::start(&home);
    let mut reader = follow(&home, stream, "never", &shown);
    while crashes < wanted {
        turns += 1;
        let text = if turns % 2 == 0 { "edit".to_owned() } else { format!("graph append {{\"n\": {turns}}}") };
        send(&home, turns, &text);
        let since = Instant::now();
        let ends = |shown: &Shown| {
            shown.lock().unwrap().get(stream).map_or(0, |all| all.iter().filter(|event| event.contains("\"turn-finished\"")).count())
        };
        while ends(&shown) < turns as usize {
            assert!(
                since.elapsed() < PATIENCE,
                "seed {seed}: answer {turns} does not end: {:?}",
                home.call("get_session_snapshot", &json!({ "sessionId": "s" }))
            );
            std::thread::sleep(Duration::from_millis(dice.below(900)));
            answer(&home);
            if dice.below(3) == 0 || crashes >= wanted {
                continue;
            }
            std::thread::sleep(Duration::from_millis(dice.below(120)));
            if dice.below(2) == 0 {
                served.kill();
                (of_core, crashes) = (of_core + 1, crashes + 1);
                if let Some(reader) = reader.take() {
                    reader.join().unwrap();
                }
                served = Served::start(&home);
                reader = follow(&home, stream, "never", &shown);
            } else if let Some(pid) = runner_of(served.child.id()) {
                kill(pid);
                crashes += 1;
            }
        }
    }
    // The reader has everything when it has the last event that there is.
    let head = home.call("get_session_snapshot", &json!({ "sessionId": "s" })).unwrap()["head"].as_u64().unwrap() as usize;
    let since = Instant::now();
    while shown.lock().unwrap()[stream].len() < head {
        assert!(since.elapsed() < Duration::from_secs(30), "seed {seed}: the reader was not shown all of {head} events");
        std::thread::sleep(Duration::from_millis(20));
    }
    let stored = stored_as_shown(&home, stream, &shown, seed);
    let told = told(&stored);

    let text = std::fs::read_to_string(home.work().join("out/lines.txt")).unwrap_or_default();
    let lines: Vec<u64> = text.lines().map(|line| line.parse().unwrap()).collect();
    let once: HashSet<u64> = lines.iter().copied().collect();
    assert_eq!(once.len(), lines.len(), "seed {seed}: a line was appended twice: {lines:?}");
    assert!(told.appended.is_subset(&once), "seed {seed}: {:?} finished, {once:?} written", told.appended);
    let marks = std::fs::read_to_string(home.work().join("notes/note.md")).unwrap().matches(MARK).count();
    assert!(
        marks >= told.edited && marks <= told.edited + told.doubtful,
        "seed {seed}: {marks} marks, {} edits finished, {} in doubt",
        told.edited,
        told.doubtful
    );
    assert!(told.failed * 4 <= turns as usize, "seed {seed}: {} of {turns} answers were given up", told.failed);

    // The transcript is what the stream says, and each message was answered once.
    let messages = home.call("get_messages", &json!({ "sessionId": "s" })).unwrap();
    assert_eq!(messages.as_array().unwrap().len(), 2 * turns as usize, "seed {seed}");
    drop(served);
    println!(
        "{crashes} crashes ({of_core} of Core) in {turns} answers: {} runs and {} edits finished, each done once; {} calls in doubt or refused, {} answers given up; seed {seed}",
        told.appended.len(),
        told.edited,
        told.doubtful,
        told.failed
    );
}
