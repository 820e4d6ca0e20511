//! A home in a temporary folder, and runners that do in this process what a test tells them.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod turns;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axion_core::{Client, Core, Outbox, Resources, Runner, Runners, Setup, SystemHost, Wanted};
use axion_protocol::{ErrorCode, ErrorInfo, RunnerFacts, RunnerMode, Shell, StartedBy};
use axion_runner_host::{RpcError, RunnerEvents};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

/// What a runner is told to do with a run.
pub type Script = Arc<dyn Fn(Attempt) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// One attempt at a run, from the runner's side.
pub struct Attempt {
    pub run_id: String,
    pub number: u64,
    pub journal: Vec<Value>,
    pub blobs: Vec<Value>,
    pub cancelled: watch::Receiver<bool>,
    pub answers: mpsc::UnboundedReceiver<Value>,
    events: Arc<dyn RunnerEvents>,
    gone: watch::Sender<Option<String>>,
}

impl Attempt {
    pub async fn ask(&self, method: &str, params: Value) -> Result<Value, RpcError> {
        let params = RawValue::from_string(params.to_string()).unwrap();
        self.events.request(method, &params).await.map(|answer| serde_json::from_str(answer.get()).unwrap())
    }
    pub async fn append(&self, events: Value) -> Result<Value, RpcError> {
        self.ask("journal_append", json!({ "runId": self.run_id, "events": events })).await
    }
    pub async fn step(&self, node: &str) {
        self.append(json!([{ "type": "step-finished", "ts": 1, "node": node, "state": "succeeded", "ms": 0.5 }])).await.unwrap();
    }
    pub async fn finish(&self, state: &str) {
        self.append(json!([finished(state)])).await.unwrap();
    }
    pub fn has(&self, node: &str) -> bool {
        self.journal.iter().any(|event| event["type"] == "step-finished" && event["node"] == node)
    }
    pub fn die(&self, why: &str) {
        self.gone.send_replace(Some(why.into()));
    }
    pub async fn until_cancelled(&mut self) {
        self.cancelled.wait_for(|cancelled| *cancelled).await.unwrap();
    }
}

pub fn finished(state: &str) -> Value {
    let steps = json!({ "total": 2, "succeeded": 2, "failed": 0, "skipped": 0, "cancelled": 0, "running": 0, "waiting": 0 });
    json!({ "type": "run-finished", "ts": 9, "state": state, "ms": 3.25, "outputs": { "out": { "type": "inline", "value": { "z": 1, "a": 0.1 } } }, "steps": steps })
}

/// Runners made of a script.
pub struct Scripted {
    script: Script,
    pub starts: AtomicUsize,
    pub kills: Arc<AtomicUsize>,
    pub wanted: Mutex<Vec<Wanted>>,
    pub refuse: Mutex<Option<ErrorInfo>>,
}

pub fn scripted<F, Fut>(script: F) -> Arc<Scripted>
where
    F: Fn(Attempt) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    Arc::new(Scripted {
        script: Arc::new(move |attempt| Box::pin(script(attempt))),
        starts: AtomicUsize::new(0),
        kills: Arc::default(),
        wanted: Mutex::default(),
        refuse: Mutex::default(),
    })
}

struct Fake {
    script: Script,
    events: Arc<dyn RunnerEvents>,
    gone: watch::Sender<Option<String>>,
    cancelled: watch::Sender<bool>,
    answers: Mutex<Option<mpsc::UnboundedSender<Value>>>,
    kills: Arc<AtomicUsize>,
}

#[async_trait]
impl Runners for Scripted {
    async fn get(&self, wanted: Wanted, events: Arc<dyn RunnerEvents>) -> Result<Box<dyn Runner>, ErrorInfo> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        self.wanted.lock().unwrap().push(wanted);
        if let Some(info) = self.refuse.lock().unwrap().clone() {
            return Err(info);
        }
        Ok(Box::new(Fake {
            script: self.script.clone(),
            events,
            gone: watch::Sender::new(None),
            cancelled: watch::Sender::new(false),
            answers: Mutex::default(),
            kills: self.kills.clone(),
        }))
    }
    async fn close(&self) {}
}

#[async_trait]
impl Runner for Fake {
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        let params: Value = serde_json::from_str(params.get()).unwrap();
        let result = match method {
            "run_start" if params["graph"]["name"] == "Refused" => {
                let problem = json!({ "code": "unknown_kind", "message": "There is no such kind.", "node": "a", "field": "kind" });
                let info = json!({ "code": "graph_invalid", "message": "The graph cannot be run.", "problems": [problem] });
                return Err(RpcError::new(-32000, "refused").with_data(RawValue::from_string(info.to_string()).unwrap()));
            }
            "run_start" => {
                let (sender, answers) = mpsc::unbounded_channel();
                *self.answers.lock().unwrap() = Some(sender);
                let list = |name: &str| params[name].as_array().unwrap().clone();
                let attempt = Attempt {
                    run_id: params["runId"].as_str().unwrap().into(),
                    number: params["attempt"].as_u64().unwrap(),
                    journal: list("journal"),
                    blobs: list("blobs"),
                    cancelled: self.cancelled.subscribe(),
                    answers,
                    events: self.events.clone(),
                    gone: self.gone.clone(),
                };
                let (script, gone) = (tokio::spawn((self.script)(attempt)), self.gone.clone());
                // A failed assertion in a script ends the run, and with it the test.
                tokio::spawn(async move {
                    if script.await.is_err() {
                        gone.send_replace(Some("the script panicked".into()));
                    }
                });
                json!({ "nodes": 2 })
            }
            "run_cancel" => {
                self.cancelled.send_replace(true);
                json!({})
            }
            "approval_answer" => {
                if let Some(sender) = &*self.answers.lock().unwrap() {
                    let _ = sender.send(params);
                }
                json!({})
            }
            "validate" => json!({ "ok": true, "nodes": 0, "problems": [] }),
            _ => return Err(RpcError::method_not_found(method)),
        };
        Ok(RawValue::from_string(result.to_string()).unwrap())
    }
    async fn notify(&self, _method: &str, _params: &RawValue) -> Result<(), RpcError> {
        Ok(())
    }
    fn facts(&self) -> RunnerFacts {
        RunnerFacts { mode: RunnerMode::Process, engine: None, jail: "test".into(), node: "24.0.0".into(), ready_ms: 1.0, fallback: None }
    }
    async fn gone(&self) -> String {
        let mut gone = self.gone.subscribe();
        let why = gone.wait_for(Option::is_some).await.unwrap().clone();
        why.unwrap()
    }
    fn kill(&self) {
        self.kills.fetch_add(1, Ordering::SeqCst);
        self.gone.send_replace(Some("killed".into()));
    }
}

/// Core on a home, with one client.
pub struct World {
    pub core: Core,
    pub client: Arc<Client>,
    pub outbox: Outbox,
}

pub async fn open(home: &Path, runners: Arc<dyn Runners>) -> World {
    let resources = Resources { runner_bundle: PathBuf::new(), examples: home.join("../examples"), web: PathBuf::new() };
    let setup = Setup { home: home.to_path_buf(), resources, runners: Some(runners) };
    let core = Core::open(setup, Arc::new(SystemHost(Shell::Serve))).await.unwrap();
    let (client, outbox) = core.connect(StartedBy::Browser);
    World { core, client, outbox }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

pub fn fresh(prefix: &str) -> String {
    format!("{prefix}{}", NEXT.fetch_add(1, Ordering::SeqCst))
}

impl World {
    pub async fn call(&self, command: &str, params: Value) -> Result<Value, ErrorInfo> {
        let answer = self.client.call(command, &params.to_string()).await;
        answer.outcome.map(|text| serde_json::from_str(&text).unwrap())
    }
    pub async fn ok(&self, command: &str, params: Value) -> Value {
        self.call(command, params).await.unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }
    pub async fn refused(&self, command: &str, params: Value) -> ErrorInfo {
        match self.call(command, params).await {
            Ok(value) => panic!("{command} was accepted: {value}"),
            Err(info) => info,
        }
    }
    pub async fn start(&self) -> String {
        let run_id = fresh("r");
        let document = json!({ "axion": 1, "id": "g", "name": "Test", "slots": [], "nodes": [], "edges": [] });
        self.ok("start_run", json!({ "runId": run_id, "document": document })).await;
        run_id
    }
    /// Reads a run's stream until its last event.
    pub async fn seen_through(&mut self, run_id: &str) -> Vec<Value> {
        let stream = format!("run:{run_id}");
        self.ok("subscribe", json!({ "stream": stream, "after": 0 })).await;
        let mut events: Vec<Value> = Vec::new();
        loop {
            let batch: Value = serde_json::from_str(&self.outbox.next().await.unwrap().json).unwrap();
            if batch["stream"] != stream.as_str() {
                continue;
            }
            assert_eq!(batch["type"], "stream-batch");
            for event in batch["events"].as_array().unwrap() {
                assert_eq!(event["seq"].as_u64().unwrap(), events.len() as u64 + 1, "gap-free");
                assert_eq!(event["runId"], run_id);
                events.push(event.clone());
            }
            if events.last().is_some_and(|event| event["type"] == "run-finished") {
                // The row is written in the same transaction; the supervision lets go a moment later.
                self.core.runs_done().await;
                return events;
            }
        }
    }
}

pub fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

pub fn code(error: &ErrorInfo) -> ErrorCode {
    error.code
}
