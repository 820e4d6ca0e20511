//! A session as its stream tells it, read in the plainest way: what the store's rows must agree with.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Everything, from all events of one session.
#[derive(Default)]
pub struct Transcript {
    /// Wire messages in the order in which they were begun, without `branches` and `compacted`.
    pub messages: Vec<Value>,
    pub tip: Option<String>,
    pub queue: Vec<Value>,
    pub folders: Value,
    pub requests: Vec<Value>,
    pub todos: Value,
    pub context: Option<Value>,
    pub turn: Option<(String, String)>,
    pub state: &'static str,
    pub usage: BTreeMap<String, f64>,
    compactions: Vec<(String, String, Vec<String>)>,
}

fn text(event: &Value, key: &str) -> String {
    event[key].as_str().unwrap_or_default().to_owned()
}

fn add_usage(to: &mut BTreeMap<String, f64>, usage: &Value) {
    for (key, value) in usage.as_object().into_iter().flatten() {
        *to.entry(key.clone()).or_default() += value.as_f64().unwrap_or(0.0);
    }
}

pub fn usage_of(value: &Value) -> BTreeMap<String, f64> {
    let mut usage = BTreeMap::new();
    add_usage(&mut usage, value);
    usage
}

impl Transcript {
    pub fn read(events: &[Value]) -> Self {
        let mut all = Self { state: "idle", todos: json!([]), folders: json!([]), ..Self::default() };
        for event in events {
            all.take(event);
        }
        all
    }

    pub fn message(&self, id: &str) -> &Value {
        self.messages.iter().find(|m| m["id"] == id).unwrap()
    }

    fn message_mut(&mut self, id: &str) -> &mut Value {
        self.messages.iter_mut().find(|m| m["id"] == id).unwrap()
    }

    fn begin(&mut self, event: &Value, role: &str) {
        let mut message = json!({"id": event["messageId"], "sessionId": event["sessionId"], "role": role, "ts": event["ts"], "parts": event.get("parts").cloned().unwrap_or(json!([])),
            "state": if role == "user" { "complete" } else { "streaming" }});
        for key in ["parentId", "model", "provider", "turnId"] {
            if let Some(value) = event.get(key) {
                message[key] = value.clone();
            }
        }
        self.messages.push(message);
        self.tip = Some(text(event, "messageId"));
    }

    fn take(&mut self, event: &Value) {
        let seq = event["seq"].clone();
        let mut of_turn = self.turn.as_ref().map(|turn| turn.1.clone());
        match event["type"].as_str().unwrap() {
            "session-created" | "turn-interrupted" | "turn-attempted" => of_turn = None,
            "message-added" => {
                self.begin(event, "user");
                of_turn = Some(text(event, "messageId"));
            }
            "turn-started" => {
                self.begin(event, "assistant");
                of_turn = Some(text(event, "messageId"));
                self.turn = Some((text(event, "turnId"), text(event, "messageId")));
                self.state = "running";
            }
            "tip-moved" => {
                self.tip = event["messageId"].as_str().map(str::to_owned);
                of_turn = None;
            }
            "message-pinned" => {
                let pinned = event["pinned"] == true;
                let message = self.message_mut(&text(event, "messageId")).as_object_mut().unwrap();
                message.remove("pinned");
                if pinned {
                    message.insert("pinned".to_owned(), true.into());
                }
                of_turn = Some(text(event, "messageId"));
            }
            "queue-changed" => {
                self.queue = event["queue"].as_array().unwrap().clone();
                of_turn = None;
            }
            "folders-changed" => {
                self.folders = event["folders"].clone();
                of_turn = None;
            }
            "todos-changed" => {
                self.todos = event["todos"].clone();
                of_turn = None;
            }
            "context-measured" => {
                self.context = Some(event["context"].clone());
                of_turn = None;
            }
            "compacted" => {
                let kept = event["kept"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
                self.compactions.push((text(event, "compactionId"), text(event, "upTo"), kept));
                of_turn = None;
            }
            "compaction-undone" => {
                self.compactions.retain(|c| c.0 != text(event, "compactionId"));
                of_turn = None;
            }
            _ => self.word(event),
        }
        if let Some(id) = of_turn {
            self.message_mut(&id)["seq"] = seq;
        }
    }

    /// An event of the running turn.
    fn word(&mut self, event: &Value) {
        let (_, id) = self.turn.clone().unwrap();
        let part = event["part"].as_u64().map(|part| part as usize);
        let call = event["callId"].as_str().map(str::to_owned);
        let parts = self.message_mut(&id)["parts"].as_array_mut().unwrap();
        let tool = call.as_ref().and_then(|call| parts.iter().position(|p| p["callId"] == call.as_str()));
        match event["type"].as_str().unwrap() {
            "text-added" => {
                if parts.len() == part.unwrap() {
                    parts.push(json!({"type": event["kind"], "text": ""}));
                }
                let so_far = parts[part.unwrap()]["text"].as_str().unwrap().to_owned();
                parts[part.unwrap()]["text"] = (so_far + event["text"].as_str().unwrap()).into();
            }
            "tool-called" => parts.push(json!({"type": "tool", "callId": call, "tool": event["tool"], "title": event["title"], "arguments": event["arguments"], "safety": event["safety"], "state": "running"})),
            "tool-started" => {
                parts[tool.unwrap()]["changes"] = event["changes"].clone();
                parts[tool.unwrap()]["state"] = "running".into();
                parts[tool.unwrap()]["started"] = true.into();
            }
            "tool-finished" => {
                for key in ["state", "ms", "output", "error"] {
                    if let Some(value) = event.get(key) {
                        parts[tool.unwrap()][key] = value.clone();
                    }
                }
            }
            "turn-noted" => parts.push(json!({"type": "note", "code": event["code"], "text": event["text"]})),
            "steered" => {
                parts.push(json!({"type": "steer", "text": event["text"]}));
                self.queue.retain(|queued| queued["queuedId"] != event["queuedId"]);
            }
            "request-opened" => {
                parts.push(json!({"type": "request", "request": event["request"]}));
                self.requests.push(event["request"].clone());
                self.wait(&event["request"]["callId"], "waiting", &id);
                self.state = "waiting";
            }
            "request-answered" => {
                let part = parts.iter_mut().find(|p| p["request"]["requestId"] == event["requestId"]).unwrap();
                part["answer"] = event["answer"].clone();
                let call = part["request"]["callId"].clone();
                self.requests.retain(|request| request["requestId"] != event["requestId"]);
                self.wait(&call, "running", &id);
                self.state = if self.requests.is_empty() { "running" } else { "waiting" };
            }
            "usage-reported" => {
                let mut usage = usage_of(&self.message(&id)["usage"]);
                add_usage(&mut usage, &event["usage"]);
                self.message_mut(&id)["usage"] = json!(usage);
            }
            "turn-finished" => self.finish(event, &id),
            other => panic!("{other}"),
        }
    }

    fn wait(&mut self, call: &Value, state: &str, id: &str) {
        for part in self.message_mut(id)["parts"].as_array_mut().unwrap() {
            if call.is_string() && part["callId"] == *call && ["running", "waiting"].iter().any(|open| part["state"] == *open) {
                part["state"] = state.into();
            }
        }
    }

    fn finish(&mut self, event: &Value, id: &str) {
        let message = self.message_mut(id);
        for part in message["parts"].as_array_mut().unwrap() {
            if part["type"] == "tool" && ["running", "waiting"].iter().any(|open| part["state"] == *open) {
                let in_doubt = part["started"] == true && part["safety"]["readOnly"] == false;
                part["state"] = if in_doubt { "unknown" } else { "cancelled" }.into();
            }
        }
        message["state"] = if event["state"] == "succeeded" { "complete".into() } else { event["state"].clone() };
        for key in ["usage", "ms", "error"] {
            if let Some(value) = event.get(key) {
                message[key] = value.clone();
            }
        }
        self.state = if event["state"] == "failed" { "failed" } else { "idle" };
        self.requests.clear();
        self.turn = None;
        add_usage(&mut self.usage, &event["usage"]);
    }

    /// The messages from the first one to this one.
    pub fn path(&self, to: &str) -> Vec<String> {
        let mut path = vec![to.to_owned()];
        while let Some(parent) = self.message(path.last().unwrap())["parentId"].as_str() {
            path.push(parent.to_owned());
        }
        path.reverse();
        path
    }

    pub fn branches(&self, id: &str) -> Vec<String> {
        let parent = self.message(id).get("parentId");
        self.messages.iter().filter(|m| m.get("parentId") == parent).map(|m| m["id"].as_str().unwrap().to_owned()).collect()
    }

    /// What a summary stands for on the branch that ends here.
    pub fn compacted(&self, to: &str) -> Vec<String> {
        let path = self.path(to);
        let Some((_, up_to, kept)) = self.compactions.iter().rev().find(|c| path.contains(&c.1)) else { return vec![] };
        let end = path.iter().position(|id| id == up_to).unwrap();
        path[..=end].iter().filter(|id| !kept.contains(id)).cloned().collect()
    }

    pub fn compaction(&self, to: &str) -> Option<String> {
        let path = self.path(to);
        self.compactions.iter().rev().find(|c| path.contains(&c.1)).map(|c| c.0.clone())
    }

    /// The newest message below this one that nobody follows.
    pub fn latest_tip(&self, below: &str) -> String {
        self.messages
            .iter()
            .rev()
            .map(|m| m["id"].as_str().unwrap())
            .find(|id| !self.messages.iter().any(|m| m["parentId"] == **id) && self.path(id).iter().any(|at| at == below))
            .unwrap()
            .to_owned()
    }

    /// The message as the wire has it.
    pub fn wire(&self, id: &str) -> Value {
        let mut message = self.message(id).clone();
        let branches = self.branches(id);
        if branches.len() > 1 {
            message["branches"] = json!(branches);
        }
        let texts: Vec<&str> = message["parts"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|p| p["type"] == "text")
            .filter_map(|p| p["text"].as_str())
            .filter(|t| !t.is_empty())
            .collect();
        message["content"] = texts.join(axion_store::PART_BREAK).into();
        message["timestamp"] = axion_store::timestamp(message["ts"].as_u64().unwrap()).into();
        let map: &mut Map<String, Value> = message.as_object_mut().unwrap();
        map.shift_remove("ts");
        message
    }
}
