//! The ledger of what left this process, or was kept from leaving it. The last 100,000 entries are kept.
//!
//! Entries come in batches: one write for many requests. Never holds bodies, keys or queries; that is the caller's to see to.

use rusqlite::{Row, params};
use serde::Serialize;

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{from_sql, from_sql_opt, to_sql};
use crate::writer::WriteTx;

/// How many entries are kept.
pub const EGRESS_KEPT: u64 = 100_000;
/// Old ones are dropped in steps, so that it costs nothing per entry.
const EGRESS_SLACK: u64 = 1_000;

/// One request. Serialises to the wire's `EgressEntry`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EgressRow {
    /// Its number, from 1, never given twice. Ignored when it is written: the store gives it.
    pub number: u64,
    /// When.
    pub at: u64,
    /// `model`, `model-list` or `runtime`.
    pub purpose: String,
    /// `GET` or `POST`.
    pub method: String,
    /// Where to, without a query.
    pub url: String,
    /// The host of it.
    pub host: String,
    /// The address that the host stood for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// It did not leave this machine.
    pub local: bool,
    /// `allowed`, `blocked` or `failed`.
    pub outcome: String,
    /// Why it was blocked or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The status of the reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Bytes of the body that was sent.
    pub sent_bytes: u64,
    /// Bytes of the body that came.
    pub received_bytes: u64,
    /// How long it took.
    pub ms: f64,
    /// The session that asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The turn of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// The provider that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

const COLUMNS: &str = "number, at, purpose, method, url, host, address, local, outcome, reason, status, sent_bytes, received_bytes, ms, session_id, turn_id, provider";

fn entry(row: &Row<'_>) -> rusqlite::Result<EgressRow> {
    Ok(EgressRow {
        number: from_sql(row, 0)?,
        at: from_sql(row, 1)?,
        purpose: row.get(2)?,
        method: row.get(3)?,
        url: row.get(4)?,
        host: row.get(5)?,
        address: row.get(6)?,
        local: row.get(7)?,
        outcome: row.get(8)?,
        reason: row.get(9)?,
        status: from_sql_opt(row, 10)?.map(|status| u16::try_from(status).unwrap_or(u16::MAX)),
        sent_bytes: from_sql(row, 11)?,
        received_bytes: from_sql(row, 12)?,
        ms: row.get(13)?,
        session_id: row.get(14)?,
        turn_id: row.get(15)?,
        provider: row.get(16)?,
    })
}

impl ReadTx<'_> {
    /// Entries with numbers below `before`, newest first: of one session or all. The flag says whether there are more.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_egress(&self, session_id: Option<&str>, before: Option<u64>, limit: u64) -> Result<(Vec<EgressRow>, bool), StoreError> {
        let before = before.map_or(i64::MAX, to_sql);
        let wanted = to_sql(limit.min(1000)) + 1;
        let mut rows: Vec<EgressRow> = match session_id {
            Some(session_id) => {
                let sql = format!("SELECT {COLUMNS} FROM egress WHERE session_id = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3");
                self.conn.prepare_cached(&sql)?.query_map(params![session_id, before, wanted], entry)?.collect::<Result<_, _>>()?
            }
            None => {
                let sql = format!("SELECT {COLUMNS} FROM egress WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
                self.conn.prepare_cached(&sql)?.query_map(params![before, wanted], entry)?.collect::<Result<_, _>>()?
            }
        };
        let more = rows.len() as i64 == wanted;
        rows.truncate(wanted as usize - 1);
        Ok((rows, more))
    }
}

impl WriteTx<'_> {
    /// Writes entries into the ledger and answers the number of the last one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn insert_egress(&mut self, entries: &[EgressRow]) -> Result<u64, StoreError> {
        let mut statement = self.conn().prepare_cached(
            "INSERT INTO egress (at, purpose, method, url, host, address, local, outcome, reason, status, sent_bytes, received_bytes, ms, session_id, turn_id, provider)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?;
        for e in entries {
            statement.execute(params![
                to_sql(e.at),
                e.purpose,
                e.method,
                e.url,
                e.host,
                e.address,
                e.local,
                e.outcome,
                e.reason,
                e.status,
                to_sql(e.sent_bytes),
                to_sql(e.received_bytes),
                e.ms,
                e.session_id,
                e.turn_id,
                e.provider
            ])?;
        }
        drop(statement);
        let (first, last): (u64, u64) = self
            .conn()
            .prepare_cached("SELECT coalesce((SELECT min(number) FROM egress), 0), coalesce((SELECT max(number) FROM egress), 0)")?
            .query_row([], |row| Ok((from_sql(row, 0)?, from_sql(row, 1)?)))?;
        if last - first >= EGRESS_KEPT + EGRESS_SLACK {
            self.conn().prepare_cached("DELETE FROM egress WHERE number <= ?1")?.execute([to_sql(last - EGRESS_KEPT)])?;
        }
        Ok(last)
    }

    /// Completes an entry that was written before its request went out. One that is no longer kept is left so.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish_egress(&mut self, entry: &EgressRow) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "UPDATE egress SET address = ?2, outcome = ?3, reason = ?4, status = ?5, sent_bytes = ?6, received_bytes = ?7, ms = ?8 WHERE number = ?1",
            )?
            .execute(params![
                to_sql(entry.number),
                entry.address,
                entry.outcome,
                entry.reason,
                entry.status,
                to_sql(entry.sent_bytes),
                to_sql(entry.received_bytes),
                entry.ms
            ])?;
        Ok(())
    }
}
