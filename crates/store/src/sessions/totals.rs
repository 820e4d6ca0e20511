//! Sums over all sessions that there are, for figures on a screen.

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::from_sql;

/// Sums over all sessions. Those that were deleted are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SessionTotals {
    /// Sessions, archived ones too.
    pub sessions: u64,
    /// Messages on all branches.
    pub messages: u64,
    /// Turns that run.
    pub turns_running: u64,
    /// Turns that ended well or were cancelled.
    pub turns_finished: u64,
    /// Turns that failed.
    pub turns_failed: u64,
    /// Tokens that models read.
    pub input_tokens: u64,
    /// Tokens that models wrote.
    pub output_tokens: u64,
    /// US dollars, where a price was known.
    pub cost: f64,
}

impl ReadTx<'_> {
    /// Sums over all sessions.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn session_totals(&self) -> Result<SessionTotals, StoreError> {
        let totals = self
            .conn
            .prepare_cached(
                "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM session_messages),
                   (SELECT count(*) FROM session_turns WHERE last_seq IS NULL),
                   (SELECT count(*) FROM session_turns t JOIN session_messages m ON m.id = t.message WHERE t.last_seq IS NOT NULL AND m.state <> 'failed'),
                   (SELECT count(*) FROM session_turns t JOIN session_messages m ON m.id = t.message WHERE t.last_seq IS NOT NULL AND m.state = 'failed'),
                   coalesce(sum(json_extract(usage, '$.inputTokens')), 0), coalesce(sum(json_extract(usage, '$.outputTokens')), 0),
                   coalesce(sum(json_extract(usage, '$.cost')), 0.0)
                 FROM sessions",
            )?
            .query_row([], |row| {
                Ok(SessionTotals {
                    sessions: from_sql(row, 0)?,
                    messages: from_sql(row, 1)?,
                    turns_running: from_sql(row, 2)?,
                    turns_finished: from_sql(row, 3)?,
                    turns_failed: from_sql(row, 4)?,
                    input_tokens: from_sql(row, 5)?,
                    output_tokens: from_sql(row, 6)?,
                    cost: row.get(7)?,
                })
            })?;
        Ok(totals)
    }
}
