//! Events as text: a draft that a caller checked, and the stored form with its place spliced in.
//!
//! The store never builds a JSON tree of an event. A draft is one JSON object; its place (`runId`, `seq`, …) is written
//! right after the opening brace, so a draft must not carry those keys itself. Events are joined by ",\n": no event
//! holds a raw line break (JSON forbids it inside strings), so the text splits at line ends and is a JSON array's inside.

use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::error::StoreError;
use crate::stream_name::{StreamKind, StreamName};

/// One event before it has its place: a checked JSON object without `seq` and without the id of its stream.
#[derive(Debug, Clone)]
pub struct EventDraft {
    json: String,
    names: Names,
}

#[derive(Debug, Clone, Copy, Default)]
struct Names {
    seq: bool,
    run_id: bool,
    graph_id: bool,
    session_id: bool,
    any: bool,
}

impl EventDraft {
    /// Takes the JSON text of one object.
    ///
    /// # Errors
    /// If the text is not one JSON object, or carries `seq`.
    pub fn new(json: impl Into<String>) -> Result<Self, StoreError> {
        let mut json: String = json.into();
        if json.bytes().any(|b| matches!(b, b'\n' | b'\r')) {
            json = json.replace(['\n', '\r'], " ");
        }
        let trimmed = json.trim();
        if trimmed.len() != json.len() {
            json = trimmed.to_owned();
        }
        let names: Names = serde_json::from_str(&json).map_err(|e| StoreError::invalid(format!("An event is not a JSON object: {e}")))?;
        if names.seq {
            return Err(StoreError::invalid("An event draft must not carry `seq`: the store gives it."));
        }
        Ok(Self { json, names })
    }

    /// The draft of a value that serialises to a JSON object.
    ///
    /// # Errors
    /// As [`EventDraft::new`].
    pub fn of(event: &impl serde::Serialize) -> Result<Self, StoreError> {
        Self::new(serde_json::to_string(event).map_err(|e| StoreError::Internal(e.to_string()))?)
    }

    /// The draft's own text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.json
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Names;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Names::default();
                while let Some(key) = map.next_key::<Key>()? {
                    names.any = true;
                    match key {
                        Key::Seq => names.seq = true,
                        Key::RunId => names.run_id = true,
                        Key::GraphId => names.graph_id = true,
                        Key::SessionId => names.session_id = true,
                        Key::Other => {}
                    }
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(names)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

enum Key {
    Seq,
    RunId,
    GraphId,
    SessionId,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Key;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a key")
            }
            fn visit_str<E>(self, key: &str) -> Result<Key, E> {
                Ok(match key {
                    "seq" => Key::Seq,
                    "runId" => Key::RunId,
                    "graphId" => Key::GraphId,
                    "sessionId" => Key::SessionId,
                    _ => Key::Other,
                })
            }
        }
        deserializer.deserialize_str(Name)
    }
}

/// Consecutive events of one stream, as complete JSON texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    first_seq: u64,
    count: u64,
    /// The events joined by ",\n".
    body: Arc<str>,
}

impl Events {
    pub(crate) fn from_body(first_seq: u64, count: u64, body: impl Into<Arc<str>>) -> Self {
        Self { first_seq, count, body: body.into() }
    }

    pub(crate) fn splice(stream: &StreamName, first_seq: u64, drafts: &[EventDraft]) -> Result<Self, StoreError> {
        let opening = stream.opening();
        let size: usize = drafts.iter().map(|d| d.json.len() + opening.len() + 24).sum();
        let mut body = String::with_capacity(size);
        for (seq, draft) in (first_seq..).zip(drafts) {
            let taken = match stream.kind() {
                StreamKind::Run => draft.names.run_id,
                StreamKind::Graph => draft.names.graph_id,
                StreamKind::Session => draft.names.session_id,
                StreamKind::Workspace => false,
            };
            if taken {
                return Err(StoreError::invalid("An event draft must not carry the id of its stream: the store gives it."));
            }
            if !body.is_empty() {
                body.push_str(",\n");
            }
            body.push_str(&opening);
            push_number(&mut body, seq);
            if draft.names.any {
                body.push(',');
            }
            body.push_str(&draft.json[1..]);
        }
        Ok(Self::from_body(first_seq, drafts.len() as u64, body))
    }

    /// The `seq` of the first event.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// The `seq` of the last event; `first_seq - 1` if there is none.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        (self.first_seq + self.count).saturating_sub(1)
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of text.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    /// Each event's JSON text, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let lines = if self.count == 0 { None } else { Some(self.body.split('\n')) };
        lines.into_iter().flatten().map(|line| line.strip_suffix(',').unwrap_or(line))
    }

    /// The inside of a JSON array: the events separated by commas.
    #[must_use]
    pub fn joined(&self) -> &str {
        &self.body
    }

    /// A JSON array of the events.
    #[must_use]
    pub fn array(&self) -> String {
        format!("[{}]", self.body)
    }

    /// Those with a greater `seq` than `after`, at most `limit`.
    #[must_use]
    pub fn slice(&self, after: u64, limit: u64) -> Self {
        let skip = after.saturating_add(1).saturating_sub(self.first_seq).min(self.count);
        let take = limit.min(self.count - skip);
        if skip == 0 && take == self.count {
            return self.clone();
        }
        let text = slice_lines(&self.body, skip, take);
        Self::from_body(self.first_seq + skip, take, text)
    }
}

/// `take` lines after the first `skip`, without the comma at the end.
pub(crate) fn slice_lines(body: &str, skip: u64, take: u64) -> &str {
    if take == 0 {
        return "";
    }
    let mut starts = std::iter::once(0).chain(body.match_indices('\n').map(|(at, _)| at + 1));
    let start = starts.by_ref().nth(skip as usize).unwrap_or(body.len());
    let rest = &body[start..];
    let end = rest.match_indices('\n').nth(take as usize - 1).map_or(rest.len(), |(at, _)| at);
    let part = &rest[..end];
    part.strip_suffix(',').unwrap_or(part)
}

fn push_number(text: &mut String, mut number: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text.extend(digits[at..].iter().map(|&d| char::from(d)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drafts(texts: &[&str]) -> Vec<EventDraft> {
        texts.iter().map(|t| EventDraft::new(*t).unwrap()).collect()
    }

    #[test]
    fn splices_the_place() {
        let events = Events::splice(&StreamName::run("r1"), 41, &drafts(&[r#"{"type":"a"}"#, "{}", " {\n\"x\": \"1\\n2\" }\n"])).unwrap();
        assert_eq!(
            events.iter().collect::<Vec<_>>(),
            [r#"{"runId":"r1","seq":41,"type":"a"}"#, r#"{"runId":"r1","seq":42}"#, "{\"runId\":\"r1\",\"seq\":43, \"x\": \"1\\n2\" }"]
        );
        let parsed: serde_json::Value = serde_json::from_str(&events.array()).unwrap();
        assert_eq!(parsed[2]["x"], "1\n2");
        assert_eq!((events.first_seq(), events.last_seq(), events.len()), (41, 43, 3));
        assert_eq!(events.slice(41, 1).array(), r#"[{"runId":"r1","seq":42}]"#);
        assert_eq!(events.slice(40, 9), events);
        assert!(events.slice(43, 9).is_empty());
        assert_eq!(events.slice(43, 9).iter().count(), 0);
    }

    #[test]
    fn refuses_a_draft_that_names_its_own_place() {
        for text in [r#"{"seq":1}"#, r#"{"a":{},"\u0073eq":1}"#, "[]", "{} {}", "{", "7", "{\"a\":\"\n\"", ""] {
            assert!(EventDraft::new(text).is_err(), "{text}");
        }
        assert!(EventDraft::new(r#"{"a":{"seq":1}}"#).is_ok());
        let own = drafts(&[r#"{"runId":"other"}"#]);
        assert!(Events::splice(&StreamName::run("r1"), 1, &own).is_err());
        assert!(Events::splice(&StreamName::graph("g"), 1, &own).is_ok());
    }
}
