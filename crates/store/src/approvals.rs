//! Approvals: what waits for a person. Rows that are kept in the transaction of the run event that made or answered them.

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{Json, check_id, from_sql, from_sql_opt, json_from_sql, json_from_sql_opt, to_sql};
use crate::writer::WriteTx;

/// How an approval ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The person said yes.
    Approved,
    /// The person said no.
    Rejected,
    /// The run ended before somebody answered.
    Withdrawn,
}

impl Answer {
    fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// An approval. Serialises to the wire's `Approval`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRow {
    /// Its id.
    pub approval_id: String,
    /// The run that waits.
    pub run_id: String,
    /// That run's graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_id: Option<String>,
    /// That graph's name.
    pub graph_name: String,
    /// The node that asks.
    pub node: String,
    /// Which instance of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What is asked.
    pub title: String,
    /// JSON array of `Fact`.
    pub facts: Json,
    /// JSON of a `PortValue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Json>,
    /// `pending`, `approved`, `rejected` or `withdrawn`.
    pub status: String,
    /// When it was asked.
    pub requested_at: u64,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<u64>,
    /// What the person wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

const COLUMNS: &str =
    "approval_id, run_id, graph_id, graph_name, node, scope, title, facts, details, status, requested_at, answered_at, note";

fn approval(row: &Row<'_>) -> rusqlite::Result<ApprovalRow> {
    Ok(ApprovalRow {
        approval_id: row.get(0)?,
        run_id: row.get(1)?,
        graph_id: row.get(2)?,
        graph_name: row.get(3)?,
        node: row.get(4)?,
        scope: row.get(5)?,
        title: row.get(6)?,
        facts: json_from_sql(row, 7)?,
        details: json_from_sql_opt(row, 8)?,
        status: row.get(9)?,
        requested_at: from_sql(row, 10)?,
        answered_at: from_sql_opt(row, 11)?,
        note: row.get(12)?,
    })
}

impl ReadTx<'_> {
    /// The last 1,000 approvals in a status, or in any; newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_approvals(&self, status: Option<&str>) -> Result<Vec<ApprovalRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM approvals WHERE ?1 IS NULL OR status = ?1 ORDER BY requested_at DESC, approval_id LIMIT 1000"
        ))?;
        let rows = statement.query_map([status], approval)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// One approval.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_approval(&self, approval_id: &str) -> Result<ApprovalRow, StoreError> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM approvals WHERE approval_id = ?1"))?
            .query_row([approval_id], approval)
            .optional()?
            .ok_or_else(|| StoreError::not_found("approval", approval_id))
    }
}

impl WriteTx<'_> {
    /// Keeps a new approval and announces it. One that is known already (a run that was resumed asks again) is left as it is.
    ///
    /// # Errors
    /// `NotFound` if there is no such run; `Conflict` if the id belongs to another run.
    pub fn insert_approval(&mut self, row: &ApprovalRow) -> Result<ApprovalRow, StoreError> {
        check_id("approval", &row.approval_id)?;
        match self.get_approval(&row.approval_id) {
            Ok(existing) if existing.run_id == row.run_id => return Ok(existing),
            Ok(_) => return Err(StoreError::Conflict(format!("The approval `{}` belongs to another run.", row.approval_id))),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        self.get_run(&row.run_id)?;
        self.conn()
            .prepare_cached(&format!(
                "INSERT INTO approvals ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'pending', ?10, NULL, NULL)"
            ))?
            .execute(params![
                row.approval_id,
                row.run_id,
                row.graph_id,
                row.graph_name,
                row.node,
                row.scope,
                row.title,
                row.facts.get(),
                row.details.as_ref().map(|json| json.get()),
                to_sql(row.requested_at)
            ])?;
        self.announce_approval(&row.approval_id, row.requested_at)
    }

    /// Answers an approval that is still pending, and announces it.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if somebody was faster or the run has ended.
    pub fn answer_approval(&mut self, approval_id: &str, answer: Answer, note: Option<&str>, ts: u64) -> Result<ApprovalRow, StoreError> {
        let row = self.get_approval(approval_id)?;
        if row.status != "pending" {
            return Err(StoreError::Conflict(format!("This approval was already {}.", row.status)));
        }
        self.conn()
            .prepare_cached("UPDATE approvals SET status = ?2, note = ?3, answered_at = ?4 WHERE approval_id = ?1")?
            .execute(params![approval_id, answer.as_str(), note, to_sql(ts)])?;
        self.announce_approval(approval_id, ts)
    }

    /// Withdraws what a run still asks for; for the end of a run.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn withdraw_approvals(&mut self, run_id: &str, ts: u64) -> Result<(), StoreError> {
        let ids: Vec<String> = {
            let mut statement = self.conn().prepare_cached("SELECT approval_id FROM approvals WHERE run_id = ?1 AND status = 'pending'")?;
            statement.query_map([run_id], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        for id in ids {
            self.answer_approval(&id, Answer::Withdrawn, None, ts)?;
        }
        Ok(())
    }

    fn announce_approval(&mut self, approval_id: &str, ts: u64) -> Result<ApprovalRow, StoreError> {
        let row = self.get_approval(approval_id)?;
        self.announce("approval-changed", ts, "approval", &row)?;
        Ok(row)
    }
}
