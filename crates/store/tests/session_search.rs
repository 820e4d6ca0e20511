//! Searching: what is found, how it is marked, and that no query is an error.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;
#[path = "support/talk.rs"]
mod talk;

use axion_store::{SearchHit, SessionUpdate, Store, StoreError, hash_of};
use serde_json::json;
use support::{Random, open, write};
use talk::{append, called, create, ended, said, started, text};

fn search(store: &Store, query: &str, session: Option<&str>) -> Vec<SearchHit> {
    store.read(|tx| tx.search_sessions(query, session, 50)).unwrap()
}

fn ids(hits: &[SearchHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.message_id.as_deref().unwrap_or("title")).collect()
}

#[test]
fn finds_titles_messages_and_what_tools_said() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    create(&store, "s");
    create(&store, "t");
    write(&store, |tx| {
        tx.update_session("t", &SessionUpdate { title: Some("Zürich im Frühling".to_owned()), ..SessionUpdate::default() }, 2)
    })
    .unwrap();
    let long = json!({"lines": ["x".repeat(40_000), "needle in a result"]}).to_string();
    let hash = hash_of(long.as_bytes());
    write(&store, {
        let (hash, long) = (hash.clone(), long.clone());
        move |tx| tx.put_session_blob("s", &hash, long.as_bytes())
    })
    .unwrap();
    let finished = |call: &str, output| json!({"type": "tool-finished", "ts": 5, "turnId": "t1", "callId": call, "state": "succeeded", "ms": 1, "output": output});
    append(
        &store,
        "s",
        &[
            said("u1", None, "Where did I leave the umbrella \u{2}yesterday\u{3}?", 3),
            started("t1", "a1", "u1", 4),
            text("t1", "a1", 0, 0, "In the café, "),
            called("t1", "a1", 1, "c1"),
            finished("c1", json!({"type": "inline", "value": {"path": "notes/lost.txt", "hits": [{"line": "a red umbrella"}]}})),
            called("t1", "a1", 2, "c2"),
            finished("c2", json!({"type": "blob", "hash": hash, "bytes": long.len(), "preview": "{"})),
            text("t1", "a1", 3, 0, "I think."),
        ],
    )
    .unwrap();
    assert_eq!(ids(&search(&store, "café", None)), Vec::<&str>::new(), "words are indexed when the message settles");
    append(&store, "s", &[ended("t1", "a1", "succeeded", 6)]).unwrap();

    let hits = search(&store, "umbrella", None);
    assert_eq!(ids(&hits), ["u1", "a1"]);
    assert_eq!(hits[0].snippet, "Where did I leave the \u{2}umbrella\u{3}  yesterday ?");
    assert!(hits[1].snippet.contains("a red \u{2}umbrella\u{3}"), "{:?}", hits[1]);
    assert_eq!(ids(&search(&store, "CAFE", None)), ["a1"], "letters without their marks, in any case");
    assert_eq!(ids(&search(&store, "umb", None)), ["u1", "a1"], "the last word may be begun");
    assert_eq!(ids(&search(&store, "umb ", None)), Vec::<&str>::new());
    assert_eq!(ids(&search(&store, "umbrella leave", None)), ["u1"], "all words, in any order");
    assert_eq!(ids(&search(&store, "lost.txt", None)), ["a1"]);
    assert_eq!(ids(&search(&store, "needle", None)), Vec::<&str>::new(), "so much of one result and no more");
    let title = search(&store, "zurich", None);
    assert_eq!(
        (ids(&title), title[0].session_id.as_str(), title[0].snippet.as_str()),
        (vec!["title"], "t", "\u{2}Zürich\u{3} im Frühling")
    );
    write(&store, |tx| tx.update_session("t", &SessionUpdate { title: Some("Basel".to_owned()), ..SessionUpdate::default() }, 2)).unwrap();
    assert!(search(&store, "zurich", None).is_empty());
    assert_eq!(ids(&search(&store, "umbrella", Some("s"))), ["u1", "a1"]);
    assert!(search(&store, "umbrella", Some("t")).is_empty());
    assert!(matches!(store.read(|tx| tx.search_sessions("x", Some("nobody"), 5)), Err(StoreError::NotFound { .. })));
}

#[test]
fn no_query_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    create(&store, "s");
    append(&store, "s", &[said("u1", None, "and or not near title said foo-bar a*b \"quoted\" it's c:\\x 50% 日本語", 3)]).unwrap();
    let hostile = [
        "",
        " ",
        "\"",
        "\"\"",
        "\"a",
        "a\"b",
        "*",
        "a*",
        "*a",
        "^a",
        "a^",
        "-a",
        "a -b",
        "NOT a",
        "a AND",
        "OR",
        "a OR",
        "NEAR(",
        "NEAR(a b, 5)",
        "title:a",
        "said : a",
        "{a b}: c",
        "(a",
        ")",
        "a)",
        "((((((",
        "\0",
        "a\0b",
        "\u{2}",
        "\\",
        "'",
        "';--",
        "%",
        "_",
        "?",
        ":1",
        "a+b",
        "a + b",
        "\u{feff}",
        "\u{202e}",
        "\u{301}",
        "😀",
        "日本",
        "a\u{301}",
        "½",
        "²",
        "ⅷ",
        "\u{1}",
        "rank:x",
        "*:*",
        "fts5(",
        "x'00'",
    ];
    for query in hostile {
        search(&store, query, None);
        search(&store, query, Some("s"));
    }
    for (query, found) in [
        ("foo-bar", 1),
        ("AND", 1),
        ("near", 1),
        ("title", 1),
        ("\"quoted\"", 1),
        ("日本", 1),
        ("it's", 1),
        ("c:\\x", 1),
        ("a*b", 1),
        ("!!!", 0),
        ("title:said", 1),
        ("bar-foo", 0),
    ] {
        assert_eq!(search(&store, query, None).len(), found, "{query}");
    }
    let mut random = Random(99);
    for _ in 0..3000 {
        let query: String = (0..random.below(12))
            .map(|_| {
                if random.below(3) == 0 {
                    char::from_u32(random.below(0x3000) as u32).unwrap_or(' ')
                } else {
                    "\"*^:-+(){}, aNOTRnear\0'\\".chars().nth(random.below(24) as usize).unwrap()
                }
            })
            .collect();
        search(&store, &query, None);
    }
    search(&store, &"a ".repeat(200_000), None);
    search(&store, &"a".repeat(2_000_000), None);
    search(&store, &"\"".repeat(100_000), None);
}

#[test]
fn long_words_make_short_snippets() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    create(&store, "s");
    let (wall, words) = ("w".repeat(300_000), "word ".repeat(100_000));
    append(
        &store,
        "s",
        &[
            said("u1", None, &format!("{wall} target {wall}"), 3),
            said("u2", Some("u1"), &format!("goal {words}"), 3),
            said("u3", Some("u2"), &format!("target{}", "t".repeat(5000)), 3),
        ],
    )
    .unwrap();
    for hit in search(&store, "target", None).into_iter().chain(search(&store, "word", None)) {
        assert!(hit.snippet.encode_utf16().count() <= 1000);
        assert_eq!(hit.snippet.matches('\u{2}').count(), hit.snippet.matches('\u{3}').count());
        assert!(hit.snippet.contains('\u{2}'), "{:?} {}", hit.message_id, hit.snippet);
    }
    assert_eq!(ids(&search(&store, "target", None)), ["u3"], "the first 256 KiB of a message are indexed");
}
