//! Durable streams: append with a gap-free `seq`, read after a place, say whether a place can still be served.
//!
//! A row holds a group of events as they were appended together. The workspace stream keeps its last 10,000 events;
//! a reader that is further behind gets `Snapshot`.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::events::{EventDraft, Events, slice_lines};
use crate::rows::{from_sql, to_sql};
use crate::stream_name::{StreamKind, StreamName};
use crate::writer::{Committed, WriteTx};

/// How many events of `workspace` are kept.
pub const WORKSPACE_KEPT: u64 = 10_000;
/// Trimming is done in steps, so that it costs nothing per event.
const WORKSPACE_SLACK: u64 = 1_000;
/// The most events that one read returns.
pub const PAGE_LIMIT: u64 = 10_000;
/// A read stops after this many bytes of events (but returns at least one).
const PAGE_BYTES: usize = 8 << 20;
const MAX_SEQ: u64 = u32::MAX as u64;

/// The key of the group of a stream that ends with `seq`. The schema keeps ids under 2³¹ and numbers under 2³².
fn place(stream: i64, seq: u64) -> i64 {
    (stream << 32) | to_sql(seq.min(MAX_SEQ))
}

/// Where appended events were put.
#[derive(Debug, Clone)]
pub struct Appended {
    /// The stream's epoch.
    pub epoch: Arc<str>,
    /// The events, complete; empty if there were no drafts.
    pub events: Events,
    /// The stream's last `seq`.
    pub head: u64,
}

/// Events after a place.
#[derive(Debug, Clone)]
pub struct Page {
    /// The stream's epoch.
    pub epoch: Arc<str>,
    /// The events; more follow if `events.last_seq() < head`.
    pub events: Events,
    /// The stream's last `seq`.
    pub head: u64,
}

/// Whether a reader can go on from its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Everything after the reader's place is there.
    Tail {
        /// The stream's epoch.
        epoch: Arc<str>,
        /// The stream's last `seq`.
        head: u64,
    },
    /// It is not: read the state anew, then go on after `head`.
    Snapshot {
        /// The stream's epoch.
        epoch: Arc<str>,
        /// The stream's last `seq`.
        head: u64,
    },
}

struct StreamRow {
    id: i64,
    epoch: Arc<str>,
    head: u64,
    first: u64,
}

impl ReadTx<'_> {
    fn stream_row(&self, stream: &StreamName) -> Result<StreamRow, StoreError> {
        self.conn
            .prepare_cached("SELECT id, epoch, head, first FROM streams WHERE stream = ?1")?
            .query_row([stream.as_str()], |row| {
                Ok(StreamRow { id: row.get(0)?, epoch: row.get::<_, String>(1)?.into(), head: from_sql(row, 2)?, first: from_sql(row, 3)? })
            })
            .optional()?
            .ok_or_else(|| StoreError::not_found("stream", stream.as_str()))
    }

    /// The epoch and the last `seq` of a stream.
    ///
    /// # Errors
    /// `NotFound` if there is no such stream.
    pub fn stream_head(&self, stream: &StreamName) -> Result<(Arc<str>, u64), StoreError> {
        let row = self.stream_row(stream)?;
        Ok((row.epoch, row.head))
    }

    /// Whether a reader that has seen `epoch` up to `after` can go on from there. A reader without an epoch that asks
    /// for everything (`after` 0) is served if nothing was trimmed.
    ///
    /// # Errors
    /// `NotFound` if there is no such stream.
    pub fn stream_place(&self, stream: &StreamName, epoch: Option<&str>, after: Option<u64>) -> Result<Place, StoreError> {
        let row = self.stream_row(stream)?;
        let same = epoch.is_none_or(|e| e == &*row.epoch);
        let served = after.is_some_and(|after| same && after <= row.head && after + 1 >= row.first && (epoch.is_some() || after == 0));
        let (epoch, head) = (row.epoch, row.head);
        Ok(if served { Place::Tail { epoch, head } } else { Place::Snapshot { epoch, head } })
    }

    /// The events after `after`, at most `limit` (and at most 10,000, and about 8 MiB).
    ///
    /// # Errors
    /// `NotFound` if there is no such stream; `Invalid` if `after` is before what is kept.
    pub fn read_stream(&self, stream: &StreamName, after: u64, limit: u64) -> Result<Page, StoreError> {
        let row = self.stream_row(stream)?;
        if after + 1 < row.first {
            return Err(StoreError::invalid(format!("The events up to {} of {} are no longer kept.", row.first - 1, stream.as_str())));
        }
        let mut left = limit.min(PAGE_LIMIT);
        let (mut count, mut body) = (0, String::new());
        let mut statement =
            self.conn.prepare_cached("SELECT place, count, body FROM event_groups WHERE place > ?1 AND place <= ?2 ORDER BY place")?;
        let mut rows = statement.query([place(row.id, after), place(row.id, MAX_SEQ)])?;
        while left > 0
            && body.len() < PAGE_BYTES
            && let Some(group) = rows.next()?
        {
            let last = from_sql(group, 0)? & MAX_SEQ;
            let first = (last + 1).saturating_sub(from_sql(group, 1)?);
            let text = group.get_ref(2)?.as_str().map_err(|e| StoreError::Damaged(e.to_string()))?;
            let expected = after + count + 1;
            if first > expected || last < expected {
                return Err(StoreError::Damaged(format!("{} has no event {expected}", stream.as_str())));
            }
            let take = left.min(last + 1 - expected);
            if !body.is_empty() {
                body.push_str(",\n");
            }
            body.push_str(slice_lines(text, expected - first, take));
            count += take;
            left -= take;
        }
        Ok(Page { epoch: row.epoch, events: Events::from_body(after + 1, count, body), head: row.head })
    }
}

impl WriteTx<'_> {
    /// Makes an empty stream with a new epoch; one that exists is left as it is.
    pub(crate) fn create_stream(&mut self, stream: &StreamName) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached("INSERT INTO streams (stream, epoch) VALUES (?1, lower(hex(randomblob(8)))) ON CONFLICT DO NOTHING")?
            .execute([stream.as_str()])?;
        Ok(())
    }

    pub(crate) fn delete_stream(&mut self, stream: &StreamName) -> Result<(), StoreError> {
        let Some(id) = self
            .conn()
            .prepare_cached("DELETE FROM streams WHERE stream = ?1 RETURNING id")?
            .query_row([stream.as_str()], |row| row.get::<_, i64>(0))
            .optional()?
        else {
            return Ok(());
        };
        self.conn()
            .prepare_cached("DELETE FROM event_groups WHERE place > ?1 AND place <= ?2")?
            .execute([place(id, 0), place(id, MAX_SEQ)])?;
        Ok(())
    }

    /// Appends events as one group and gives them their places. Events of a session change its rows too: see
    /// [`WriteTx::append_session`].
    ///
    /// # Errors
    /// `NotFound` if there is no such stream; for a session, what its events cannot do.
    pub fn append(&mut self, stream: &StreamName, drafts: &[EventDraft]) -> Result<Appended, StoreError> {
        match (stream.kind(), stream.as_str().split_once(':')) {
            (StreamKind::Session, Some((_, session_id))) => Ok(self.append_session(session_id, drafts)?.0),
            _ => self.append_alone(stream, drafts),
        }
    }

    /// Appends events to a stream and touches nothing else.
    pub(crate) fn append_alone(&mut self, stream: &StreamName, drafts: &[EventDraft]) -> Result<Appended, StoreError> {
        let row = self.read.stream_row(stream)?;
        if drafts.is_empty() {
            return Ok(Appended { epoch: row.epoch, events: Events::from_body(row.head + 1, 0, ""), head: row.head });
        }
        let events = Events::splice(stream, row.head + 1, drafts)?;
        let head = events.last_seq();
        self.conn().prepare_cached("INSERT INTO event_groups (place, count, body) VALUES (?1, ?2, ?3)")?.execute(params![
            place(row.id, head),
            to_sql(events.len()),
            events.joined()
        ])?;
        self.conn().prepare_cached("UPDATE streams SET head = ?2 WHERE id = ?1")?.execute(params![row.id, to_sql(head)])?;
        if *stream == StreamName::workspace() && head + 1 - row.first > WORKSPACE_KEPT + WORKSPACE_SLACK {
            self.trim(row.id, head - WORKSPACE_KEPT)?;
        }
        self.committed.push(Committed { stream: stream.clone(), epoch: Arc::clone(&row.epoch), events: events.clone() });
        Ok(Appended { epoch: row.epoch, events, head })
    }

    /// Forgets the groups that lie wholly at or before `upto`.
    fn trim(&mut self, id: i64, upto: u64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached("DELETE FROM event_groups WHERE place > ?1 AND place <= ?2")?
            .execute([place(id, 0), place(id, upto)])?;
        self.conn()
            .prepare_cached(
                "UPDATE streams SET first = coalesce((SELECT (place & 0xffffffff) - count + 1 FROM event_groups
                 WHERE place > ?2 AND place <= ?3 ORDER BY place LIMIT 1), head + 1) WHERE id = ?1",
            )?
            .execute([id, place(id, 0), place(id, MAX_SEQ)])?;
        Ok(())
    }

    /// Announces a change on `workspace`: `{"type": kind, "ts": ts, field: value}`.
    pub(crate) fn announce(&mut self, kind: &str, ts: u64, field: &str, value: &impl serde::Serialize) -> Result<(), StoreError> {
        let value = serde_json::to_string(value).map_err(|e| StoreError::Internal(e.to_string()))?;
        let draft = EventDraft::new(format!("{{\"type\":\"{kind}\",\"ts\":{ts},\"{field}\":{value}}}"))?;
        self.append(&StreamName::workspace(), &[draft])?;
        Ok(())
    }
}

impl WriteTx<'_> {
    /// Announces a change whose fields stand beside `type` and `ts`; `fields` serialises to an object that is not empty.
    pub(crate) fn announce_fields(&mut self, kind: &str, ts: u64, fields: &impl serde::Serialize) -> Result<(), StoreError> {
        let fields = crate::rows::to_json(fields)?;
        let draft = EventDraft::new(format!("{{\"type\":\"{kind}\",\"ts\":{ts},{}", fields.trim_start_matches('{')))?;
        self.append(&StreamName::workspace(), &[draft])?;
        Ok(())
    }
}
