//! What several tests of the store need: an open home and the pieces of a run.
#![allow(dead_code, reason = "each test binary uses its own part")]

use axion_store::{EventDraft, Json, NewRun, OpenOptions, StepCounts, Store, StoreError, WriteTx};

pub fn open(home: &std::path::Path) -> Store {
    let (store, report) = Store::open(OpenOptions::new(home, "cli")).expect("opens");
    assert_eq!(report.recovery, None);
    store
}

pub fn json(text: &str) -> Json {
    serde_json::value::RawValue::from_string(text.to_owned()).expect("JSON")
}

pub fn draft(text: &str) -> EventDraft {
    EventDraft::new(text).expect("a draft")
}

pub fn new_run(run_id: &str) -> NewRun {
    NewRun {
        run_id: run_id.to_owned(),
        graph_id: None,
        graph_name: "Test".to_owned(),
        graph_hash: "0".repeat(64),
        layout_hash: None,
        started_by: "cli".to_owned(),
        created_at: 1,
        steps: StepCounts::default(),
        input: json("null"),
        grants: json("[]"),
        options: json("{}"),
    }
}

/// Writes and waits.
pub fn write<T: Send + 'static>(
    store: &Store,
    body: impl FnOnce(&mut WriteTx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    store.write(body).wait()
}

/// A small generator: the same seed gives the same numbers.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}
