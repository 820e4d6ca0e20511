//! What a runner may write into a turn. Each draft is read as its type before it is kept; what only Core may say, values that
//! were never stored and what does not follow from the events before it are refused. The text is kept as it came.

use std::collections::HashSet;

use axion_protocol::{PortValue, TurnEvent};
use axion_store::EventDraft;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::tally::{Tally, is_the_persons};

/// Most events in one append.
const MOST_EVENTS: usize = 4096;
/// Largest draft. Two sides of a change of 256 KiB each, for a handful of files, fit.
const LARGEST: usize = 8 << 20;

/// The parameters of `turn_append` with each event left as text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Append<'a> {
    /// The turn.
    pub turn_id: String,
    /// The drafts.
    #[serde(borrow)]
    pub events: Vec<&'a RawValue>,
}

/// A draft that passed.
#[derive(Debug)]
pub struct Draft {
    /// Its meaning.
    pub event: TurnEvent,
    /// Its text.
    pub text: EventDraft,
}

/// Checks all drafts of an append against what the turn said before, or says why one is refused; the tally is of no more use
/// then, and read anew from the store.
pub fn check(events: &[&RawValue], tally: &mut Tally, stored: &HashSet<String>) -> Result<Vec<Draft>, String> {
    if events.len() > MOST_EVENTS {
        return Err(format!("{} events in one append; at most {MOST_EVENTS} are accepted", events.len()));
    }
    let mut drafts = Vec::with_capacity(events.len());
    for (index, raw) in events.iter().enumerate() {
        let text = raw.get();
        if text.len() > LARGEST {
            return Err(format!("event {index} has {} bytes; at most {LARGEST} are accepted", text.len()));
        }
        let at = |why: String| format!("event {index} is refused: {why}");
        let event: TurnEvent = serde_json::from_str(text).map_err(|error| at(error.to_string()))?;
        if is_the_persons(&event) {
            return Err(at("only the host writes what a person answered".into()));
        }
        if let Some(hash) = blob(&event).filter(|hash| !stored.contains(*hash)) {
            return Err(at(format!("it names the value {hash}, which was not put")));
        }
        tally.apply(&event).map_err(|why| at(format!("{} {why}", event.type_name())))?;
        let text = EventDraft::new(text).map_err(|error| at(error.to_string()))?;
        drafts.push(Draft { event, text });
    }
    Ok(drafts)
}

/// The stored value that an event names.
pub fn blob(event: &TurnEvent) -> Option<&str> {
    match event {
        TurnEvent::ToolFinished(finished) => match &finished.output {
            Some(PortValue::Blob(blob)) => Some(blob.hash.as_str()),
            _ => None,
        },
        _ => None,
    }
}
