//! Runs: the summary that lists show. The truth of a run is its stream; this row is kept in the same transactions.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::events::StreamName;
use crate::rows::{Json, check_id, from_sql, from_sql_opt, json_from_sql, json_from_sql_opt, to_json, to_sql};
use crate::writer::WriteTx;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunState {
    /// Accepted; its runner is not ready yet.
    Queued,
    /// Steps are running.
    Running,
    /// Only waits for timers or people.
    Waiting,
    /// Ended well.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl RunState {
    const ALL: [Self; 6] = [Self::Queued, Self::Running, Self::Waiting, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the run has ended.
    #[must_use]
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// How many steps are in which state. Serialises to the wire's `StepCounts`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is the wire's word for a state")]
pub struct StepCounts {
    pub total: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub skipped: u64,
    pub cancelled: u64,
    pub running: u64,
    pub waiting: u64,
}

/// A run in a list. Serialises to the wire's `RunSummary`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRow {
    /// Its id.
    pub run_id: String,
    /// Its number in this home, from 1, never given twice.
    pub number: u64,
    /// The graph, if it is in the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_id: Option<String>,
    /// The graph's name when it was started.
    pub graph_name: String,
    /// The blob that holds the document it runs.
    pub graph_hash: String,
    /// Where it stands.
    pub state: RunState,
    /// `window`, `browser` or `cli`.
    pub started_by: String,
    /// When it was started.
    pub created_at: u64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<u64>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<f64>,
    /// Its steps.
    pub steps: StepCounts,
    /// `docker` or `process`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
    /// JSON of a `StepError`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Json>,
    /// How many of its approvals are pending.
    pub waiting_approvals: u64,
}

/// A run with all that was given to it and came out of it.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// What lists show.
    pub summary: RunRow,
    /// The input, JSON.
    pub input: Json,
    /// JSON array of `RunGrant`.
    pub grants: Json,
    /// Whatever Core needs to start it again (for example the wished runner), JSON.
    pub options: Json,
    /// JSON object of `PortValue` by name, once it has ended.
    pub outputs: Option<Json>,
    /// The blob that holds the layout when it was started.
    pub layout_hash: Option<String>,
    /// Its stream's epoch.
    pub epoch: std::sync::Arc<str>,
    /// Its stream's last `seq`.
    pub head: u64,
}

/// A run to begin. Its blobs are put afterwards in the same transaction.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Its id.
    pub run_id: String,
    /// The graph, if it is in the library.
    pub graph_id: Option<String>,
    /// The graph's name.
    pub graph_name: String,
    /// The blob that holds the document.
    pub graph_hash: String,
    /// The blob that holds the layout.
    pub layout_hash: Option<String>,
    /// `window`, `browser` or `cli`.
    pub started_by: String,
    /// When.
    pub created_at: u64,
    /// How many steps it will have, as far as known.
    pub steps: StepCounts,
    /// The input.
    pub input: Json,
    /// JSON array of `RunGrant`.
    pub grants: Json,
    /// Whatever Core needs to start it again.
    pub options: Json,
}

/// What changes in a run; absent fields stay as they are.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields are those of RunRow and RunRecord")]
pub struct RunUpdate {
    pub state: Option<RunState>,
    pub steps: Option<StepCounts>,
    pub runner: Option<String>,
    pub finished_at: Option<u64>,
    pub ms: Option<f64>,
    pub error: Option<Json>,
    pub outputs: Option<Json>,
}

const COLUMNS: &str = "run_id, number, graph_id, graph_name, graph_hash, state, started_by, created_at, finished_at, ms, steps, runner, error,
  (SELECT count(*) FROM approvals a WHERE a.run_id = runs.run_id AND a.status = 'pending')";

fn run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let bad = |column, error: String| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into());
    let (state, steps): (String, String) = (row.get(5)?, row.get(10)?);
    Ok(RunRow {
        run_id: row.get(0)?,
        number: from_sql(row, 1)?,
        graph_id: row.get(2)?,
        graph_name: row.get(3)?,
        graph_hash: row.get(4)?,
        state: RunState::ALL.into_iter().find(|s| s.as_str() == state).ok_or_else(|| bad(5, format!("unknown state {state}")))?,
        started_by: row.get(6)?,
        created_at: from_sql(row, 7)?,
        finished_at: from_sql_opt(row, 8)?,
        ms: row.get(9)?,
        steps: serde_json::from_str(&steps).map_err(|e| bad(10, e.to_string()))?,
        runner: row.get(11)?,
        error: json_from_sql_opt(row, 12)?,
        waiting_approvals: from_sql(row, 13)?,
    })
}

impl ReadTx<'_> {
    /// One run's summary.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_run(&self, run_id: &str) -> Result<RunRow, StoreError> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE run_id = ?1"))?
            .query_row([run_id], run)
            .optional()?
            .ok_or_else(|| StoreError::not_found("run", run_id))
    }

    /// One run with everything.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_run_record(&self, run_id: &str) -> Result<RunRecord, StoreError> {
        let summary = self.get_run(run_id)?;
        let (epoch, head) = self.stream_head(&StreamName::run(run_id))?;
        let record = self
            .conn
            .prepare_cached("SELECT input, grants, options, outputs, layout_hash FROM runs WHERE run_id = ?1")?
            .query_row([run_id], |row| {
                Ok(RunRecord {
                    summary,
                    input: json_from_sql(row, 0)?,
                    grants: json_from_sql(row, 1)?,
                    options: json_from_sql(row, 2)?,
                    outputs: json_from_sql_opt(row, 3)?,
                    layout_hash: row.get(4)?,
                    epoch,
                    head,
                })
            })?;
        Ok(record)
    }

    /// Runs, newest first: of one graph or all, with numbers below `before`. The flag says whether there are more.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_runs(&self, graph_id: Option<&str>, before: Option<u64>, limit: u64) -> Result<(Vec<RunRow>, bool), StoreError> {
        let before = before.map_or(i64::MAX, to_sql);
        let wanted = to_sql(limit.min(500)) + 1;
        let mut rows: Vec<RunRow> = match graph_id {
            Some(graph_id) => {
                let sql = format!("SELECT {COLUMNS} FROM runs WHERE graph_id = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3");
                self.conn.prepare_cached(&sql)?.query_map(params![graph_id, before, wanted], run)?.collect::<Result<_, _>>()?
            }
            None => {
                let sql = format!("SELECT {COLUMNS} FROM runs WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
                self.conn.prepare_cached(&sql)?.query_map(params![before, wanted], run)?.collect::<Result<_, _>>()?
            }
        };
        let more = rows.len() as i64 == wanted;
        rows.truncate(wanted as usize - 1);
        Ok((rows, more))
    }

    /// The runs that have not ended, oldest first: what must be taken up again at start.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn open_runs(&self) -> Result<Vec<RunRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM runs WHERE state IN ('queued', 'running', 'waiting') ORDER BY number");
        let rows = self.conn.prepare_cached(&sql)?.query_map([], run)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }
}

impl WriteTx<'_> {
    /// Begins a run in state `queued`, gives it its number, makes its stream and announces it. The flag is false if the
    /// id was there already (a repeated command): then nothing was changed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn insert_run(&mut self, new: &NewRun) -> Result<(RunRow, bool), StoreError> {
        check_id("run", &new.run_id)?;
        match self.get_run(&new.run_id) {
            Ok(existing) => return Ok((existing, false)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        let number: i64 = self
            .conn()
            .prepare_cached("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'run_counter' RETURNING CAST(value AS INTEGER)")?
            .query_row([], |row| row.get(0))?;
        self.conn()
            .prepare_cached(
                "INSERT INTO runs (run_id, number, graph_id, graph_name, graph_hash, layout_hash, state, started_by, created_at, steps, input, grants, options)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                new.run_id, number, new.graph_id, new.graph_name, new.graph_hash, new.layout_hash, new.started_by, to_sql(new.created_at),
                to_json(&new.steps)?, new.input.get(), new.grants.get(), new.options.get()
            ])?;
        self.create_stream(&StreamName::run(&new.run_id))?;
        Ok((self.announce_run(&new.run_id, new.created_at)?, true))
    }

    /// Changes a run's summary and announces it.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if the run has ended and the change would reopen it.
    pub fn update_run(&mut self, run_id: &str, update: &RunUpdate, ts: u64) -> Result<RunRow, StoreError> {
        let row = self.get_run(run_id)?;
        if row.state.is_finished() && update.state.is_some_and(|state| state != row.state) {
            return Err(StoreError::Conflict(format!("Run {} has already ended.", row.number)));
        }
        self.conn()
            .prepare_cached(
                "UPDATE runs SET state = coalesce(?2, state), steps = coalesce(?3, steps), runner = coalesce(?4, runner),
                 finished_at = coalesce(?5, finished_at), ms = coalesce(?6, ms), error = coalesce(?7, error), outputs = coalesce(?8, outputs)
                 WHERE run_id = ?1",
            )?
            .execute(params![
                run_id, update.state.map(RunState::as_str), update.steps.as_ref().map(to_json).transpose()?, update.runner,
                update.finished_at.map(to_sql), update.ms, update.error.as_ref().map(|json| json.get()),
                update.outputs.as_ref().map(|json| json.get())
            ])?;
        self.announce_run(run_id, ts)
    }

    /// Removes a run that has ended: its row, stream, approvals and the blobs that only it named.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if it has not ended.
    pub fn delete_run(&mut self, run_id: &str, ts: u64) -> Result<(), StoreError> {
        let row = self.get_run(run_id)?;
        if !row.state.is_finished() {
            return Err(StoreError::Conflict(format!("Run {} has not ended; cancel it first.", row.number)));
        }
        self.drop_run_blobs(run_id)?;
        self.conn().prepare_cached("DELETE FROM approvals WHERE run_id = ?1")?.execute([run_id])?;
        self.delete_stream(&StreamName::run(run_id))?;
        self.conn().prepare_cached("DELETE FROM runs WHERE run_id = ?1")?.execute([run_id])?;
        self.announce("run-deleted", ts, "runId", &run_id)
    }

    fn announce_run(&mut self, run_id: &str, ts: u64) -> Result<RunRow, StoreError> {
        let row = self.get_run(run_id)?;
        self.announce("run-changed", ts, "run", &row)?;
        Ok(row)
    }
}
