//! What is heard of a session, shown: the answer's text on standard output as it comes, everything else on standard error.
//! Text ahead of the store and durable text carry the same offsets, so each piece is printed once whichever comes first.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};

use axion_protocol::{
    CallId, FileChange, MessageId, SessionDelta, SessionEvent, TextKind, TodoState, ToolState, TurnFinished, TurnOutcome, Usage,
};

use super::diff;
use crate::say;

const DIM: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

/// A call that goes on.
#[derive(Default)]
struct Call {
    title: String,
    /// What it changes, unless the person was asked about it and has seen it.
    changes: Vec<FileChange>,
    asked: bool,
}

/// Shows one session.
pub struct Talk {
    /// UTF-16 units printed of each part.
    printed: HashMap<(MessageId, u64), u64>,
    tools: HashMap<CallId, Call>,
    last: Option<(u64, TextKind)>,
    /// The line on the terminal is not at its beginning.
    open: Option<TextKind>,
    colour: bool,
    /// Standard output is gone: nobody reads the answer.
    unread: bool,
}

impl Talk {
    /// Nothing was heard yet.
    pub fn new() -> Self {
        let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { printed: HashMap::new(), tools: HashMap::new(), last: None, open: None, colour, unread: false }
    }

    /// Whether the answer's reader is still there.
    pub fn is_read(&self) -> bool {
        !self.unread
    }

    /// Text that is not durable yet. A gap is left to the store.
    pub fn ahead(&mut self, delta: &SessionDelta) {
        let known = self.printed.get(&(delta.message_id.clone(), delta.part)).copied().unwrap_or(0);
        if delta.offset <= known {
            self.text(&delta.message_id, delta.part, delta.kind, delta.offset, &delta.text);
        }
    }

    /// The next event.
    pub fn event(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::TurnStarted(_) => self.last = None,
            SessionEvent::TextAdded(added) => self.text(&added.message_id, added.part, added.kind, added.offset, &added.text),
            SessionEvent::ToolCalled(call) => {
                let title = say::plain(&call.title);
                self.line(&format!("● {title}"));
                self.tools.insert(call.call_id.clone(), Call { title, ..Call::default() });
            }
            SessionEvent::RequestOpened(opened) => {
                let call = opened.request.call_id.as_ref().and_then(|id| self.tools.get_mut(id));
                call.into_iter().for_each(|call| call.asked = true);
            }
            SessionEvent::ToolStarted(begun) => {
                if let (Some(call), Some(changes)) = (self.tools.get_mut(&begun.call_id), &begun.changes) {
                    call.changes.clone_from(changes);
                }
            }
            SessionEvent::ToolFinished(end) => {
                let Call { title, changes, asked } = self.tools.remove(&end.call_id).unwrap_or_default();
                let mark = if end.state == ToolState::Succeeded { '✓' } else { '✗' };
                let why = match (&end.error, end.state) {
                    (Some(error), _) => format!(": {}", say::plain(&error.message)),
                    (None, ToolState::Succeeded) => String::new(),
                    (None, state) => format!(": {state}"),
                };
                self.line(&format!("{mark} {title}{why}"));
                if end.state == ToolState::Succeeded && !asked {
                    for line in end.changes.as_ref().unwrap_or(&changes).iter().flat_map(diff::lines) {
                        self.line(&line);
                    }
                }
            }
            SessionEvent::TodosChanged(changed) => {
                for todo in &changed.todos {
                    let mark = match todo.state {
                        TodoState::Open => '☐',
                        TodoState::Doing => '▸',
                        TodoState::Done => '☑',
                        TodoState::Dropped => '–',
                    };
                    self.line(&format!("  {mark} {}", say::plain(&todo.text)));
                }
            }
            SessionEvent::TurnNoted(noted) => self.line(&format!("  {}", say::plain(&noted.text))),
            SessionEvent::TurnInterrupted(lost) => self.line(&format!("Interrupted: {}", say::plain(&lost.reason))),
            SessionEvent::TurnAttempted(attempt) if attempt.attempt > 1 => self.line("Taken up again; what was done is not done again."),
            SessionEvent::TurnFinished(end) => self.end(end),
            _ => {}
        }
    }

    /// A remark of the command itself.
    pub fn note(&mut self, text: &str) {
        self.close_line();
        say::note(text);
    }

    fn text(&mut self, message: &MessageId, part: u64, kind: TextKind, offset: u64, text: &str) {
        let known = self.printed.entry((message.clone(), part)).or_default();
        let end = offset + units(text);
        if end <= *known {
            return;
        }
        let fresh = after(text, known.saturating_sub(offset));
        *known = end;
        if kind == TextKind::Reasoning && !self.colour {
            return;
        }
        if self.last != Some((part, kind)) {
            let again = self.last.is_some_and(|(_, before)| before == TextKind::Text);
            self.close_line();
            if kind == TextKind::Text && again {
                self.put(TextKind::Text, "\n");
            }
            self.last = Some((part, kind));
        }
        let shown = clean(fresh);
        self.put(kind, &shown);
    }

    fn put(&mut self, kind: TextKind, text: &str) {
        if text.is_empty() {
            return;
        }
        let written = match kind {
            TextKind::Text => {
                let mut out = std::io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            }
            TextKind::Reasoning => {
                let mut err = std::io::stderr().lock();
                // If the terminal is gone there is nobody to tell.
                let _ = write!(err, "{DIM}{text}{PLAIN}").and_then(|()| err.flush());
                Ok(())
            }
        };
        self.unread |= written.is_err();
        self.open = if text.ends_with('\n') { None } else { Some(kind) };
    }

    fn close_line(&mut self) {
        if let Some(kind) = self.open.take() {
            self.put(kind, "\n");
        }
    }

    fn line(&mut self, text: &str) {
        let dim = if self.colour { format!("{DIM}{text}{PLAIN}") } else { text.to_owned() };
        self.note(&dim);
    }

    fn end(&mut self, end: &TurnFinished) {
        self.close_line();
        self.last = None;
        self.printed.clear();
        match end.state {
            TurnOutcome::Succeeded => {}
            TurnOutcome::Failed => {
                let (what, hint) = match &end.error {
                    Some(error) => (say::plain(&error.message), error.hint.as_deref().map(say::plain)),
                    None => ("The answer failed.".to_owned(), None),
                };
                say::problem(&what, hint.as_deref());
            }
            TurnOutcome::Cancelled => say::note("Interrupted; what was said is kept."),
        }
        let used = counted(&end.usage);
        if !used.is_empty() {
            self.line(&used);
        }
    }
}

fn counted(usage: &Usage) -> String {
    if usage.input_tokens == 0 && usage.output_tokens == 0 {
        return String::new();
    }
    let about = if usage.estimated == Some(true) { "about " } else { "" };
    let cost = usage.cost.map_or_else(String::new, |cost| format!(", ${cost:.4}"));
    format!("  {about}{} tokens in, {} out{cost}", usage.input_tokens, usage.output_tokens)
}

fn units(text: &str) -> u64 {
    text.encode_utf16().count() as u64
}

/// What follows so many UTF-16 units. A pair is never torn by who counts honestly; if it is, the whole character is shown.
fn after(text: &str, skip: u64) -> &str {
    let mut passed = 0;
    for (at, c) in text.char_indices() {
        if passed >= skip {
            return &text[at..];
        }
        passed += c.len_utf16() as u64;
    }
    ""
}

/// A model's words go to a terminal: line breaks and tabs stay, what could drive it does not.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_counted_as_javascript_does() {
        assert_eq!((units("a😀"), after("a😀b", 3), after("a😀b", 0), after("ab", 9)), (3, "b", "a😀b", ""));
        assert_eq!(clean("a\u{1b}[31mb\r\n\tc\u{9b}"), "a[31mb\n\tc");
    }

    #[test]
    fn a_piece_is_printed_once_whichever_way_it_comes() {
        let mut talk = Talk::new();
        let message: MessageId = "m".try_into().unwrap();
        let known = |talk: &Talk| talk.printed[&(message.clone(), 0)];
        let delta = |offset: u64, text: &str| SessionDelta {
            session_id: "s".try_into().unwrap(),
            turn_id: "t".try_into().unwrap(),
            message_id: "m".try_into().unwrap(),
            part: 0,
            kind: TextKind::Text,
            offset,
            text: text.into(),
        };
        talk.ahead(&delta(0, "He"));
        talk.text(&message, 0, TextKind::Text, 0, "Hel");
        assert_eq!(known(&talk), 3);
        talk.ahead(&delta(5, "gap"));
        assert_eq!(known(&talk), 3, "a gap waits for the store");
        talk.text(&message, 0, TextKind::Text, 3, "lo 😀");
        talk.ahead(&delta(0, "Hello"));
        assert_eq!(known(&talk), 8);
    }
}
