//! A whole document at once: parsed and checked on the caller's thread, written sorted in one transaction.
//!
//! The same rules hold as for single edits (fields.rs). Whether the graph makes sense is the engine's to say.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::params;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::GraphRow;
use super::fields::{Entity, check};
use crate::error::{InvalidValue, StoreError};
use crate::rows::{check_id, check_name, to_sql};
use crate::writer::WriteTx;

/// A document that was parsed and checked, as registers in the order of the table's key.
#[derive(Debug)]
pub struct GraphImport {
    name: String,
    node_count: u64,
    things: Vec<(Entity, Vec<Thing>)>,
}

/// The registers of one entity: its id, then field and value by field.
#[derive(Debug)]
struct Thing {
    id: String,
    fields: Vec<(String, String)>,
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
        let doc: Document<'_> =
            serde_json::from_str(document).map_err(|e| StoreError::invalid(format!("The graph file cannot be read: {e}")))?;
        if doc.axion != 1 {
            return Err(StoreError::invalid(format!("The graph file has format version {}; this Axion reads version 1.", doc.axion)));
        }
        let layout: Option<Layout<'_>> = layout
            .map(serde_json::from_str)
            .transpose()
            .map_err(|e| StoreError::invalid(format!("The layout file cannot be read: {e}")))?;
        let name = name.unwrap_or(&doc.name).to_owned();
        check_name(&name)?;
        let mut own = Thing { id: "graph".to_owned(), fields: Vec::new() };
        own.put(Entity::Graph, "name", &serde_json::Value::from(name.as_str()).to_string())?;
        if let Some(description) = doc.description {
            own.put(Entity::Graph, "description", description.get())?;
        }
        let slots = things(Entity::Slot, &doc.slots, &["access", "description"], &["access"])?;
        let mut nodes = things(Entity::Node, &doc.nodes, &["kind", "name", "parent", "off", "config"], &["kind"])?;
        let edges = things(Entity::Edge, &doc.edges, &["from", "to"], &["from", "to"])?;
        let mut notes = Vec::new();
        if let Some(layout) = layout {
            // The layout file may be older than the graph beside it, so it may place nodes that are gone.
            for placed in things(Entity::Node, &layout.nodes, &["x", "y", "w", "h", "collapsed"], &[])? {
                if let Ok(at) = nodes.binary_search_by(|node| node.id.cmp(&placed.id))
                    && let Some(node) = nodes.get_mut(at)
                {
                    node.fields.extend(placed.fields);
                    node.fields.sort_unstable();
                }
            }
            notes = things(Entity::Note, &layout.notes, &["text", "x", "y", "w", "h"], &["text"])?;
        }
        let things =
            vec![(Entity::Graph, vec![own]), (Entity::Slot, slots), (Entity::Node, nodes), (Entity::Edge, edges), (Entity::Note, notes)];
        Ok(Self { name, node_count: doc.nodes.len() as u64, things })
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
}

/// Checks the fields of each item and sorts by id.
fn things(entity: Entity, items: &[Item<'_>], known: &[&str], needed: &[&str]) -> Result<Vec<Thing>, StoreError> {
    let mut things = Vec::with_capacity(items.len());
    for item in items {
        let id = id_of(item).map_err(|message| StoreError::invalid(format!("A {} of the graph file {message}.", entity.as_str())))?;
        for field in needed {
            if !item.contains_key(*field) {
                return Err(refused(entity, &id, Some(field), "is missing"));
            }
        }
        let mut thing = Thing { id, fields: Vec::with_capacity(item.len()) };
        for (field, value) in item {
            if !known.contains(&&**field) {
                continue; // A newer Axion's field: the file keeps it, this version does not.
            }
            if field == "config" {
                let config: BTreeMap<Cow<'_, str>, &RawValue> =
                    serde_json::from_str(value.get()).map_err(|_| refused(entity, &thing.id, Some("config"), "must be an object"))?;
                for (key, value) in config {
                    thing.put(entity, &format!("config.{key}"), value.get())?;
                }
            } else {
                thing.put(entity, field, value.get())?;
            }
        }
        thing.fields.sort_unstable();
        things.push(thing);
    }
    things.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    for pair in things.windows(2) {
        if let [a, b] = pair
            && a.id == b.id
        {
            return Err(refused(entity, &a.id, None, "this id is used twice"));
        }
    }
    Ok(things)
}

impl Thing {
    fn put(&mut self, entity: Entity, field: &str, value: &str) -> Result<(), StoreError> {
        let value = check(entity, &self.id, field, value)?;
        self.fields.push((field.to_owned(), value));
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
    pub fn import_graph(
        &mut self,
        graph_id: &str,
        project_id: &str,
        import: &GraphImport,
        ts: u64,
    ) -> Result<(GraphRow, bool), StoreError> {
        check_id("graph", graph_id)?;
        let Some(graph) = self.new_graph(graph_id, project_id, &import.name, import.node_count, ts)? else {
            return Ok((self.get_graph(graph_id)?, false));
        };
        let stamp = first_stamp(ts);
        {
            let mut insert = self.conn().prepare_cached(
                "INSERT INTO graph_fields (graph, entity, entity_id, field, value, stamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for (entity, things) in &import.things {
                for thing in things {
                    for (field, value) in &thing.fields {
                        insert.execute(params![graph, entity.code(), thing.id, field, value, stamp])?;
                    }
                }
            }
        }
        self.conn().prepare_cached("UPDATE graphs SET max_stamp = ?2, updated_at = ?3 WHERE id = ?1")?.execute(params![
            graph,
            stamp,
            to_sql(ts)
        ])?;
        Ok((self.announce_graph(graph_id, ts)?, true))
    }
}

/// The stamp of what Core itself writes first: any later edit of a client wins over it.
pub(crate) fn first_stamp(ts: u64) -> String {
    format!("{ts:013}-0000-axion")
}
