//! What a turn has said that is not durable yet, and who hears it: readers of the session's stream, and the connection that
//! asked (seed 004).
//!
//! What was heard must become what is kept. So a durable text is compared with what was said before it, and what a lost runner
//! had said ahead of the store can be taken from here and written. Its lock is never held across a wait: a runner's
//! notifications pass through here while its requests wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axion_protocol::{CallId, MessageId, SessionId, TextAddedDraft, TextKind, TurnEvent, TurnId};
use axion_store::PART_BREAK;

use super::tally::Tally;
use crate::streams::{Ending, Hub, Telling, count, slice};

/// Text that one turn may say ahead of the store, in UTF-16 units. What is more waits for its durable form.
const MOST_AHEAD: u64 = 1 << 20;
/// Parts that are said at the same time.
const MOST_PARTS: usize = 8;

/// A text ahead of the store: where it begins, and it.
#[derive(Debug)]
struct Ahead {
    kind: TextKind,
    start: u64,
    units: u64,
    text: String,
}

/// The voice of one turn.
pub struct TurnVoice {
    hub: Arc<Hub>,
    stream: String,
    session_id: SessionId,
    turn_id: TurnId,
    message_id: MessageId,
    ahead: Mutex<BTreeMap<u64, Ahead>>,
    telling: Mutex<Option<(Arc<Telling>, Option<u64>)>>,
}

impl TurnVoice {
    /// Of a turn, heard by `telling`.
    pub fn new(hub: Arc<Hub>, session_id: SessionId, turn_id: TurnId, message_id: MessageId, telling: Option<Arc<Telling>>) -> Self {
        let stream = format!("session:{session_id}");
        Self {
            hub,
            stream,
            session_id,
            turn_id,
            message_id,
            ahead: Mutex::default(),
            telling: Mutex::new(telling.map(|telling| (telling, None))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Ahead>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn telling(&self) -> MutexGuard<'_, Option<(Arc<Telling>, Option<u64>)>> {
        self.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn part(&self, part: u64, kind: TextKind) -> crate::streams::Voice {
        crate::streams::Voice::Part {
            session_id: self.session_id.clone(),
            turn_id: self.turn_id.clone(),
            message_id: self.message_id.clone(),
            part,
            kind,
        }
    }

    fn tool(&self, call_id: &CallId) -> crate::streams::Voice {
        crate::streams::Voice::Tool { session_id: self.session_id.clone(), call_id: call_id.clone() }
    }

    /// The turn is durable: the answer begins.
    pub fn begin(&self) {
        if let Some((telling, _)) = &*self.telling() {
            telling.start(&self.message_id);
        }
    }

    /// Something said ahead of the store. What does not go on where the part ends, or says something else, is not heard.
    pub fn delta(&self, part: u64, kind: TextKind, offset: u64, text: &str) {
        let mut ahead = self.lock();
        if kind == TextKind::Text && ahead.range(part + 1..).any(|(_, later)| later.kind == TextKind::Text) {
            return;
        }
        if !ahead.contains_key(&part) {
            if ahead.len() >= MOST_PARTS {
                return;
            }
            // A part that is not known here is a new one: parts that the store has are entered by `settle`.
            if offset != 0 {
                return;
            }
            ahead.insert(part, Ahead { kind, start: 0, units: 0, text: String::new() });
        }
        let Some(known) = ahead.get_mut(&part).filter(|known| known.kind == kind && known.units < MOST_AHEAD) else { return };
        if let Some(fresh) = known.fresh(offset, text) {
            let at = known.start + known.units;
            known.push(fresh);
            self.hub.say(&self.stream, &self.part(part, kind), Some(at), fresh);
            self.tell(part, kind, fresh);
        }
    }

    /// To who asked, as the message's `content` has it: its text parts with a break between them.
    fn tell(&self, part: u64, kind: TextKind, fresh: &str) {
        if kind == TextKind::Text
            && !fresh.is_empty()
            && let Some((telling, last)) = &mut *self.telling()
        {
            if last.is_some_and(|last| last != part) {
                telling.say(PART_BREAK);
            }
            *last = Some(part);
            telling.say(fresh);
        }
    }

    /// A text is about to be written. Refused if something else was said in its place.
    pub fn write(&self, added: &TextAddedDraft) -> Result<(), String> {
        let mut ahead = self.lock();
        let known =
            ahead.entry(added.part).or_insert_with(|| Ahead { kind: added.kind, start: added.offset, units: 0, text: String::new() });
        let Some(fresh) = known.fresh(added.offset, &added.text).filter(|_| known.kind == added.kind) else {
            let again = known.kind == added.kind && known.has(added.offset, &added.text);
            return if again { Ok(()) } else { Err(format!("part {} is written otherwise than it was said", added.part)) };
        };
        known.push(fresh);
        self.tell(added.part, added.kind, fresh);
        Ok(())
    }

    /// A text is durable.
    pub fn settle(&self, part: u64, kind: TextKind, upto: u64) {
        {
            let mut ahead = self.lock();
            if let Some(known) = ahead.get_mut(&part) {
                known.drop_until(upto);
            }
            // Of parts that are whole only the latest are kept: they may go on.
            while ahead.len() >= MOST_PARTS {
                let Some(whole) = ahead.iter().find(|(_, known)| known.units == 0).map(|(part, _)| *part) else { break };
                ahead.remove(&whole);
            }
        }
        self.hub.settled(&self.stream, &self.part(part, kind), upto);
    }

    /// What a tool says while it runs.
    pub fn tool_delta(&self, call_id: &CallId, text: &str) {
        self.hub.say(&self.stream, &self.tool(call_id), None, text);
    }

    /// A tool has ended.
    pub fn tool_ended(&self, call_id: &CallId) {
        self.hub.silent(&self.stream, &self.tool(call_id));
    }

    /// A new attempt may go on where the store has it: the last text that it ends with.
    pub fn place(&self, tally: &Tally) {
        let Some((part, text)) = tally.texts().last() else { return };
        let fresh = || Ahead { kind: text.kind, start: text.units, units: 0, text: String::new() };
        self.lock().entry(part).or_insert_with(fresh);
    }

    /// What was said and is not in the store, as events that follow what the store has. Called when nobody writes.
    pub fn unwritten(&self, tally: &Tally, ts: u64) -> Vec<TurnEvent> {
        let mut ahead = self.lock();
        let (mut events, mut trial) = (Vec::new(), tally.clone());
        for (part, known) in ahead.iter_mut() {
            let upto = tally.text(*part).map_or(0, |text| text.units);
            known.drop_until(upto);
            if known.units == 0 || known.start != upto {
                continue;
            }
            let added = TextAddedDraft {
                ts,
                turn_id: self.turn_id.clone(),
                message_id: self.message_id.clone(),
                part: *part,
                kind: known.kind,
                offset: known.start,
                text: known.text.clone(),
            };
            if trial.apply(&added.clone().into()).is_ok() {
                events.push(added.into());
            }
        }
        events
    }

    /// The turn has ended: who asked is told, once.
    pub fn end(&self, ending: Ending) {
        let parts: Vec<(u64, TextKind)> = self.lock().iter().map(|(part, known)| (*part, known.kind)).collect();
        for (part, kind) in parts {
            self.hub.silent(&self.stream, &self.part(part, kind));
        }
        if let Some((telling, _)) = self.telling().take() {
            telling.end(ending);
        }
    }
}

impl Ahead {
    /// What of a text is new here: it must reach the end of what is known without a gap and say the same before that.
    /// `None` if nothing is, or it does not fit.
    fn fresh<'t>(&self, offset: u64, text: &'t str) -> Option<&'t str> {
        let end = self.start + self.units;
        if offset > end || offset + count(text) <= end || !self.has(offset, text) {
            return None;
        }
        Some(slice(text, end - offset, u64::MAX).0)
    }

    /// Whether what both have is the same.
    fn has(&self, offset: u64, text: &str) -> bool {
        let end = self.start + self.units;
        let (from, upto) = (self.start.max(offset), end.min(offset + count(text)));
        from >= upto || slice(&self.text, from - self.start, upto - from).0 == slice(text, from - offset, upto - from).0
    }

    fn push(&mut self, fresh: &str) {
        self.text.push_str(fresh);
        self.units += count(fresh);
    }

    fn drop_until(&mut self, upto: u64) {
        let Some(gone) = upto.checked_sub(self.start).filter(|gone| *gone > 0) else { return };
        let (rest, units) = slice(&self.text, gone, u64::MAX);
        self.text = rest.to_owned();
        (self.start, self.units) = (upto, units);
    }
}

#[cfg(test)]
#[path = "voice_tests.rs"]
mod tests;
