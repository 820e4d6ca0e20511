//! What an event makes of one part of a message: pure, over the part as it was. Serialises to the wire's `MessagePart`.
//!
//! A tool that waits for an answer is `waiting`; when its turn ends before it does, it is `unknown` if it had started and
//! may change something, else `cancelled`.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::event::{RequestAnswered, ToolCalled, ToolFinished, ToolStarted};
use crate::rows::Json;

/// The wire's `ToolPart`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolPart {
    #[serde(rename = "type")]
    kind: Tool,
    pub(super) call_id: String,
    pub(super) tool: String,
    pub(super) title: String,
    arguments: Json,
    safety: Json,
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    started: bool,
}

#[derive(Debug, Serialize, Deserialize)]
enum Tool {
    #[serde(rename = "tool")]
    Tool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Safety {
    #[serde(default)]
    read_only: bool,
}

impl ToolPart {
    pub(super) fn called(event: &ToolCalled<'_>) -> Self {
        Self {
            kind: Tool::Tool,
            call_id: event.call_id.clone(),
            tool: event.tool.clone(),
            title: event.title.clone(),
            arguments: event.arguments.to_owned(),
            safety: event.safety.to_owned(),
            state: "running".to_owned(),
            output: None,
            error: None,
            ms: None,
            changes: None,
            run_id: None,
            started: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "running" | "waiting")
    }

    pub(super) fn started(&mut self, event: &ToolStarted<'_>) {
        self.state = "running".to_owned();
        self.started = true;
        self.changes = event.changes.map(RawValue::to_owned).or(self.changes.take());
        self.run_id = event.run_id.clone().or(self.run_id.take());
    }

    pub(super) fn finished(&mut self, event: &ToolFinished<'_>) {
        self.state.clone_from(&event.state);
        self.ms = Some(event.ms.to_owned());
        self.output = event.output.map(RawValue::to_owned);
        self.error = event.error.map(RawValue::to_owned);
        self.changes = event.changes.map(RawValue::to_owned).or(self.changes.take());
    }

    /// A request about it was opened, or answered.
    pub(super) fn waits(&mut self, waits: bool) {
        if self.is_open() {
            self.state = if waits { "waiting" } else { "running" }.to_owned();
        }
    }

    /// The turn ended and said nothing of it.
    pub(super) fn left_open(&mut self) {
        let read_only = serde_json::from_str::<Safety>(self.safety.get()).is_ok_and(|safety| safety.read_only);
        self.state = if self.started && !read_only { "unknown" } else { "cancelled" }.to_owned();
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    request_id: String,
    call_id: Option<String>,
    title: String,
}

/// The wire's `RequestPart`.
#[derive(Debug)]
pub(super) struct RequestPart {
    pub(super) request_id: String,
    pub(super) call_id: Option<String>,
    pub(super) title: String,
}

impl RequestPart {
    /// What the fold needs to know of a request.
    pub(super) fn opened(request: &RawValue) -> Result<Self, serde_json::Error> {
        let Request { request_id, call_id, title } = serde_json::from_str(request.get())?;
        Ok(Self { request_id, call_id, title })
    }

    pub(super) fn json(request: &str) -> String {
        format!("{{\"type\":\"request\",\"request\":{request}}}")
    }

    pub(super) fn answered(part: &str, event: &RequestAnswered<'_>) -> String {
        let open = part.strip_suffix('}').unwrap_or(part);
        format!("{open},\"answer\":{}}}", event.answer.get())
    }
}

/// How many UTF-16 units a text has: what the wire's offsets count.
pub(super) fn units(text: &str) -> u64 {
    text.chars().map(|c| c.len_utf16() as u64).sum()
}

/// What is new of a piece at `offset` where `have` units are there already. A piece that comes twice has nothing new; one behind a
/// hole is taken as if there were none: what was said is kept.
pub(super) fn fresh(text: &str, offset: u64, have: u64) -> &str {
    let mut skip = have.saturating_sub(offset);
    let mut chars = text.char_indices();
    while skip > 0 {
        match chars.next() {
            Some((_, c)) => skip = skip.saturating_sub(c.len_utf16() as u64),
            None => return "",
        }
    }
    chars.as_str()
}

/// One line of at most 300 units, for lists.
pub(super) fn line(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let mut room = 300;
    let end = line.char_indices().find(|(_, c)| {
        let fits = room >= c.len_utf16();
        room = room.saturating_sub(c.len_utf16());
        !fits
    });
    Some(end.map_or(line, |(at, _)| &line[..at]).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_overlap_are_taken_once() {
        assert_eq!(fresh("abc", 0, 0), "abc");
        assert_eq!(fresh("abc", 0, 2), "c");
        assert_eq!(fresh("abc", 0, 9), "");
        assert_eq!(fresh("abc", 5, 2), "abc");
        // An emoji is two units; a cut inside it takes none of it twice.
        assert_eq!(fresh("a😀b", 0, 3), "b");
        assert_eq!(fresh("a😀b", 0, 2), "b");
        assert_eq!(units("a😀b"), 4);
    }

    #[test]
    fn lines_end_between_letters() {
        assert_eq!(line("\n  \n hello \nworld"), Some("hello".to_owned()));
        assert_eq!(line(" \n"), None);
        let long = "😀".repeat(400);
        assert_eq!(units(&line(&long).unwrap()), 300);
        assert_eq!(units(&line(&format!("a{long}")).unwrap()), 299);
    }
}
