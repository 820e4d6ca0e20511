//! The file format for git: one slot, node, edge or note per line, sorted by id, keys in the order of the schema,
//! those of a config in that of the alphabet. Equal graphs give equal text, and a change of one thing changes one line. Reading is lenient and is the store's import.

use axion_protocol::{ErrorInfo, GraphDocument, GraphLayout, NodeRecord};
use serde::Serialize;
use serde_json::Value;

use crate::failure::internal;

/// The text of a `.axion` file.
pub fn document(document: &GraphDocument) -> Result<String, ErrorInfo> {
    let mut out = Lines::open();
    out.value("axion", &document.axion)?;
    out.value("id", &document.id)?;
    out.value("name", &document.name)?;
    if let Some(description) = &document.description {
        out.value("description", description)?;
    }
    out.list("slots", sorted(&document.slots, |slot| slot.id.as_str()))?;
    let alphabetical = |node: &NodeRecord| {
        let mut node = node.clone();
        node.config.sort_keys();
        node
    };
    let nodes: Vec<NodeRecord> = document.nodes.iter().map(alphabetical).collect();
    out.list("nodes", sorted(&nodes, |node| node.id.as_str()))?;
    out.list("edges", sorted(&document.edges, |edge| edge.id.as_str()))?;
    Ok(out.close())
}

/// The text of the `.axion.layout` file beside it.
pub fn layout(layout: &GraphLayout) -> Result<String, ErrorInfo> {
    let mut out = Lines::open();
    out.value("axion", &layout.axion)?;
    out.list("nodes", plain(sorted(&layout.nodes, |node| node.id.as_str()))?)?;
    out.list("notes", plain(sorted(&layout.notes, |note| note.id.as_str()))?)?;
    Ok(out.close())
}

/// Items with whole numbers written as such: `0`, as JavaScript writes it, not `0.0`.
fn plain<T: Serialize>(items: Vec<&T>) -> Result<Vec<Value>, ErrorInfo> {
    let whole = |item: &T| {
        let mut item = serde_json::to_value(item).map_err(|error| internal("A layout could not be written", error))?;
        for value in item.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
            if let Some(number) = value.as_f64()
                && number.fract() == 0.0
                && number.abs() < 9_007_199_254_740_992.0
            {
                *value = Value::from(number as i64);
            }
        }
        Ok(item)
    };
    items.into_iter().map(whole).collect()
}

fn sorted<T>(items: &[T], id: impl Fn(&T) -> &str) -> Vec<&T> {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort_by(|a, b| id(a).cmp(id(b)));
    items
}

struct Lines(String);

impl Lines {
    fn open() -> Self {
        Self("{".to_owned())
    }

    fn key(&mut self, key: &str) {
        self.0.push_str(if self.0.len() == 1 { "\n  \"" } else { ",\n  \"" });
        self.0.push_str(key);
        self.0.push_str("\": ");
    }

    fn value(&mut self, key: &str, value: &impl Serialize) -> Result<(), ErrorInfo> {
        self.key(key);
        self.0.push_str(&json(value)?);
        Ok(())
    }

    fn list<T: Serialize>(&mut self, key: &str, items: Vec<T>) -> Result<(), ErrorInfo> {
        self.key(key);
        self.0.push('[');
        for (index, item) in items.iter().enumerate() {
            self.0.push_str(if index == 0 { "\n    " } else { ",\n    " });
            self.0.push_str(&json(item)?);
        }
        self.0.push_str(if items.is_empty() { "]" } else { "\n  ]" });
        Ok(())
    }

    fn close(mut self) -> String {
        self.0.push_str("\n}\n");
        self.0
    }
}

fn json(value: &impl Serialize) -> Result<String, ErrorInfo> {
    serde_json::to_string(value).map_err(|error| internal("A graph could not be written", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_one_line() {
        let text = r#"{"axion":1,"id":"g","name":"G","slots":[],"nodes":[{"id":"b","kind":"k","name":"","config":{"z":{"d":1,"c":[]},"10":1,"a":"x","9":2}},{"id":"a","kind":"k","name":"","off":true,"config":{}}],
            "edges":[{"id":"e","from":{"node":"a","port":"out"},"to":{"node":"b","port":"in"}}]}"#;
        let graph: GraphDocument = serde_json::from_str(text).unwrap();
        let expected = "{\n  \"axion\": 1,\n  \"id\": \"g\",\n  \"name\": \"G\",\n  \"slots\": [],\n  \"nodes\": [\n    \
            {\"id\":\"a\",\"kind\":\"k\",\"name\":\"\",\"off\":true,\"config\":{}},\n    \
            {\"id\":\"b\",\"kind\":\"k\",\"name\":\"\",\"config\":{\"10\":1,\"9\":2,\"a\":\"x\",\"z\":{\"d\":1,\"c\":[]}}}\n  ],\n  \"edges\": [\n    \
            {\"id\":\"e\",\"from\":{\"node\":\"a\",\"port\":\"out\"},\"to\":{\"node\":\"b\",\"port\":\"in\"}}\n  ]\n}\n";
        let written = document(&graph).unwrap();
        assert_eq!(written, expected);
        let again: GraphDocument = serde_json::from_str(&written).unwrap();
        assert_eq!(document(&again).unwrap(), expected);
    }

    /// The other writer is packages/engine: the examples are written by it.
    #[test]
    fn the_examples_are_written_the_same_here() {
        for name in ["approval", "caught", "fan-out", "invoices"] {
            let path = format!("{}/../../examples/{name}.axion", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(document(&serde_json::from_str(&text).unwrap()).unwrap(), text, "{name}");
            let text = std::fs::read_to_string(format!("{path}.layout")).unwrap();
            assert_eq!(layout(&serde_json::from_str(&text).unwrap()).unwrap(), text, "{name}");
        }
    }

    #[test]
    fn positions_are_written_as_they_are_read() {
        let text = "{\n  \"axion\": 1,\n  \"nodes\": [\n    {\"id\":\"a\",\"x\":0,\"y\":-8,\"w\":12.5}\n  ],\n  \"notes\": []\n}\n";
        assert_eq!(layout(&serde_json::from_str(text).unwrap()).unwrap(), text);
    }
}
