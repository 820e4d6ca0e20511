//! What a run looks like from outside, and how its row is read.

use rusqlite::Row;
use serde::{Deserialize, Serialize};

use crate::rows::{Json, from_sql, from_sql_opt, json_from_sql_opt};

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

pub(super) const COLUMNS: &str =
    "run_id, number, graph_id, graph_name, graph_hash, state, started_by, created_at, finished_at, ms, steps, runner, error,
  (SELECT count(*) FROM approvals a WHERE a.run_id = runs.run_id AND a.status = 'pending')";

pub(super) fn run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
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
