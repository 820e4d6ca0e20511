//! Graphs as registers: any order of the same operations gives the same graph; what is deleted hides, what is imported comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use axion_store::{DEFAULT_PROJECT, Entity, GraphContent, GraphEdit, GraphImport, GraphOp, Store, StoreError, StreamName};
use serde_json::{Value, json as value};
use support::{Random, json, open, write};

fn op(entity: Entity, id: &str, field: &str, value: &str, stamp: &str) -> GraphOp {
    GraphOp { entity, id: id.to_owned(), field: field.to_owned(), value: json(value), stamp: stamp.to_owned(), prev: None }
}

/// Stamps of one client, by counter.
fn at(n: u64) -> String {
    format!("{:013}-0000-c", 1_700_000_000_000_u64 + n)
}

fn apply(store: &Store, graph_id: &str, ops_id: &str, ops: Vec<GraphOp>) -> Result<u64, StoreError> {
    let edit = GraphEdit { graph_id: graph_id.to_owned(), ops_id: ops_id.to_owned(), client_id: "c".to_owned(), ops }.checked()?;
    write(store, move |tx| tx.apply_graph_ops(&edit, 1_700_000_000_000))
}

fn content(store: &Store, graph_id: &str) -> GraphContent {
    store.read(|tx| tx.get_graph_content(graph_id)).unwrap()
}

fn document(store: &Store, graph_id: &str) -> Value {
    serde_json::from_str(&content(store, graph_id).document).unwrap()
}

fn new_graph(store: &Store, graph_id: &str) {
    let id = graph_id.to_owned();
    assert!(write(store, move |tx| tx.create_graph(&id, DEFAULT_PROJECT, "Flow", 5)).unwrap().1);
}

#[test]
fn edits_make_a_document() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    new_graph(&store, "g");
    let ops = vec![
        op(Entity::Node, "b", "kind", "\"map\"", &at(1)),
        op(Entity::Node, "b", "name", "\"B\"", &at(1)),
        op(Entity::Node, "b", "config.expr", "{ \"a\": 1 }", &at(1)),
        op(Entity::Node, "b", "config.a\"b", "2", &at(1)),
        op(Entity::Node, "b", "x", "10", &at(1)),
        op(Entity::Node, "b", "y", "-2.5", &at(1)),
        op(Entity::Node, "a", "kind", "\"start\"", &at(1)),
        op(Entity::Node, "a", "parent", "\"b\"", &at(1)),
        op(Entity::Edge, "e", "from", "{\"node\":\"a\",\"port\":\"out\"}", &at(1)),
        op(Entity::Edge, "e", "to", "{\"node\":\"b\",\"port\":\"in\"}", &at(1)),
        op(Entity::Edge, "lost", "from", "{\"node\":\"never\",\"port\":\"out\"}", &at(1)),
        op(Entity::Edge, "lost", "to", "{\"node\":\"b\",\"port\":\"in\"}", &at(1)),
        op(Entity::Slot, "in", "access", "\"ro\"", &at(1)),
        op(Entity::Note, "n", "text", "\"hi\"", &at(1)),
        op(Entity::Graph, "graph", "description", "\"what\"", &at(1)),
    ];
    assert_eq!(apply(&store, "g", "o1", ops).unwrap(), 1);
    let now = content(&store, "g");
    assert_eq!(
        now.document,
        r#"{"axion":1,"id":"g","name":"Flow","description":"what","slots":[{"id":"in","access":"ro"}],"nodes":[{"id":"a","kind":"start","name":"","parent":"b","config":{}},{"id":"b","kind":"map","name":"B","config":{"a\"b":2,"expr":{"a":1}}}],"edges":[{"id":"e","from":{"node":"a","port":"out"},"to":{"node":"b","port":"in"}},{"id":"lost","from":{"node":"never","port":"out"},"to":{"node":"b","port":"in"}}]}"#
    );
    assert_eq!(
        now.layout,
        r#"{"axion":1,"nodes":[{"id":"b","x":10,"y":-2.5}],"notes":[{"id":"n","text":"hi","x":0,"y":0,"w":240,"h":120}]}"#
    );
    assert_eq!((now.summary.node_count, now.seq, now.max_stamp), (2, 1, at(1)));

    // Deleting a node hides its edges and frees its children; bringing it back brings them back.
    apply(&store, "g", "o2", vec![op(Entity::Node, "b", "deleted", "true", &at(2))]).unwrap();
    let doc = document(&store, "g");
    assert_eq!(doc["nodes"], value!([{"id":"a","kind":"start","name":"","config":{}}]));
    assert_eq!(doc["edges"], value!([]));
    assert_eq!(content(&store, "g").summary.node_count, 1);
    apply(&store, "g", "o3", vec![op(Entity::Node, "b", "deleted", "false", &at(3))]).unwrap();
    assert_eq!(content(&store, "g").document, now.document);
    assert_eq!(content(&store, "g").summary.node_count, 2);
}

#[test]
fn batches_are_idempotent_and_losers_stay_in_the_event() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    new_graph(&store, "g");
    let rename = |name: &str, n| vec![op(Entity::Graph, "graph", "name", &format!("\"{name}\""), &at(n))];
    assert_eq!(apply(&store, "g", "o1", rename("Newer", 9)).unwrap(), 1);
    assert_eq!(apply(&store, "g", "o2", rename("Older", 8)).unwrap(), 2);
    assert_eq!(apply(&store, "g", "o1", rename("Again", 99)).unwrap(), 1, "a repeated batch is not applied");
    assert_eq!(content(&store, "g").summary.name, "Newer");
    let page = store.read_stream(&StreamName::graph("g"), 0, 10).unwrap();
    let events: Vec<Value> = serde_json::from_str(&page.events.array()).unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(
        events[1],
        value!({
            "graphId": "g", "seq": 2, "type": "graph-edited", "ts": 1_700_000_000_000_u64, "opsId": "o2", "clientId": "c",
            "ops": [{"entity":"graph","id":"graph","field":"name","value":"Older","stamp":at(8),"prev":at(9)}]
        })
    );
    write(&store, |tx| tx.set_graph_deleted("g", true, 3)).unwrap();
    assert!(matches!(apply(&store, "g", "o4", rename("X", 100)), Err(StoreError::Conflict(_))));
    assert!(matches!(apply(&store, "none", "o4", rename("X", 100)), Err(StoreError::NotFound { .. })));
    assert!(matches!(
        apply(&store, "g", "o5", vec![op(Entity::Graph, "graph", "name", "\"x\"", "yesterday")]),
        Err(StoreError::Invalid(_))
    ));
}

#[test]
fn a_refused_operation_leaves_nothing_of_its_batch() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    new_graph(&store, "g");
    let ops = vec![op(Entity::Node, "a", "kind", "\"map\"", &at(1)), op(Entity::Node, "a", "config.__proto__", "1", &at(1))];
    let Err(StoreError::Invalid(place)) = apply(&store, "g", "o1", ops) else { panic!("was taken") };
    assert_eq!((place.entity, place.id.as_deref(), place.field.as_deref()), (Some("node"), Some("a"), Some("config.__proto__")));
    assert_eq!(document(&store, "g")["nodes"], value!([]));
}

#[test]
fn any_order_of_the_same_operations_gives_the_same_graph() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for seed in 1..=60_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut ops: Vec<GraphOp> = (0..40)
            .map(|n| {
                let id = format!("n{}", random.below(4));
                let stamp = format!("{:013}-{:04x}-c{}", 1_700_000_000_000 + random.below(6), n, random.below(3));
                let (entity, field, value) = match random.below(8) {
                    0 => (Entity::Node, "kind", ["\"map\"", "\"if\""][random.below(2) as usize].to_owned()),
                    1 => (Entity::Node, "deleted", ["true", "false"][random.below(2) as usize].to_owned()),
                    2 => {
                        (Entity::Node, "parent", ["null".to_owned(), format!("\"n{}\"", random.below(4))][random.below(2) as usize].clone())
                    }
                    3 => (Entity::Node, "x", random.below(100).to_string()),
                    4 => (Entity::Node, "y", random.below(100).to_string()),
                    5 => (Entity::Edge, "from", format!("{{\"node\":\"n{}\",\"port\":\"o\"}}", random.below(4))),
                    6 => (Entity::Edge, "to", format!("{{\"node\":\"n{}\",\"port\":\"i\"}}", random.below(4))),
                    _ => (Entity::Node, "config.k", random.below(9).to_string()),
                };
                op(entity, &id, field, &value, &stamp)
            })
            .collect();
        let mut results = Vec::new();
        for order in 0..4 {
            let graph = format!("g{seed}-{order}");
            new_graph(&store, &graph);
            for (n, batch) in ops.chunks(1 + random.below(7) as usize).enumerate() {
                apply(&store, &graph, &format!("o{n}"), batch.to_vec()).unwrap();
            }
            let now = content(&store, &graph);
            let doc: Value = serde_json::from_str(&now.document).unwrap();
            assert_eq!(doc["nodes"].as_array().unwrap().len() as u64, now.summary.node_count, "seed {seed}: the count in the row");
            results.push((now.document.replace(&graph, "g"), now.layout, now.summary.node_count, now.max_stamp));
            for i in (1..ops.len()).rev() {
                ops.swap(i, random.below(i as u64 + 1) as usize);
            }
        }
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}: {results:#?}");
    }
}

#[test]
fn a_file_comes_back_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let text = r#"{"axion":1,"id":"other","name":"Été","slots":[{"id":"in","access":"rw","description":"d"}],
      "nodes":[{"id":"z","kind":"unknown.kind","name":"Z","config":{"k":[1,2],"deep":{"__proto__":1}}},{"id":"a","kind":"start","name":"A","off":true,"config":{}}],
      "edges":[{"id":"e","from":{"node":"a","port":"o"},"to":{"node":"z","port":"i"}}],"future":[1]}"#;
    let layout = r#"{"axion":1,"nodes":[{"id":"z","x":1,"y":2,"w":3,"h":4,"collapsed":true},{"id":"gone","x":0,"y":0}],"notes":[{"id":"n","text":"t","x":1,"y":1,"w":1,"h":1}]}"#;
    let import = GraphImport::parse(text, Some(layout), None).unwrap();
    let (row, made) = write(&store, move |tx| tx.import_graph("g", DEFAULT_PROJECT, &import, 5)).unwrap();
    assert!(made && row.node_count == 2 && row.name == "Été");
    let first = content(&store, "g");
    assert_eq!(
        first.document,
        r#"{"axion":1,"id":"g","name":"Été","slots":[{"id":"in","access":"rw","description":"d"}],"nodes":[{"id":"a","kind":"start","name":"A","off":true,"config":{}},{"id":"z","kind":"unknown.kind","name":"Z","config":{"deep":{"__proto__":1},"k":[1,2]}}],"edges":[{"id":"e","from":{"node":"a","port":"o"},"to":{"node":"z","port":"i"}}]}"#
    );
    assert_eq!(
        first.layout,
        r#"{"axion":1,"nodes":[{"id":"z","x":1,"y":2,"w":3,"h":4,"collapsed":true}],"notes":[{"id":"n","text":"t","x":1,"y":1,"w":1,"h":1}]}"#
    );

    let again = GraphImport::parse(&first.document, Some(&first.layout), Some("Copy")).unwrap();
    write(&store, move |tx| tx.import_graph("g2", DEFAULT_PROJECT, &again, 6)).unwrap();
    assert_eq!(content(&store, "g2").document.replace("\"g2\"", "\"g\"").replace("Copy", "Été"), first.document);

    apply(&store, "g", "o", vec![op(Entity::Node, "z", "deleted", "true", &at(1))]).unwrap();
    let (copy, made) = write(&store, |tx| tx.duplicate_graph("g", "g3", "Third", 7)).unwrap();
    assert!(made && copy.node_count == 1);
    assert_eq!(document(&store, "g3")["name"], "Third");
    assert_eq!(document(&store, "g3")["nodes"], document(&store, "g")["nodes"]);
    assert_eq!(content(&store, "g3").max_stamp, at(1), "a client's clock must go on after what is in the copy");
    // The deleted node is gone for good in the copy, so undoing there cannot bring half of it back.
    apply(&store, "g3", "o", vec![op(Entity::Node, "z", "deleted", "false", &at(2))]).unwrap();
    assert_eq!(content(&store, "g3").summary.node_count, 1);
}

#[test]
fn bad_files_name_the_place() {
    let node = |fields: &str| format!(r#"{{"axion":1,"name":"x","nodes":[{fields}]}}"#);
    for (text, place) in [
        ("nonsense".to_owned(), None),
        (r#"{"axion":2,"name":"x"}"#.to_owned(), None),
        (r#"{"axion":1}"#.to_owned(), None),
        (node(r#"{"id":"a"}"#), Some(("a", "kind"))),
        (node(r#"{"id":"a","kind":7}"#), Some(("a", "kind"))),
        (node(r#"{"id":"a","kind":"map","config":{"__proto__":1}}"#), Some(("a", "config.__proto__"))),
        (node(r#"{"id":"a","kind":"map","config":[]}"#), Some(("a", "config"))),
        (node(r#"{"id":"__proto__","kind":"map"}"#), Some(("__proto__", "kind"))),
        (node(r#"{"kind":"map"}"#), None),
    ] {
        let Err(StoreError::Invalid(found)) = GraphImport::parse(&text, None, None) else { panic!("{text} was taken") };
        assert_eq!(found.id.as_deref().zip(found.field.as_deref()), place, "{text}: {found}");
    }
    let twice = node(r#"{"id":"a","kind":"map"},{"id":"a","kind":"if"}"#);
    assert!(GraphImport::parse(&twice, None, None).unwrap_err().to_string().contains("used twice"));
}

#[test]
fn a_chain_of_100_000_nodes() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let count = 100_000;
    let nodes: Vec<String> = (0..count).map(|n| format!(r#"{{"id":"n{n}","kind":"map","name":"N{n}","config":{{"e":"x"}}}}"#)).collect();
    let edges: Vec<String> = (1..count)
        .map(|n| format!(r#"{{"id":"e{n}","from":{{"node":"n{}","port":"o"}},"to":{{"node":"n{n}","port":"i"}}}}"#, n - 1))
        .collect();
    let places: Vec<String> = (0..count).map(|n| format!(r#"{{"id":"n{n}","x":{n},"y":0}}"#)).collect();
    let text = format!(r#"{{"axion":1,"name":"Chain","nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","));
    let layout = format!(r#"{{"axion":1,"nodes":[{}],"notes":[]}}"#, places.join(","));
    let import = GraphImport::parse(&text, Some(&layout), None).unwrap();
    write(&store, move |tx| tx.import_graph("g", DEFAULT_PROJECT, &import, 5)).unwrap();
    let doc = document(&store, "g");
    assert_eq!((doc["nodes"].as_array().unwrap().len(), doc["edges"].as_array().unwrap().len()), (count, count - 1));
}
