//! What a runner may write into a journal. Each draft is read as its type before it is kept; what only Core may say, and
//! values that were never stored, are refused. The text itself is kept as it came, so that no number or key order changes.

use std::collections::HashSet;

use axion_protocol::{JournalEvent, PortValue};
use axion_store::EventDraft;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Most events in one append.
const MOST_EVENTS: usize = 4096;
/// Largest draft: two hundred inline values of 32 KiB would not be one step's honest result.
const LARGEST: usize = 4 << 20;

/// The parameters of `journal_append` with each event left as text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Append<'a> {
    /// The run.
    pub run_id: String,
    /// The drafts.
    #[serde(borrow)]
    pub events: Vec<&'a RawValue>,
}

/// A draft that passed.
#[derive(Debug)]
pub struct Draft {
    /// Its meaning.
    pub event: JournalEvent,
    /// Its text.
    pub text: EventDraft,
}

/// Why a draft was refused. A runner that sends such is broken or hostile; its run goes no further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too many at once.
    #[error("{0} events in one append; at most {MOST_EVENTS} are accepted")]
    TooMany(usize),
    /// One is too large.
    #[error("event {index} has {bytes} bytes; at most {LARGEST} are accepted")]
    TooLarge {
        /// Place in the append.
        index: usize,
        /// Its size.
        bytes: usize,
    },
    /// Not an event.
    #[error("event {index} is not valid: {why}")]
    Invalid {
        /// Place in the append.
        index: usize,
        /// What is wrong.
        why: String,
    },
    /// Only Core writes these.
    #[error("event {index} is a {kind}, which only the host writes")]
    NotYours {
        /// Place in the append.
        index: usize,
        /// Its type.
        kind: &'static str,
    },
    /// A value that nobody stored.
    #[error("event {index} names the value {hash}, which was not put")]
    UnknownValue {
        /// Place in the append.
        index: usize,
        /// The hash.
        hash: String,
    },
    /// After the end.
    #[error("event {index} follows run-finished")]
    AfterEnd {
        /// Place in the append.
        index: usize,
    },
}

/// Checks all drafts of an append; `stored` are the hashes of the values that this run has put.
pub fn check(events: &[&RawValue], stored: &HashSet<String>) -> Result<Vec<Draft>, Refusal> {
    if events.len() > MOST_EVENTS {
        return Err(Refusal::TooMany(events.len()));
    }
    let mut drafts = Vec::with_capacity(events.len());
    let mut ended = false;
    for (index, raw) in events.iter().enumerate() {
        let text = raw.get();
        if text.len() > LARGEST {
            return Err(Refusal::TooLarge { index, bytes: text.len() });
        }
        let invalid = |why: String| Refusal::Invalid { index, why };
        let event: JournalEvent = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
        if ended {
            return Err(Refusal::AfterEnd { index });
        }
        if matches!(
            event,
            JournalEvent::RunStarted(_)
                | JournalEvent::RunResumed(_)
                | JournalEvent::RunInterrupted(_)
                | JournalEvent::RunCancelling(_)
                | JournalEvent::ApprovalAnswered(_)
        ) {
            return Err(Refusal::NotYours { index, kind: event.type_name() });
        }
        if let Some(hash) = blobs(&event).find(|hash| !stored.contains(*hash)) {
            return Err(Refusal::UnknownValue { index, hash: hash.to_owned() });
        }
        ended = matches!(event, JournalEvent::RunFinished(_));
        let text = EventDraft::new(text).map_err(|error| invalid(error.to_string()))?;
        drafts.push(Draft { event, text });
    }
    Ok(drafts)
}

/// The hashes of the stored values that an event names.
pub fn blobs(event: &JournalEvent) -> Box<dyn Iterator<Item = &str> + '_> {
    fn hash(value: &PortValue) -> Option<&str> {
        match value {
            PortValue::Blob(blob) => Some(blob.hash.as_str()),
            PortValue::Inline(_) => None,
        }
    }
    match event {
        JournalEvent::StepFinished(step) => Box::new(step.outputs.iter().flat_map(|outputs| outputs.values()).filter_map(hash)),
        JournalEvent::RunFinished(end) => Box::new(end.outputs.values().filter_map(hash)),
        JournalEvent::ApprovalRequested(asked) => Box::new(asked.details.iter().filter_map(hash)),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(texts: &[&str], stored: &[&str]) -> Result<Vec<Draft>, Refusal> {
        let raws: Vec<Box<RawValue>> = texts.iter().map(|text| RawValue::from_string((*text).to_owned()).unwrap()).collect();
        let raws: Vec<&RawValue> = raws.iter().map(|raw| &**raw).collect();
        check(&raws, &stored.iter().map(|hash| (*hash).to_owned()).collect())
    }

    const END: &str = r#"{"type":"run-finished","ts":3,"state":"succeeded","ms":2,"outputs":{},"steps":{"total":1,"succeeded":1,"failed":0,"skipped":0,"cancelled":0,"running":0,"waiting":0}}"#;

    #[test]
    fn what_a_runner_may_say_is_kept_as_it_said_it() {
        let text = r#"{"type":"step-finished","ts":1,"node":"a","state":"succeeded","ms":0.1,"outputs":{"out":{"type":"inline","value":{"z":1,"a":1e-7,"n":9007199254740993}}}}"#;
        assert_eq!(checked(&[text], &[]).unwrap()[0].text.as_str(), text);
    }

    #[test]
    fn what_only_the_host_says_is_refused() {
        for text in [
            r#"{"type":"run-cancelling","ts":1}"#,
            r#"{"type":"run-interrupted","ts":1,"reason":"x"}"#,
            r#"{"type":"approval-answered","ts":1,"approvalId":"a","decision":"approved"}"#,
            r#"{"type":"run-resumed","ts":1,"reason":"x","attempt":1,"runner":{"mode":"process","jail":"","node":"","readyMs":1}}"#,
        ] {
            assert!(matches!(checked(&[text], &[]), Err(Refusal::NotYours { index: 0, .. })), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_its_place() {
        let fine = r#"{"type":"step-started","ts":1,"node":"a"}"#;
        for text in [
            "7",
            "{}",
            r#"{"type":"nothing","ts":1}"#,
            r#"{"type":"step-started","ts":-1,"node":"a"}"#,
            r#"{"type":"step-started","ts":1,"node":"__proto__"}"#,
            r#"{"type":"step-started","ts":1,"node":"a","scope":"../x"}"#,
            r#"{"type":"step-started","ts":1,"node":"a","seq":9}"#,
            r#"{"type":"step-finished","ts":1,"node":"a","state":"splendid","ms":1}"#,
        ] {
            assert!(matches!(checked(&[fine, text], &[]), Err(Refusal::Invalid { index: 1, .. })), "{text}");
        }
        let long = format!(r#"{{"type":"log","ts":1,"level":"info","text":"","more":"{}"}}"#, "x".repeat(LARGEST));
        assert!(matches!(checked(&[&long], &[]), Err(Refusal::TooLarge { .. })));
    }

    #[test]
    fn a_named_value_must_have_been_stored() {
        let hash = "ab".repeat(32);
        let text = format!(
            r#"{{"type":"step-finished","ts":1,"node":"a","state":"succeeded","ms":1,"outputs":{{"o":{{"type":"blob","hash":"{hash}","bytes":40000,"preview":""}}}}}}"#
        );
        assert_eq!(checked(&[&text], &[]).unwrap_err(), Refusal::UnknownValue { index: 0, hash: hash.clone() });
        assert!(checked(&[&text], &[&hash]).is_ok());
    }

    #[test]
    fn nothing_follows_the_end() {
        assert!(checked(&[END], &[]).is_ok());
        assert_eq!(checked(&[END, r#"{"type":"log","ts":1,"level":"info","text":"x"}"#], &[]).unwrap_err(), Refusal::AfterEnd { index: 1 });
    }
}
