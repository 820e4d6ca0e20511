//! A run from the store: what it was started with, and the state that its journal says. The journal is the truth; what a
//! lost runner or a killed Core had in memory is never trusted.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axion_protocol::{ErrorInfo, JournalEvent, StepCounts};
use axion_store::{PAGE_LIMIT, RunRecord, RunState, Store, StoreError, StreamName};
use serde_json::value::RawValue;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::counts::Tally;
use super::live::{Live, Seat};
use crate::failure::{internal, storage};
use crate::host::Host;
use crate::wire;

/// What a runner needs to go on.
pub(crate) struct Stored {
    /// The document's JSON text.
    pub(crate) document: String,
    /// The input's JSON text.
    pub(crate) input: String,
    /// The journal, its events joined by commas.
    pub(crate) journal: String,
    /// The values that the journal names: hash and JSON text.
    pub(crate) values: Vec<(String, String)>,
}

/// The run as this instance may take it up; `None` if it has ended.
pub(crate) fn live(store: &Store, host: &Arc<dyn Host>, run_id: &str) -> Result<Option<Live>, ErrorInfo> {
    let record = store.read(|tx| tx.get_run_record(run_id)).map_err(storage)?;
    if record.summary.state.is_finished() {
        return Ok(None);
    }
    let RunRecord { summary, grants, options, .. } = record;
    let id = |text: String| text.try_into().map_err(|error| internal("A stored id is not valid", error));
    Ok(Some(Live {
        run_id: summary.run_id.try_into().map_err(|error| internal("A stored id is not valid", error))?,
        graph_id: summary.graph_id.map(id).transpose()?,
        graph_name: summary.graph_name,
        grants: wire::text_of(grants.get())?,
        options: wire::text_of(options.get())?,
        created_at: summary.created_at,
        store: store.clone(),
        host: host.clone(),
        seat: Mutex::default(),
        tickets: AtomicU64::new(0),
        unwanted: CancellationToken::new(),
        cancelling: CancellationToken::new(),
        fault: watch::Sender::new(None),
        unwritten: watch::Sender::new(None),
        over: watch::Sender::new(false),
    }))
}

/// Reads the seat anew from the journal, and what a runner needs. Blocks.
pub(crate) fn again(store: &Store, run_id: &str) -> Result<(Seat, Stored, RunState), ErrorInfo> {
    let read = store.read(|tx| {
        let record = tx.get_run_record(run_id)?;
        let stream = StreamName::run(run_id);
        let (mut after, mut journal) = (0, String::new());
        while after < record.head {
            let page = tx.read_stream(&stream, after, PAGE_LIMIT)?;
            if page.events.is_empty() {
                return Err(StoreError::Damaged(format!("the journal of run {} ends early", record.summary.number)));
            }
            if !journal.is_empty() {
                journal.push_str(",\n");
            }
            journal.push_str(page.events.joined());
            after = page.events.last_seq();
        }
        let own = [Some(record.summary.graph_hash.clone()), record.layout_hash.clone()];
        let mut values = Vec::new();
        for hash in tx.run_blobs(run_id)?.into_iter().filter(|hash| !own.contains(&Some(hash.clone()))) {
            values.push((hash.clone(), text(tx.get_blob(&hash)?)?));
        }
        let document = text(tx.get_blob(&record.summary.graph_hash)?)?;
        Ok((record, document, journal, values))
    });
    let (record, document, journal, values) = read.map_err(storage)?;
    let mut seat = Seat {
        head: record.head,
        tally: Tally::new(record.summary.steps.total),
        stored: values.iter().map(|(hash, _)| hash.clone()).collect::<HashSet<_>>(),
        stored_bytes: values.iter().map(|(_, json)| json.len() as u64).sum(),
        ..Seat::default()
    };
    // Lines end at event borders: no event holds a raw line break.
    for line in journal.split('\n').filter(|line| !line.is_empty()) {
        let event: JournalEvent = wire::text_of(line.strip_suffix(',').unwrap_or(line))?;
        seat.tally.apply(&event);
        seat.interrupted = matches!(event, JournalEvent::RunInterrupted(_));
        if let JournalEvent::RunResumed(resumed) = &event {
            seat.attempt = resumed.attempt;
        }
    }
    seat.attempt = seat.attempt.max(1);
    Ok((seat, Stored { document, input: record.input.get().to_owned(), journal, values }, record.summary.state))
}

fn text(bytes: Vec<u8>) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(|_| StoreError::Damaged("a stored value is not text".into()))
}

/// When Core itself ends a run, what was going on counts as cancelled and what was never reached as skipped.
pub(crate) fn at_end(steps: &StepCounts) -> StepCounts {
    let cancelled = steps.cancelled + steps.running + steps.waiting;
    let skipped = steps.total.saturating_sub(steps.succeeded + steps.failed + cancelled).max(steps.skipped);
    StepCounts { cancelled, skipped, running: 0, waiting: 0, ..steps.clone() }
}

/// The parameters of `run_start`, put together from texts: nothing that a person's graph holds is read and written anew.
pub(crate) fn start_params(live: &Live, stored: &Stored, attempt: u64) -> Result<Box<RawValue>, ErrorInfo> {
    let size = stored.document.len()
        + stored.journal.len()
        + stored.input.len()
        + stored.values.iter().map(|(_, json)| json.len() + 120).sum::<usize>();
    let mut text = String::with_capacity(size + size / 8 + 512);
    text.push_str("{\"runId\":\"");
    text.push_str(live.run_id.as_str());
    text.push_str("\",\"attempt\":");
    text.push_str(&attempt.to_string());
    text.push_str(",\"concurrency\":");
    text.push_str(&live.options.concurrency.to_string());
    text.push_str(",\"graph\":");
    text.push_str(&stored.document);
    text.push_str(",\"input\":");
    text.push_str(&stored.input);
    text.push_str(",\"journal\":[");
    text.push_str(&stored.journal);
    text.push_str("],\"blobs\":[");
    for (index, (hash, json)) in stored.values.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str("{\"hash\":\"");
        text.push_str(hash);
        text.push_str("\",\"json\":");
        text.push_str(&serde_json::Value::from(json.as_str()).to_string());
        text.push('}');
    }
    text.push_str("]}");
    super::live::kept(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_end_each_step_has_ended_in_one_way() {
        let going = StepCounts { total: 12, succeeded: 3, failed: 1, skipped: 2, cancelled: 0, running: 2, waiting: 1 };
        let end = at_end(&going);
        assert_eq!((end.cancelled, end.skipped, end.running, end.waiting), (3, 5, 0, 0));
        assert_eq!(end.total, end.succeeded + end.failed + end.skipped + end.cancelled);
    }
}
