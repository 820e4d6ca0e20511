//! The rows of a session are what its stream says: random sessions against the plainest reading of their events, however they were grouped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "support/agreement.rs"]
mod agreement;
#[path = "support/session.rs"]
mod session;
mod support;
#[path = "support/talk.rs"]
mod talk;
#[path = "support/transcript.rs"]
mod transcript;

use agreement::{agrees, all_of};
use axion_store::EventDraft;
use serde_json::Value;
use session::Author;
use support::{Random, open, write};
use talk::{append, create, new_session};

#[test]
fn the_rows_are_what_the_stream_says() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for seed in 1..=16_u64 {
        let id = format!("s{seed}");
        create(&store, &id);
        let (mut author, mut random) = (Author::new(seed * 7919), Random(seed));
        let mut written = Vec::new();
        for _ in 0..12 {
            let group: Vec<Value> = (0..=random.below(24)).map(|_| author.next()).collect();
            append(&store, &id, &group).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{group:#?}"));
            written.extend(group);
        }
        agrees(&store, &id);
        // Folded one by one or all at once, the rows are the same.
        let whole = all_of(&store, &id);
        for sizes in [1, written.len()] {
            let (other, copy) = (tempfile::tempdir().unwrap(), id.clone());
            let other = open(other.path());
            write(&other, move |tx| tx.create_session(&new_session(&copy))).unwrap();
            let pending: Vec<_> = written
                .chunks(sizes)
                .map(|group| {
                    let (id, drafts): (String, Vec<EventDraft>) = (id.clone(), group.iter().map(|e| EventDraft::of(e).unwrap()).collect());
                    other.write(move |tx| tx.append_session(&id, &drafts).map(drop))
                })
                .collect();
            for write in pending {
                write.wait().unwrap();
            }
            assert_eq!(all_of(&other, &id), whole, "seed {seed}");
        }
    }
}
