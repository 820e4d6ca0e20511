//! Graphs as files: the format for git, and the examples that come with Axion.

pub mod examples;
pub mod file;

use axion_protocol::{ErrorCode, ErrorInfo, GraphSnapshot, Problem, clip};
use axion_store::{Entity, GraphContent, GraphImport, StoreError};

use crate::wire;

/// Most nodes of a graph that is taken in.
pub const MOST_NODES: usize = 250_000;
/// Largest text of a graph file.
pub const LARGEST_TEXT: usize = 64 << 20;

/// A graph from the store as the wire has it.
pub fn snapshot(content: &GraphContent) -> Result<GraphSnapshot, ErrorInfo> {
    Ok(GraphSnapshot {
        summary: wire::of(&content.summary)?,
        document: wire::text_of(&content.document)?,
        layout: wire::text_of(&content.layout)?,
        epoch: content.epoch.to_string(),
        seq: content.seq,
        max_stamp: content.max_stamp.as_str().try_into().ok(),
    })
}

/// Reads the text of a graph file (and of the layout file beside it). Nothing is executed. A refusal names the place.
pub fn read(text: &str, layout: Option<&str>, name: Option<&str>) -> Result<GraphImport, ErrorInfo> {
    if text.len() > LARGEST_TEXT || layout.is_some_and(|layout| layout.len() > LARGEST_TEXT) {
        return Err(ErrorInfo::new(ErrorCode::TooLarge, "The graph file is larger than 64 MiB. Nothing was imported."));
    }
    // A byte order mark is what some editors leave at the start of a file.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let import = GraphImport::parse(text, layout, name).map_err(refused)?;
    if import.node_count() > MOST_NODES as u64 {
        return Err(ErrorInfo::new(ErrorCode::TooLarge, format!("The graph has more than {MOST_NODES} nodes. Nothing was imported.")));
    }
    Ok(import)
}

fn refused(error: StoreError) -> ErrorInfo {
    let StoreError::Invalid(value) = error else { return crate::failure::storage(error) };
    let is = |entity: Entity| value.entity == Some(entity.as_str());
    let id = value.id.as_deref().unwrap_or_default();
    let problem = Problem {
        code: "bad_value".into(),
        message: clip(&value.message, 2000),
        node: if is(Entity::Node) { id.try_into().ok() } else { None },
        edge: if is(Entity::Edge) { id.try_into().ok() } else { None },
        field: value.field.as_ref().map(|field| clip(field, 200)),
        ..Problem::default()
    };
    ErrorInfo::new(ErrorCode::GraphInvalid, format!("The graph file cannot be read: {value}"))
        .with_hint("Nothing was imported. Correct the file and open it again.")
        .with_problems(vec![problem])
}
