//! `kill -9` at random moments while a process appends: what it was told is on disk is there, and no seq is missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use axion_store::{OpenError, OpenOptions, RunUpdate, StepCounts, Store, StreamName, holder_of};
use support::{Random, draft, new_run, open, write};

const HOME: &str = "AXION_STORE_TEST_HOME";
const KILLS: u64 = 60;

/// Not a test by itself: the process that is killed. Tells each acknowledged head on a line of its own.
#[test]
fn child() {
    let Ok(home) = std::env::var(HOME) else { return };
    let (store, report) = Store::open(OpenOptions::new(&home, "serve")).expect("the child opens the home");
    assert_eq!(report.recovery, None);
    write(&store, |tx| tx.insert_run(&new_run("r"))).unwrap();
    let stream = StreamName::run("r");
    let (_, mut sent) = store.read(|tx| tx.stream_head(&stream)).unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "acknowledged {sent}").unwrap();
    let mut unanswered = std::collections::VecDeque::new();
    for round in 0_u64.. {
        let size = [1, 256, 3, 40][round as usize % 4];
        let drafts: Vec<_> =
            (1..=size).map(|n| draft(&format!("{{\"type\":\"log\",\"n\":{},\"text\":\"some text that takes room\"}}", sent + n))).collect();
        sent += size;
        let (stream, total) = (stream.clone(), sent);
        unanswered.push_back(store.write(move |tx| {
            let head = tx.append(&stream, &drafts)?.head;
            tx.update_run("r", &RunUpdate { steps: Some(StepCounts { total, ..StepCounts::default() }), ..RunUpdate::default() }, 1)?;
            Ok(head)
        }));
        if unanswered.len() == 4 {
            writeln!(out, "acknowledged {}", unanswered.pop_front().unwrap().wait().unwrap()).unwrap();
        }
    }
}

fn spawn(home: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(HOME, home)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

fn acknowledged(line: &str) -> Option<u64> {
    // The test harness may write its own words on the first line.
    line.split("acknowledged ").nth(1)?.trim().parse().ok()
}

fn first_acknowledgement(out: &mut BufReader<ChildStdout>) -> u64 {
    let mut line = String::new();
    while out.read_line(&mut line).unwrap() > 0 {
        if let Some(head) = acknowledged(&line) {
            return head;
        }
        line.clear();
    }
    panic!("the child ended before it was killed");
}

#[test]
fn nothing_acknowledged_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos() as u64 | 1;
    println!("seed {seed}");
    let mut random = Random(seed);
    let (mut verified, mut kills_with_work) = (0, 0);
    for kill in 0..KILLS {
        let (mut child, mut out) = spawn(dir.path());
        let mut last = 0;
        // Some are killed while they open, most while they write.
        if kill % 10 != 9 {
            last = first_acknowledgement(&mut out);
        }
        std::thread::sleep(Duration::from_micros(random.below(40_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        // A line that was cut off by the kill was not told.
        let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
        last = whole.lines().filter_map(acknowledged).next_back().unwrap_or(last).max(last);
        kills_with_work += u64::from(last > verified);

        let store = open(dir.path());
        let stream = StreamName::run("r");
        let Ok((_, head)) = store.read(|tx| tx.stream_head(&stream)) else {
            assert_eq!(last, 0);
            continue;
        };
        assert!(head >= last, "kill {kill}: {last} was acknowledged, {head} is there");
        while verified < head {
            let page = store.read_stream(&stream, verified, 10_000).unwrap();
            for event in page.events.iter() {
                verified += 1;
                assert!(
                    event.starts_with(&format!("{{\"runId\":\"r\",\"seq\":{verified},\"type\":\"log\",\"n\":{verified},")),
                    "kill {kill}: {event}"
                );
            }
        }
        assert_eq!(store.read(|tx| tx.get_run("r")).unwrap().steps.total, head, "kill {kill}: a row and its events are one");
        if kill % 3 == 0 {
            store.close();
        }
        // Otherwise dropping closes it.
    }
    assert!(kills_with_work > KILLS / 2, "only {kills_with_work} kills hit a process at work");
}

#[test]
fn a_second_process_is_told_who_holds_the_home() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(holder_of(dir.path()).unwrap(), None);
    let (mut child, mut out) = spawn(dir.path());
    first_acknowledgement(&mut out);
    let Err(OpenError::HomeInUse { holder: Some(holder), .. }) = Store::open(OpenOptions::new(dir.path(), "cli")) else {
        panic!("two processes opened one home")
    };
    assert_eq!((holder.pid, holder.shell.as_str()), (child.id(), "serve"));
    assert_eq!(holder_of(dir.path()).unwrap(), Some(holder));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(holder_of(dir.path()).unwrap(), None, "a killed process leaves no lock");
    open(dir.path()).close();
}
