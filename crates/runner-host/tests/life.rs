//! A runner's life in both surroundings and over each transport: start, requests, end, and how fast it is ready.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in tests a panic is how a failure is told")]

mod support;

use std::time::Duration;

use axion_runner_host::{Access, Enforcement, ExitReason, Limits, RunnerMode, Surroundings, Transport, start};
use serde_json::json;
use support::{Jail, Place, ask, grant, recorder};

const GRACE: Duration = Duration::from_secs(5);

async fn round_trip(jail: Jail, transport: Transport) {
    let place = Place::new();
    let mut spec = place.spec(jail);
    spec.transport = transport;
    let (input, output) = (place.folder("input"), place.folder("output"));
    std::fs::write(input.join("a.txt"), "from the person").unwrap();
    spec.grants = vec![grant("in", input.clone(), Access::ReadOnly), grant("out", output.clone(), Access::ReadWrite)];
    let sink = recorder();
    let runner = start(spec, sink.clone()).await.unwrap();
    assert_eq!(runner.facts().hello.capabilities, ["test"]);
    assert!(runner.facts().hello.node.starts_with(|c: char| c.is_ascii_digit()));
    assert_ne!(runner.facts().transport, Transport::Auto);

    let environment = ask(&runner, "environment", json!(null)).await;
    let grants: Vec<serde_json::Value> = serde_json::from_str(environment["AXION_GRANTS"].as_str().unwrap()).unwrap();
    let path = |slot: &str| grants.iter().find(|g| g["slot"] == slot).unwrap()["path"].as_str().unwrap().to_owned();
    assert_eq!(grants.iter().map(|g| g["access"].as_str().unwrap()).collect::<Vec<_>>(), ["ro", "rw"]);
    let read = ask(&runner, "read", json!({"path": format!("{}/a.txt", path("in"))})).await;
    assert_eq!(read["value"], "from the person");
    let written = ask(&runner, "write", json!({"path": format!("{}/b.txt", path("out")), "text": "result"})).await;
    assert_eq!(written["outcome"], "done", "{written}");
    assert_eq!(std::fs::read_to_string(output.join("b.txt")).unwrap(), "result");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let own = std::fs::metadata(place.path("home")).unwrap();
        let made = std::fs::metadata(output.join("b.txt")).unwrap();
        assert_eq!((made.uid(), made.gid()), (own.uid(), own.gid()), "what a runner makes belongs to the person");
    }
    let scratch = ask(&runner, "tmpRoundTrip", json!(null)).await;
    assert_eq!(scratch["value"], "kept", "{scratch}");

    // Large frames both ways, then many small ones of the runner's own.
    let large = "é\n\"".repeat(2 << 20);
    assert_eq!(ask(&runner, "echo", json!({"text": large})).await["text"], large);
    let heads = ask(&runner, "journal", json!({"count": 500})).await;
    assert_eq!(heads.as_array().unwrap().len(), 500);
    let seen: Vec<u64> = sink.requests.lock().unwrap().iter().map(|(_, params)| params["n"].as_u64().unwrap()).collect();
    assert_eq!(seen, (0..500).collect::<Vec<u64>>(), "requests reach the host in order");

    assert_eq!(runner.stop(GRACE).await, ExitReason::Stopped);
    assert!(!runner.is_alive());
    let left: Vec<_> = std::fs::read_dir(place.path("home/run")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "digests.json"), "nothing stays behind: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_a_process_over_the_inherited_socket() {
    round_trip(Jail::Process, Transport::Auto).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_a_process_over_stdio() {
    round_trip(Jail::Process, Transport::Stdio).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_container_over_the_mounted_socket() {
    round_trip(Jail::Container, Transport::Socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_container_over_attached_stdio() {
    round_trip(Jail::Container, Transport::Stdio).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn automatic_mode_takes_the_engine_and_falls_back_with_its_reason() {
    let place = Place::new();
    let mut spec = place.spec(Jail::Container);
    spec.mode = RunnerMode::Auto;
    let runner = start(spec.clone(), recorder()).await.unwrap();
    assert!(matches!(&runner.facts().surroundings, Surroundings::Container { engine, .. } if engine.api == "1.41"));
    assert_eq!(runner.facts().fallback, None);
    runner.stop(GRACE).await;
    spec.docker_host = Some("/nowhere/docker.sock".into());
    let runner = start(spec, recorder()).await.unwrap();
    match &runner.facts().surroundings {
        Surroundings::Process { jail } => assert_ne!(jail.enforcement, Enforcement::NotEnforced),
        other => panic!("{other:?}"),
    }
    assert!(runner.facts().fallback.as_deref().unwrap().contains("/nowhere/docker.sock"));
    runner.stop(GRACE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_tells_its_code_and_its_words() {
    for jail in [Jail::Process, Jail::Container] {
        let place = Place::new();
        let runner = start(place.spec(jail), recorder()).await.unwrap();
        let error = runner.request("crash", serde_json::value::RawValue::NULL).await.unwrap_err();
        assert!(error.is_gone());
        match runner.exited().await {
            ExitReason::Exited { code: 3, stderr } => assert!(stderr.contains("on purpose"), "{stderr}"),
            other => panic!("{jail:?}: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_runner_is_killed_after_the_grace() {
    for jail in [Jail::Process, Jail::Container] {
        let place = Place::new();
        let runner = start(place.spec(jail), recorder()).await.unwrap();
        let spinning = tokio::spawn({
            let runner = runner.clone();
            async move { runner.request("spin", serde_json::value::RawValue::NULL).await }
        });
        let reason = runner.stop(Duration::from_millis(300)).await;
        assert_eq!(reason, ExitReason::Stopped, "{jail:?}");
        assert!(spinning.await.unwrap().unwrap_err().is_gone());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_last_handle_ends_the_runner() {
    let place = Place::new();
    let runner = start(place.spec(Jail::Process), recorder()).await.unwrap();
    let pid = runner.facts().pid.unwrap();
    drop(runner);
    support::until("the process is gone", || !std::path::Path::new(&format!("/proc/{pid}")).exists()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processor_time_is_limited_by_the_hosts_clock() {
    let place = Place::new();
    let mut spec = place.spec(Jail::Process);
    spec.limits.cpu_time = Some(Duration::from_millis(1500));
    let runner = start(spec, recorder()).await.unwrap();
    let spin = runner.request("spin", serde_json::value::RawValue::NULL).await;
    assert!(spin.unwrap_err().is_gone());
    assert_eq!(runner.exited().await, ExitReason::CpuTime);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_limits_that_are_accepted_are_enough_to_live() {
    for jail in [Jail::Process, Jail::Container] {
        let place = Place::new();
        let mut spec = place.spec(jail);
        spec.limits = Limits { memory_mib: 128, cpus: 0.5, pids: 24, file_mib: 1, open_files: 64, tmp_mib: 1, cpu_time: None };
        let runner = start(spec, recorder()).await.unwrap();
        assert_eq!(ask(&runner, "echo", json!("alive")).await, "alive");
        runner.stop(GRACE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_nobody_waits_for_leaves_nothing_behind() {
    let place = Place::new();
    for pause in [0, 5, 15, 30, 45, 60] {
        let starting = tokio::spawn(start(place.spec(Jail::Process), recorder()));
        tokio::time::sleep(Duration::from_millis(pause)).await;
        starting.abort();
        let _ = starting.await;
    }
    let run = place.path("home/run");
    support::until("the end of every runner", || std::fs::read_dir(&run).map_or(0, Iterator::count) == 0).await;
}

/// The bound of the requirement, on the best of a few starts: other work on the machine is not what is measured.
#[tokio::test(flavor = "multi_thread")]
async fn a_runner_is_ready_in_time() {
    for (jail, bound) in [(Jail::Process, 250), (Jail::Container, 1000)] {
        let place = Place::new();
        let mut times = Vec::new();
        for _ in 0..5 {
            let runner = start(place.spec(jail), recorder()).await.unwrap();
            times.push(runner.facts().ready_ms);
            runner.stop(GRACE).await;
        }
        println!("ready as {jail:?}: {times:?} ms");
        assert!(*times.iter().min().unwrap() <= bound, "{jail:?}: {times:?} ms");
    }
}
