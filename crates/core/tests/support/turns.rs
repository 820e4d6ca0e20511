//! Runners whose agent does in this process what a test tells it.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axion_core::{Runner, Runners, Wanted};
use axion_protocol::{ErrorInfo, RunnerFacts, RunnerMode};
use axion_runner_host::{RpcError, RunnerEvents};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::World;

/// Nothing that is waited for takes this long, on a loaded machine either.
const PATIENCE: Duration = Duration::from_secs(30);

pub type Script = Arc<dyn Fn(Turn) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// One attempt at a turn, from the runner's side.
pub struct Turn {
    pub turn_id: String,
    pub message_id: String,
    pub params: Value,
    pub journal: Vec<Value>,
    pub cancelled: watch::Receiver<bool>,
    pub told: mpsc::UnboundedReceiver<(String, Value)>,
    pub events: Arc<dyn RunnerEvents>,
    gone: watch::Sender<Option<String>>,
}

impl Turn {
    pub async fn ask(&self, method: &str, params: Value) -> Result<Value, RpcError> {
        let params = RawValue::from_string(params.to_string()).unwrap();
        self.events.request(method, &params).await.map(|answer| serde_json::from_str(answer.get()).unwrap())
    }
    /// Writes events; what each of this turn has is added.
    pub async fn append(&self, events: Vec<Value>) -> Result<Value, RpcError> {
        let whole: Vec<Value> = events.into_iter().map(|event| self.whole(event)).collect();
        self.ask("turn_append", json!({ "turnId": self.turn_id, "events": whole })).await
    }
    pub fn whole(&self, event: Value) -> Value {
        let mut whole = json!({ "type": event["type"], "ts": 1, "turnId": self.turn_id });
        if !["tool-started", "tool-finished", "request-answered", "todos-changed", "context-measured"]
            .contains(&event["type"].as_str().unwrap())
        {
            whole["messageId"] = json!(self.message_id);
        }
        for (key, value) in event.as_object().unwrap() {
            whole[key] = value.clone();
        }
        whole
    }
    pub async fn say(&self, part: u64, offset: u64, text: &str) {
        self.append(vec![text_added(part, offset, text)]).await.unwrap();
    }
    pub async fn delta(&self, part: u64, offset: u64, text: &str) {
        let params =
            json!({ "turnId": self.turn_id, "messageId": self.message_id, "part": part, "kind": "text", "offset": offset, "text": text });
        self.events.notification("turn_delta", &RawValue::from_string(params.to_string()).unwrap()).await;
    }
    pub async fn finish(&self) {
        self.append(vec![finished("succeeded")]).await.unwrap();
    }
    pub fn die(&self, why: &str) {
        self.gone.send_replace(Some(why.into()));
    }
    pub async fn until_cancelled(&mut self) {
        self.cancelled.wait_for(|cancelled| *cancelled).await.unwrap();
    }
    /// Waits for something that Core tells by this method.
    pub async fn until_told(&mut self, method: &str) -> Value {
        loop {
            let (name, params) = self.told.recv().await.unwrap();
            if name == method {
                return params;
            }
        }
    }
    pub fn has(&self, kind: &str) -> bool {
        self.journal.iter().any(|event| event["type"] == kind)
    }
}

pub fn text_added(part: u64, offset: u64, text: &str) -> Value {
    json!({ "type": "text-added", "part": part, "kind": "text", "offset": offset, "text": text })
}

pub fn finished(state: &str) -> Value {
    json!({ "type": "turn-finished", "state": state, "ms": 3.5, "usage": { "inputTokens": 7, "outputTokens": 11 } })
}

pub fn called(part: u64, call: &str, read_only: bool) -> Value {
    let safety = json!({ "readOnly": read_only, "destructive": false, "idempotent": read_only });
    json!({ "type": "tool-called", "callId": call, "part": part, "tool": "read", "title": "Read", "arguments": { "path": "a" }, "safety": safety })
}

pub fn ended(call: &str) -> Value {
    json!({ "type": "tool-finished", "callId": call, "state": "succeeded", "ms": 1, "output": { "type": "inline", "value": "text" } })
}

pub fn asks(part: u64, request: &str) -> Value {
    let options = json!([{ "id": "yes", "label": "Yes" }, { "id": "no", "label": "No" }]);
    let request = json!({ "requestId": request, "kind": "question", "title": "Go on?", "facts": [], "options": options, "freeText": true });
    json!({ "type": "request-opened", "part": part, "request": request })
}

/// Runners made of a script.
pub struct Agents {
    script: Script,
    pub starts: AtomicUsize,
    pub kills: Arc<AtomicUsize>,
    pub wanted: Mutex<Vec<Wanted>>,
    pub refuse: Mutex<Option<ErrorInfo>>,
    /// A permit for each runner that may come.
    pub gate: tokio::sync::Semaphore,
}

pub fn agents<F, Fut>(script: F) -> Arc<Agents>
where
    F: Fn(Turn) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    Arc::new(Agents {
        script: Arc::new(move |turn| Box::pin(script(turn))),
        starts: AtomicUsize::new(0),
        kills: Arc::default(),
        wanted: Mutex::default(),
        refuse: Mutex::default(),
        gate: tokio::sync::Semaphore::new(1000),
    })
}

struct Fake {
    script: Script,
    events: Arc<dyn RunnerEvents>,
    gone: watch::Sender<Option<String>>,
    cancelled: watch::Sender<bool>,
    told: Mutex<Option<mpsc::UnboundedSender<(String, Value)>>>,
    kills: Arc<AtomicUsize>,
}

#[async_trait]
impl Runners for Agents {
    async fn get(&self, wanted: Wanted, events: Arc<dyn RunnerEvents>) -> Result<Box<dyn Runner>, ErrorInfo> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        self.wanted.lock().unwrap().push(wanted);
        if let Some(info) = self.refuse.lock().unwrap().clone() {
            return Err(info);
        }
        self.gate.acquire().await.unwrap().forget();
        Ok(Box::new(Fake {
            script: self.script.clone(),
            events,
            gone: watch::Sender::new(None),
            cancelled: watch::Sender::new(false),
            told: Mutex::default(),
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
            "turn_start" => {
                // What Core puts together must be what the protocol says.
                let _: axion_protocol::TurnStartParams = serde_json::from_value(params.clone()).unwrap();
                let (sender, told) = mpsc::unbounded_channel();
                *self.told.lock().unwrap() = Some(sender);
                let turn = Turn {
                    turn_id: params["turnId"].as_str().unwrap().into(),
                    message_id: params["messageId"].as_str().unwrap().into(),
                    journal: params["journal"].as_array().unwrap().clone(),
                    params,
                    cancelled: self.cancelled.subscribe(),
                    told,
                    events: self.events.clone(),
                    gone: self.gone.clone(),
                };
                let (script, gone) = (tokio::spawn((self.script)(turn)), self.gone.clone());
                // A failed assertion in a script ends the turn, and with it the test.
                tokio::spawn(async move {
                    if script.await.is_err() {
                        gone.send_replace(Some("the script panicked".into()));
                    }
                });
                json!({ "started": true })
            }
            // A graph that an agent runs: one step that takes its input over.
            "run_start" => {
                let (events, run_id, input) = (self.events.clone(), params["runId"].clone(), params["input"].clone());
                tokio::spawn(async move {
                    let mut end = super::finished("succeeded");
                    end["outputs"] = json!({ "out": { "type": "inline", "value": input } });
                    let params = json!({ "runId": run_id, "events": [end] });
                    events.request("journal_append", &RawValue::from_string(params.to_string()).unwrap()).await.unwrap();
                });
                json!({ "nodes": 1 })
            }
            "turn_cancel" => {
                self.cancelled.send_replace(true);
                json!({})
            }
            "compact" => {
                let ids = |part: &[Value]| part.iter().map(|message| message["id"].clone()).collect::<Vec<_>>();
                let messages = params["messages"].as_array().unwrap();
                let (dropped, kept) = messages.split_at(messages.len().saturating_sub(2));
                json!({ "preview": {
                    "summary": format!("Summary of {}.{}", dropped.len(), params["summary"]["text"].as_str().unwrap_or_default()), "by": "extract",
                    "kept": ids(kept), "dropped": ids(dropped), "tokensBefore": 1000, "tokensAfter": 100,
                    "messagesBefore": messages.len(), "messagesAfter": kept.len() + 1,
                } })
            }
            "turn_steer" | "turn_answer" | "turn_mode" | "turn_unsteer" => {
                if let Some(sender) = &*self.told.lock().unwrap() {
                    let _ = sender.send((method.into(), params));
                }
                json!({ "taken": true })
            }
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

pub async fn chat(home: &Path, agents: Arc<Agents>) -> (World, String) {
    let world = super::open(home, agents).await;
    let session = world.ok("create_session", json!({})).await["id"].as_str().unwrap().to_owned();
    (world, session)
}

impl World {
    /// What the session's stream has, without its first event.
    pub async fn story(&self, session: &str) -> Vec<Value> {
        let page = self.ok("read_stream", json!({ "stream": format!("session:{session}"), "limit": 10_000 })).await;
        let events = page["events"].as_array().unwrap().clone();
        assert!(events.iter().enumerate().all(|(n, event)| event["seq"] == n + 1 && event["sessionId"] == session), "gap-free");
        events.into_iter().skip(1).collect()
    }
    /// Reads what Core sends by itself until the answer that was asked for has ended.
    pub async fn streamed(&mut self) -> Vec<(String, Value)> {
        let mut seen = Vec::new();
        loop {
            let said = self.outbox.next().await.unwrap();
            seen.push((said.method.to_owned(), serde_json::from_str(&said.json).unwrap()));
            if ["stream-end", "stream-error"].contains(&said.method) {
                return seen;
            }
        }
    }
    pub async fn until_state(&self, session: &str, state: &str) -> Value {
        self.until_session(session, |info| info["state"] == state).await
    }

    /// Waits until a session is as it should become; what it is instead is said.
    pub async fn until_session(&self, session: &str, is: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            let info = self.ok("get_session", json!({ "sessionId": session })).await;
            if is(&info) {
                return info;
            }
            assert!(since.elapsed() < PATIENCE, "the session stays {info}");
            tokio::task::yield_now().await;
        }
    }
}

/// The seed's stream is what the message is.
pub fn exact(seen: &[(String, Value)], message: &Value) {
    assert_eq!(seen[0].0, "stream-start");
    assert_eq!(seen[0].1["messageId"], message["id"]);
    let (last, chunks) = seen[1..].split_last().unwrap();
    assert!(chunks.iter().enumerate().all(|(n, (method, chunk))| method == "stream-chunk" && chunk["index"] == n));
    let text: String = chunks.iter().map(|(_, chunk)| chunk["content"].as_str().unwrap()).collect();
    assert_eq!(json!(text), message["content"]);
    if message["state"] == "complete" {
        assert_eq!((last.0.as_str(), &last.1["usage"]), ("stream-end", &message["usage"]));
    } else {
        assert_eq!(last.0, "stream-error");
    }
}
