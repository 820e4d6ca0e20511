//! Random sessions: events that a person, Core and an agent could have written, in an order in which they could have.

use serde_json::{Value, json};

use super::Random;

struct Message {
    id: String,
    settled: bool,
}

struct Turn {
    id: String,
    message: String,
    parts: u64,
    /// Index, kind and length of the part that text goes into.
    text: Option<(u64, &'static str, u64)>,
    calls: Vec<(String, bool)>,
    requests: Vec<String>,
}

/// Writes one valid event after the other.
pub struct Author {
    random: Random,
    ts: u64,
    made: u64,
    messages: Vec<Message>,
    turn: Option<Turn>,
    queue: Vec<Value>,
    compactions: Vec<String>,
}

const WORDS: [&str; 8] = ["alpha", "béta", "日本", "😀😀", "\"quoted\"", "line\nbreak", "back\\slash", "\u{1}"];

impl Author {
    pub fn new(seed: u64) -> Self {
        Self { random: Random(seed | 1), ts: 1_000, made: 0, messages: vec![], turn: None, queue: vec![], compactions: vec![] }
    }

    fn id(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}{}", self.made)
    }

    fn words(&mut self) -> String {
        (0..=self.random.below(4)).map(|_| WORDS[self.random.below(8) as usize]).collect::<Vec<_>>().join(" ")
    }

    fn any_message(&mut self) -> Option<String> {
        let settled: Vec<&str> = self.messages.iter().filter(|m| m.settled).map(|m| m.id.as_str()).collect();
        if settled.is_empty() { None } else { Some(settled[self.random.below(settled.len() as u64) as usize].to_owned()) }
    }

    /// Mostly the last message, so that branches grow long.
    fn a_parent(&mut self) -> Option<String> {
        let last = self.messages.iter().rev().find(|m| m.settled).map(|m| m.id.clone());
        if self.random.below(6) == 0 { self.any_message() } else { last }
    }

    /// The next event, without its place.
    pub fn next(&mut self) -> Value {
        self.ts += 1 + self.random.below(50);
        let mut event = loop {
            let event = if self.turn.is_some() && self.random.below(8) > 0 { self.of_turn() } else { self.beside() };
            if let Some(event) = event {
                break event;
            }
        };
        event["ts"] = self.ts.into();
        event
    }

    fn beside(&mut self) -> Option<Value> {
        Some(match self.random.below(9) {
            0 | 1 => {
                let (id, parent, text) = (self.id("m"), self.a_parent(), self.words());
                self.messages.push(Message { id: id.clone(), settled: true });
                let mut event = json!({"type": "message-added", "messageId": id, "parts": [{"type": "text", "text": text}, {"type": "file", "folderId": "f", "path": "a/b.txt"}], "channelId": "cli"});
                if let Some(parent) = parent {
                    event["parentId"] = parent.into();
                }
                event
            }
            2 | 3 => {
                if self.turn.is_some() {
                    return None;
                }
                let (parent, id, message) = (self.a_parent()?, self.id("t"), self.id("m"));
                self.messages.push(Message { id: message.clone(), settled: false });
                self.turn = Some(Turn { id: id.clone(), message: message.clone(), parts: 0, text: None, calls: vec![], requests: vec![] });
                json!({"type": "turn-started", "turnId": id, "messageId": message, "parentId": parent, "model": "m/x", "provider": "p", "mode": "ask"})
            }
            4 => match self.random.below(10) {
                0 => json!({"type": "tip-moved"}),
                _ => json!({"type": "tip-moved", "messageId": self.any_message()?}),
            },
            5 => json!({"type": "message-pinned", "messageId": self.any_message()?, "pinned": self.random.below(2) == 0}),
            6 => {
                let (id, text) = (self.id("q"), self.words());
                self.queue.push(json!({"queuedId": id, "delivery": if self.random.below(2) == 0 {"steer"} else {"queue"}, "parts": [{"type": "text", "text": text}], "createdAt": self.ts}));
                json!({"type": "queue-changed", "queue": self.queue})
            }
            7 => json!({"type": "folders-changed", "folders": [{"folderId": "f", "path": format!("/p{}", self.ts), "access": "rw"}]}),
            _ => {
                if self.compactions.is_empty() || self.random.below(2) == 0 {
                    let (id, up_to, kept) = (self.id("c"), self.any_message()?, self.any_message()?);
                    self.compactions.push(id.clone());
                    json!({"type": "compacted", "compactionId": id, "upTo": up_to, "summary": self.words(), "by": "extract", "kept": [kept],
                        "tokensBefore": 10, "tokensAfter": 5, "messagesBefore": 4, "messagesAfter": 2})
                } else {
                    let at = self.random.below(self.compactions.len() as u64) as usize;
                    json!({"type": "compaction-undone", "compactionId": self.compactions.remove(at)})
                }
            }
        })
    }

    fn of_turn(&mut self) -> Option<Value> {
        let choice = self.random.below(13);
        let (text, number) = (self.words(), self.random.below(100));
        let fresh = self.id("x");
        let turn = self.turn.as_mut()?;
        let next_part = |turn: &mut Turn| {
            turn.text = None;
            turn.parts += 1;
            turn.parts - 1
        };
        let (id, message) = (turn.id.clone(), turn.message.clone());
        let mut event = match choice {
            0..=3 => {
                let kind = if number < 20 { "reasoning" } else { "text" };
                let (part, have) = match turn.text {
                    Some((part, before, have)) if before == kind => (part, have),
                    _ => (next_part(turn), 0),
                };
                let units = text.encode_utf16().count() as u64;
                turn.text = Some((part, kind, have + units));
                json!({"type": "text-added", "messageId": message, "part": part, "kind": kind, "offset": have, "text": text})
            }
            4 => {
                let part = next_part(turn);
                turn.calls.push((fresh.clone(), false));
                json!({"type": "tool-called", "messageId": message, "part": part, "callId": fresh, "tool": "files.read", "title": text, "arguments": {"a": number},
                    "safety": {"readOnly": number < 50, "destructive": false, "idempotent": true}})
            }
            5 => {
                let call = turn.calls.iter_mut().find(|(_, started)| !started)?;
                call.1 = true;
                json!({"type": "tool-started", "callId": call.0, "changes": [{"folderId": "f", "path": "x", "after": text}]})
            }
            6 => {
                let (call, _) = turn.calls.pop()?;
                match number % 2 {
                    0 => {
                        json!({"type": "tool-finished", "callId": call, "state": "succeeded", "ms": 1.5, "output": {"type": "inline", "value": {"text": text, "n": number}}})
                    }
                    _ => {
                        json!({"type": "tool-finished", "callId": call, "state": "failed", "ms": 2, "error": {"code": "x", "message": text}})
                    }
                }
            }
            7 => {
                let part = next_part(turn);
                turn.requests.push(fresh.clone());
                let mut request =
                    json!({"requestId": fresh, "kind": "question", "title": text, "facts": [], "options": [], "freeText": true});
                if let Some((call, _)) = turn.calls.last() {
                    request["callId"] = call.clone().into();
                }
                json!({"type": "request-opened", "messageId": message, "part": part, "request": request})
            }
            8 => json!({"type": "request-answered", "requestId": turn.requests.pop()?, "answer": {"text": text}}),
            9 => {
                json!({"type": "usage-reported", "messageId": message, "step": 1, "usage": {"inputTokens": number, "outputTokens": 1, "cost": 0.25}})
            }
            10 => match number % 4 {
                0 => json!({"type": "todos-changed", "todos": [{"text": text, "state": "open"}]}),
                1 => json!({"type": "turn-attempted", "attempt": number + 1, "runner": {}}),
                2 => json!({"type": "context-measured", "context": {"window": number}}),
                _ => {
                    let part = next_part(turn);
                    json!({"type": "turn-noted", "messageId": message, "part": part, "code": "retry", "text": text})
                }
            },
            11 => {
                let queued = self.queue.pop()?;
                let part = next_part(turn);
                json!({"type": "steered", "messageId": message, "part": part, "queuedId": queued["queuedId"], "text": text})
            }
            _ => {
                if number > 30 {
                    return None;
                }
                let state = ["succeeded", "failed", "cancelled"][(number % 3) as usize];
                let mut event = json!({"type": "turn-finished", "messageId": message, "state": state, "ms": 12.5, "usage": {"inputTokens": number, "outputTokens": 2}});
                if state == "failed" {
                    event["error"] = json!({"code": "x", "message": text});
                }
                if let Some(last) = self.messages.iter_mut().find(|m| m.id == message) {
                    last.settled = true;
                }
                self.turn = None;
                event
            }
        };
        event["turnId"] = id.into();
        Some(event)
    }
}
