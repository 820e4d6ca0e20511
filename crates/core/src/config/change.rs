//! One change of the configuration: a typed key and its value, or the reason why it is none. Pure.
//!
//! The value is put into a copy of the whole, which is read back by the protocol's own type: what that does not take, or drops, is
//! refused. Keys are a closed list, so no path can name something that is not there.

use axion_protocol::{AppConfig, ErrorInfo, ProviderId};
use serde_json::{Map, Value};

use super::rules;
use crate::failure::{internal, invalid};

/// Every key but those of providers.
pub(super) const KEYS: [&str; 18] = [
    "gateway.port",
    "models.default",
    "models.probe",
    "models.silenceSeconds",
    "models.localSilenceSeconds",
    "agent.mode",
    "agent.instructions",
    "agent.maxSteps",
    "agent.maxMinutes",
    "agent.maxTokens",
    "agent.maxCost",
    "agent.sameCalls",
    "compaction.automatic",
    "compaction.threshold",
    "egress.airGap",
    "egress.hosts",
    "channels.webhook.enabled",
    "channels.webhook.port",
];
const PROVIDERS: &str = "providers.";

/// A configuration with one thing changed.
#[derive(Debug, PartialEq)]
pub struct Change {
    /// All of it.
    pub config: AppConfig,
    /// What to keep under the key; `None` to forget it.
    pub kept: Option<Value>,
}

/// The configuration with one key changed, if that is a key and its value is one of that key.
pub fn changed(config: &AppConfig, key: &str, value: Value) -> Result<Change, ErrorInfo> {
    let mut all = match serde_json::to_value(config) {
        Ok(Value::Object(all)) => all,
        _ => return Err(internal("The configuration could not be written", "not an object")),
    };
    let kept = match key.strip_prefix(PROVIDERS) {
        Some(name) => put_provider(&mut all, name, value)?,
        None if KEYS.contains(&key) => Some(put(&mut all, key, value)?),
        None => return Err(unknown(key)),
    };
    let put = all.clone();
    let config: AppConfig = serde_json::from_value(Value::Object(all)).map_err(|error| wrong(key, &error.to_string()))?;
    // What the type does not know it drops in silence: then it was not what the person meant.
    let read = serde_json::to_value(&config).map_err(|error| internal("The configuration could not be written", error))?;
    if !same(&Value::Object(put), &read) {
        return Err(wrong(key, "it has a field that is not known there"));
    }
    rules::check(&config, key)?;
    Ok(Change { config, kept })
}

fn put(all: &mut Map<String, Value>, key: &str, value: Value) -> Result<Value, ErrorInfo> {
    let mut at = all;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            at.insert(part.to_owned(), value.clone());
            return Ok(value);
        }
        at = at.get_mut(part).and_then(Value::as_object_mut).ok_or_else(|| unknown(key))?;
    }
    Err(unknown(key))
}

fn put_provider(all: &mut Map<String, Value>, name: &str, value: Value) -> Result<Option<Value>, ErrorInfo> {
    if ProviderId::new(name).is_err() {
        return Err(invalid("The name of a provider is 1 to 64 letters, digits, `_` or `-`, and starts with a letter or digit."));
    }
    let providers = all.get_mut("providers").and_then(Value::as_object_mut).ok_or_else(|| unknown("providers"))?;
    if value.is_null() {
        providers.remove(name);
        return Ok(None);
    }
    providers.insert(name.to_owned(), value.clone());
    Ok(Some(value))
}

fn unknown(key: &str) -> ErrorInfo {
    let shown: String = key.chars().filter(|char| !char.is_control()).take(80).collect();
    let all = KEYS.join(", ");
    invalid(format!("There is no key `{shown}` in the configuration; nothing was changed."))
        .with_hint(format!("Keys: {all}, providers.NAME."))
}

fn wrong(key: &str, why: &str) -> ErrorInfo {
    invalid(format!("This is not a value of `{key}`: {why}. Nothing was changed.")).with_hint(rules::allowed(key))
}

/// Equal but for how numbers are written (5 and 5.0). The configuration is nested a few levels at most: the type saw to it.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b))),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::defaults;
    use axion_protocol::{ErrorCode, SessionMode};
    use serde_json::json;

    #[test]
    fn every_leaf_of_the_configuration_has_a_key() {
        let all = serde_json::to_value(defaults()).unwrap();
        let mut leaves = Vec::new();
        let mut queue = vec![(String::new(), &all)];
        while let Some((path, value)) = queue.pop() {
            match value {
                Value::Object(fields) if path != "providers" => {
                    queue.extend(
                        fields.iter().map(|(key, value)| (if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, value)),
                    );
                }
                _ => leaves.push(path),
            }
        }
        let mut keys: Vec<&str> = KEYS.iter().copied().chain(["providers"]).collect();
        keys.sort_unstable();
        leaves.sort_unstable();
        assert_eq!(leaves, keys);
    }

    #[test]
    fn a_value_of_its_type_changes_one_thing() {
        let start = defaults();
        let change = changed(&start, "agent.maxSteps", json!(7)).unwrap();
        let mut expected = defaults();
        expected.agent.max_steps = 7;
        assert_eq!((change.config, change.kept), (expected, Some(json!(7))));
        for (key, value) in [
            ("egress.airGap", json!(true)),
            ("egress.hosts", json!(["mirror.example.com", "a.example.com:8443"])),
            ("agent.mode", json!("read-only")),
            ("agent.maxCost", json!(5)),
            ("agent.maxCost", json!(null)),
            ("models.default", json!("ollama/qwen3:8b")),
            ("models.default", json!(null)),
            ("models.silenceSeconds", json!(1)),
            ("models.localSilenceSeconds", json!(3600)),
            ("channels.webhook.enabled", json!(true)),
            ("gateway.port", json!(7411)),
        ] {
            let change = changed(&start, key, value.clone()).unwrap_or_else(|error| panic!("{key}: {error}"));
            let all = serde_json::to_value(&change.config).unwrap();
            let found = key.split('.').fold(&all, |at, part| &at[part]);
            assert!(same(found, &value), "{key} {found}");
        }
        assert_eq!(changed(&start, "agent.mode", json!("accept-edits")).unwrap().config.agent.mode, SessionMode::AcceptEdits);
    }

    #[test]
    fn providers_come_and_go_by_name() {
        let value = json!({ "kind": "anthropic", "baseUrl": "https://api.anthropic.com/v1", "keyName": "anthropic", "enabled": true });
        let with = changed(&defaults(), "providers.anthropic", value.clone()).unwrap();
        assert_eq!(with.config.providers.len(), 1);
        let without = changed(&with.config, "providers.anthropic", Value::Null).unwrap();
        assert_eq!((without.config, without.kept), (defaults(), None));
        assert_eq!(changed(&defaults(), "providers.gone", Value::Null).unwrap().config, defaults(), "what is not there may be removed");
    }

    #[test]
    fn anything_else_is_refused_and_says_what_is_allowed() {
        let provider = |field: &str, value: Value| {
            let mut whole = json!({ "kind": "openai-chat", "baseUrl": "https://api.example.com/v1", "enabled": true });
            whole[field] = value;
            ("providers.x", whole)
        };
        for (key, value) in [
            ("__proto__", json!({ "x": 1 })),
            ("__proto__.polluted", json!(true)),
            ("constructor.prototype", json!({})),
            ("providers.__proto__", json!({})),
            ("providers", json!({})),
            ("providers.", json!(null)),
            ("providers.a.b", json!(1)),
            ("agent", json!({})),
            ("agent.maxSteps.x", json!(1)),
            ("agent.", json!(1)),
            ("", json!(1)),
            ("agent.maxsteps", json!(1)),
            ("agent.maxSteps", json!(0)),
            ("agent.maxSteps", json!(1.5)),
            ("agent.maxSteps", json!("7")),
            ("agent.maxSteps", json!(null)),
            ("agent.maxCost", json!(-1)),
            ("agent.mode", json!("yolo")),
            ("agent.instructions", json!("x".repeat(20_001))),
            ("egress.airGap", json!(1)),
            ("egress.hosts", json!(["https://example.com"])),
            ("egress.hosts", json!(["127.0.0.1"])),
            ("egress.hosts", json!(["a b"])),
            ("egress.hosts", json!([""])),
            ("egress.hosts", json!(["*.example.com"])),
            ("models.default", json!("")),
            ("models.silenceSeconds", json!(0)),
            ("models.silenceSeconds", json!(1.5)),
            ("models.localSilenceSeconds", json!(3601)),
            ("models.localSilenceSeconds", json!(null)),
            ("channels.webhook", json!({ "enabled": true, "port": 0 })),
            ("channels.webhook.token", json!("x")),
            ("providers.x", json!({})),
            ("providers.demo", json!({ "kind": "openai-chat", "baseUrl": "https://a.example/v1", "enabled": true })),
            provider("kind", json!("demo")),
            provider("kind", json!("soap")),
            provider("extra", json!(1)),
            provider("baseUrl", json!("http://api.example.com/v1")),
            provider("baseUrl", json!("https://key@api.example.com/v1")),
            provider("baseUrl", json!("https://api.example.com/v1?key=1")),
            provider("baseUrl", json!("file:///etc")),
            provider("baseUrl", json!("https://192.168.1.5/v1")),
            provider("keyName", json!("a b")),
            provider("headers", json!({ "Authorization": "Bearer x" })),
            provider("headers", json!({ "x-a": "b\r\nHost: evil" })),
            provider("headers", json!({ "host": "evil" })),
            provider("contextWindow", json!(1)),
        ] {
            let error = changed(&defaults(), key, value.clone()).expect_err(&format!("{key} {value}"));
            assert_eq!(error.code, ErrorCode::InvalidParams, "{key} {value}");
            assert!(error.hint.is_some() || error.message.len() > 40, "{key}: {error}");
        }
    }
}
