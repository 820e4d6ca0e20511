//! How long a chain of 100,000 nodes takes in the store: reading the file, keeping it, reading it as a document, editing it.
//!
//! `cargo run --release -p axion-store --example graph_speed -- [DIR]` (DIR on the disk to be measured).

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use axion_store::{DEFAULT_PROJECT, Entity, GraphEdit, GraphImport, GraphOp, OpenOptions, Store};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const NODES: usize = 100_000;

fn main() -> Result<()> {
    let home =
        std::env::args().nth(1).map_or_else(std::env::temp_dir, Into::into).join(format!("axion-graph-speed-{}", std::process::id()));
    let result = measure(&home);
    std::fs::remove_dir_all(&home)?;
    result
}

fn measure(home: &Path) -> Result<()> {
    let nodes: Vec<String> =
        (0..NODES).map(|n| format!(r#"{{"id":"n{n}","kind":"map","name":"Step {n}","config":{{"expr":"x + 1"}}}}"#)).collect();
    let edges: Vec<String> = (1..NODES)
        .map(|n| format!(r#"{{"id":"e{n}","from":{{"node":"n{}","port":"out"}},"to":{{"node":"n{n}","port":"in"}}}}"#, n - 1))
        .collect();
    let places: Vec<String> = (0..NODES).map(|n| format!(r#"{{"id":"n{n}","x":{},"y":0}}"#, n * 240)).collect();
    let text = format!(r#"{{"axion":1,"name":"Chain","nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","));
    let layout = format!(r#"{{"axion":1,"nodes":[{}],"notes":[]}}"#, places.join(","));

    let (store, _) = timed("open an empty home", || Ok(Store::open(OpenOptions::new(home, "cli"))?))?;
    let import = timed("read and check the file", || Ok(GraphImport::parse(&text, Some(&layout), None)?))?;
    timed("keep it", || Ok(store.write(move |tx| tx.import_graph("g", DEFAULT_PROJECT, &import, 5)).wait()?))?;
    let content = timed("assemble document and layout", || Ok(store.read(|tx| tx.get_graph_content("g"))?))?;
    println!("  {} bytes of document, {} of layout", content.document.len(), content.layout.len());
    let mut ops = Vec::new();
    for n in 0..1_000 {
        let value = serde_json::value::RawValue::from_string(n.to_string())?;
        ops.push(GraphOp {
            entity: Entity::Node,
            id: format!("n{n}"),
            field: "x".to_owned(),
            value,
            stamp: "1700000000000-0000-w".to_owned(),
            prev: None,
        });
    }
    let edit = GraphEdit { graph_id: "g".to_owned(), ops_id: "o".to_owned(), client_id: "w".to_owned(), ops };
    timed("1,000 operations in one batch", || {
        let edit = edit.checked()?;
        Ok(store.write(move |tx| tx.apply_graph_ops(&edit, 6)).wait()?)
    })?;
    timed("close, with a backup", || {
        store.close();
        Ok(())
    })?;
    println!("  {} bytes of database", std::fs::metadata(home.join("axion.db"))?.len());
    timed("open it again", || Ok(Store::open(OpenOptions::new(home, "cli"))?))?.0.close();
    Ok(())
}

fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begun = Instant::now();
    let value = work()?;
    println!("{what:<32} {:>8.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    Ok(value)
}
