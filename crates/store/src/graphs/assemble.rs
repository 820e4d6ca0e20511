//! From registers to what people and engines read: the document and the layout, each as JSON text.
//!
//! Everything is in order of ids, keys in the order of the schema, so equal registers give equal text. A thing is there if
//! its first field is (a node's `kind`, an edge's ends) and it is not deleted. An edge to a deleted node is left out until
//! the node comes back; one to a node that never was stays, so that validating can say so. A node whose container was
//! deleted is shown at the top level rather than lost from view.

use std::collections::HashSet;

use rusqlite::Connection;

use super::fields::{Endpoint, Entity};
use crate::error::StoreError;

/// The registers of one entity that hold something, by field.
#[derive(Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, field: &str) -> Option<&String> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    fn contains_key(&self, field: &str) -> bool {
        self.get(field).is_some()
    }
}

/// The document and the layout of a graph.
pub(crate) struct Texts {
    pub(crate) document: String,
    pub(crate) layout: String,
}

pub(crate) fn assemble(conn: &Connection, graph: i64, graph_id: &str) -> Result<Texts, StoreError> {
    let mut entities: [Vec<(String, Fields)>; 5] = Default::default();
    let mut statement =
        conn.prepare_cached("SELECT entity, entity_id, field, value FROM graph_fields WHERE graph = ?1 ORDER BY entity, entity_id, field")?;
    let mut rows = statement.query([graph])?;
    while let Some(row) = rows.next()? {
        let code: i64 = row.get(0)?;
        let entity = Entity::from_code(code).ok_or_else(|| StoreError::Damaged(format!("unknown graph entity {code}")))?;
        let id = row.get_ref(1)?.as_str().map_err(|e| StoreError::Damaged(e.to_string()))?;
        let list = &mut entities[entity as usize];
        if list.last().is_none_or(|(last, _)| last != id) {
            list.push((id.to_owned(), Fields::default()));
        }
        let (field, value): (String, String) = (row.get(2)?, row.get(3)?);
        if value != "null"
            && let Some((_, fields)) = list.last_mut()
        {
            fields.0.push((field, value));
        }
    }
    let [graph_fields, slots, nodes, edges, notes] = entities;
    let dead: HashSet<&str> = nodes.iter().filter(|(_, f)| is_deleted(f)).map(|(id, _)| id.as_str()).collect();
    let own = graph_fields.first().map(|(_, fields)| fields);

    let mut doc = Writer::new(format!("{{\"axion\":1,\"id\":\"{graph_id}\""));
    doc.field("name", own.and_then(|f| f.get("name")).map_or("\"\"", String::as_str));
    doc.optional("description", own.and_then(|f| f.get("description")));
    doc.list("slots", slots.iter().filter(|(_, f)| f.contains_key("access") && !is_deleted(f)), |w, (id, f)| {
        w.open(id);
        w.optional("access", f.get("access"));
        w.optional("description", f.get("description"));
    });
    let alive = || nodes.iter().filter(|(_, f)| f.contains_key("kind") && !is_deleted(f));
    doc.list("nodes", alive(), |w, (id, f)| {
        w.open(id);
        w.optional("kind", f.get("kind"));
        w.field("name", f.get("name").map_or("\"\"", String::as_str));
        w.optional("parent", f.get("parent").filter(|parent| !dead.contains(parent.trim_matches('"'))));
        w.optional("off", f.get("off").filter(|off| *off == "true"));
        w.config(f);
    });
    let reachable = |end: Option<&String>| {
        end.and_then(|end| serde_json::from_str::<Endpoint<'_>>(end).ok()).is_some_and(|end| !dead.contains(&*end.node))
    };
    let joined = edges.iter().filter(|(_, f)| !is_deleted(f) && reachable(f.get("from")) && reachable(f.get("to")));
    doc.list("edges", joined, |w, (id, f)| {
        w.open(id);
        w.optional("from", f.get("from"));
        w.optional("to", f.get("to"));
    });

    let mut layout = Writer::new("{\"axion\":1".to_owned());
    layout.list("nodes", alive().filter(|(_, f)| f.contains_key("x") && f.contains_key("y")), |w, (id, f)| {
        w.open(id);
        for key in ["x", "y", "w", "h"] {
            w.optional(key, f.get(key));
        }
        w.optional("collapsed", f.get("collapsed").filter(|collapsed| *collapsed == "true"));
    });
    layout.list("notes", notes.iter().filter(|(_, f)| f.contains_key("text") && !is_deleted(f)), |w, (id, f)| {
        w.open(id);
        w.optional("text", f.get("text"));
        for (key, otherwise) in [("x", "0"), ("y", "0"), ("w", "240"), ("h", "120")] {
            w.field(key, f.get(key).map_or(otherwise, String::as_str));
        }
    });
    Ok(Texts { document: doc.finish(), layout: layout.finish() })
}

fn is_deleted(fields: &Fields) -> bool {
    fields.get("deleted").is_some_and(|value| value == "true")
}

/// Writes objects whose values are JSON texts already.
struct Writer(String);

impl Writer {
    fn new(start: String) -> Self {
        Self(start)
    }

    fn open(&mut self, id: &str) {
        self.0.push_str("{\"id\":\"");
        self.0.push_str(id);
        self.0.push('"');
    }

    fn field(&mut self, key: &str, value: &str) {
        self.0.push_str(",\"");
        self.0.push_str(key);
        self.0.push_str("\":");
        self.0.push_str(value);
    }

    fn optional(&mut self, key: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.field(key, value);
        }
    }

    fn config(&mut self, fields: &Fields) {
        self.0.push_str(",\"config\":{");
        let mut first = true;
        for (field, value) in &fields.0 {
            let Some(key) = field.strip_prefix("config.") else { continue };
            if !first {
                self.0.push(',');
            }
            first = false;
            // A key may hold any character: it is the one text here that needs escaping.
            self.0.push_str(&serde_json::Value::from(key).to_string());
            self.0.push(':');
            self.0.push_str(value);
        }
        self.0.push('}');
    }

    fn list<T>(&mut self, key: &str, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.field(key, "[");
        let mut first = true;
        for item in items {
            if !first {
                self.0.push(',');
            }
            first = false;
            write(self, item);
            self.0.push('}');
        }
        self.0.push(']');
    }

    fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
