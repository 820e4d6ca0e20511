//! The escape suite: a real Node program tries to get out of both jails. Every attempt must fail inside, and the test
//! looks from outside that nothing happened. System calls that Node has no way to make are in `calls.rs`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is how a failure is told")]

mod support;

use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;
use std::time::Duration;

use axion_runner_host::{Access, ExitReason, RunnerHandle, start};
use serde_json::{Value, json};
use support::{Jail, Place, ask, grant, recorder};

const JAILS: [Jail; 2] = [Jail::Process, Jail::Container];
const SECRET: &str = "the person's secret";

/// A runner between a folder it may read, one it may write, and one it must not see.
struct Scene {
    place: Place,
    runner: RunnerHandle,
    jail: Jail,
    input: String,
    output: String,
    outside: PathBuf,
}

impl Scene {
    async fn set(jail: Jail, landlock_at_most: Option<u32>) -> Self {
        let place = Place::new();
        let (input, output, outside) = (place.folder("input"), place.folder("output"), place.folder("outside"));
        std::fs::write(outside.join("secret"), SECRET).unwrap();
        std::fs::set_permissions(&outside, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(input.join("given"), "given").unwrap();
        std::fs::set_permissions(input.join("given"), std::fs::Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink(&outside, input.join("way-out")).unwrap();
        std::os::unix::fs::symlink(outside.join("secret"), output.join("link-out")).unwrap();
        let mut spec = place.spec(jail);
        spec.landlock_at_most = landlock_at_most;
        spec.grants = vec![grant("in", input.clone(), Access::ReadOnly), grant("out", output.clone(), Access::ReadWrite)];
        let runner = start(spec, recorder()).await.unwrap();
        let (input, output) = match jail {
            Jail::Process => (input.display().to_string(), output.display().to_string()),
            Jail::Container => ("/grants/in".into(), "/grants/out".into()),
        };
        Self { place, runner, jail, input, output, outside }
    }

    async fn denied(&self, method: &str, params: Value) -> String {
        let answer = ask(&self.runner, method, params.clone()).await;
        assert_eq!(answer["outcome"], "denied", "{:?}: {method} {params} gave {answer}", self.jail);
        answer["code"].as_str().unwrap_or_default().to_owned()
    }

    async fn done(&self, method: &str, params: Value) -> Value {
        let answer = ask(&self.runner, method, params.clone()).await;
        assert_eq!(answer["outcome"], "done", "{:?}: {method} {params} gave {answer}", self.jail);
        answer["value"].clone()
    }

    async fn end(self) {
        self.runner.stop(Duration::from_secs(5)).await;
    }
}

async fn files(scene: &Scene) {
    let outside = scene.outside.display().to_string();
    let own = std::process::id();
    let home = scene.place.path("home").display().to_string();
    let (input, output) = (&scene.input, &scene.output);

    for path in [
        format!("{outside}/secret"),
        format!("{input}/../outside/secret"),
        format!("{input}/way-out/secret"),
        format!("{output}/link-out"),
        format!("/proc/{own}/environ"),
        format!("/proc/{own}/cwd/Cargo.toml"),
        format!("/proc/{own}/root/etc/shadow"),
        "/etc/shadow".into(),
        "/root/.bashrc".into(),
        "/dev/mem".into(),
        "/dev/vda".into(),
    ] {
        scene.denied("read", json!({ "path": path })).await;
    }
    for path in [outside.clone(), "/root".into(), home.clone(), format!("{home}/run"), format!("{input}/way-out")] {
        scene.denied("list", json!({ "path": path })).await;
    }
    // Either it is refused, or it is the image's own.
    let passwd = ask(&scene.runner, "read", json!({"path": "/etc/passwd"})).await;
    let theirs = std::fs::read_to_string("/etc/passwd").unwrap();
    assert!(passwd["outcome"] == "denied" || !theirs.starts_with(passwd["value"].as_str().unwrap()), "{passwd}");

    for path in [
        format!("{outside}/new"),
        format!("{outside}/secret"),
        format!("{output}/../outside/new"),
        format!("{output}/link-out"),
        format!("{input}/new"),
        format!("{input}/given"),
        format!("{home}/new"),
        "/etc/new".into(),
        "/new".into(),
        "/opt/axion/runner.mjs".into(),
        "/run/axion/new".into(),
        format!("/proc/{own}/oom_score_adj"),
        "/proc/sys/kernel/core_pattern".into(),
        "/sys/fs/cgroup/memory/cgroup.procs".into(),
    ] {
        scene.denied("write", json!({ "path": path, "text": "escaped" })).await;
    }
    for path in [format!("{input}/given"), format!("{outside}/secret")] {
        for method in ["append", "truncate", "openToEmpty", "remove", "mode", "times"] {
            scene.denied(method, json!({ "path": path })).await;
        }
    }
    scene.denied("modeByDescriptor", json!({"path": format!("{input}/given")})).await;
    scene.denied("makeFolder", json!({"path": format!("{input}/folder")})).await;
    for (from, to) in [
        (format!("{input}/given"), format!("{output}/taken")),
        (format!("{outside}/secret"), format!("{output}/taken")),
        (format!("{output}/link-out"), format!("{outside}/new")),
    ] {
        scene.denied("move", json!({ "from": from, "to": to })).await;
        scene.denied("link", json!({ "from": from, "to": to })).await;
    }
    scene.denied("addon", json!({"path": format!("{output}/addon.node")})).await;
    if scene.jail == Jail::Process {
        scene.denied("symlink", json!({"from": outside, "to": format!("{output}/new-link")})).await;
        scene.denied("watch", json!({ "path": outside })).await;
    }

    assert_eq!(std::fs::read_to_string(scene.outside.join("secret")).unwrap(), SECRET);
    assert_eq!(std::fs::read_dir(&scene.outside).unwrap().count(), 1);
    let given = scene.place.path("input/given");
    assert_eq!(std::fs::read_to_string(&given).unwrap(), "given");
    assert_eq!(std::fs::metadata(&given).unwrap().permissions().mode() & 0o777, 0o644);
    assert!(std::fs::metadata(&given).unwrap().modified().unwrap().elapsed().unwrap() < Duration::from_secs(3600));
    assert!(!scene.place.path("output/taken").exists());
    // And what is granted works: reading here, everything there.
    scene.done("read", json!({"path": format!("{input}/given")})).await;
    scene.done("makeFolder", json!({"path": format!("{output}/folder")})).await;
    scene.done("write", json!({"path": format!("{output}/folder/a"), "text": "a"})).await;
    scene.done("move", json!({"from": format!("{output}/folder/a"), "to": format!("{output}/b")})).await;
    scene.done("append", json!({"path": format!("{output}/b")})).await;
    scene.done("remove", json!({"path": format!("{output}/b")})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_outside_the_grants_stay_unread_and_unwritten() {
    for jail in JAILS {
        let scene = Scene::set(jail, None).await;
        files(&scene).await;
        scene.end().await;
    }
}

/// Debian 12's kernel has Landlock's second version: what it lacks, the call filter makes up for.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_holds_with_older_versions_of_landlock() {
    for abi in [2, 4] {
        let scene = Scene::set(Jail::Process, Some(abi)).await;
        files(&scene).await;
        network(&scene).await;
        processes(&scene).await;
        scene.end().await;
    }
}

async fn network(scene: &Scene) {
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    tcp.set_nonblocking(true).unwrap();
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.set_nonblocking(true).unwrap();
    let path = scene.outside.join("other.sock");
    let unix = UnixListener::bind(&path).unwrap();
    unix.set_nonblocking(true).unwrap();
    let name = format!("axion-escape-{}", std::process::id());
    let abstract_socket = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    abstract_socket.set_nonblocking(true).unwrap();

    scene.denied("tcp", json!({"host": "127.0.0.1", "port": tcp.local_addr().unwrap().port()})).await;
    scene.denied("tcp", json!({"host": "::1", "port": 22})).await;
    scene.denied("tcp", json!({"host": "192.0.2.1", "port": 80})).await;
    scene.denied("resolve", json!({"name": "example.org"})).await;
    scene.denied("unix", json!({"path": path})).await;
    scene.denied("unix", json!({"path": format!("\0{name}")})).await;
    scene.denied("unix", json!({"path": "/var/run/docker.sock"})).await;
    scene.denied("unix", json!({"path": "/run/axion/host.sock"})).await;
    scene.denied("unix", json!({"path": support::engine().trim_start_matches("unix://")})).await;
    scene.denied("listenUnix", json!({"path": scene.outside.join("mine.sock")})).await;
    // A datagram needs no answer: what counts is that it does not arrive.
    ask(&scene.runner, "udp", json!({"host": "127.0.0.1", "port": udp.local_addr().unwrap().port()})).await;
    // In a container a program may listen on its own loopback, which nobody else has.
    let listening = ask(&scene.runner, "listenTcp", json!(null)).await;
    match scene.jail {
        Jail::Process => assert_eq!(listening["outcome"], "denied"),
        Jail::Container => {
            if let Some(port) = listening["value"]["port"].as_u64() {
                let address = std::net::SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
                assert!(std::net::TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err());
            }
        }
    }

    assert!(tcp.accept().is_err(), "a connection arrived");
    assert!(udp.recv(&mut [0; 8]).is_err(), "a datagram arrived");
    assert!(unix.accept().is_err(), "a connection arrived at a socket elsewhere");
    assert!(abstract_socket.accept().is_err(), "a connection arrived at an abstract socket");
    std::fs::remove_file(path).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_reached_over_any_kind_of_socket() {
    for jail in JAILS {
        let scene = Scene::set(jail, None).await;
        network(&scene).await;
        scene.end().await;
    }
}

async fn processes(scene: &Scene) {
    let own = std::process::id();
    // Signal 0 asks only; anything that works on us would end the test.
    for signal in ["SIGTERM", "SIGKILL", "SIGSTOP"] {
        scene.denied("kill", json!({"pid": own, "signal": signal})).await;
    }
    scene.denied("kill", json!({"pid": own, "signal": 0})).await;
    scene.denied("priority", json!({"pid": own})).await;
    scene.denied("run", json!({"program": "/bin/sh", "args": ["-c", "id"]})).await;
    scene.denied("run", json!({"program": "/usr/bin/env"})).await;
    // Its own program, put where it may write.
    let copied = format!("{}/copied", scene.output);
    let target = scene.place.path("output/copied");
    std::fs::copy("/bin/true", &target).unwrap();
    if scene.jail == Jail::Process {
        scene.denied("run", json!({"program": copied})).await;
        scene.denied("run", json!({"program": support::node(), "args": ["--version"]})).await;
    }
    std::fs::remove_file(target).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_processes_are_out_of_reach_and_none_can_be_started() {
    for jail in JAILS {
        let scene = Scene::set(jail, None).await;
        processes(&scene).await;
        let environment = ask(&scene.runner, "environment", json!(null)).await;
        let known = [
            "AXION_CHANNEL",
            "AXION_TOKEN",
            "AXION_GRANTS",
            "TMPDIR",
            "HOME",
            "LANG",
            "TZ",
            "OPENSSL_CONF",
            "UV_USE_IO_URING",
            "LD_LIBRARY_PATH",
            "PATH",
            "HOSTNAME",
        ];
        let names: Vec<&String> = environment.as_object().unwrap().keys().collect();
        assert!(names.iter().all(|name| known.contains(&name.as_str())), "{jail:?}: {names:?}");
        for name in ["CARGO_MANIFEST_DIR", "USER", "AXION_NODE"] {
            assert!(environment.get(name).is_none(), "{name} of the host is seen");
        }
        scene.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_kernel_says_of_the_runner_shows_every_fence() {
    for jail in JAILS {
        let scene = Scene::set(jail, None).await;
        let pid = scene.runner.facts().pid.unwrap();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned();
        assert_eq!(field("NoNewPrivs:"), "1", "{jail:?}");
        assert_eq!(field("Seccomp:"), "2", "{jail:?}");
        // Only root can empty the bounding set of a process; no_new_privs makes it meaningless for others.
        let bounding = jail == Jail::Container || field("Uid:").starts_with('0');
        let sets = ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:", "CapBnd:"];
        for set in &sets[..if bounding { 5 } else { 4 }] {
            assert_eq!(field(set), "0000000000000000", "{jail:?} {set}");
        }
        scene.end().await;
    }
}

fn tasks() -> usize {
    let processes = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().first().is_some_and(u8::is_ascii_digit));
    processes.filter_map(|entry| std::fs::read_dir(entry.path().join("task")).ok()).map(Iterator::count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_bomb_does_not_go_off() {
    for jail in JAILS {
        let scene = Scene::set(jail, None).await;
        let before = tasks();
        let counting = tokio::task::spawn_blocking(|| {
            let mut most = 0;
            for _ in 0..40 {
                most = most.max(tasks());
                std::thread::sleep(Duration::from_millis(25));
            }
            most
        });
        let bomb = ask(&scene.runner, "forkBomb", json!({"count": 400})).await;
        match jail {
            Jail::Process => assert_eq!(bomb["started"], 0, "{bomb}"),
            Jail::Container => assert!(bomb["started"].as_u64().unwrap() < 128, "{bomb}"),
        }
        let most = counting.await.unwrap();
        assert!(most < before + 400, "{jail:?}: {before} tasks became {most}");
        scene.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_of_threads_is_bounded() {
    for jail in JAILS {
        let place = Place::new();
        let mut spec = place.spec(jail);
        spec.limits.pids = 48;
        let runner = start(spec, recorder()).await.unwrap();
        let pid = runner.facts().pid.unwrap();
        let threads = || std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
        let _ = runner.request("threadBomb", &serde_json::value::to_raw_value(&json!({"count": 300})).unwrap()).await;
        // It may have died of it, or live with what it got.
        let limited = tokio::time::timeout(Duration::from_secs(3), runner.exited()).await;
        if limited.is_err() {
            let count = threads();
            assert!(count <= 48 || !has_cgroup(&runner), "{jail:?}: {count} threads");
        }
        runner.stop(Duration::from_millis(100)).await;
    }
}

fn has_cgroup(runner: &RunnerHandle) -> bool {
    let facts = serde_json::to_string(runner.facts()).unwrap();
    facts.contains("\"mode\":\"container\"") || facts.contains("cgroup (")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_bomb_ends_its_runner_and_nothing_else() {
    for jail in JAILS {
        for way in ["heap", "buffers"] {
            let place = Place::new();
            let neighbour = start(place.spec(jail), recorder()).await.unwrap();
            let mut spec = place.spec(jail);
            spec.limits.memory_mib = 192;
            let runner = start(spec, recorder()).await.unwrap();
            let params = serde_json::value::to_raw_value(&json!({ "way": way })).unwrap();
            let outcome = tokio::time::timeout(Duration::from_secs(30), runner.request("memoryBomb", &params)).await;
            let error = outcome.expect("the bomb was not stopped").unwrap_err();
            if error.is_gone() {
                assert_eq!(runner.exited().await, ExitReason::Memory, "{jail:?} {way}");
            }
            assert_eq!(ask(&neighbour, "echo", json!("alive")).await, "alive");
            neighbour.stop(Duration::from_secs(5)).await;
            runner.stop(Duration::from_millis(100)).await;
        }
    }
}
