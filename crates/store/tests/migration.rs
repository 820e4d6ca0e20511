//! A home of the first schema, with everything in it that it could hold, is taken over: nothing of it changes, a backup is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;
#[path = "support/talk.rs"]
mod talk;

use axion_store::{DEFAULT_PROJECT, EgressRow, KeyRow, OpenOptions, Store, StoreError, StreamName, hash_of};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use support::{json as raw, open, write};
use talk::{append, create, events, said};

fn first_schema(home: &std::path::Path) -> String {
    let conn = Connection::open(home.join("axion.db")).unwrap();
    conn.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    conn.execute_batch(include_str!("../migrations/0001_initial.sql")).unwrap();
    let (epoch, document) = ("00112233aabbccdd", b"{\"axion\":1}".to_vec());
    let hash = hash_of(&document);
    conn.execute_batch(&format!(
        "INSERT INTO streams VALUES (2, 'run:r1', '{epoch}', 2, 1), (3, 'graph:g1', '{epoch}', 0, 1);
         INSERT INTO event_groups VALUES (2 << 32 | 2, 2, '{{\"runId\":\"r1\",\"seq\":1,\"type\":\"run-started\",\"ts\":5}},' || char(10) || '{{\"runId\":\"r1\",\"seq\":2,\"type\":\"run-finished\",\"ts\":6}}');
         INSERT INTO graphs VALUES (1, 'g1', '{DEFAULT_PROJECT}', 'Old flow', 0, 3, 4, 4, 0, '');
         INSERT INTO grants VALUES ('gr', 'g1', 'in', '/old', 'ro', 3);
         UPDATE meta SET value = '7' WHERE key = 'run_counter';
         INSERT INTO runs VALUES ('r1', 7, 'g1', 'Old flow', '{hash}', NULL, 'succeeded', 'cli', 5, 6, 1.5, '{{\"total\":0,\"succeeded\":0,\"failed\":0,\"skipped\":0,\"cancelled\":0,\"running\":0,\"waiting\":0}}', NULL, NULL, 'null', '[]', '{{}}', '{{}}');
         INSERT INTO approvals VALUES ('ap', 'r1', 'g1', 'Old flow', 'n', NULL, 'Sure?', '[]', NULL, 'approved', 5, 6, NULL);
         INSERT INTO settings VALUES ('theme', '\"dark\"');
         INSERT INTO view_state VALUES ('w', '{{}}', 5);
         INSERT INTO run_blobs VALUES ('r1', '{hash}');
         INSERT INTO meta VALUES ('schema', '1');
         PRAGMA user_version = 1;"
    ))
    .unwrap();
    conn.execute("INSERT INTO blobs VALUES (?1, ?2)", params![hash, document]).unwrap();
    hash
}

#[test]
fn a_home_of_the_first_schema_is_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("home.lock"), "").unwrap();
    let hash = first_schema(dir.path());
    let (store, report) = Store::open(OpenOptions::new(dir.path(), "cli")).unwrap();
    assert_eq!((report.recovery, report.migrated_from), (None, Some(1)));
    let backups: Vec<_> = std::fs::read_dir(dir.path().join("backups")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(backups.iter().any(|path| path.file_name().unwrap().to_str().unwrap().starts_with("before-schema-2-")));
    let old = Connection::open(&backups[0]).unwrap();
    assert_eq!(old.query_row("SELECT value FROM meta WHERE key = 'schema'", [], |row| row.get::<_, String>(0)).unwrap(), "1");

    assert_eq!(store.read(|tx| tx.get_graph("g1")).unwrap().name, "Old flow");
    assert_eq!(store.read(|tx| tx.list_grants(None)).unwrap()[0].path, "/old");
    assert_eq!(store.read(|tx| tx.get_run("r1")).unwrap().number, 7);
    assert_eq!(store.read(|tx| tx.get_blob(&hash)).unwrap(), b"{\"axion\":1}");
    assert_eq!(store.read(|tx| tx.list_approvals(None)).unwrap().len(), 1);
    assert_eq!(store.read(|tx| tx.list_settings()).unwrap()[0].1.get(), "\"dark\"");
    assert_eq!(&*store.read(|tx| tx.stream_head(&StreamName::run("r1"))).unwrap().0, "00112233aabbccdd");
    assert_eq!(events(&store, &StreamName::run("r1"))[1], json!({"runId": "r1", "seq": 2, "type": "run-finished", "ts": 6}));

    create(&store, "s");
    append(&store, "s", &[said("m", None, "new words", 9)]).unwrap();
    write(&store, {
        let hash = hash.clone();
        move |tx| tx.put_session_blob("s", &hash, b"{\"axion\":1}")
    })
    .unwrap();
    write(&store, |tx| tx.delete_run("r1", 9)).unwrap();
    assert!(store.read(|tx| tx.get_blob(&hash)).is_ok(), "a session names it now");
    assert_eq!(write(&store, |tx| tx.insert_run(&support::new_run("r2"))).unwrap().0.number, 8);
    store.close();
    let store = open(dir.path());
    assert_eq!(store.read(|tx| tx.search_sessions("words", None, 5)).unwrap().len(), 1);
}

#[test]
fn configuration_and_names_of_keys() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write(&store, |tx| tx.set_config("agent.maxSteps", &raw("50"), 3)).unwrap();
    write(&store, |tx| tx.set_config("providers.local", &raw("{\"baseUrl\":\"http://x\"}"), 3)).unwrap();
    write(&store, |tx| tx.set_config("agent.maxSteps", &raw("60"), 4)).unwrap();
    let config: Vec<(String, String)> =
        store.read(|tx| tx.list_config()).unwrap().into_iter().map(|(key, value)| (key, value.get().to_owned())).collect();
    assert_eq!(
        config,
        [("agent.maxSteps".to_owned(), "60".to_owned()), ("providers.local".to_owned(), "{\"baseUrl\":\"http://x\"}".to_owned())]
    );
    write(&store, |tx| tx.remove_config("providers.local", 5)).unwrap();
    write(&store, |tx| tx.remove_config("providers.local", 5)).unwrap();
    let news = events(&store, &StreamName::workspace());
    assert_eq!(news.len(), 4, "what was not there is no news");
    assert_eq!(news[3], json!({"seq": 4, "type": "config-changed", "ts": 5, "key": "providers.local"}));

    let key = |name: &str, place: &str, set_at| KeyRow { name: name.to_owned(), place: place.to_owned(), set_at };
    for row in [key("b", "file", 1), key("a", "keychain", 2), key("b", "keychain", 3)] {
        write(&store, move |tx| tx.put_key(&row)).unwrap();
    }
    assert_eq!(store.read(|tx| tx.list_keys()).unwrap(), [key("a", "keychain", 2), key("b", "keychain", 3)]);
    write(&store, |tx| tx.remove_key("a")).unwrap();
    assert!(matches!(write(&store, |tx| tx.remove_key("a")), Err(StoreError::NotFound { .. })));
    assert!(write(&store, move |tx| tx.put_key(&key("c", "elsewhere", 1))).is_err());
}

#[test]
fn the_ledger_keeps_its_last_entries() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let entry = |session: Option<&str>, status| EgressRow {
        number: 0,
        at: 5,
        purpose: "model".to_owned(),
        method: "POST".to_owned(),
        url: "https://api.example/v1".to_owned(),
        host: "api.example".to_owned(),
        address: Some("192.0.2.1".to_owned()),
        local: false,
        outcome: "allowed".to_owned(),
        reason: None,
        status,
        sent_bytes: 10,
        received_bytes: 20,
        ms: 1.5,
        session_id: session.map(str::to_owned),
        turn_id: session.map(|_| "t".to_owned()),
        provider: None,
    };
    create(&store, "s");
    let batch = vec![entry(Some("s"), Some(200)), entry(None, None), entry(Some("s"), Some(500))];
    assert_eq!(write(&store, move |tx| tx.insert_egress(&batch)).unwrap(), 3);
    let (rows, more) = store.read(|tx| tx.list_egress(Some("s"), None, 1)).unwrap();
    assert!(more && rows[0].number == 3 && rows[0].status == Some(500));
    assert_eq!(
        serde_json::to_value(&store.read(|tx| tx.list_egress(None, Some(2), 9)).unwrap().0).unwrap(),
        json!([{"number": 1, "at": 5, "purpose": "model", "method": "POST", "url": "https://api.example/v1", "host": "api.example", "address": "192.0.2.1", "local": false, "outcome": "allowed",
            "status": 200, "sentBytes": 10, "receivedBytes": 20, "ms": 1.5, "sessionId": "s", "turnId": "t"}])
    );
    write(&store, |tx| tx.delete_session("s", 9)).unwrap();
    let (rows, _) = store.read(|tx| tx.list_egress(None, None, 9)).unwrap();
    assert!(
        rows.len() == 3 && rows.iter().all(|row| row.session_id.is_none() && row.turn_id.is_none()),
        "the ledger stays and names no session that is gone"
    );

    let mut last = 3;
    while last < 102_500 {
        let batch = vec![entry(None, None); 5_000];
        last = write(&store, move |tx| tx.insert_egress(&batch)).unwrap();
    }
    let oldest = store.read(|tx| tx.list_egress(None, Some(last - axion_store::EGRESS_KEPT + 2), 9)).unwrap().0;
    assert_eq!(oldest.iter().map(|row| row.number).collect::<Vec<_>>(), [last - axion_store::EGRESS_KEPT + 1]);
    let none: Value = json!(store.read(|tx| tx.list_egress(None, Some(oldest[0].number), 9)).unwrap().0.len());
    assert_eq!(none, 0);
}
