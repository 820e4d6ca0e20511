//! What the host does for an agent's tools: it runs a graph of the library, and looks up what was said before.
//!
//! A graph runs under the same supervision as any run, with the folders that the person bound to *it*, never with the session's.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axion_protocol::{
    ErrorCode, ErrorInfo, GraphRunParams, GraphRunResult, MessageId, PortValue, RecallParams, RecallResult, Recalled, SessionGraph,
    SessionId, Settings, StartRunParams, StartedBy, StepError, clip,
};
use axion_store::{RunRecord, Store};
use serde_json::{Map, Value, json};

use super::store::{At, SessionStore};
use crate::failure::{internal, storage};
use crate::runs::{self, Options, Runs};
use crate::wire;

/// Graphs that an agent is told of: the ones that were edited last.
const MOST_GRAPHS: usize = 40;
/// Graphs with more nodes are not read for this.
const MOST_NODES: u64 = 5_000;
/// Most of one result that is given back whole.
const LARGEST_OUTPUT: usize = 256 << 10;

/// The tools of all turns.
pub(crate) struct HostTools {
    pub(crate) database: Store,
    pub(crate) store: Arc<dyn SessionStore>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) settings: Arc<RwLock<Settings>>,
    /// Runs that turns wait for, by turn.
    pub(crate) running: Mutex<HashMap<String, HashSet<String>>>,
}

impl HostTools {
    fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The graphs that can be run as a tool, of one project or of all.
    pub(crate) async fn graphs(&self, project: Option<&str>) -> Result<Vec<SessionGraph>, ErrorInfo> {
        let (database, project) = (self.database.clone(), project.map(str::to_owned));
        let read = tokio::task::spawn_blocking(move || {
            database.read(|tx| {
                let rows = tx.list_graphs(project.as_deref(), false)?;
                let wanted = rows.into_iter().filter(|row| row.node_count <= MOST_NODES).take(MOST_GRAPHS);
                wanted.map(|row| tx.get_graph_content(&row.graph_id).map(|content| (row, content.document))).collect::<Result<Vec<_>, _>>()
            })
        });
        let found = read.await.map_err(|error| internal("The graphs could not be read", error))?.map_err(storage)?;
        let told = |(row, document): (axion_store::GraphRow, String)| {
            let document: Value = wire::text_of(&document)?;
            Ok(SessionGraph {
                graph_id: row.graph_id.try_into().map_err(|error| internal("A stored id is not valid", error))?,
                name: clip(&row.name, 200),
                description: document["description"].as_str().map(|text| clip(text, 2000)),
                input: input_schema(&document),
            })
        };
        found.into_iter().map(told).collect()
    }

    /// Runs a graph and waits for its end. The same `runId` again finds the first.
    pub(crate) async fn graph_run(&self, session: &SessionId, asked: GraphRunParams) -> Result<GraphRunResult, ErrorInfo> {
        let (run_id, turn) = (asked.run_id.to_string(), asked.turn_id.to_string());
        let settings = self.settings();
        let (database, id) = (self.database.clone(), run_id.clone());
        let known = tokio::task::spawn_blocking(move || database.read(|tx| tx.get_run(&id)).is_ok()).await;
        if !known.map_err(|error| internal("The runs could not be read", error))? {
            let (database, graph) = (self.database.clone(), asked.graph_id.to_string());
            let channel = self.store.get(session.as_str()).await.map_err(storage)?.channel_id;
            let started_by = match channel.as_str() {
                "desktop" => StartedBy::Window,
                "web" => StartedBy::Browser,
                _ => StartedBy::Cli,
            };
            let options = Options { runner: runs::wish(settings.runner), concurrency: settings.concurrency };
            let params = StartRunParams {
                run_id: asked.run_id.clone(),
                graph_id: Some(asked.graph_id),
                document: None,
                input: Some(asked.input),
                grants: None,
                runner: None,
            };
            let plan = tokio::task::spawn_blocking(move || {
                let source = database.read(|tx| runs::from_library(tx, &graph)).map_err(storage)?;
                runs::make(params, source, options, started_by)
            });
            let plan = plan.await.map_err(|error| internal("The run could not be planned", error))??;
            self.runs.start(plan, &settings).await?;
        }
        self.lock().entry(turn.clone()).or_default().insert(run_id.clone());
        let ended = self.runs.ended(&run_id, &settings).await;
        if let Some(runs) = self.lock().get_mut(&turn) {
            runs.remove(&run_id);
        }
        self.result(asked.run_id, ended?).await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, HashSet<String>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn has ended: what it started and still waits for is stopped.
    pub(crate) async fn turn_ended(&self, turn: &str) {
        let left = self.lock().remove(turn).unwrap_or_default();
        for run_id in left {
            if let Err(error) = self.runs.cancel(&run_id).await {
                tracing::debug!(%error, run_id, "a run of an ended turn could not be stopped");
            }
        }
    }

    async fn result(&self, run_id: axion_protocol::RunId, record: RunRecord) -> Result<GraphRunResult, ErrorInfo> {
        let outputs = record.outputs.map_or_else(|| Ok(std::collections::BTreeMap::new()), |json| wire::text_of(json.get()));
        let outputs: std::collections::BTreeMap<String, PortValue> = outputs?;
        let mut plain = Map::new();
        for (port, value) in outputs {
            let value = match value {
                PortValue::Inline(inline) => inline.value,
                PortValue::Blob(blob) if blob.bytes as usize <= LARGEST_OUTPUT => {
                    let bytes = self.store.blob(blob.hash.as_str()).await.map_err(storage)?;
                    serde_json::from_slice(&bytes).map_err(|error| internal("A result could not be read", error))?
                }
                PortValue::Blob(blob) => json!({ "tooLong": true, "bytes": blob.bytes, "beginsWith": blob.preview }),
            };
            plain.insert(port, value);
        }
        let error: Option<StepError> = record.summary.error.as_ref().map(|json| wire::text_of(json.get())).transpose()?;
        Ok(GraphRunResult { run_id, state: record.summary.state.as_str().to_owned(), outputs: Value::Object(plain), error })
    }

    /// Looks up what was said: one message, or a search in this session, the summarised messages too.
    pub(crate) async fn recall(&self, session: &SessionId, asked: RecallParams) -> Result<RecallResult, ErrorInfo> {
        let session = session.as_str();
        let ids: Vec<String> = match (&asked.message_id, &asked.query) {
            (Some(id), _) => vec![id.to_string()],
            (None, Some(query)) => {
                let hits = self.store.search(query, Some(session.to_owned()), asked.limit).await.map_err(storage)?;
                hits.into_iter().filter_map(|hit| hit.message_id).collect()
            }
            (None, None) => {
                let page = self.store.page(session, At::Latest, asked.limit).await.map_err(storage)?;
                page.messages.into_iter().map(|message| message.message_id).collect()
            }
        };
        let mut messages = Vec::with_capacity(ids.len());
        for id in ids {
            let row = match self.store.message(session, &id).await {
                Ok(row) => row,
                Err(axion_store::StoreError::NotFound { .. }) => continue,
                Err(error) => return Err(storage(error)),
            };
            let message_id: MessageId = id.try_into().map_err(|error| internal("A stored id is not valid", error))?;
            messages.push(Recalled { message_id, role: row.role.as_str().to_owned(), text: clip(&said(&row), 20_000) });
        }
        Ok(RecallResult { messages })
    }
}

/// What a message says, with what its tools answered.
fn said(row: &axion_store::MessageRow) -> String {
    let parts: Vec<Value> = serde_json::from_str(row.parts.get()).unwrap_or_default();
    let mut lines = vec![row.content.clone()];
    for part in parts.iter().filter(|part| part["type"] == "tool") {
        let output = match &part["output"] {
            Value::Object(output) if output.get("type").is_some_and(|kind| kind == "inline") => {
                output.get("value").cloned().unwrap_or(Value::Null)
            }
            output => output["preview"].clone(),
        };
        let output = output.as_str().map_or_else(|| output.to_string(), str::to_owned);
        lines.push(format!("[{} {}] {output}", part["tool"].as_str().unwrap_or_default(), part["arguments"]));
    }
    lines.join("\n")
}

/// A run's input as JSON Schema, from the fields of the graph's start.
fn input_schema(document: &Value) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let none = Vec::new();
    let starts = document["nodes"].as_array().unwrap_or(&none).iter().filter(|node| node["kind"] == "start" && node["parent"].is_null());
    for field in starts.flat_map(|node| node["config"]["fields"].as_array().unwrap_or(&none)) {
        let Some(name) = field["name"].as_str() else { continue };
        let kind = match field["type"].as_str() {
            Some("text") => "string",
            Some("number") => "number",
            Some("bool") => "boolean",
            Some("object") => "object",
            Some("table") => "array",
            _ => "",
        };
        let mut schema = Map::new();
        if !kind.is_empty() {
            schema.insert("type".into(), kind.into());
        }
        for (from, to) in [("label", "title"), ("help", "description"), ("default", "default")] {
            if !field[from].is_null() {
                schema.insert(to.into(), field[from].clone());
            }
        }
        if field["options"].as_array().is_some_and(|options| !options.is_empty()) {
            schema.insert("enum".into(), field["options"].clone());
        }
        if field["required"] == true {
            required.push(Value::from(name));
        }
        properties.insert(name.to_owned(), Value::Object(schema));
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Values of a session as texts, each once, as many of the first ones as fit into `room` bytes.
pub(super) async fn blob_texts(
    store: &dyn SessionStore,
    session: &str,
    hashes: Vec<String>,
    mut room: usize,
) -> Result<Vec<(String, String)>, ErrorInfo> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    // A value of another session is not for this one, whoever names it.
    let mut own: HashSet<String> = store.blobs(session).await.map_err(storage)?.into_iter().collect();
    let mut texts = Vec::new();
    for hash in hashes {
        if !own.remove(&hash) {
            continue;
        }
        let bytes = store.blob(&hash).await.map_err(storage)?;
        let Some(left) = room.checked_sub(bytes.len() + 128) else { continue };
        room = left;
        let json = String::from_utf8(bytes).map_err(|_| ErrorInfo::new(ErrorCode::Storage, "A stored value is not text."))?;
        texts.push((hash, json));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_s_fields_are_the_schema_of_the_input() {
        let document = json!({ "nodes": [
            { "kind": "start", "config": { "fields": [
                { "name": "city", "type": "text", "required": true, "help": "Where." },
                { "name": "unit", "type": "text", "options": ["C", "F"], "default": "C" },
                { "name": "raw", "type": "any" },
            ] } },
            { "kind": "template", "config": { "fields": [{ "name": "no", "type": "text" }] } },
        ] });
        assert_eq!(
            input_schema(&document),
            json!({ "type": "object", "required": ["city"], "properties": {
            "city": { "type": "string", "description": "Where." },
            "unit": { "type": "string", "default": "C", "enum": ["C", "F"] },
            "raw": {},
        } })
        );
        assert_eq!(input_schema(&json!({ "nodes": 7 }))["properties"], json!({}));
    }
}
