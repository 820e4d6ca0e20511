//! How fast events become durable: 100,000 events of about 120 bytes in groups of 256, at most four groups unanswered, as
//! the runner sends them. Then the same load on plain tables, to compare a row per event with a row per group.
//!
//! `cargo run --release -p axion-store --example append_speed -- [DIR]` (DIR on the disk to be measured).

use std::collections::VecDeque;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use axion_store::{EventDraft, NewRun, OpenOptions, StepCounts, Store, StreamName};
use rusqlite::{Connection, params};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const EVENTS: usize = 100_000;
const GROUP: usize = 256;
const UNANSWERED: usize = 4;
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let base =
        std::env::args().nth(1).map_or_else(std::env::temp_dir, Into::into).join(format!("axion-append-speed-{}", std::process::id()));
    std::fs::create_dir_all(&base)?;
    let result = measure(&base);
    std::fs::remove_dir_all(&base)?;
    result
}

fn measure(base: &Path) -> Result<()> {
    println!("{EVENTS} events of {} bytes, groups of {GROUP}, {UNANSWERED} unanswered; median of {ROUNDS}", event(12_345).len());
    println!("{:<52} {:>9} {:>12} {:>9}", "", "append", "tail of 500", "bytes");
    store(base)?;
    for (name, layout) in [
        ("plain: row per event, WITHOUT ROWID", Layout::Event),
        ("plain: row per group, WITHOUT ROWID", Layout::Group),
        ("plain: row per group, rowid and unique index", Layout::GroupIndex),
        ("plain: row per group, stream and seq in the rowid", Layout::GroupRowid),
    ] {
        plain(base, name, layout)?;
    }
    Ok(())
}

fn event(n: usize) -> String {
    format!(
        r#"{{"type":"step-finished","ts":1763700000000,"node":"n{n:06}","state":"succeeded","ms":0.01,"outputs":{{"out":{{"type":"inline","value":{n}}}}}}}"#
    )
}

fn row(name: &str, mut append: Vec<Duration>, tail: Duration, bytes: u64) {
    append.sort();
    println!("{name:<52} {:>7.1}ms {:>10.3}ms {bytes:>9}", append[append.len() / 2].as_secs_f64() * 1e3, tail.as_secs_f64() * 1e3);
}

fn store(base: &Path) -> Result<()> {
    let home = base.join("store");
    let (store, _) = Store::open(OpenOptions::new(&home, "cli"))?;
    let (mut parsed, mut times, mut single) = (Vec::new(), Vec::new(), Vec::new());
    let mut tail = Duration::MAX;
    for round in 0..ROUNDS {
        let run_id = format!("run{round}");
        let new = new_run(&run_id)?;
        store.write(move |tx| tx.insert_run(&new)).wait()?;
        let stream = StreamName::run(&run_id);
        let begun = Instant::now();
        let groups = (0..EVENTS)
            .step_by(GROUP)
            .map(|start| (start..EVENTS.min(start + GROUP)).map(|n| EventDraft::new(event(n))).collect::<std::result::Result<Vec<_>, _>>())
            .collect::<std::result::Result<Vec<_>, _>>()?;
        parsed.push(begun.elapsed());
        let begun = Instant::now();
        let mut unanswered = VecDeque::new();
        for group in groups {
            if unanswered.len() == UNANSWERED
                && let Some(first) = unanswered.pop_front()
            {
                let first: axion_store::Pending<axion_store::Appended> = first;
                first.wait()?;
            }
            unanswered.push_back(store.append(&stream, group));
        }
        for last in unanswered {
            last.wait()?;
        }
        times.push(begun.elapsed());
        let begun = Instant::now();
        let page = store.read_stream(&stream, (EVENTS - 500) as u64, 500)?;
        tail = tail.min(begun.elapsed());
        assert_eq!((page.events.len(), page.head), (500, EVENTS as u64));
        for n in 0..20 {
            let begun = Instant::now();
            store.append(&stream, vec![EventDraft::new(event(n))?]).wait()?;
            single.push(begun.elapsed());
        }
    }
    parsed.sort();
    single.sort();
    let bytes = std::fs::metadata(home.join("axion.db"))?.len() + std::fs::metadata(home.join("axion.db-wal"))?.len();
    row("store: append", times, tail, bytes);
    println!(
        "   making and checking the drafts: {:.1}ms; one event alone, until durable: {:.3}ms",
        parsed[ROUNDS / 2].as_secs_f64() * 1e3,
        single[single.len() / 2].as_secs_f64() * 1e3
    );
    let begun = Instant::now();
    let (mut after, mut read) = (0, 0);
    while after < EVENTS as u64 {
        let page = store.read_stream(&StreamName::run("run0"), after, 10_000)?;
        read += page.events.bytes();
        after = page.events.last_seq();
    }
    println!("   reading all of a journal: {:.1}ms ({read} bytes)", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    store.close();
    println!("   closing, with a backup: {:.1}ms", begun.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

fn new_run(run_id: &str) -> Result<NewRun> {
    let json = |text: &str| serde_json::value::RawValue::from_string(text.to_owned());
    Ok(NewRun {
        run_id: run_id.to_owned(),
        graph_id: None,
        graph_name: "Speed".to_owned(),
        graph_hash: "0".repeat(64),
        layout_hash: None,
        started_by: "cli".to_owned(),
        created_at: 1,
        steps: StepCounts::default(),
        input: json("null")?,
        grants: json("[]")?,
        options: json("{}")?,
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Event,
    Group,
    GroupIndex,
    GroupRowid,
}

/// One thread, one transaction per four groups, FULL: the table alone.
fn plain(base: &Path, name: &str, layout: Layout) -> Result<()> {
    let path = base.join("plain.db");
    let (mut times, mut tail) = (Vec::new(), Duration::MAX);
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
        }
        let conn = Connection::open(&path)?;
        conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")?;
        conn.execute_batch(match layout {
            Layout::Event => "CREATE TABLE t (stream INTEGER, seq INTEGER, body TEXT, PRIMARY KEY (stream, seq)) WITHOUT ROWID",
            Layout::Group => "CREATE TABLE t (stream INTEGER, seq INTEGER, body TEXT, PRIMARY KEY (stream, seq)) WITHOUT ROWID",
            Layout::GroupIndex => "CREATE TABLE t (stream INTEGER, seq INTEGER, body TEXT, PRIMARY KEY (stream, seq))",
            Layout::GroupRowid => "CREATE TABLE t (stream INTEGER, seq INTEGER PRIMARY KEY, body TEXT)",
        })?;
        let events: Vec<String> = (0..EVENTS).map(event).collect();
        let begun = Instant::now();
        for four in events.chunks(GROUP * UNANSWERED).enumerate() {
            let (at, chunk) = four;
            conn.execute_batch("BEGIN IMMEDIATE")?;
            let mut insert = conn.prepare_cached("INSERT INTO t VALUES (1, ?1, ?2)")?;
            let first = at * GROUP * UNANSWERED;
            if layout == Layout::Event {
                for (n, event) in chunk.iter().enumerate() {
                    insert.execute(params![(first + n + 1) as i64, event])?;
                }
            } else {
                for (n, group) in chunk.chunks(GROUP).enumerate() {
                    insert.execute(params![(first + n * GROUP + group.len()) as i64, group.join(",\n")])?;
                }
            }
            conn.execute_batch("COMMIT")?;
        }
        times.push(begun.elapsed());
        let begun = Instant::now();
        let mut read = 0;
        let mut select = conn.prepare("SELECT body FROM t WHERE stream = 1 AND seq > ?1 ORDER BY seq")?;
        let mut rows = select.query([(EVENTS - 500) as i64])?;
        while let Some(found) = rows.next()? {
            read += found.get_ref(0)?.as_str()?.split('\n').count();
        }
        assert!(read >= 500);
        tail = tail.min(begun.elapsed());
        drop(rows);
        drop(select);
        bytes = std::fs::metadata(&path)?.len() + std::fs::metadata(format!("{}-wal", path.display()))?.len();
    }
    row(name, times, tail, bytes);
    Ok(())
}
