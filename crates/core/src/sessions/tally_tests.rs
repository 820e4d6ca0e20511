//! Turns that an honest runner writes, and those that none does.

use super::*;
use serde_json::{Value, json};

fn tally() -> Tally {
    Tally::new("t".to_owned().try_into().unwrap(), "m".to_owned().try_into().unwrap())
}

fn apply(tally: &mut Tally, event: Value) -> Result<(), String> {
    tally.apply(&serde_json::from_value(event).unwrap())
}

fn text(part: u64, offset: u64, text: &str) -> Value {
    json!({ "type": "text-added", "ts": 1, "turnId": "t", "messageId": "m", "part": part, "kind": "text", "offset": offset, "text": text })
}

fn called(part: u64, id: &str) -> Value {
    json!({ "type": "tool-called", "ts": 1, "turnId": "t", "messageId": "m", "callId": id, "part": part, "tool": "x", "title": "", "arguments": {},
      "safety": { "readOnly": true, "destructive": false, "idempotent": true } })
}

fn done(id: &str) -> Value {
    json!({ "type": "tool-finished", "ts": 1, "turnId": "t", "callId": id, "state": "succeeded", "ms": 1 })
}

fn end() -> Value {
    json!({ "type": "turn-finished", "ts": 1, "turnId": "t", "messageId": "m", "state": "succeeded", "ms": 1, "usage": { "inputTokens": 0, "outputTokens": 0 } })
}

#[test]
fn an_honest_turn_passes() {
    let mut tally = tally();
    for event in [text(0, 0, "Hi 👋"), text(0, 5, "!"), called(1, "c"), done("c"), text(2, 0, "x"), end()] {
        apply(&mut tally, event).unwrap();
    }
    assert_eq!(tally.text(0).unwrap().units, 6);
    assert_eq!(tally.finished(), Some(TurnOutcome::Succeeded));
}

#[test]
fn what_no_honest_runner_writes_is_refused() {
    let foreign = json!({ "type": "tool-finished", "ts": 1, "turnId": "other", "callId": "c", "state": "succeeded", "ms": 1 });
    let running = json!({ "type": "tool-finished", "ts": 1, "turnId": "t", "callId": "c", "state": "running", "ms": 1 });
    let answer = json!({ "type": "request-answered", "ts": 1, "turnId": "t", "requestId": "r", "answer": { "by": "mode" } });
    let cases: Vec<(Vec<Value>, Value)> = vec![
        (vec![text(0, 0, "ab")], text(0, 1, "c")),
        (vec![text(0, 0, "ab")], text(0, 3, "c")),
        (vec![], text(0, 1, "c")),
        (vec![text(0, 0, "a"), text(2, 0, "b")], text(0, 1, "c")),
        (vec![called(0, "c")], text(0, 0, "c")),
        (vec![called(0, "c")], called(1, "c")),
        (vec![], done("c")),
        (vec![called(0, "c"), done("c")], done("c")),
        (vec![called(0, "c")], running),
        (vec![], foreign),
        (vec![], answer),
        (vec![end()], end()),
        (vec![], text(100_000, 0, "c")),
    ];
    for (before, lie) in cases {
        let mut tally = tally();
        before.into_iter().for_each(|event| apply(&mut tally, event).unwrap());
        assert!(apply(&mut tally, lie.clone()).is_err(), "{lie}");
    }
}
