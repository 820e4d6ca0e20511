//! What a durable stream is called, and the shape of ids that its name is made of.

use std::sync::Arc;

use crate::error::StoreError;

/// A durable stream: `workspace`, `run:ID`, `graph:ID` or `session:ID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StreamName {
    name: Arc<str>,
    kind: StreamKind,
}

/// The kinds of streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamKind {
    /// What all windows share.
    Workspace,
    /// The journal of one run.
    Run,
    /// The edits of one graph.
    Graph,
    /// What was said and done in one session.
    Session,
}

impl StreamName {
    /// The stream of a run.
    #[must_use]
    pub fn run(run_id: &str) -> Self {
        Self { name: format!("run:{run_id}").into(), kind: StreamKind::Run }
    }

    /// The stream of a graph.
    #[must_use]
    pub fn graph(graph_id: &str) -> Self {
        Self { name: format!("graph:{graph_id}").into(), kind: StreamKind::Graph }
    }

    /// The stream of a session.
    #[must_use]
    pub fn session(session_id: &str) -> Self {
        Self { name: format!("session:{session_id}").into(), kind: StreamKind::Session }
    }

    /// The stream `workspace`.
    #[must_use]
    pub fn workspace() -> Self {
        Self { name: "workspace".into(), kind: StreamKind::Workspace }
    }

    /// Reads the wire form.
    ///
    /// # Errors
    /// If it is not the name of a stream.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        match text.split_once(':') {
            None if text == "workspace" => Ok(Self::workspace()),
            Some(("run", id)) if is_id(id) => Ok(Self::run(id)),
            Some(("graph", id)) if is_id(id) => Ok(Self::graph(id)),
            Some(("session", id)) if is_id(id) => Ok(Self::session(id)),
            _ => Err(StoreError::invalid("A stream is `workspace`, `run:ID`, `graph:ID` or `session:ID`.")),
        }
    }

    /// The wire form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> StreamKind {
        self.kind
    }

    /// What is spliced into each event up to the number, for example `{"runId":"r1","seq":`.
    pub(crate) fn opening(&self) -> String {
        match (self.kind, self.name.split_once(':')) {
            (StreamKind::Run, Some((_, id))) => format!("{{\"runId\":\"{id}\",\"seq\":"),
            (StreamKind::Graph, Some((_, id))) => format!("{{\"graphId\":\"{id}\",\"seq\":"),
            (StreamKind::Session, Some((_, id))) => format!("{{\"sessionId\":\"{id}\",\"seq\":"),
            _ => "{\"seq\":".to_owned(),
        }
    }
}

/// `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`, the shape of every id on the wire.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_names() {
        for bad in ["", "run:", "run:-a", "runs:a", "graph:a b", "workspace:x", "run:a\"", "constructor"] {
            assert!(StreamName::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(StreamName::parse("run:a_B-9").unwrap(), StreamName::run("a_B-9"));
    }
}
