//! Runners that get the protocol wrong: each is refused or ended with its reason, and the host lives on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in tests a panic is how a failure is told")]

mod support;

use std::path::Path;

use axion_runner_host::{ExitReason, HandshakeFault, RunnerError, RunnerSpec, Transport, start};
use support::{Jail, Place, recorder};

fn spec(place: &Place, jail: Jail, mode: &str) -> RunnerSpec {
    let mut spec = place.spec(jail);
    spec.bundle = place.bundle("faulty.mjs", &format!("globalThis.MODE = {mode:?};"));
    spec
}

async fn fault(jail: Jail, transport: Transport, mode: &str) -> (HandshakeFault, String) {
    let place = Place::new();
    let mut spec = spec(&place, jail, mode);
    spec.transport = transport;
    match start(spec, recorder()).await {
        Err(RunnerError::Handshake { why, stderr }) => {
            let left = std::fs::read_dir(place.path("home/run")).unwrap().count();
            assert!(left <= 1, "a failed start leaves no folder behind");
            (why, stderr)
        }
        other => panic!("{mode}: {other:?}"),
    }
}

async fn each_is_refused(jail: Jail, transport: Transport) {
    type Right = fn(&HandshakeFault) -> bool;
    let cases: [(&str, Right); 7] = [
        ("wrongToken", |f| *f == HandshakeFault::WrongToken),
        ("noToken", |f| matches!(f, HandshakeFault::BadFrame(_))),
        ("garbage", |f| matches!(f, HandshakeFault::BadFrame(_))),
        ("giant", |f| matches!(f, HandshakeFault::BadFrame(_))),
        ("outOfOrder", |f| matches!(f, HandshakeFault::NotHello(method) if method == "journal_append")),
        ("answerFirst", |f| matches!(f, HandshakeFault::NotHello(_))),
        ("exits", |f| matches!(f, HandshakeFault::Ended(_))),
    ];
    for (mode, right) in cases {
        let (why, stderr) = fault(jail, transport, mode).await;
        assert!(right(&why), "{jail:?} {transport:?} {mode}: {why:?}");
        if mode == "exits" {
            assert!(stderr.contains("no such module"), "the runner's own words explain it: {stderr:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_begins_wrong_is_refused() {
    each_is_refused(Jail::Process, Transport::Socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_begins_wrong_on_stdio_is_refused() {
    each_is_refused(Jail::Process, Transport::Stdio).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_begins_wrong_is_refused() {
    each_is_refused(Jail::Container, Transport::Socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_refused_after_ten_seconds_and_not_before() {
    let begun = std::time::Instant::now();
    let (why, _) = fault(Jail::Process, Transport::Socket, "silence").await;
    assert_eq!(why, HandshakeFault::Silence(10));
    assert!(begun.elapsed().as_secs_f64() >= 10.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_breaks_the_protocol_later_is_ended() {
    for (mode, words) in
        [("twice", "second hello"), ("laterGarbage", "not a message"), ("laterGiant", "longer than"), ("laterUnasked", "not asked")]
    {
        let place = Place::new();
        let runner = start(spec(&place, Jail::Process, mode), recorder()).await.unwrap();
        let pid = runner.facts().pid.unwrap();
        match runner.exited().await {
            ExitReason::Protocol { why } => assert!(why.contains(words), "{mode}: {why}"),
            other => panic!("{mode}: {other:?}"),
        }
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "it is gone when it is said to be");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_has_its_code() {
    let place = Place::new();
    let mut no_node = place.spec(Jail::Process);
    no_node.node = place.path("nothing");
    let mut no_bundle = place.spec(Jail::Process);
    no_bundle.bundle = place.path("nothing.mjs");
    let mut no_program = place.spec(Jail::Process);
    no_program.node = no_program.bundle.clone();
    let mut no_engine = place.spec(Jail::Container);
    no_engine.docker_host = Some("/nowhere/docker.sock".into());
    let mut no_home = place.spec(Jail::Process);
    std::fs::write(place.path("file"), "").unwrap();
    no_home.home = place.path("file");
    for (spec, code) in [
        (no_node, "node_missing"),
        (no_bundle, "bundle_missing"),
        (no_program, "spawn_failed"),
        (no_engine, "no_engine"),
        (no_home, "home_unusable"),
    ] {
        let error = start(spec, recorder()).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.hint().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_with_the_engines_socket_in_it_is_refused_for_a_container() {
    let place = Place::new();
    let mut spec = place.spec(Jail::Container);
    let address = support::engine();
    let folder = Path::new(address.trim_start_matches("unix://")).parent().unwrap().to_owned();
    spec.grants = vec![support::grant("in", folder, axion_runner_host::Access::ReadOnly)];
    let error = start(spec, recorder()).await.unwrap_err();
    assert_eq!(error.code(), "grant_refused", "{error}");
}
