//! Damaged files: whatever is cut or flipped, the home opens, and what was lost is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;
#[path = "support/talk.rs"]
mod talk;

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use axion_store::{DEFAULT_PROJECT, Health, Kept, OpenError, OpenOptions, OpenReport, PageAt, Store, StoreError, StreamName};
use support::{Random, draft, new_run, open, write};

const STREAM: &str = "run:r";

/// A home with some of everything, closed cleanly (so there is a backup), then written to again.
fn home() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write(&store, |tx| tx.create_graph("g", DEFAULT_PROJECT, "Kept", 1)).unwrap();
    write(&store, |tx| tx.insert_run(&new_run("r"))).unwrap();
    fill(&store, 300);
    talk::create(&store, "s");
    let mut events = vec![talk::said("m0", None, "The first of many words", 1)];
    events.extend(
        (1..200).map(|n| {
            talk::said(&format!("m{n}"), Some(&format!("m{}", n - 1)), &format!("word{n} and other words {}", "x ".repeat(200)), n)
        }),
    );
    talk::append(&store, "s", &events).unwrap();
    store.close();
    let store = open(dir.path());
    fill(&store, 300);
    store.close();
    dir
}

fn fill(store: &Store, groups: u64) {
    let stream = StreamName::parse(STREAM).unwrap();
    for _ in 0..groups {
        let drafts = (0..20).map(|n| draft(&format!("{{\"type\":\"log\",\"n\":{n}}}"))).collect();
        drop(store.append(&stream, drafts));
    }
    write(store, |_| Ok(())).unwrap();
}

fn reopen(home: &Path) -> (Store, OpenReport) {
    Store::open(OpenOptions::new(home, "cli")).unwrap_or_else(|error| panic!("{error}"))
}

/// Everything that can be read is read; a fault there must be one that says so.
fn read_all(store: &Store) -> Result<u64, StoreError> {
    store.read(|tx| {
        tx.list_runs(None, None, 100)?;
        tx.get_graph_content("g")?;
        let stream = StreamName::parse(STREAM)?;
        let (_, head) = tx.stream_head(&stream)?;
        let mut after = 0;
        while after < head {
            let page = tx.read_stream(&stream, after, 10_000)?;
            assert!(page.events.first_seq() == after + 1 && !page.events.is_empty());
            after = page.events.last_seq();
        }
        tx.list_sessions(false)?;
        let mut before = None;
        loop {
            let at = before.as_deref().map_or(PageAt::Latest, PageAt::Before);
            let page = tx.read_messages("s", at, 50)?;
            before = page.before;
            if before.is_none() {
                break;
            }
        }
        tx.search_sessions("words", None, 200)?;
        Ok(head)
    })
}

#[test]
fn a_damaged_index_of_words_is_made_anew_and_nothing_else_is_lost() {
    let dir = home();
    let spoil = |home: &Path| {
        let conn = rusqlite::Connection::open(home.join("axion.db")).unwrap();
        conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
        assert!(conn.execute("UPDATE session_search_data SET block = zeroblob(length(block)) WHERE id > 10", []).unwrap() > 0);
    };
    spoil(dir.path());
    let (store, report) = reopen(dir.path());
    assert_eq!(report.recovery, None);
    assert_eq!(store.read(|tx| tx.search_sessions("word150", None, 5)).unwrap().len(), 1);
    assert_eq!(store.read(|tx| tx.search_sessions("talk", None, 5)).unwrap().len(), 1, "titles too");
    read_all(&store).unwrap();
    // A large database is looked through while it is used; its index is made anew at the next start.
    for _ in 0..6 {
        write(&store, |tx| tx.put_session_blob("s", &axion_store::hash_of(&[1; 2 << 20]), &[1; 2 << 20])).unwrap();
        fill(&store, 3_000);
    }
    store.close();
    spoil(dir.path());
    let (told, heard) = channel();
    let options =
        OpenOptions { on_health: Some(Arc::new(move |health| told.send(health).unwrap_or(()))), ..OpenOptions::new(dir.path(), "cli") };
    let (store, report) = Store::open(options).unwrap();
    assert_eq!(report.recovery, None);
    assert!(matches!(heard.recv_timeout(Duration::from_secs(60)).unwrap(), Health::Sound));
    assert!(store.read(|tx| tx.search_sessions("word150", None, 5)).is_err());
    store.close();
    let (store, report) = reopen(dir.path());
    assert_eq!(report.recovery, None);
    assert_eq!(store.read(|tx| tx.search_sessions("word150", None, 5)).unwrap().len(), 1);
    // Or as soon as something is to be written into it: nothing said is lost for it.
    store.close();
    spoil(dir.path());
    let (store, _) = reopen(dir.path());
    let many: Vec<_> = (200..400)
        .map(|n| talk::said(&format!("m{n}"), Some(&format!("m{}", n - 1)), &format!("word{n} {}", "y ".repeat(9_000)), n))
        .collect();
    talk::append(&store, "s", &many).unwrap();
    for word in ["word150", "word399"] {
        assert_eq!(store.read(|tx| tx.search_sessions(word, None, 5)).unwrap().len(), 1);
    }
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    std::fs::create_dir(to.path().join("backups")).unwrap();
    for entry in std::fs::read_dir(from).unwrap().chain(std::fs::read_dir(from.join("backups")).unwrap()) {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.path().join(path.strip_prefix(from).unwrap())).unwrap();
        }
    }
    to
}

fn database(home: &Path) -> PathBuf {
    home.join("axion.db")
}

fn assert_told(home: &Path, report: &OpenReport) {
    let recovery = report.recovery.as_ref().expect("damage is told");
    assert!(recovery.set_aside.starts_with(home), "{recovery:?}");
    let message = recovery.message();
    assert!(message.contains("damaged") && message.contains(&recovery.set_aside.display().to_string()), "{message}");
}

#[test]
fn truncated_anywhere() {
    let base = home();
    let length = std::fs::metadata(database(base.path())).unwrap().len();
    let mut random = Random(0x1234_5678_9abc_def1);
    for round in 0..40 {
        let cut = if round < 4 { [0, 1, 99, length - 1][round] } else { random.below(length) };
        let dir = copy(base.path());
        std::fs::File::options().write(true).open(database(dir.path())).unwrap().set_len(cut).unwrap();
        let (store, report) = reopen(dir.path());
        assert!(report.recovery.is_some(), "cut at {cut} of {length}");
        assert_told(dir.path(), &report);
        let recovery = report.recovery.unwrap();
        assert!(matches!(recovery.kept, Kept::Backup { .. }), "cut at {cut}: {recovery:?}");
        assert_eq!(std::fs::metadata(&recovery.set_aside).unwrap().len(), cut, "the damaged file is kept as it was");
        assert_eq!(read_all(&store).unwrap(), 12_000, "cut at {cut}");
    }
}

#[test]
fn flipped_bits() {
    let base = home();
    let length = std::fs::metadata(database(base.path())).unwrap().len();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut told, mut harmless) = (0, 0);
    for round in 0..150_u64 {
        let dir = copy(base.path());
        let file = std::fs::File::options().read(true).write(true).open(database(dir.path())).unwrap();
        // The first page has most of the structure; the others are hit where their headers and cell pointers are, or anywhere.
        let at = match round % 3 {
            0 => random.below(200),
            1 => random.below(length / 4096) * 4096 + random.below(16),
            _ => random.below(length),
        };
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 1 << random.below(8)], at).unwrap();
        match Store::open(OpenOptions::new(dir.path(), "cli")) {
            Ok((store, report)) if report.recovery.is_some() => {
                told += 1;
                assert_told(dir.path(), &report);
                assert_eq!(read_all(&store).unwrap(), 12_000);
            }
            // A bit inside a text, or in a field that nobody reads, is no damage to the structure.
            Ok((store, _)) => {
                harmless += 1;
                match read_all(&store) {
                    Ok(head) => assert_eq!(head, 12_000, "byte {at}"),
                    // An id that reads differently, or a number that is out of its range: never another run's events.
                    Err(StoreError::NotFound { .. } | StoreError::Damaged(_)) => {}
                    Err(error) => panic!("byte {at}: {error}"),
                }
            }
            Err(error) => panic!("byte {at} of round {round}: {error}"),
        }
    }
    println!("{told} told, {harmless} harmless");
    assert!(told > 50, "only {told} of 150 were noticed");
}

#[test]
fn without_a_backup_it_starts_empty_and_says_so() {
    let dir = home();
    std::fs::remove_dir_all(dir.path().join("backups")).unwrap();
    std::fs::write(
        database(dir.path()),
        "this is not a database, and it is longer than a header of one hundred bytes would be, so SQLite reads it",
    )
    .unwrap();
    let (store, report) = reopen(dir.path());
    assert_told(dir.path(), &report);
    assert_eq!(report.recovery.unwrap().kept, Kept::Nothing);
    assert_eq!(store.read(|tx| tx.list_projects()).unwrap().len(), 1);
}

#[test]
fn a_damaged_backup_is_passed_over() {
    let dir = home();
    let mut backups: Vec<_> = std::fs::read_dir(dir.path().join("backups")).unwrap().map(|e| e.unwrap().path()).collect();
    backups.sort();
    assert_eq!(backups.len(), 2);
    std::fs::write(&backups[1], "damaged").unwrap();
    std::fs::write(database(dir.path()), "damaged").unwrap();
    let (store, report) = reopen(dir.path());
    assert!(matches!(&report.recovery.unwrap().kept, Kept::Backup { path, .. } if *path == backups[0]));
    assert_eq!(read_all(&store).unwrap(), 6_000);
}

#[test]
fn epochs_change_with_a_restore_and_only_then() {
    let dir = home();
    let stream = StreamName::parse(STREAM).unwrap();
    let epoch = |store: &Store| store.read(|tx| tx.stream_head(&stream)).unwrap().0;
    let store = open(dir.path());
    let before = epoch(&store);
    store.close();
    let store = open(dir.path());
    assert_eq!(epoch(&store), before);
    store.close();
    std::fs::write(database(dir.path()), "damaged").unwrap();
    let (store, _) = reopen(dir.path());
    let after = epoch(&store);
    assert_ne!(after, before);
    store.close();
    let (store, report) = reopen(dir.path());
    assert_eq!((epoch(&store), report.recovery), (after, None));
}

/// What a killed process leaves: the log is copied away while the store is open.
fn killed_home() -> tempfile::TempDir {
    let dir = home();
    let store = open(dir.path());
    fill(&store, 50);
    let stream = StreamName::parse(STREAM).unwrap();
    for _ in 0..50 {
        store.append(&stream, vec![draft("{\"type\":\"log\"}")]).wait().unwrap();
    }
    copy(dir.path())
}

#[test]
fn a_log_that_was_cut_off_is_a_crash_and_no_damage() {
    let dir = killed_home();
    let log = std::fs::File::options().write(true).open(dir.path().join("axion.db-wal")).unwrap();
    log.set_len(log.metadata().unwrap().len() - 5000).unwrap();
    let store = open(dir.path());
    let head = read_all(&store).unwrap();
    assert!((13_040..13_050).contains(&head), "{head}");
}

#[test]
fn a_damaged_log_is_told() {
    let base = killed_home();
    let wal = |home: &Path| home.join("axion.db-wal");
    let length = std::fs::metadata(wal(base.path())).unwrap().len();
    let mut random = Random(77);
    for round in 0..25 {
        let dir = copy(base.path());
        let file = std::fs::File::options().read(true).write(true).open(wal(dir.path())).unwrap();
        // The last commits stay sound: behind the flip there are always some.
        let at = if round == 0 { 20 } else { random.below(length - 20 * 4120) };
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 4], at).unwrap();
        let (store, report) = reopen(dir.path());
        assert_told(dir.path(), &report);
        let recovery = report.recovery.unwrap();
        let head = read_all(&store).unwrap();
        match recovery.kept {
            Kept::AllButLast { commits } => assert!(commits >= 2 && (12_000..13_050).contains(&head), "byte {at}: {head}"),
            Kept::Backup { .. } => assert_eq!(head, 12_000),
            Kept::Nothing => panic!("byte {at}: everything was given up"),
        }
        assert_eq!(std::fs::read(wal_aside(&recovery.set_aside)).unwrap().len() as u64, length);
    }
}

fn wal_aside(set_aside: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", set_aside.display()))
}

#[test]
fn damage_found_in_the_background_is_repaired_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write(&store, |tx| tx.insert_run(&new_run("r"))).unwrap();
    write(&store, |tx| tx.create_graph("g", DEFAULT_PROJECT, "Kept", 1)).unwrap();
    talk::create(&store, "s");
    let stream = StreamName::parse(STREAM).unwrap();
    let text = "x".repeat(1000);
    for _ in 0..120 {
        let drafts = (0..100).map(|_| draft(&format!("{{\"text\":\"{text}\"}}"))).collect();
        store.append(&stream, drafts).wait().unwrap();
    }
    store.close();
    // Far behind the first page, so that opening does not meet it: the header of some page in the middle.
    let file = std::fs::File::options().write(true).open(database(dir.path())).unwrap();
    let pages = file.metadata().unwrap().len() / 4096;
    assert!(pages * 4096 > 8 << 20, "large enough to be checked in the background");
    for page in pages / 2..pages / 2 + 40 {
        file.write_all_at(&[0xff; 64], page * 4096).unwrap();
    }
    let (told, found) = channel();
    let mut options = OpenOptions::new(dir.path(), "cli");
    let told = std::sync::Mutex::new(told);
    options.on_health = Some(Arc::new(move |health| told.lock().unwrap().send(health).unwrap()));
    let (store, report) = Store::open(options).unwrap();
    assert_eq!(report.recovery, None);
    assert!(matches!(found.recv_timeout(Duration::from_secs(30)).unwrap(), Health::Damaged(_)));
    store.close();
    let (store, report) = reopen(dir.path());
    assert_told(dir.path(), &report);
    assert_eq!(read_all(&store).unwrap(), 12_000);
}

#[test]
fn regular_backups_are_made_while_it_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new(dir.path(), "cli");
    options.backup_every = Duration::from_millis(5);
    let (store, _) = Store::open(options).unwrap();
    write(&store, |tx| tx.create_project("p", "P", 1)).unwrap();
    let folder = dir.path().join("backups");
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while std::fs::read_dir(&folder)
        .map_or(0, |entries| entries.filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|x| x == "db")).count())
        == 0
    {
        assert!(std::time::Instant::now() < deadline, "no backup was made");
        std::thread::yield_now();
    }
}

#[test]
fn a_newer_schema_is_refused_untouched() {
    let dir = home();
    let conn = rusqlite::Connection::open(database(dir.path())).unwrap();
    conn.execute_batch("UPDATE meta SET value = '999' WHERE key = 'schema'; PRAGMA user_version = 999;").unwrap();
    drop(conn);
    let before = std::fs::read(database(dir.path())).unwrap();
    let Err(error @ OpenError::Newer { found: 999, .. }) = Store::open(OpenOptions::new(dir.path(), "cli")) else { panic!("was opened") };
    assert!(error.to_string().contains("newer Axion"), "{error}");
    assert_eq!(std::fs::read(database(dir.path())).unwrap(), before);
}

#[test]
fn a_database_of_another_program_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let conn = rusqlite::Connection::open(database(dir.path())).unwrap();
    conn.execute_batch("CREATE TABLE other (a); INSERT INTO other VALUES (1);").unwrap();
    drop(conn);
    let before = std::fs::read(database(dir.path())).unwrap();
    assert!(matches!(Store::open(OpenOptions::new(dir.path(), "cli")), Err(OpenError::Foreign { .. })));
    assert_eq!(std::fs::read(database(dir.path())).unwrap(), before);
    assert!(!dir.path().join("axion.db-wal").exists());
}
