//! A whole document at once: parsed and checked on the caller's thread, written sorted in one transaction.
//!
//! The same rules hold as for single edits (fields.rs). Whether the graph makes sense is the engine's to say.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::params;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{Entity, check};
use super::GraphRow;
use crate::error::{InvalidValue, StoreError};
use crate::rows::{check_id, check_name, to_sql};
use crate::writer::WriteTx;

/// A document that was parsed and checked, as registers in the order of the table's key.
#[derive(Debug)]
pub struct GraphImport {
    name: String,
    node_count: u64,
    registers: Vec<Register>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Register {
    entity: Entity,
    id: String,
    field: String,
    value: String,
}

#[derive(Deserialize)]
struct Document<'a> {
    axion: u64,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    description: Option<&'a RawValue>,
    #[serde(borrow, default)]
    slots: Vec<Item<'a>>,
    #[serde(borrow, default)]
    nodes: Vec<Item<'a>>,
    #[serde(borrow, default)]
    edges: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Layout<'a> {
    #[serde(borrow, default)]
    nodes: Vec<Item<'a>>,
    #[serde(borrow, default)]
    notes: Vec<Item<'a>>,
}

/// Any of the things in a file: fields whose values are checked one by one, so that an error can name its place.
type Item<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

impl GraphImport {
    /// Parses the texts of a `.axion` file and, if there is one, of its layout file.
    ///
    /// # Errors
    /// `Invalid`, naming entity and field where it can.
    pub fn parse(document: &str, layout: Option<&str>, name: Option<&str>) -> Result<Self, StoreError> {
        let doc: Document<'_> = serde_json::from_str(document).map_err(|e| StoreError::invalid(format!("The graph file cannot be read: {e}")))?;
        if doc.axion != 1 {
            return Err(StoreError::invalid(format!("The graph file has format version {}; this Axion reads version 1.", doc.axion)));
        }
        let layout: Option<Layout<'_>> = layout
            .map(serde_json::from_str)
            .transpose()
            .map_err(|e| StoreError::invalid(format!("The layout file cannot be read: {e}")))?;
        let name = name.unwrap_or(&doc.name).to_owned();
        check_name(&name)?;
        let mut into = Self { node_count: doc.nodes.len() as u64, registers: Vec::new(), name };
        into.put(Entity::Graph, "graph", "name", &serde_json::Value::from(into.name.as_str()).to_string())?;
        if let Some(description) = doc.description {
            into.put(Entity::Graph, "graph", "description", description.get())?;
        }
        into.put_all(Entity::Slot, doc.slots, &["access", "description"], &["access"])?;
        into.put_all(Entity::Node, doc.nodes, &["kind", "name", "parent", "off", "config"], &["kind"])?;
        into.put_all(Entity::Edge, doc.edges, &["from", "to"], &["from", "to"])?;
        if let Some(layout) = layout {
            let known: std::collections::HashSet<&str> =
                into.registers.iter().filter(|r| r.entity == Entity::Node && r.field == "kind").map(|r| r.id.as_str()).collect();
            // The layout file may be older than the graph beside it.
            let placed: Vec<Item<'_>> = layout.nodes.into_iter().filter(|item| id_of(item).is_ok_and(|id| known.contains(id.as_str()))).collect();
            into.put_all(Entity::Node, placed, &["x", "y", "w", "h", "collapsed"], &[])?;
            into.put_all(Entity::Note, layout.notes, &["text", "x", "y", "w", "h"], &["text"])?;
        }
        into.registers.sort_unstable();
        for pair in into.registers.windows(2) {
            if let [a, b] = pair
                && (a.entity, &a.id, &a.field) == (b.entity, &b.id, &b.field)
            {
                return Err(refused(a.entity, &a.id, None, "this id is used twice"));
            }
        }
        Ok(into)
    }

    /// The name that the graph will have.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many nodes it has.
    #[must_use]
    pub fn node_count(&self) -> u64 {
        self.node_count
    }

    fn put_all(&mut self, entity: Entity, items: Vec<Item<'_>>, known: &[&str], needed: &[&str]) -> Result<(), StoreError> {
        for item in items {
            let id = id_of(&item).map_err(|message| StoreError::invalid(format!("A {} of the graph file {message}.", entity.as_str())))?;
            for field in needed {
                if !item.contains_key(*field) {
                    return Err(refused(entity, &id, Some(field), "is missing"));
                }
            }
            for (field, value) in &item {
                if !known.contains(&&**field) {
                    continue; // A newer Axion's field: the file keeps it, this version does not.
                }
                if field == "config" {
                    let config: BTreeMap<Cow<'_, str>, &RawValue> =
                        serde_json::from_str(value.get()).map_err(|_| refused(entity, &id, Some("config"), "must be an object"))?;
                    for (key, value) in config {
                        self.put(entity, &id, &format!("config.{key}"), value.get())?;
                    }
                } else {
                    self.put(entity, &id, field, value.get())?;
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, entity: Entity, id: &str, field: &str, value: &str) -> Result<(), StoreError> {
        let value = check(entity, id, field, value)?;
        self.registers.push(Register { entity, id: id.to_owned(), field: field.to_owned(), value });
        Ok(())
    }
}

fn id_of(item: &Item<'_>) -> Result<String, &'static str> {
    let id = item.get("id").ok_or("has no id")?;
    serde_json::from_str(id.get()).map_err(|_| "has an id that is no text")
}

fn refused(entity: Entity, id: &str, field: Option<&str>, message: &str) -> StoreError {
    StoreError::Invalid(InvalidValue {
        message: message.to_owned(),
        entity: Some(entity.as_str()),
        id: Some(id.chars().take(80).collect()),
        field: field.map(str::to_owned),
    })
}

impl WriteTx<'_> {
    /// Makes a graph of a document. The flag is false if the id was there already: then nothing was changed.
    ///
    /// # Errors
    /// `NotFound` if there is no such project.
    pub fn import_graph(&mut self, graph_id: &str, project_id: &str, import: &GraphImport, ts: u64) -> Result<(GraphRow, bool), StoreError> {
        check_id("graph", graph_id)?;
        let Some(graph) = self.new_graph(graph_id, project_id, &import.name, import.node_count, ts)? else {
            return Ok((self.get_graph(graph_id)?, false));
        };
        let stamp = first_stamp(ts);
        {
            let mut insert = self
                .conn()
                .prepare_cached("INSERT INTO graph_fields (graph, entity, entity_id, field, value, stamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
            for register in &import.registers {
                insert.execute(params![graph, register.entity.code(), register.id, register.field, register.value, stamp])?;
            }
        }
        self.conn()
            .prepare_cached("UPDATE graphs SET max_stamp = ?2, updated_at = ?3 WHERE id = ?1")?
            .execute(params![graph, stamp, to_sql(ts)])?;
        Ok((self.announce_graph(graph_id, ts)?, true))
    }
}

/// The stamp of what Core itself writes first: any later edit of a client wins over it.
pub(crate) fn first_stamp(ts: u64) -> String {
    format!("{ts:013}-0000-axion")
}
