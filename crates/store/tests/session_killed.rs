//! `kill -9` at random moments while turns are written: no acknowledged event is lost, and rows and stream are still one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "support/agreement.rs"]
mod agreement;
#[path = "support/session.rs"]
mod session;
mod support;
#[path = "support/talk.rs"]
mod talk;
#[path = "support/transcript.rs"]
mod transcript;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use axion_store::{EventDraft, OpenOptions, Store, StreamName};
use session::Author;
use support::{Random, open, write};
use talk::new_session;

const HOME: &str = "AXION_STORE_TEST_SESSION_HOME";
const SESSION: &str = "AXION_STORE_TEST_SESSION";
const KILLS: u64 = 50;
/// A session goes on through so many kills.
const KILLS_OF_ONE: u64 = 8;

/// Not a test by itself: the process that is killed. What the author has written before is known from the stream's head.
#[test]
fn child() {
    let (Ok(home), Ok(id)) = (std::env::var(HOME), std::env::var(SESSION)) else { return };
    let (store, report) = Store::open(OpenOptions::new(&home, "serve")).expect("the child opens the home");
    assert_eq!(report.recovery, None);
    let new = new_session(&id);
    write(&store, move |tx| tx.create_session(&new)).unwrap();
    let (_, mut head) = store.read(|tx| tx.stream_head(&StreamName::session(&id))).unwrap();
    let mut author = Author::new(id.len() as u64 * 31 + u64::from(id.as_bytes()[id.len() - 1]));
    for _ in 1..head {
        author.next();
    }
    let mut out = std::io::stdout();
    writeln!(out, "acknowledged {head}").unwrap();
    let mut unanswered = std::collections::VecDeque::new();
    for round in 0_usize.. {
        let drafts: Vec<EventDraft> = (0..[1, 7, 3, 12][round % 4]).map(|_| EventDraft::of(&author.next()).unwrap()).collect();
        head += drafts.len() as u64;
        let (id, expected) = (id.clone(), head);
        unanswered.push_back(store.write(move |tx| {
            let appended = tx.append_session(&id, &drafts)?.0;
            assert_eq!(appended.head, expected);
            Ok(appended.head)
        }));
        if unanswered.len() == 2 {
            writeln!(out, "acknowledged {}", unanswered.pop_front().unwrap().wait().unwrap()).unwrap();
        }
    }
}

fn acknowledged(line: &str) -> Option<u64> {
    // The test harness may write its own words on the first line.
    line.split("acknowledged ").nth(1)?.trim().parse().ok()
}

fn spawn(home: &std::path::Path, session: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(HOME, home)
        .env(SESSION, session)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

#[test]
fn a_killed_turn_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos() as u64 | 1;
    println!("seed {seed}");
    let mut random = Random(seed);
    let (mut kills_with_work, mut open_turns, mut before) = (0, 0, (String::new(), 0));
    for kill in 0..KILLS {
        let id = format!("s{}", kill / KILLS_OF_ONE);
        let (mut child, mut out) = spawn(dir.path(), &id);
        let mut last = 0;
        let mut line = String::new();
        // Some are killed while they open, most while they write.
        while kill % 10 != 9 && last == 0 && out.read_line(&mut line).unwrap() > 0 {
            last = acknowledged(&line).unwrap_or(0);
            line.clear();
        }
        std::thread::sleep(Duration::from_micros(random.below(40_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        // A line that was cut off by the kill was not told.
        let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
        last = whole.lines().filter_map(acknowledged).next_back().unwrap_or(last).max(last);

        let store = open(dir.path());
        let Ok((_, head)) = store.read(|tx| tx.stream_head(&StreamName::session(&id))) else {
            assert_eq!(last, 0);
            continue;
        };
        assert!(head >= last, "kill {kill}: {last} was acknowledged, {head} is there");
        kills_with_work += u64::from(before.0 != id || head > before.1);
        agreement::agrees(&store, &id);
        if let Some(turn) = store.read(|tx| tx.open_turn(&id)).unwrap() {
            open_turns += 1;
            assert!(store.read(|tx| tx.open_turns()).unwrap().iter().any(|open| open.turn_id == turn.turn_id));
            let journal = store.read(|tx| tx.turn_journal(&id, &turn.turn_id)).unwrap();
            assert!(journal.len() as u64 <= head - turn.first_seq);
        }
        before = (id, head);
        if kill % 3 == 0 {
            store.close();
        }
    }
    assert!(kills_with_work > KILLS / 2 && open_turns > 0, "only {kills_with_work} kills hit a process at work, {open_turns} in a turn");
}
