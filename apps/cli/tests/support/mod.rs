//! The binary on a home of its own, and what is needed to run graphs for real.
#![allow(dead_code, reason = "each test file uses its part")]

#[cfg(target_os = "linux")]
pub mod crash;
#[cfg(target_os = "linux")]
pub mod terminal;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// What no command and no next line takes longer than, also on a machine that is busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Runs a command to its end; one that hangs is ended and says so in its output.
pub fn to_the_end(command: &mut Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    let (done, waiting) = channel::<()>();
    let watch = std::thread::spawn(move || {
        let hangs = waiting.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        if hangs {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        }
        hangs
    });
    let mut output = child.wait_with_output().unwrap();
    drop(done);
    if watch.join().unwrap() {
        output.stderr.extend(format!("\nended by the test after {PATIENCE:?}: {command:?}").as_bytes());
    }
    output
}

/// The lines that a child says, waited for with a bound. What does not come is told with what was said on the other stream.
pub struct Lines {
    lines: Receiver<String>,
    beside: Receiver<String>,
}

impl Lines {
    pub fn of(child: &mut Child) -> Self {
        Self { lines: spoken(child.stdout.take()), beside: spoken(child.stderr.take()) }
    }
    /// The next line; `None` at the end.
    pub fn next(&self, what: &str) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => None,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("waited {PATIENCE:?} for {what}; {}", self.aside()),
        }
    }
    /// All of standard error, once the child has ended.
    pub fn all_aside(&self) -> String {
        self.beside.iter().collect::<Vec<_>>().join("\n")
    }
    pub fn aside(&self) -> String {
        format!("on standard error: {:?}", self.beside.try_iter().collect::<Vec<_>>())
    }
}

fn spoken(stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    if let Some(stream) = stream {
        // Reads on when nobody listens, so that the child never stands at a full pipe.
        std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
    }
    receiver
}

/// A home, and a folder beside it for files.
pub struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("work")).unwrap();
        Self { dir }
    }
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("home")
    }
    pub fn work(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join("work")
    }
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.work().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
    pub fn graph(&self, name: &str, graph: &Value) -> PathBuf {
        self.write(name, graph.to_string())
    }
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_axion"));
        command
            .arg("--home")
            .arg(self.path())
            .env_remove("AXION_HOME")
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .stdin(Stdio::null());
        command
    }
    pub fn axion<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(to_the_end(self.command().args(arguments)))
    }
    pub fn call(&self, command: &str, params: &Value) -> Result<Value, Value> {
        let ran = self.axion(["call", command, &params.to_string()]);
        match ran.code {
            0 => Ok(serde_json::from_str(&ran.out).unwrap()),
            1 => Err(serde_json::from_str(ran.err.lines().last().unwrap()).unwrap()),
            code => panic!("axion call ended with {code}: {}", ran.err),
        }
    }
    /// Runs a graph as a process runner with `--json`.
    pub fn run(&self, file: &Path, more: &[&str]) -> Ran {
        let mut arguments = vec!["run", file.to_str().unwrap(), "--json", "--runner", "process"];
        arguments.extend(more);
        self.axion(arguments)
    }
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
    /// The events on standard output; checks that nothing else is there.
    pub fn events(&self) -> Vec<Value> {
        let events: Vec<Value> =
            self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not an event: {line}"))).collect();
        for (index, event) in events.iter().enumerate() {
            assert_eq!(event["seq"], index + 1, "gap-free");
        }
        if let Some(last) = events.last() {
            assert_eq!(last["type"], "run-finished", "the last one is the end");
        }
        events
    }
    pub fn code(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "\nout: {}\nerr: {}", self.out.chars().take(2000).collect::<String>(), self.err);
        self
    }
    /// Refused before anything was executed: exit 2, nothing on standard output, each word said.
    pub fn refused(&self, words: &[&str]) {
        self.code(2);
        assert_eq!(self.out, "");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not said in: {}", self.err);
        }
    }
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Whether graphs can run here: the runner was built and there is a Node for it. A test that returns early says why.
pub fn can_run() -> bool {
    let bundle = repository().join("services/runner/dist/runner.mjs");
    if !bundle.is_file() {
        return skip("the runner is not built (npm start builds it)");
    }
    let node = std::env::var_os("AXION_NODE").filter(|node| !node.is_empty()).map_or_else(|| PathBuf::from("node"), PathBuf::from);
    let version =
        Command::new(node).arg("--version").output().ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    let mut parts = version.trim().trim_start_matches('v').split('.').filter_map(|part| part.parse::<u32>().ok());
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if (major, minor) < (22, 19) {
        return skip("there is no Node 22.19 or newer in AXION_NODE or on the PATH");
    }
    true
}

/// Left out on a developer's machine; in CI nothing is.
fn skip(why: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "graphs cannot run: {why}");
    eprintln!("SKIPPED: {why}");
    false
}

/// A graph from nodes (`[id, kind, config, parent?]`) and edges (`"a.out > b.in"`).
pub fn graph(nodes: &[Value], edges: &[&str]) -> Value {
    let nodes: Vec<Value> = nodes
        .iter()
        .map(|node| {
            let mut record = json!({ "id": node[0], "kind": node[1], "name": node[0], "config": node[2] });
            if let Some(parent) = node.get(3) {
                record["parent"] = parent.clone();
            }
            record
        })
        .collect();
    let end = |text: &str| {
        let (node, port) = text.trim().split_once('.').unwrap();
        json!({ "node": node, "port": port })
    };
    let edges: Vec<Value> = edges
        .iter()
        .enumerate()
        .map(|(index, edge)| {
            let (from, to) = edge.split_once('>').unwrap();
            json!({ "id": format!("e{index}"), "from": end(from), "to": end(to) })
        })
        .collect();
    json!({ "axion": 1, "id": "test", "name": "Test", "slots": [], "nodes": nodes, "edges": edges })
}

pub fn with_slot(mut graph: Value, slot: &str, access: &str) -> Value {
    graph["slots"].as_array_mut().unwrap().push(json!({ "id": slot, "access": access }));
    graph
}

/// `axion serve`, ended with the test.
pub struct Served {
    pub child: Child,
    pub url: String,
    pub port: u16,
    pub token: String,
    _out: Lines,
}

impl Served {
    pub fn start(home: &Home) -> Self {
        let mut child =
            home.command().args(["serve", "--json", "--no-open"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = Lines::of(&mut child);
        let line = out.next("the address").unwrap_or_else(|| panic!("no address came; {}", out.aside()));
        let address: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the first line is no address: {line:?}"));
        assert_eq!(address["pid"], child.id());
        let text = |name: &str| address[name].as_str().unwrap().to_owned();
        Self { child, url: text("url"), port: address["port"].as_u64().unwrap().try_into().unwrap(), token: text("token"), _out: out }
    }
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
