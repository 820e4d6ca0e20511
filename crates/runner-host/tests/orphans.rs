//! `kill -9` of the host: its runners die with it, in both jails, and the next host cleans up what is left.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is how a failure is told")]

mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use axion_runner_host::{RunnerMode, RunnerSpec, Transport, start};
use serde_json::json;
use support::{Jail, Place, ask, recorder};

const ROLE: &str = "AXION_TEST_HOST_SPEC";

/// Not a test by itself: the host that the tests below start in a process of its own and kill.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_to_be_killed() {
    let Ok(text) = std::env::var(ROLE) else { return };
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    let path = |name: &str| PathBuf::from(told[name].as_str().unwrap());
    let mut spec = RunnerSpec::new(path("node"), path("bundle"), path("home"));
    spec.mode = serde_json::from_value::<RunnerMode>(told["mode"].clone()).unwrap();
    spec.transport = serde_json::from_value::<Transport>(told["transport"].clone()).unwrap();
    spec.docker_host = told["engine"].as_str().map(str::to_owned);
    let runner = start(spec, recorder()).await.unwrap();
    if told["busy"] == true {
        let runner = runner.clone();
        tokio::spawn(async move { runner.request("spin", serde_json::value::RawValue::NULL).await });
    } else {
        ask(&runner, "echo", json!(1)).await;
    }
    println!("\nRUNNING {}", runner.facts().pid.unwrap());
    std::future::pending::<()>().await;
}

fn host(place: &Place, jail: Jail, transport: &str, busy: bool) -> (std::process::Child, u32) {
    let spec = place.spec(jail);
    let told = json!({
        "node": spec.node, "bundle": spec.bundle, "home": spec.home, "transport": transport, "busy": busy,
        "mode": if jail == Jail::Process { "process" } else { "docker" }, "engine": spec.docker_host,
    });
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_host_to_be_killed", "--nocapture"])
        .env(ROLE, told.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("RUNNING ").map(str::to_owned));
    (host, said.expect("the host did not get its runner").trim().parse().unwrap())
}

async fn dies_with_its_host(jail: Jail, transport: &str, busy: bool) {
    let place = Place::new();
    let (mut host, pid) = host(&place, jail, transport, busy);
    let there = || Path::new(&format!("/proc/{pid}")).exists();
    assert!(there());
    host.kill().unwrap();
    host.wait().unwrap();
    support::until(&format!("the end of the runner ({jail:?}, {transport}, busy {busy})"), || !there()).await;
    // The next host finds the dead one's folder and takes it away.
    let run = place.path("home/run");
    let folders = || std::fs::read_dir(&run).unwrap().flatten().filter(|e| e.path().is_dir()).count();
    assert_eq!(folders(), 1);
    let runner = start(place.spec(Jail::Process), recorder()).await.unwrap();
    assert_eq!(folders(), 1);
    runner.stop(std::time::Duration::from_secs(5)).await;
    assert_eq!(folders(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_dies_with_its_host() {
    dies_with_its_host(Jail::Process, "socket", false).await;
    dies_with_its_host(Jail::Process, "stdio", false).await;
}

/// A runner that computes does not see the end of its channel; the kernel ends it.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_process_dies_with_its_host() {
    dies_with_its_host(Jail::Process, "socket", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_ends_with_its_host() {
    dies_with_its_host(Jail::Container, "socket", false).await;
    dies_with_its_host(Jail::Container, "stdio", false).await;
}

/// A container that computes outlives its host, until the next one of the same home removes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_container_is_removed_by_the_next_host() {
    let place = Place::new();
    let (mut host, pid) = host(&place, Jail::Container, "socket", true);
    host.kill().unwrap();
    host.wait().unwrap();
    let next = start(place.spec(Jail::Container), recorder()).await.unwrap();
    support::until("the orphan's removal", || !Path::new(&format!("/proc/{pid}")).exists()).await;
    next.stop(std::time::Duration::from_secs(5)).await;
}
