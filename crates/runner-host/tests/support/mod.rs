//! What the integration tests share: Node, the test engine, bundles made of the fixtures, a sink that records.
#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in tests a panic is how a failure is told")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use axion_runner_host::{Access, Grant, RpcError, RunnerEvents, RunnerHandle, RunnerMode, RunnerSpec};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// Node ≥ 22.19: `AXION_NODE`, else the first fitting one on the PATH, else the test fails with what to do.
pub fn node() -> &'static Path {
    static NODE: OnceLock<PathBuf> = OnceLock::new();
    NODE.get_or_init(|| {
        let named = std::env::var_os("AXION_NODE").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let on_path = std::env::split_paths(&path).map(|folder| folder.join("node"));
        let candidates: Vec<PathBuf> = match named {
            Some(node) => vec![node],
            None => on_path.collect(),
        };
        candidates
            .iter()
            .find(|node| is_new_enough(node))
            .unwrap_or_else(|| panic!("no Node 22.19 or newer among {candidates:?}; set AXION_NODE"))
            .clone()
    })
}

fn is_new_enough(node: &Path) -> bool {
    let Ok(output) = Command::new(node).arg("--version").output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut parts = text.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (22, 19)
}

/// Address of a container engine; started by `tools/docker-test-engine.sh` if none answers.
pub fn engine() -> String {
    static ENGINE: OnceLock<String> = OnceLock::new();
    let start = || {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/docker-test-engine.sh");
        let output = Command::new(script).output().expect("the script that starts the test engine");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    ENGINE.get_or_init(start).clone()
}

/// Which jail a test runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jail {
    Process,
    Container,
}

/// A place with a home and folders, and specifications for runners in it.
pub struct Place {
    pub dir: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("home")).unwrap();
        Self { dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// One file, as a real bundle is: the fixture with its channel in front.
    pub fn bundle(&self, fixture: &str, first_line: &str) -> PathBuf {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let read = |name: &str| std::fs::read_to_string(fixtures.join(name)).unwrap();
        let channel = read("channel.mjs").replace("export const ", "const ");
        let body: String = read(fixture).lines().filter(|line| !line.contains("./channel.mjs")).map(|l| format!("{l}\n")).collect();
        // Imports of both are hoisted; a name that both import is imported once.
        let body = body.replace("import net from \"node:net\";\n", "");
        let path = self.path(&format!("{fixture}-{}.mjs", first_line.len()));
        std::fs::write(&path, format!("{first_line}\n{channel}\n{body}")).unwrap();
        path
    }

    pub fn spec(&self, jail: Jail) -> RunnerSpec {
        let mut spec = RunnerSpec::new(node(), self.bundle("escape.mjs", ""), self.path("home"));
        spec.mode = match jail {
            Jail::Process => RunnerMode::Process,
            Jail::Container => RunnerMode::Docker,
        };
        if jail == Jail::Container {
            spec.docker_host = Some(engine());
        }
        spec
    }
}

pub fn grant(slot: &str, path: PathBuf, access: Access) -> Grant {
    Grant { slot: slot.into(), path, access }
}

/// Records what a runner asks and tells.
#[derive(Default)]
pub struct Recorder {
    pub requests: Mutex<Vec<(String, Value)>>,
    pub notifications: Mutex<Vec<(String, Value)>>,
}

#[async_trait::async_trait]
impl RunnerEvents for Recorder {
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        self.requests.lock().unwrap().push((method.into(), serde_json::from_str(params.get()).unwrap()));
        match method {
            "journal_append" => Ok(to_raw_value(&json!({"head": 1})).unwrap()),
            _ => Err(RpcError::method_not_found(method)),
        }
    }

    async fn notification(&self, method: &str, params: &RawValue) {
        self.notifications.lock().unwrap().push((method.into(), serde_json::from_str(params.get()).unwrap()));
    }
}

pub fn recorder() -> Arc<Recorder> {
    Arc::default()
}

/// Asks and decodes.
pub async fn ask(runner: &RunnerHandle, method: &str, params: Value) -> Value {
    let params = to_raw_value(&params).unwrap();
    let answer = runner.request(method, &params).await.unwrap_or_else(|error| panic!("{method}: {error}"));
    serde_json::from_str(answer.get()).unwrap()
}

/// Waits for a condition of the outside world that nothing announces.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !holds() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "never came: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
