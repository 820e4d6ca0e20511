//! Fetching Node from a server in this process: consent, progress, resume, wrong bytes, hostile archives, files by hand.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use axion_egress::{Broker, Ledger, Net, Policy, Rule};
use axion_protocol::{EgressEntry, EgressPurpose, ErrorCode, RuntimeState, Shell};
use axion_store::{OpenOptions, Store, StreamName};

use super::fetch::{FetchError, by_hand, download};
use super::*;
use crate::host::SystemHost;

/// An archive as the release has it, with things in it that must have no effect.
fn archive() -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut put = |path: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // Not `set_path`, which would refuse what a hostile archive holds.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, bytes).unwrap();
    };
    put("node-v0/LICENSE", b"MIT");
    put("../../evil", b"evil");
    put("/tmp/axion-evil-absolute", b"evil");
    put("node-v0/lib/bin/node", b"another");
    put("node-v0/bin/node", format!("#!/bin/sh\necho v{VERSION}\n").as_bytes());
    put("node-v0/bin/npm", &vec![b'x'; 300_000]);
    tar.into_inner().unwrap().finish().unwrap()
}

fn pin_of(bytes: &[u8]) -> Pin {
    let sha256: &'static str = Box::leak(crate::hash::sha256(bytes).into_boxed_str());
    Pin { os: "test", arch: "test", path: "node-test.tar.gz", sha256 }
}

/// A server of one file that ends each of its first `cuts` answers half-way. Counts requests and notes their ranges.
struct Server {
    base: String,
    requests: Arc<AtomicUsize>,
    ranges: Arc<Mutex<Vec<Option<usize>>>>,
}

fn server(bytes: Vec<u8>, cuts: usize) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let requests: Arc<AtomicUsize> = Arc::default();
    let ranges: Arc<Mutex<Vec<Option<usize>>>> = Arc::default();
    let (count, noted) = (requests.clone(), ranges.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let head: Vec<String> = lines.collect();
            let from =
                head.iter().find_map(|line| line.to_lowercase().strip_prefix("range: bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
            let number = count.fetch_add(1, Ordering::SeqCst);
            noted.lock().unwrap().push(from);
            let start = from.unwrap_or(0);
            let (status, body) = match (head.first().is_some_and(|line| line.contains("/node-test.tar.gz")), start > bytes.len()) {
                (false, _) => ("404 Not Found", &[][..]),
                (true, true) => ("416 Range Not Satisfiable", &[][..]),
                (true, false) if from.is_some() => ("206 Partial Content", &bytes[start..]),
                (true, false) => ("200 OK", &bytes[..]),
            };
            let sent = if number < cuts { &body[..body.len() / 2] } else { body };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(sent);
        }
    });
    Server { base, requests, ranges }
}

/// A ledger that nobody reads.
struct Unread;

#[async_trait]
impl Ledger for Unread {
    async fn begin(&self, _entry: &EgressEntry) -> Result<u64, String> {
        Ok(1)
    }
    fn end(&self, _entry: &EgressEntry) {}
    fn more(&self, _entry: &EgressEntry, _refused: u64) {}
    fn now(&self) -> u64 {
        1
    }
}

/// A broker that lets nothing out but to this server.
fn broker(base: &str) -> Broker {
    let broker = Broker::new(Net::default(), Arc::new(Unread));
    broker.set_policy(Policy { rules: vec![Rule::for_url(EgressPurpose::Runtime, base).unwrap()], ..Policy::default() });
    broker
}

/// `download` waits for the network on its own thread, as an installation does.
fn waiting() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn what_was_received_is_continued_not_fetched_again() {
    let runtime = waiting();
    let _entered = runtime.enter();
    let dir = tempfile::tempdir().unwrap();
    let bytes = archive();
    let pin = pin_of(&bytes);
    let server = server(bytes.clone(), 2);
    let stop = CancellationToken::new();
    let mut seen = Vec::new();
    let broker = broker(&server.base);
    let mut fetch = || download(&broker, &server.base, &pin, dir.path(), &stop, |received, total| seen.push((received, total)));
    for _ in 0..2 {
        assert!(matches!(fetch(), Err(FetchError::Network { .. })), "cut off");
    }
    let file = fetch().unwrap();
    assert_eq!(std::fs::read(file).unwrap(), bytes);
    let ranges = server.ranges.lock().unwrap().clone();
    assert_eq!(ranges[0], None);
    assert!(ranges[1].is_some_and(|from| from > 0) && ranges[2] > ranges[1], "{ranges:?}");
    let whole = Some(bytes.len() as u64);
    assert_eq!(seen.last(), Some(&(bytes.len() as u64, whole)));
    assert!(seen.iter().all(|(_, total)| *total == whole), "the whole is known also when resumed");
}

#[test]
fn bytes_with_another_hash_are_never_used() {
    let runtime = waiting();
    let _entered = runtime.enter();
    let dir = tempfile::tempdir().unwrap();
    let bytes = archive();
    let pin = Pin { sha256: pin_of(b"other").sha256, ..pin_of(&bytes) };
    let server = server(bytes.clone(), 0);
    let broker = broker(&server.base);
    let wrong = download(&broker, &server.base, &pin, dir.path(), &CancellationToken::new(), |_, _| ());
    assert!(matches!(wrong, Err(FetchError::Hash { .. })), "{wrong:?}");
    let file = dir.path().join("mine");
    std::fs::write(&file, &bytes).unwrap();
    assert!(matches!(by_hand(&file, &pin, &dir.path().join("runtime")), Err(FetchError::Hash { .. })));
    assert!(file.exists(), "what the person brought stays");
    assert!(std::fs::read_dir(dir.path().join("runtime")).unwrap().next().is_none());
    let missing = download(
        &broker,
        &format!("{}/elsewhere", server.base),
        &Pin { path: "none", ..pin },
        dir.path(),
        &CancellationToken::new(),
        |_, _| (),
    );
    assert!(matches!(missing, Err(FetchError::Network { .. })));
}

#[test]
fn a_stopped_download_keeps_what_it_has() {
    let runtime = waiting();
    let _entered = runtime.enter();
    let dir = tempfile::tempdir().unwrap();
    let bytes = archive();
    let pin = pin_of(&bytes);
    let server = server(bytes, 0);
    let stop = CancellationToken::new();
    stop.cancel();
    let broker = broker(&server.base);
    assert!(matches!(download(&broker, &server.base, &pin, dir.path(), &stop, |_, _| ()), Err(FetchError::Stopped)));
    assert_eq!(server.requests.load(Ordering::SeqCst), 0, "nothing is asked for any more");
    // One that is stopped half-way keeps what came.
    let stop = CancellationToken::new();
    let halfway = download(&broker, &server.base, &pin, dir.path(), &stop, |received, _| {
        if received > 0 {
            stop.cancel()
        }
    });
    assert!(matches!(halfway, Err(FetchError::Stopped)), "{halfway:?}");
    assert!(std::fs::metadata(dir.path().join("node-test.tar.gz.part")).unwrap().len() > 0);
}

#[test]
fn nothing_is_fetched_from_a_place_that_is_not_allowed() {
    let runtime = waiting();
    let _entered = runtime.enter();
    let dir = tempfile::tempdir().unwrap();
    let bytes = archive();
    let pin = pin_of(&bytes);
    let server = server(bytes, 0);
    let refused = download(&broker("https://registry.npmjs.org"), &server.base, &pin, dir.path(), &CancellationToken::new(), |_, _| ());
    assert!(matches!(refused, Err(FetchError::Network { .. })), "{refused:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 0);
}

struct World {
    dir: tempfile::TempDir,
    store: Store,
    runtime: Arc<Runtime>,
}

fn world(base: &str, pin: Option<Pin>) -> World {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(OpenOptions::new(dir.path().join("home"), "cli")).unwrap();
    let places = Places { named: None, path: None, runtime: dir.path().join("home/runtime") };
    let offer = Offer { base: base.to_owned(), pin };
    let host: Arc<dyn Host> = Arc::new(SystemHost(Shell::Cli));
    let config = Arc::new(ArcSwap::from_pointee(crate::config::defaults()));
    let outside = Outside::new(Net::default(), store.clone(), host.clone(), config, base);
    let runtime = Runtime::with(places, offer, store.clone(), host, outside);
    World { dir, store, runtime }
}

async fn settled(world: &World) -> RuntimeStatus {
    loop {
        let status = world.runtime.status().await.unwrap();
        if status.state != RuntimeState::Installing {
            return status;
        }
        tokio::task::yield_now().await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn with_consent_node_is_fetched_told_and_found() {
    let bytes = archive();
    let server = server(bytes.clone(), 0);
    let world = world(&server.base, Some(pin_of(&bytes)));
    assert_eq!(world.runtime.status().await.unwrap().state, RuntimeState::Missing);
    assert_eq!(world.runtime.node().await.unwrap_err().code, ErrorCode::RuntimeMissing);
    let refused = world.runtime.install(false, None).await.unwrap_err();
    assert_eq!((refused.code, server.requests.load(Ordering::SeqCst)), (ErrorCode::Forbidden, 0), "nothing without consent");
    world.runtime.install(true, None).await.unwrap();
    let status = settled(&world).await;
    assert_eq!((status.state, status.version.as_deref()), (RuntimeState::Ready, Some(VERSION)), "{status:?}");
    let node = world.runtime.node().await.unwrap();
    assert!(node.path.starts_with(world.dir.path().canonicalize().unwrap().join("home/runtime")));
    let runtime = world.dir.path().join("home/runtime");
    assert_eq!(std::fs::read_to_string(runtime.join(format!("node-v{VERSION}/LICENSE"))).unwrap(), "MIT");
    assert_eq!(std::fs::read_dir(&runtime).unwrap().count(), 1, "no archive, no half-unpacked folder is left");
    assert!(
        !world.dir.path().join("evil").exists()
            && !world.dir.path().join("home/evil").exists()
            && !Path::new("/tmp/axion-evil-absolute").exists()
    );
    loop {
        let page = world.store.read(|tx| tx.read_stream(&StreamName::workspace(), 0, 100)).unwrap();
        let told: Vec<&str> = page.events.iter().filter(|event| event.contains("runtime-changed")).collect();
        assert!(told.first().is_some_and(|event| event.contains("installing")), "{told:?}");
        if told.last().is_some_and(|event| event.contains("\"ready\"")) {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_by_hand_goes_the_same_way() {
    let bytes = archive();
    let world = world("http://127.0.0.1:1", Some(pin_of(&bytes)));
    let file = world.dir.path().join("downloaded.tar.gz");
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(world.runtime.install(true, Some(PathBuf::from("relative"))).await.unwrap_err().code, ErrorCode::InvalidParams);
    world.runtime.install(true, Some(file.clone())).await.unwrap();
    assert_eq!(settled(&world).await.state, RuntimeState::Ready);
    assert!(file.exists());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_is_refused_also_where_another_node_is_found() {
    let bytes = archive();
    let world = world("http://127.0.0.1:1", Some(pin_of(&bytes)));
    let file = world.dir.path().join("downloaded.tar.gz");
    std::fs::write(&file, &bytes).unwrap();
    world.runtime.install(true, Some(file.clone())).await.unwrap();
    assert_eq!(settled(&world).await.state, RuntimeState::Ready);

    std::fs::write(&file, b"something else").unwrap();
    let refused = world.runtime.install(true, Some(file.clone())).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidParams);
    assert!(refused.message.contains("SHA-256") && refused.hint.is_some(), "{refused:?}");
    let missing = world.runtime.install(true, Some(file.with_extension("none"))).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::InvalidParams);
    assert_eq!(world.runtime.status().await.unwrap().state, RuntimeState::Ready, "nothing was changed");

    // A download that fails is told beside the Node that is there.
    world.runtime.install(true, None).await.unwrap();
    let status = settled(&world).await;
    assert_eq!(status.state, RuntimeState::Ready);
    assert!(status.message.unwrap().contains("could not be installed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_says_why_and_can_be_tried_again() {
    let world = world("http://127.0.0.1:1", Some(pin_of(b"x")));
    world.runtime.install(true, None).await.unwrap();
    let status = settled(&world).await;
    assert_eq!(status.state, RuntimeState::Failed);
    assert!(status.message.unwrap().contains("could not be installed"));
    world.runtime.install(true, None).await.unwrap();
    assert_eq!(settled(&world).await.state, RuntimeState::Failed);
}

#[tokio::test]
async fn where_there_is_no_official_build_it_is_said() {
    let world = world("http://127.0.0.1:1", None);
    let refused = world.runtime.install(true, None).await.unwrap_err();
    assert!(refused.hint.unwrap().contains("AXION_NODE"));
}
