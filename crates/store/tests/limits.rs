//! Where the machine says no: permissions, a folder that cannot be written, a lock of another program, a full disk, a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]
#![cfg(unix)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axion_store::{Committed, OpenError, OpenOptions, Store, StoreError, StreamName, holder_of};
use support::{draft, new_run, open, write};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// These tests start processes and look at locks and mounts. Between fork and exec a child holds copies of every open file of this process, so one
/// test at a time.
fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn everything_is_private() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("deep/home");
    let store = open(&home);
    write(&store, |tx| tx.create_project("p", "P", 1)).unwrap();
    for file in ["axion.db", "axion.db-wal", "axion.db-shm", "home.lock"] {
        assert_eq!(mode(&home.join(file)), 0o600, "{file}");
    }
    store.close();
    assert_eq!(mode(&home), 0o700);
    let backups = home.join("backups");
    assert_eq!(mode(&backups), 0o700);
    for backup in std::fs::read_dir(&backups).unwrap() {
        assert_eq!(mode(&backup.unwrap().path()), 0o600);
    }
    // Loosened by somebody: tightened again, because the folder is ours.
    set_mode(&home, 0o755);
    set_mode(&home.join("axion.db"), 0o644);
    open(&home).close();
    assert_eq!((mode(&home), mode(&home.join("axion.db"))), (0o700, 0o600));
}

#[test]
fn a_shared_folder_with_other_things_is_refused_as_it_is() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    set_mode(dir.path(), 0o755);
    std::fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    assert!(matches!(Store::open(OpenOptions::new(dir.path(), "cli")), Err(OpenError::HomeNotPrivate { .. })));
    assert_eq!(mode(dir.path()), 0o755);
    std::fs::remove_file(dir.path().join("letter.txt")).unwrap();
    open(dir.path()).close();
    assert_eq!(mode(dir.path()), 0o700);
}

#[test]
fn another_programs_lock() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new(dir.path(), "cli");
    options.busy = Duration::from_millis(20);
    let (store, _) = Store::open(options).unwrap();
    let other = rusqlite::Connection::open(dir.path().join("axion.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (first, second) = (store.write(|tx| tx.create_project("a", "A", 1)), store.write(|tx| tx.create_project("b", "B", 1)));
    assert_eq!(first.wait(), Err(StoreError::Locked));
    assert_eq!(second.wait().map(drop), Err(StoreError::Locked));
    assert_eq!(store.read(|tx| tx.list_projects()).unwrap().len(), 1, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    write(&store, |tx| tx.create_project("a", "A", 1)).unwrap();
}

#[test]
fn a_panic_in_a_write_or_in_the_hook_ends_neither_the_writer_nor_its_neighbours() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new(dir.path(), "cli");
    options.on_commit = Some(Box::new(|_| panic!("a subscriber's fault")));
    let (store, _) = Store::open(options).unwrap();
    let before = store.write(|tx| tx.create_project("a", "A", 1));
    let fault = store.write(|tx| -> Result<(), StoreError> {
        tx.create_project("half", "Half", 1)?;
        panic!("a fault of the caller")
    });
    let after = store.write(|tx| tx.create_project("b", "B", 1));
    before.wait().unwrap();
    assert!(matches!(fault.wait(), Err(StoreError::Internal(_))));
    after.wait().unwrap();
    let ids: Vec<String> = store.read(|tx| tx.list_projects()).unwrap().into_iter().map(|p| p.project_id).collect();
    assert_eq!(ids, ["a", "b", "default"]);
}

#[test]
fn what_is_committed_is_told_in_order_before_it_is_acknowledged() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let told: Arc<Mutex<Vec<Committed>>> = Arc::default();
    let mut options = OpenOptions::new(dir.path(), "cli");
    let into = Arc::clone(&told);
    options.on_commit = Some(Box::new(move |groups| into.lock().unwrap().extend_from_slice(groups)));
    let (store, _) = Store::open(options).unwrap();
    write(&store, |tx| tx.insert_run(&new_run("r"))).unwrap();
    let stream = StreamName::run("r");
    let mut pending = Vec::new();
    for n in 0..400 {
        if n % 7 == 3 {
            let stream = stream.clone();
            let failing = store.write(move |tx| -> Result<(), StoreError> {
                tx.append(&stream, &[draft("{\"never\":1}")])?;
                tx.delete_project("default", 1).map(drop)
            });
            assert!(matches!(failing.wait(), Err(StoreError::Conflict(_))));
        }
        pending.push((n, store.append(&stream, (0..n % 5).map(|_| draft("{\"a\":1}")).collect())));
    }
    for (n, pending) in pending {
        let appended = pending.wait().unwrap();
        let told = told.lock().unwrap();
        assert!(
            n % 5 == 0 || told.iter().any(|g| g.stream == stream && g.events.last_seq() == appended.head),
            "acknowledged before it was told"
        );
    }
    let told = told.lock().unwrap();
    let mut next = 1;
    for group in told.iter().filter(|g| g.stream == stream) {
        assert_eq!(group.events.first_seq(), next);
        assert!(!group.events.joined().contains("never"));
        next = group.events.last_seq() + 1;
    }
    assert_eq!(next - 1, store.read(|tx| tx.stream_head(&stream)).unwrap().1);
}

#[test]
fn after_closing_everything_answers_closed() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let queued: Vec<_> = (0..50).map(|n| store.write(move |tx| tx.create_project(&format!("p{n}"), "P", 1))).collect();
    store.close();
    for pending in queued {
        pending.wait().expect("what was queued before is done");
    }
    assert_eq!(store.write(|tx| tx.create_project("x", "X", 1)).wait(), Err(StoreError::Closed));
    assert_eq!(store.read(|tx| tx.list_projects()), Err(StoreError::Closed));
    assert_eq!(open(dir.path()).read(|tx| tx.list_projects()).unwrap().len(), 51);
}

/// A file system of a given size, where this user may make one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, options: &str) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "axion-test"]).arg(at).output().ok()?;
        if !done.status.success() {
            println!("not mounted: {}", String::from_utf8_lossy(&done.stderr));
            return None;
        }
        Some(Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_and_heals() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    // Without the right to mount, the writer's own test with a bounded database stands for this one.
    let Some(_disk) = SmallDisk::mount(&home, "size=3m,mode=0700") else { return };
    let store = open(&home);
    write(&store, |tx| tx.insert_run(&new_run("r"))).unwrap();
    let stream = StreamName::run("r");
    let text = "x".repeat(200);
    let group = || (0..100).map(|_| draft(&format!("{{\"text\":\"{text}\"}}"))).collect::<Vec<_>>();
    let (mut acknowledged, mut refused) = (0, 0);
    for _ in 0..60 {
        let four: Vec<_> = (0..4).map(|_| store.append(&stream, group())).collect();
        for pending in four {
            match pending.wait() {
                Ok(appended) => acknowledged = appended.head,
                Err(error) => {
                    assert_eq!(error, StoreError::DiskFull);
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 0 && acknowledged > 0);
    assert_eq!(store.read(|tx| tx.stream_head(&stream)).unwrap().1, acknowledged, "reading goes on");
    assert!(Command::new("mount").args(["-o", "remount,size=64m"]).arg(&home).status().unwrap().success());
    let healed = store.append(&stream, group()).wait().unwrap();
    assert_eq!(healed.events.first_seq(), acknowledged + 1, "there is room again: it goes on without a gap");
    store.close();
    let store = open(&home);
    assert_eq!(store.read(|tx| tx.stream_head(&stream)).unwrap().1, healed.head);
}

#[test]
fn a_disk_that_is_full_from_the_start() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let Some(_disk) = SmallDisk::mount(&home, "size=64k,mode=0700") else { return };
    std::fs::write(home.join("ballast"), vec![0_u8; 60_000]).unwrap();
    match Store::open(OpenOptions::new(&home, "cli")) {
        Err(OpenError::Home { source: StoreError::DiskFull, .. }) => {}
        Err(error) => panic!("{error} ({error:?})"),
        Ok(_) => panic!("opened without room"),
    }
}

#[test]
fn a_folder_that_cannot_be_written() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    // Root may write anywhere, except where nobody may.
    let disk = SmallDisk::mount(&home, "size=8m,mode=0700");
    open(&home).close();
    if disk.is_some() {
        assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&home).status().unwrap().success());
    } else {
        for file in ["home.lock", "axion.db"] {
            set_mode(&home.join(file), 0o400);
        }
        set_mode(&home, 0o500);
    }
    let result = Store::open(OpenOptions::new(&home, "cli"));
    set_mode_if_possible(&home);
    assert!(matches!(result, Err(OpenError::Home { source: StoreError::ReadOnly, .. })), "{:?}", result.err());
}

fn set_mode_if_possible(home: &Path) {
    // So that the temporary folder can be removed; on a read-only mount there is nothing to do.
    let _ = std::fs::set_permissions(home, std::fs::Permissions::from_mode(0o700));
}

#[test]
fn the_last_handle_may_be_dropped_by_a_write() {
    let _alone = alone();
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let held = store.clone();
    let (dropped, told) = std::sync::mpsc::channel();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let pending = store.write(move |_| {
        wait.recv().unwrap();
        drop(held);
        dropped.send(()).unwrap();
        Ok(())
    });
    drop(store);
    go.send(()).unwrap();
    told.recv_timeout(Duration::from_secs(20)).expect("the writer does not wait for itself");
    pending.wait().unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while holder_of(dir.path()).unwrap().is_some() {
        assert!(std::time::Instant::now() < deadline, "the home is given back");
        std::thread::yield_now();
    }
}
