//! Text that is ahead of the store: what an agent is saying, and what a running tool says. Never stored, never queued per
//! reader: one bounded buffer for each part that grows, of which every reader takes what it has not heard.
//!
//! A reader that falls behind the buffer misses the beginning; the durable events heal that. Offsets count UTF-16 units,
//! as the wire does.

use axion_protocol::{CallId, MessageId, SessionId, TextKind, TurnId};
use serde::Serialize;

/// Most of one part that is kept ahead of the store, in UTF-16 units.
const MOST_UNITS: u64 = 32_768;
/// Parts and tools that grow at the same time in one stream.
const MOST_TAILS: usize = 16;
/// Most of one message, in UTF-16 units; with its envelope it stays below 8 KiB for plain text.
const MESSAGE_UNITS: u64 = 4_000;

/// What grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// A part of a message.
    Part {
        /// The session.
        session_id: SessionId,
        /// The turn.
        turn_id: TurnId,
        /// The message.
        message_id: MessageId,
        /// The part of it.
        part: u64,
        /// Said or thought.
        kind: TextKind,
    },
    /// What a tool says while it runs.
    Tool {
        /// The session.
        session_id: SessionId,
        /// The call.
        call_id: CallId,
    },
}

#[derive(Debug)]
struct Tail {
    number: u64,
    voice: Voice,
    start: u64,
    units: u64,
    text: String,
}

/// What grows in one stream.
#[derive(Debug, Default)]
pub struct Tails {
    tails: Vec<Tail>,
    last: u64,
}

/// How far one reader has heard: the tail's number and the offset.
pub type Heard = Vec<(u64, u64)>;

impl Tails {
    /// Takes in what was said; `offset` is `None` for a tool, whose text only grows. Says whether there is something new.
    pub fn say(&mut self, voice: &Voice, offset: Option<u64>, text: &str) -> bool {
        let tail = match self.tails.iter().position(|tail| tail.voice == *voice) {
            Some(index) => &mut self.tails[index],
            None => {
                if self.tails.len() == MOST_TAILS {
                    self.tails.remove(0);
                }
                self.last += 1;
                let fresh = Tail { number: self.last, voice: voice.clone(), start: offset.unwrap_or(0), units: 0, text: String::new() };
                self.tails.push(fresh);
                let index = self.tails.len() - 1;
                &mut self.tails[index]
            }
        };
        tail.take(offset, text)
    }

    /// What is durable up to `upto` need not be told here any more.
    pub fn settled(&mut self, voice: &Voice, upto: u64) {
        for tail in self.tails.iter_mut().filter(|tail| tail.voice == *voice) {
            tail.drop_until(upto);
        }
    }

    /// A part or tool has ended.
    pub fn end(&mut self, voice: &Voice) {
        self.tails.retain(|tail| tail.voice != *voice);
    }

    /// The next message for a reader, if there is something that it has not heard.
    pub fn next(&self, heard: &mut Heard) -> Option<String> {
        heard.retain(|(number, _)| self.tails.iter().any(|tail| tail.number == *number));
        for tail in &self.tails {
            let known = heard.iter_mut().find(|(number, _)| *number == tail.number);
            let from = known.as_ref().map_or(tail.start, |(_, offset)| tail.start.max(*offset));
            if from >= tail.start + tail.units {
                continue;
            }
            let (text, units) = slice(&tail.text, from - tail.start, MESSAGE_UNITS);
            match known {
                Some((_, offset)) => *offset = from + units,
                None => heard.push((tail.number, from + units)),
            }
            return tail.voice.message(from, text);
        }
        None
    }

    /// Whether [`next`](Self::next) has something.
    pub fn has(&self, heard: &Heard) -> bool {
        self.tails.iter().any(|tail| {
            let from = heard.iter().find(|(number, _)| *number == tail.number).map_or(tail.start, |(_, offset)| *offset);
            tail.units > 0 && from < tail.start + tail.units
        })
    }
}

impl Tail {
    fn take(&mut self, offset: Option<u64>, text: &str) -> bool {
        let end = self.start + self.units;
        let offset = offset.unwrap_or(end);
        let units = count(text);
        if offset + units <= end {
            return false;
        }
        if offset > end {
            // Something between was never told: what is left here would only mislead.
            (self.start, self.units) = (offset, 0);
            self.text.clear();
        }
        let known = (self.start + self.units).saturating_sub(offset);
        let (fresh, more) = slice(text, known, u64::MAX);
        self.text.push_str(fresh);
        self.units += more;
        if self.units > MOST_UNITS {
            self.drop_until(self.start + self.units - MOST_UNITS / 2);
        }
        true
    }

    fn drop_until(&mut self, upto: u64) {
        let Some(gone) = upto.checked_sub(self.start).filter(|gone| *gone > 0) else { return };
        if gone >= self.units {
            (self.start, self.units) = (upto, 0);
            self.text.clear();
            return;
        }
        let (rest, units) = slice(&self.text, gone, u64::MAX);
        self.text = rest.to_owned();
        self.start += self.units - units;
        self.units = units;
    }
}

impl Voice {
    fn message(&self, offset: u64, text: &str) -> Option<String> {
        #[derive(Serialize)]
        #[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
        enum Delta<'a> {
            SessionDelta {
                session_id: &'a SessionId,
                turn_id: &'a TurnId,
                message_id: &'a MessageId,
                part: u64,
                kind: TextKind,
                offset: u64,
                text: &'a str,
            },
            ToolDelta {
                session_id: &'a SessionId,
                call_id: &'a CallId,
                text: &'a str,
            },
        }
        let delta = match self {
            Self::Part { session_id, turn_id, message_id, part, kind } => {
                Delta::SessionDelta { session_id, turn_id, message_id, part: *part, kind: *kind, offset, text }
            }
            Self::Tool { session_id, call_id } => Delta::ToolDelta { session_id, call_id, text },
        };
        serde_json::to_string(&delta).inspect_err(|error| tracing::error!(%error, "a delta could not be written")).ok()
    }
}

/// The length as the wire counts it.
pub fn count(text: &str) -> u64 {
    if text.is_ascii() { text.len() as u64 } else { text.encode_utf16().count() as u64 }
}

/// The part of a text that begins `skip` units in, of at most `most` units, and how many units it has. A border within a
/// character moves behind it at the beginning and before it at the end.
pub fn slice(text: &str, skip: u64, most: u64) -> (&str, u64) {
    if text.is_ascii() {
        let from = usize::try_from(skip).unwrap_or(usize::MAX).min(text.len());
        let upto = from.saturating_add(usize::try_from(most).unwrap_or(usize::MAX)).min(text.len());
        return (&text[from..upto], (upto - from) as u64);
    }
    let (mut units, mut from, mut first) = (0_u64, None, 0);
    for (at, char) in text.char_indices() {
        if units >= skip && from.is_none() {
            (from, first) = (Some(at), units);
        }
        let after = units + char.len_utf16() as u64;
        if let Some(from) = from
            && after - first > most
        {
            return (&text[from..at], units - first);
        }
        units = after;
    }
    from.map_or(("", 0), |from| (&text[from..], units - first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(part: u64) -> Voice {
        Voice::Part {
            session_id: "s".to_owned().try_into().unwrap(),
            turn_id: "t".to_owned().try_into().unwrap(),
            message_id: "m".to_owned().try_into().unwrap(),
            part,
            kind: TextKind::Text,
        }
    }

    fn heard(tails: &Tails, heard: &mut Heard) -> Option<(u64, String)> {
        let message: serde_json::Value = serde_json::from_str(&tails.next(heard)?).unwrap();
        assert!(serde_json::from_value::<axion_protocol::SessionDelta>(message.clone()).is_ok(), "{message}");
        Some((message["offset"].as_u64().unwrap(), message["text"].as_str().unwrap().to_owned()))
    }

    #[test]
    fn each_reader_hears_the_rest_once_and_in_one_piece() {
        let (mut tails, mut early, mut late) = (Tails::default(), Heard::new(), Heard::new());
        assert!(tails.say(&part(0), Some(0), "Hel"));
        assert_eq!(heard(&tails, &mut early), Some((0, "Hel".into())));
        assert!(tails.say(&part(0), Some(3), "lo 👋"));
        assert!(!tails.say(&part(0), Some(3), "lo"), "said again");
        assert_eq!(heard(&tails, &mut early), Some((3, "lo 👋".into())));
        assert_eq!(heard(&tails, &mut late), Some((0, "Hello 👋".into())));
        assert!(!tails.has(&early) && heard(&tails, &mut early).is_none());
        tails.settled(&part(0), 8);
        assert!(tails.say(&part(0), Some(8), "!"));
        assert_eq!(heard(&tails, &mut early), Some((8, "!".into())));
        assert_eq!(heard(&tails, &mut Heard::new()), Some((8, "!".into())), "what is durable is not told again");
    }

    #[test]
    fn what_is_kept_is_bounded_whoever_talks() {
        let mut tails = Tails::default();
        for n in 0..100 {
            tails.say(&part(0), Some(n * 1000), &"é".repeat(1000));
            tails.say(&part(n), None, "x");
        }
        assert!(tails.tails.len() <= MOST_TAILS);
        assert!(tails.tails.iter().all(|tail| tail.units <= MOST_UNITS && count(&tail.text) == tail.units));
    }

    #[test]
    fn a_hole_is_never_papered_over() {
        let (mut tails, mut reader) = (Tails::default(), Heard::new());
        tails.say(&part(0), Some(0), "abc");
        tails.say(&part(0), Some(10), "xyz");
        assert_eq!(heard(&tails, &mut reader), Some((10, "xyz".into())));
    }

    #[test]
    fn borders_never_cut_a_character() {
        assert_eq!(slice("a👋b", 2, 9), ("b", 1));
        assert_eq!(slice("a👋b", 1, 1), ("", 0));
        assert_eq!(slice("a👋b", 0, 2), ("a", 1));
        assert_eq!(slice("äöü", 1, 1), ("ö", 1));
        assert_eq!(slice("abc", 9, 9), ("", 0));
    }

    #[test]
    fn tools_are_heard_without_offsets() {
        let voice = Voice::Tool { session_id: "s".to_owned().try_into().unwrap(), call_id: "c".to_owned().try_into().unwrap() };
        let (mut tails, mut reader) = (Tails::default(), Heard::new());
        tails.say(&voice, None, "one ");
        tails.say(&voice, None, "two");
        let message: serde_json::Value = serde_json::from_str(&tails.next(&mut reader).unwrap()).unwrap();
        assert_eq!(message, serde_json::json!({ "type": "tool-delta", "sessionId": "s", "callId": "c", "text": "one two" }));
        tails.end(&voice);
        assert!(tails.tails.is_empty() && tails.next(&mut reader).is_none());
    }
}
