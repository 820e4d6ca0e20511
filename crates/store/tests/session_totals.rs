//! Sums over sessions, and entries of the ledger that are completed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;
#[path = "support/talk.rs"]
mod talk;

use axion_store::{EgressRow, SessionTotals};
use support::{open, write};
use talk::{append, create, ended, said, started};

#[test]
fn sums_are_of_all_sessions_that_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    assert_eq!(store.read(|tx| tx.session_totals()).unwrap(), SessionTotals::default());
    for (session, state) in [("s1", "succeeded"), ("s2", "failed"), ("s3", "cancelled")] {
        create(&store, session);
        append(&store, session, &[said("u", None, "Hello", 3), started("t", "a", "u", 4), ended("t", "a", state, 9)]).unwrap();
    }
    create(&store, "s4");
    append(&store, "s4", &[said("u", None, "Hello", 3), started("t", "a", "u", 4)]).unwrap();
    let totals = store.read(|tx| tx.session_totals()).unwrap();
    assert_eq!((totals.sessions, totals.messages), (4, 8));
    assert_eq!((totals.turns_running, totals.turns_finished, totals.turns_failed), (1, 2, 1));
    let one = store.read(|tx| tx.get_session("s1")).unwrap().usage;
    assert!(one.input_tokens > 0);
    assert_eq!((totals.input_tokens, totals.output_tokens), (3 * one.input_tokens, 3 * one.output_tokens));
    write(&store, |tx| tx.delete_session("s1", 20)).unwrap();
    assert_eq!(store.read(|tx| tx.session_totals()).unwrap().sessions, 3);
}

#[test]
fn an_entry_of_the_ledger_is_completed_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let entry = EgressRow {
        number: 0,
        at: 5,
        purpose: "model".into(),
        method: "POST".into(),
        url: "https://a.example/v1".into(),
        host: "a.example".into(),
        address: None,
        local: false,
        outcome: "allowed".into(),
        reason: Some("its end was not recorded".into()),
        status: None,
        sent_bytes: 0,
        received_bytes: 0,
        ms: 0.0,
        session_id: Some("s1".into()),
        turn_id: None,
        provider: None,
    };
    let first = {
        let entry = entry.clone();
        write(&store, move |tx| tx.insert_egress(&[entry])).unwrap()
    };
    {
        let entry = entry.clone();
        write(&store, move |tx| tx.insert_egress(&[entry])).unwrap()
    };
    let done = EgressRow {
        number: first,
        address: Some("1.1.1.1".into()),
        reason: None,
        status: Some(200),
        sent_bytes: 7,
        received_bytes: 9,
        ms: 1.5,
        ..entry.clone()
    };
    {
        let done = done.clone();
        write(&store, move |tx| tx.finish_egress(&done)).unwrap()
    };
    let (rows, _) = store.read(|tx| tx.list_egress(Some("s1"), None, 10)).unwrap();
    assert_eq!(rows, [EgressRow { number: first + 1, ..entry }, done.clone()]);
    write(&store, move |tx| tx.finish_egress(&EgressRow { number: 999, ..done })).unwrap();
}
