//! Engines that are not what they should be: each is noticed, and nothing is started or left behind.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in tests a panic is how a failure is told")]

#[path = "support/proxy.rs"]
mod proxy;
mod support;

use std::sync::Arc;

use axion_runner_host::{EngineKind, ExitReason, RunnerMode, Surroundings, Transport, find_engines, start};
use proxy::{Change, Proxy, Rules};
use serde_json::{Value, json};
use support::{Jail, Place, ask, recorder};

fn change(act: impl Fn(&mut Value) + Send + Sync + 'static) -> Change {
    Arc::new(act)
}

fn containers_of(place: &Place) -> String {
    let output = std::process::Command::new("docker")
        .args(["-H", &support::engine(), "ps", "-a", "-q", "--filter"])
        .arg(format!("label=axion.home={}", place.path("home").display()))
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Each fence is taken away on its way to a real engine, which then makes exactly what it was told: a weaker container.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_ignores_a_protection_is_refused_and_nothing_runs() {
    let fences: [(&str, &str, Value); 10] = [
        ("ReadonlyRootfs", "read-only root", json!(false)),
        ("CapDrop", "dropped capabilities", json!(null)),
        ("SecurityOpt", "no-new-privileges", json!(null)),
        ("SecurityOpt", "security", json!(["no-new-privileges", "seccomp=unconfined"])),
        ("NetworkMode", "network", json!("host")),
        ("PidsLimit", "process limit", json!(0)),
        ("Memory", "memory limit", json!(0)),
        ("NanoCpus", "processor limit", json!(0)),
        ("Init", "init", json!(false)),
        ("Privileged", "privileged", json!(true)),
    ];
    for (option, words, value) in fences {
        let place = Place::new();
        let weaker = change(move |body| {
            if option == "Memory" {
                body["HostConfig"]["MemorySwap"] = json!(0);
            }
            body["HostConfig"][option] = value.clone();
        });
        let rules = Rules { requests: vec![("/containers/create", weaker)], ..Rules::default() };
        let proxy = Proxy::between(place.dir.path(), &support::engine(), rules);
        let mut spec = place.spec(Jail::Container);
        spec.docker_host = Some(proxy.address.clone());
        let error = start(spec.clone(), recorder()).await.unwrap_err();
        assert_eq!(error.code(), "engine_ignored_option", "{option}: {error}");
        assert!(error.to_string().contains(words), "{option}: {error}");
        assert_eq!(containers_of(&place), "", "{option}: the container is removed");
        // In automatic mode the process jail takes over, and says why.
        if option == "ReadonlyRootfs" {
            spec.mode = RunnerMode::Auto;
            let runner = start(spec, recorder()).await.unwrap();
            assert!(matches!(runner.facts().surroundings, Surroundings::Process { .. }));
            assert!(runner.facts().fallback.as_deref().unwrap().contains("read-only root"));
            runner.stop(std::time::Duration::from_secs(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_engine_says_of_itself_decides() {
    type Alter = fn(&mut Value);
    let cases: [(&'static str, Alter, &str); 5] = [
        ("/version", |v| v["ApiVersion"] = json!("1.24"), "too_old"),
        ("/version", |v| (v["ApiVersion"], v["MinAPIVersion"]) = (json!("1.90"), json!("1.80")), "too_new"),
        ("/version", |v| v["ApiVersion"] = json!(null), "no_version"),
        ("/info", |v| v["SecurityOptions"] = json!(["name=seccomp,profile=unconfined"]), "no_seccomp"),
        ("/info", |v| v["OSType"] = json!("windows"), "not_linux"),
    ];
    for (path, alter, code) in cases {
        let place = Place::new();
        let rules = Rules { answers: vec![(path, change(alter))], ..Rules::default() };
        let proxy = Proxy::between(place.dir.path(), &support::engine(), rules);
        let tries = find_engines(Some(&proxy.address)).await;
        let refusal = tries[0].refusal().unwrap_or_else(|| panic!("{code}: {tries:?}"));
        assert_eq!(refusal.code, code, "{refusal:?}");
        assert!(!refusal.fix.is_empty());
    }
    let place = Place::new();
    let podman = change(|v| v["Components"] = json!([{"Name": "Podman Engine", "Version": "5.4.0"}]));
    let rules = Rules { answers: vec![("/version", podman)], ..Rules::default() };
    let proxy = Proxy::between(place.dir.path(), &support::engine(), rules);
    let tries = find_engines(Some(&proxy.address)).await;
    let engine = tries[0].engine().unwrap();
    assert_eq!((engine.kind, engine.api.as_str(), engine.native), (EngineKind::Podman, "1.41", true));
}

/// In a virtual machine (told by its kernel) sockets cannot be mounted: stdio is chosen.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_in_a_virtual_machine_is_spoken_to_over_stdio() {
    let place = Place::new();
    let elsewhere = change(|v| v["KernelVersion"] = json!("6.6.0-linuxkit"));
    let rules = Rules { answers: vec![("/info", elsewhere)], ..Rules::default() };
    let proxy = Proxy::between(place.dir.path(), &support::engine(), rules);
    let mut spec = place.spec(Jail::Container);
    spec.docker_host = Some(proxy.address.clone());
    let runner = start(spec.clone(), recorder()).await.unwrap();
    assert_eq!(runner.facts().transport, Transport::Stdio);
    assert_eq!(ask(&runner, "echo", json!("over stdio")).await, "over stdio");
    runner.stop(std::time::Duration::from_secs(5)).await;
    spec.transport = Transport::Socket;
    assert_eq!(start(spec, recorder()).await.unwrap_err().code(), "not_here");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_dies_in_mid_run_is_told_and_its_runner_ends() {
    for transport in [Transport::Socket, Transport::Stdio] {
        let place = Place::new();
        let proxy = Proxy::between(place.dir.path(), &support::engine(), Rules::default());
        let mut spec = place.spec(Jail::Container);
        spec.docker_host = Some(proxy.address.clone());
        spec.transport = transport;
        let runner = start(spec, recorder()).await.unwrap();
        let pid = runner.facts().pid.unwrap();
        proxy.cut();
        let reason = runner.exited().await;
        assert!(matches!(reason, ExitReason::EngineLost { .. }), "{transport:?}: {reason:?}");
        assert!(!runner.is_alive());
        // Nobody could kill it: it sees the end of its channel.
        let gone = || !std::path::Path::new(&format!("/proc/{pid}")).exists();
        support::until(&format!("the end of the runner over {transport:?}"), gone).await;
    }
}
