//! What a turn's events say about it, one by one: which parts and calls there are, what is asked, where each text ends.
//! Pure. What does not fit is refused with a sentence: a runner that writes such is broken or hostile.

use std::collections::{BTreeMap, HashMap, HashSet};

use axion_protocol::{
    AnsweredBy, CallId, MessageId, QueuedId, RequestAnswer, RequestId, TextKind, ToolState, TurnEvent, TurnId, TurnOutcome, Usage,
};

use crate::streams::count;

/// Parts of one message.
const MOST_PARTS: usize = 100_000;
/// Text of one message, in UTF-16 units: what the wire allows.
const MOST_TEXT: u64 = 16_000_000;

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Called,
    Started,
    Finished,
}

/// A part of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Said or thought.
    pub kind: TextKind,
    /// Its end.
    pub units: u64,
}

/// The derived state of one turn.
#[derive(Debug, Clone)]
pub struct Tally {
    turn_id: TurnId,
    message_id: MessageId,
    texts: BTreeMap<u64, Text>,
    parts: HashSet<u64>,
    calls: HashMap<CallId, Call>,
    open: HashMap<RequestId, Option<CallId>>,
    answered: HashMap<RequestId, RequestAnswer>,
    steered: HashSet<QueuedId>,
    units: u64,
    usage: Usage,
    finished: Option<TurnOutcome>,
}

impl Tally {
    /// Of a turn that has said nothing.
    pub fn new(turn_id: TurnId, message_id: MessageId) -> Self {
        Self {
            turn_id,
            message_id,
            texts: BTreeMap::new(),
            parts: HashSet::new(),
            calls: HashMap::new(),
            open: HashMap::new(),
            answered: HashMap::new(),
            steered: HashSet::new(),
            units: 0,
            usage: Usage::default(),
            finished: None,
        }
    }

    /// Whether it has ended, and how.
    pub fn finished(&self) -> Option<TurnOutcome> {
        self.finished
    }

    /// What its model calls used, as far as they were reported.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Where a part's text ends.
    pub fn text(&self, part: u64) -> Option<Text> {
        self.texts.get(&part).copied()
    }

    /// The parts of text.
    pub fn texts(&self) -> impl Iterator<Item = (u64, Text)> + '_ {
        self.texts.iter().map(|(part, text)| (*part, *text))
    }

    /// Whether a request waits for the person.
    pub fn waits_for(&self, request: &RequestId) -> bool {
        self.open.contains_key(request)
    }

    /// What was answered to a request.
    pub fn answer(&self, request: &RequestId) -> Option<RequestAnswer> {
        self.answered.get(request).cloned()
    }

    /// All that was answered.
    pub fn answers(&self) -> impl Iterator<Item = (RequestId, RequestAnswer)> + '_ {
        self.answered.iter().map(|(id, answer)| (id.clone(), answer.clone()))
    }

    /// Whether a steering message has gone in.
    pub fn has_steered(&self, queued: &QueuedId) -> bool {
        self.steered.contains(queued)
    }

    /// Whether a call was made and has not ended.
    pub fn is_running(&self, call: &CallId) -> bool {
        self.calls.get(call).is_some_and(|state| *state != Call::Finished)
    }

    /// Takes in the next event, or says why it cannot be one.
    pub fn apply(&mut self, event: &TurnEvent) -> Result<(), String> {
        if self.finished.is_some() {
            return Err("it follows turn-finished".into());
        }
        self.belongs(event)?;
        match event {
            TurnEvent::TextAdded(added) => self.add(added.part, added.kind, added.offset, &added.text)?,
            TurnEvent::Steered(steered) => {
                self.part(steered.part)?;
                if !self.steered.insert(steered.queued_id.clone()) {
                    return Err("the same steering message goes in twice".into());
                }
            }
            TurnEvent::ToolCalled(called) => {
                self.part(called.part)?;
                if self.calls.insert(called.call_id.clone(), Call::Called).is_some() {
                    return Err(format!("the call {} is made twice", called.call_id));
                }
            }
            TurnEvent::ToolStarted(started) => *self.call(&started.call_id)? = Call::Started,
            TurnEvent::ToolFinished(finished) => {
                if matches!(finished.state, ToolState::Running | ToolState::Waiting) {
                    return Err("a call ends in a state that is no end".into());
                }
                *self.call(&finished.call_id)? = Call::Finished;
            }
            TurnEvent::RequestOpened(opened) => {
                self.part(opened.part)?;
                let id = &opened.request.request_id;
                if self.answered.contains_key(id) || self.open.insert(id.clone(), opened.request.call_id.clone()).is_some() {
                    return Err(format!("the request {id} is opened twice"));
                }
            }
            TurnEvent::RequestAnswered(answered) => {
                if self.open.remove(&answered.request_id).is_none() {
                    return Err(format!("the request {} is not open", answered.request_id));
                }
                self.answered.insert(answered.request_id.clone(), answered.answer.clone());
            }
            TurnEvent::TurnNoted(noted) => self.part(noted.part)?,
            TurnEvent::TurnFinished(finished) => self.finished = Some(finished.state),
            TurnEvent::UsageReported(reported) => self.usage = plus(&self.usage, &reported.usage),
            TurnEvent::TodosChanged(_) | TurnEvent::ContextMeasured(_) | TurnEvent::Compacted(_) => {}
        }
        Ok(())
    }

    fn belongs(&self, event: &TurnEvent) -> Result<(), String> {
        let (turn, message) = match event {
            TurnEvent::TextAdded(e) => (Some(&e.turn_id), Some(&e.message_id)),
            TurnEvent::Steered(e) => (Some(&e.turn_id), Some(&e.message_id)),
            TurnEvent::ToolCalled(e) => (Some(&e.turn_id), Some(&e.message_id)),
            TurnEvent::ToolStarted(e) => (Some(&e.turn_id), None),
            TurnEvent::ToolFinished(e) => (Some(&e.turn_id), None),
            TurnEvent::RequestOpened(e) => (Some(&e.turn_id), Some(&e.message_id)),
            TurnEvent::RequestAnswered(e) => (Some(&e.turn_id), None),
            TurnEvent::TodosChanged(e) => (Some(&e.turn_id), None),
            TurnEvent::UsageReported(e) => (Some(&e.turn_id), Some(&e.message_id)),
            TurnEvent::TurnNoted(e) => (Some(&e.turn_id), Some(&e.message_id)),
            TurnEvent::ContextMeasured(e) => (e.turn_id.as_ref(), None),
            TurnEvent::TurnFinished(e) => (Some(&e.turn_id), Some(&e.message_id)),
            TurnEvent::Compacted(_) => (None, None),
        };
        if turn.is_some_and(|turn| *turn != self.turn_id) || message.is_some_and(|message| *message != self.message_id) {
            return Err("it belongs to another turn".into());
        }
        Ok(())
    }

    /// A text grows at its end only, and of what is said only the last part: readers are sent it in this order.
    fn add(&mut self, part: u64, kind: TextKind, offset: u64, text: &str) -> Result<(), String> {
        match self.texts.get(&part) {
            Some(known) if known.kind != kind => return Err(format!("part {part} changes its kind")),
            Some(known) if known.units != offset => return Err(format!("part {part} has {} units and goes on at {offset}", known.units)),
            Some(_) => {}
            None if offset != 0 => return Err(format!("part {part} begins at {offset}")),
            None => self.part(part)?,
        }
        let later = |(other, known): (&u64, &Text)| *other > part && known.kind == TextKind::Text;
        if kind == TextKind::Text && self.texts.iter().rev().any(later) {
            return Err(format!("part {part} goes on although a later one was said"));
        }
        let units = count(text);
        self.units += units;
        if self.units > MOST_TEXT {
            return Err("the text of one turn is longer than 16 million characters".into());
        }
        self.texts.insert(part, Text { kind, units: offset + units });
        Ok(())
    }

    fn part(&mut self, part: u64) -> Result<(), String> {
        if part >= MOST_PARTS as u64 {
            return Err(format!("a message has at most {MOST_PARTS} parts"));
        }
        if !self.parts.insert(part) {
            return Err(format!("part {part} is there already"));
        }
        Ok(())
    }

    fn call(&mut self, id: &CallId) -> Result<&mut Call, String> {
        match self.calls.get_mut(id) {
            Some(state) if *state != Call::Finished => Ok(state),
            Some(_) => Err(format!("the call {id} has ended")),
            None => Err(format!("the call {id} was not made")),
        }
    }
}

/// Both together, as the store adds them; the wire's numbers end at 2⁵³ − 1.
fn plus(a: &Usage, b: &Usage) -> Usage {
    fn sum<T>(a: Option<T>, b: Option<T>, add: impl Fn(T, T) -> T) -> Option<T> {
        match (a, b) {
            (Some(a), Some(b)) => Some(add(a, b)),
            (a, b) => a.or(b),
        }
    }
    let add = |a: u64, b: u64| a.saturating_add(b).min((1 << 53) - 1);
    Usage {
        input_tokens: add(a.input_tokens, b.input_tokens),
        output_tokens: add(a.output_tokens, b.output_tokens),
        cache_read_tokens: sum(a.cache_read_tokens, b.cache_read_tokens, add),
        cache_write_tokens: sum(a.cache_write_tokens, b.cache_write_tokens, add),
        reasoning_tokens: sum(a.reasoning_tokens, b.reasoning_tokens, add),
        cost: sum(a.cost, b.cost, |a, b| a + b),
        estimated: sum(a.estimated, b.estimated, |a, b| a || b),
    }
}

/// Whether only Core may write this: what a person answered.
pub fn is_the_persons(event: &TurnEvent) -> bool {
    matches!(event, TurnEvent::RequestAnswered(answered) if answered.answer.by.is_none_or(|by| by == AnsweredBy::Person))
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
