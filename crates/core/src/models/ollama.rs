//! What Ollama says of its models: which are there, which are loaded and with what window, and what each can do.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axion_protocol::Capability;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::ask::Asker;
use super::{Heard, Trouble};

/// Most models that are asked about one by one.
const MOST: usize = 200;

/// What `/api/show` said of a model, by its digest: it does not change.
#[derive(Default)]
pub(super) struct Shown(Mutex<HashMap<String, Value>>);

impl Shown {
    fn get(&self, digest: &str) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    fn keep(&self, digest: &str, value: Value) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST * 4 {
            all.clear();
        }
        all.insert(digest.to_owned(), value);
    }
}

pub(super) async fn list(asker: &Asker, shown: &Shown) -> Result<Vec<Heard>, Trouble> {
    let root = &asker.place.base;
    let (tags_url, running_url) = (format!("{root}/api/tags"), format!("{root}/api/ps"));
    let tags = asker.get(&tags_url).await?;
    // Only who answers the first is asked the second: nothing that is not there is asked twice.
    let running = asker.get(&running_url).await.unwrap_or(Value::Null);
    let models = tags.get("models").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let heard = models.iter().take(MOST).map(|entry| about(asker, shown, entry, &running));
    Ok(join_all(heard).await.into_iter().flatten().collect())
}

async fn about(asker: &Asker, shown: &Shown, entry: &Value, running: &Value) -> Option<Heard> {
    let name = text(entry, "model").or_else(|| text(entry, "name"))?.to_owned();
    let digest = text(entry, "digest").unwrap_or_default().to_owned();
    let known = if digest.is_empty() { None } else { shown.get(&digest) };
    let show = match known {
        Some(show) => show,
        None => {
            let show = asker
                .post(&format!("{}/api/show", asker.place.base), &json!({ "model": name }))
                .await
                .map(|show| needed(&show))
                .unwrap_or(Value::Null);
            if !digest.is_empty() && !show.is_null() {
                shown.keep(&digest, show.clone());
            }
            show
        }
    };
    let loaded = running
        .get("models")
        .and_then(Value::as_array)
        .and_then(|all| all.iter().find(|one| text(one, "model") == Some(&name) || text(one, "name") == Some(&name)));
    let says = show.get("capabilities").and_then(Value::as_array);
    if says.is_some_and(|says| !says.iter().any(|word| word == "completion")) {
        return None;
    }
    let mut can = vec![Capability::Streaming, Capability::Json];
    for word in says.into_iter().flatten().filter_map(Value::as_str) {
        match word {
            "tools" => can.push(Capability::Tools),
            "vision" => can.push(Capability::Images),
            "thinking" => can.push(Capability::Reasoning),
            _ => {}
        }
    }
    Some(Heard {
        title: None,
        // What the model file asks for; otherwise Axion asks for as much as fits (see describe.rs).
        window: show.get("num_ctx").and_then(Value::as_u64),
        window_now: loaded.and_then(|one| one.get("context_length")).and_then(Value::as_u64),
        window_most: show.get("context_length").and_then(Value::as_u64),
        says: says.is_some(),
        can,
        bytes: entry.get("size").and_then(Value::as_u64),
        loaded: running.is_object().then_some(loaded.is_some()),
        price: None,
        elsewhere: text(entry, "remote_host").is_some_and(|host| !host.is_empty()),
        name,
    })
}

/// The few fields that count, of an answer that may hold a licence and a template.
fn needed(show: &Value) -> Value {
    let info = show.get("model_info").and_then(Value::as_object);
    let context = info.and_then(|info| info.iter().find(|(key, _)| key.ends_with(".context_length")).map(|(_, value)| value.clone()));
    let parameters = text(show, "parameters").unwrap_or_default();
    let num_ctx = parameters.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("num_ctx")).then(|| words.next()?.parse::<u64>().ok()).flatten()
    });
    let mut kept = serde_json::Map::new();
    let put = [("context_length", context), ("num_ctx", num_ctx.map(Value::from)), ("capabilities", show.get("capabilities").cloned())];
    kept.extend(put.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    Value::Object(kept)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
