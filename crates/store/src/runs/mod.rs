//! Runs: the summary that lists show. The truth of a run is its stream; this row is kept in the same transactions.

mod rows;

use rusqlite::{OptionalExtension, params};

pub use self::rows::{NewRun, RunRecord, RunRow, RunState, RunUpdate, StepCounts};

use self::rows::{COLUMNS, run};
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{check_id, json_from_sql, json_from_sql_opt, to_json, to_sql};
use crate::stream_name::StreamName;
use crate::writer::WriteTx;

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
            .prepare_cached(
                "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'run_counter' RETURNING CAST(value AS INTEGER)",
            )?
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
