//! The golden messages of `protocol/vectors`: Rust reads and writes each accepted one unchanged, and refuses each refused one.
// Test code: a panic is how it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "generated/echo.rs"]
#[rustfmt::skip]
mod generated;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vectors {
    accepted: Vec<Value>,
    refused: Vec<Value>,
}

fn read() -> BTreeMap<String, Vectors> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors");
    std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            serde_json::from_str::<BTreeMap<String, Vectors>>(&text).unwrap()
        })
        .collect()
}

/// Equal as JavaScript sees it: `1` and `1.0` are one number.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| same(x, y))),
        _ => left == right,
    }
}

#[test]
fn every_accepted_vector_comes_back_the_same() {
    let mut count = 0;
    for (name, vectors) in read() {
        assert!(!vectors.accepted.is_empty(), "{name} has no vector");
        for vector in vectors.accepted {
            let text = generated::echo(&name, &vector.to_string())
                .unwrap_or_else(|| panic!("no type {name}"))
                .unwrap_or_else(|error| panic!("{name}: {error} in {vector}"));
            let back: Value = serde_json::from_str(&text).unwrap();
            assert!(same(&vector, &back), "{name}: {vector} came back as {back}");
            count += 1;
        }
    }
    assert!(count > 200, "only {count} vectors were found");
}

#[test]
fn every_refused_vector_is_refused() {
    for (name, vectors) in read() {
        for vector in vectors.refused {
            let outcome = generated::echo(&name, &vector.to_string()).unwrap_or_else(|| panic!("{name}"));
            assert!(outcome.is_err(), "{name} accepted {vector}");
        }
    }
}

#[test]
fn a_type_is_found_wherever_it_stands() {
    let text = r#"{"hash":"0000000000000000000000000000000000000000000000000000000000000000","bytes":3,"type":"blob","preview":""}"#;
    let value: axion_protocol::PortValue = serde_json::from_str(text).unwrap();
    assert_eq!(value.type_name(), "blob");
    assert!(serde_json::to_string(&value).unwrap().starts_with(r#"{"type":"blob""#));
}
