//! The seed's stream of one answer, to the one connection that asked for it: `stream-start`, `stream-chunk`s whose contents
//! one after the other are the message's text, and exactly one `stream-end` or `stream-error`.
//!
//! Nothing is ever dropped, so nothing is queued either: what was said and not taken yet is one text, and a slow reader
//! takes it in bigger chunks. It holds no more than one message.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axion_protocol::{ErrorInfo, MessageId, SessionId, StreamChunk, StreamEnd, StreamError, StreamStart, Usage, clip};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::{Duration, Instant};

use super::outbox::Said;
use super::tails::slice;

/// Most of one chunk, in UTF-16 units; a message stays below 8 KiB for plain text.
const CHUNK_UNITS: u64 = 6_000;
/// Smallest distance between two chunks that are not full.
const PACE: Duration = Duration::from_millis(16);

/// How an answer ended.
#[derive(Debug, Clone)]
pub enum Ending {
    /// As it should.
    Done(Usage),
    /// Otherwise.
    Broken {
        /// What somebody branches on.
        code: String,
        /// For the person.
        message: String,
    },
}

impl From<&ErrorInfo> for Ending {
    fn from(info: &ErrorInfo) -> Self {
        Self::Broken { code: info.code.as_str().to_owned(), message: info.message.clone() }
    }
}

/// One answer on its way to one connection.
#[derive(Debug)]
pub struct Telling {
    session_id: SessionId,
    state: Mutex<State>,
    reader: Weak<Notify>,
}

#[derive(Debug)]
struct State {
    message_id: Option<MessageId>,
    /// Until the command's own answer was sent: what it announces comes after it.
    held: bool,
    started: bool,
    index: u64,
    text: String,
    /// Bytes of `text` that were taken.
    taken: usize,
    ending: Option<Ending>,
    over: bool,
    due: Instant,
}

/// What there is to tell.
pub enum Tell {
    /// This.
    Now(Said),
    /// Something, in a moment.
    At(Instant),
    /// Nothing yet.
    Nothing,
    /// Nothing any more.
    Over,
}

impl Telling {
    pub(super) fn new(session_id: SessionId, reader: &Arc<Notify>) -> Self {
        let state = State {
            message_id: None,
            held: true,
            started: false,
            index: 0,
            text: String::new(),
            taken: 0,
            ending: None,
            over: false,
            due: Instant::now(),
        };
        Self { session_id, state: Mutex::new(state), reader: Arc::downgrade(reader) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        if let Some(reader) = self.reader.upgrade() {
            reader.notify_one();
        }
    }

    /// The answer has begun as this message.
    pub fn start(&self, message_id: &MessageId) {
        self.lock().message_id.get_or_insert_with(|| message_id.clone());
        self.wake();
    }

    /// More of its text.
    pub fn say(&self, text: &str) {
        {
            let mut state = self.lock();
            if text.is_empty() || state.ending.is_some() || self.reader.strong_count() == 0 {
                return;
            }
            state.text.push_str(text);
        }
        self.wake();
    }

    /// The answer has ended; the first end counts.
    pub fn end(&self, ending: Ending) {
        self.lock().ending.get_or_insert(ending);
        self.wake();
    }

    /// The command that asked was answered.
    pub(super) fn release(&self) {
        self.lock().held = false;
        self.wake();
    }

    /// What goes out next.
    pub(super) fn next(&self, now: Instant) -> Tell {
        let mut state = self.lock();
        if state.over {
            return Tell::Over;
        }
        if state.held {
            return Tell::Nothing;
        }
        let session_id = self.session_id.clone();
        if !state.started
            && let Some(message_id) = state.message_id.clone()
        {
            state.started = true;
            return said("stream-start", &StreamStart { message_id, session_id });
        }
        if let (true, Some(message_id)) = (state.taken < state.text.len(), state.message_id.clone()) {
            let rest = &state.text[state.taken..];
            // A character has at most three bytes for each of its units.
            let near = (0..=rest.len().min(CHUNK_UNITS as usize * 3)).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
            let (chunk, _) = slice(&rest[..near], 0, CHUNK_UNITS);
            let full = chunk.len() < rest.len();
            if !full && state.ending.is_none() && now < state.due {
                return Tell::At(state.due);
            }
            let (content, index) = (chunk.to_owned(), state.index);
            state.take(content.len());
            state.index += 1;
            state.due = now + PACE;
            return said("stream-chunk", &StreamChunk { content, index, message_id, session_id });
        }
        let Some(ending) = state.ending.clone() else { return Tell::Nothing };
        state.over = true;
        match (ending, state.message_id.clone()) {
            (Ending::Done(usage), Some(message_id)) => said("stream-end", &StreamEnd { message_id, usage, session_id }),
            (Ending::Done(_), None) => {
                let (code, message) = ("internal".to_owned(), "The answer ended before it began.".to_owned());
                said("stream-error", &StreamError { code, message, message_id: None, session_id })
            }
            (Ending::Broken { code, message }, message_id) => {
                let (code, message) = (clip(&code, 64), clip(&message, 4000));
                said("stream-error", &StreamError { code, message, message_id, session_id })
            }
        }
    }
}

impl State {
    /// What was taken is forgotten now and then: not at each chunk, which would move the rest each time.
    fn take(&mut self, bytes: usize) {
        self.taken += bytes;
        if self.taken == self.text.len() || self.taken > self.text.len() / 2 {
            self.text.drain(..self.taken);
            self.text.shrink_to(self.text.len().max(64 << 10));
            self.taken = 0;
        }
    }
}

fn said(method: &'static str, params: &impl Serialize) -> Tell {
    match serde_json::to_string(params) {
        Ok(json) => Tell::Now(Said { method, json }),
        Err(error) => {
            tracing::error!(%error, method, "a stream's message could not be written");
            Tell::Over
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telling() -> (Telling, Arc<Notify>) {
        let reader = Arc::new(Notify::new());
        let telling = Telling::new("s".to_owned().try_into().unwrap(), &reader);
        assert!(matches!(telling.next(Instant::now()), Tell::Nothing));
        telling.release();
        (telling, reader)
    }

    fn all(telling: &Telling) -> Vec<(&'static str, serde_json::Value)> {
        let mut seen = Vec::new();
        loop {
            match telling.next(Instant::now() + PACE) {
                Tell::Now(Said { method, json }) => seen.push((method, serde_json::from_str(&json).unwrap())),
                Tell::At(_) | Tell::Nothing | Tell::Over => return seen,
            }
        }
    }

    #[test]
    fn chunks_are_numbered_without_a_gap_and_make_the_text() {
        let (telling, _reader) = telling();
        let message = "m".to_owned().try_into().unwrap();
        telling.start(&message);
        let said: String = (0..5000).map(|n| format!("{n}👋 ")).collect();
        for piece in said.split_inclusive(' ') {
            telling.say(piece);
        }
        telling.end(Ending::Done(Usage { input_tokens: 1, output_tokens: 2, ..Usage::default() }));
        telling.end(Ending::Broken { code: "late".into(), message: "late".into() });
        telling.say("late");
        let seen = all(&telling);
        assert_eq!((seen[0].0, seen.last().unwrap().0), ("stream-start", "stream-end"));
        let chunks = &seen[1..seen.len() - 1];
        let text: String = chunks.iter().map(|(_, chunk)| chunk["content"].as_str().unwrap()).collect();
        assert_eq!(text, said);
        assert!(chunks.len() > 1 && chunks.iter().enumerate().all(|(n, (method, chunk))| *method == "stream-chunk" && chunk["index"] == n));
        assert!(matches!(telling.next(Instant::now()), Tell::Over));
    }

    #[test]
    fn an_answer_that_never_began_ends_in_one_error() {
        let (telling, _reader) = telling();
        telling.end(Ending::Broken { code: "busy".into(), message: "Wait.".into() });
        let seen = all(&telling);
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].1, serde_json::json!({ "code": "busy", "message": "Wait.", "sessionId": "s" }));
    }

    #[test]
    fn nothing_is_kept_for_a_connection_that_is_gone() {
        let (telling, reader) = telling();
        telling.start(&"m".to_owned().try_into().unwrap());
        drop(reader);
        telling.say(&"x".repeat(1000));
        assert!(telling.lock().text.is_empty());
    }
}
