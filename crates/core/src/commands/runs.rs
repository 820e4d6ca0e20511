//! Runs as commands: what is asked is put together here and handed to `runs`.

use std::sync::Arc;

use async_trait::async_trait;
use axion_protocol::{
    ApprovalList, ApprovalStatus, Caller, Done, ErrorCode, ErrorInfo, GraphId, Hash, ListRunsParams, ReadRunFileParams, RunFile, RunGrant,
    RunGraph, RunId, RunList, RunSnapshot, RunSummary, RunnerWish, StartRunParams, ValidateParams, ValidateResult, ValidationReport,
    ValueText,
};
use axion_runner_host::{RpcError, RunnerEvents};
use axion_store::{StoreError, StreamName};
use serde_json::value::RawValue;

use super::system::blocking;
use crate::core::Inner;
use crate::failure::{internal, invalid, storage};
use crate::runs::{self, Options, Wanted};
use crate::wire;

/// Runs of one page if the reader names no number.
const USUAL_PAGE: u64 = 100;

impl Inner {
    pub(crate) async fn start_run(&self, caller: &Caller, params: StartRunParams) -> Result<RunSummary, ErrorInfo> {
        let id = params.run_id.to_string();
        match self.read(move |tx| tx.get_run(&id)).await {
            // The command is repeated: the run that it started is the answer.
            Ok(row) => return wire::of(&row),
            Err(info) if info.code == ErrorCode::NotFound => {}
            Err(info) => return Err(info),
        }
        let settings = self.settings();
        let source = match (&params.document, &params.graph_id) {
            (Some(document), _) => runs::from_params(document)?,
            (None, Some(graph_id)) => {
                let graph_id = graph_id.to_string();
                self.read(move |tx| runs::from_library(tx, &graph_id)).await?
            }
            (None, None) => return Err(invalid("A run needs a graph: give graphId or document.")),
        };
        let options = Options { runner: params.runner.unwrap_or_else(|| runs::wish(settings.runner)), concurrency: settings.concurrency };
        let started_by = self.clients.started_by(caller);
        let plan = blocking(move || runs::make(params, source, options, started_by)).await?;
        wire::of(&self.runs.start(plan, &settings).await?)
    }

    /// Asks the engine, in a runner that sees no folder. Nothing of the graph is executed.
    pub(crate) async fn validate_graph(&self, text: String) -> Result<ValidationReport, ErrorInfo> {
        let settings = self.settings();
        let mode = match runs::wish(settings.runner) {
            // A container is not worth its start for reading a text; a jailed process is as safe for that.
            RunnerWish::Auto => RunnerWish::Process,
            wish => wish,
        };
        let wanted = Wanted { mode, grants: Vec::new(), docker_host: settings.docker_host, allow_unjailed: settings.allow_unjailed };
        let runner = match self.runs.runners().get(wanted.clone(), Arc::new(Deaf)).await {
            Err(info) if info.code == ErrorCode::NoRunner && mode == RunnerWish::Process => {
                self.runs.runners().get(Wanted { mode: RunnerWish::Auto, ..wanted }, Arc::new(Deaf)).await?
            }
            other => other?,
        };
        let params = runs::json(&ValidateParams { text })?;
        let answer = runner.request("validate", &params).await.map_err(|error| runs::refusal(&error))?;
        let ValidateResult { ok, nodes, problems } =
            serde_json::from_str(answer.get()).map_err(|error| internal("The runner's answer cannot be read", error))?;
        Ok(ValidationReport { ok, nodes, problems })
    }

    pub(crate) async fn list_runs(&self, params: ListRunsParams) -> Result<RunList, ErrorInfo> {
        let limit = params.limit.unwrap_or(USUAL_PAGE);
        let read = self.read(move |tx| tx.list_runs(params.graph_id.as_ref().map(GraphId::as_str), params.before, limit));
        let (rows, more) = read.await?;
        Ok(RunList { runs: wire::of(&rows)?, more })
    }

    pub(crate) async fn run(&self, run_id: RunId) -> Result<RunSnapshot, ErrorInfo> {
        let record = self.read(move |tx| tx.get_run_record(run_id.as_str())).await?;
        Ok(RunSnapshot {
            summary: wire::of(&record.summary)?,
            input: wire::text_of(record.input.get())?,
            grants: wire::text_of(record.grants.get())?,
            outputs: record.outputs.map(|outputs| wire::text_of(outputs.get())).transpose()?,
            epoch: record.epoch.to_string(),
            head: record.head,
        })
    }

    pub(crate) async fn run_graph(&self, run_id: RunId) -> Result<RunGraph, ErrorInfo> {
        let (document, layout) = self
            .read(move |tx| {
                let record = tx.get_run_record(run_id.as_str())?;
                let layout = record.layout_hash.map(|hash| tx.get_blob(&hash)).transpose()?;
                Ok((tx.get_blob(&record.summary.graph_hash)?, layout))
            })
            .await?;
        blocking(move || {
            let read = |bytes: &[u8]| serde_json::from_slice(bytes).map_err(|error| internal("The graph of a run cannot be shown", error));
            let layout = layout.map(|bytes| serde_json::from_slice(&bytes)).transpose();
            Ok(RunGraph {
                document: read(&document)?,
                layout: layout.map_err(|error| internal("The layout of a run cannot be shown", error))?,
            })
        })
        .await
    }

    pub(crate) async fn delete_run(&self, run_id: RunId) -> Result<Done, ErrorInfo> {
        let (name, now) = (StreamName::run(run_id.as_str()), self.now());
        self.write(move |tx| tx.delete_run(run_id.as_str(), now)).await?;
        tracing::debug!(stream = name.as_str(), "a run was deleted");
        Ok(Done {})
    }

    pub(crate) async fn value(&self, hash: Hash) -> Result<ValueText, ErrorInfo> {
        let bytes = self.read(move |tx| tx.get_blob(hash.as_str())).await?;
        let json = String::from_utf8(bytes).map_err(|_| storage(StoreError::Damaged("a stored value is not text".into())))?;
        Ok(ValueText { json })
    }

    pub(crate) async fn run_file(&self, params: ReadRunFileParams) -> Result<RunFile, ErrorInfo> {
        let ReadRunFileParams { run_id, slot, path } = params;
        let record = self.read(move |tx| tx.get_run_record(run_id.as_str())).await?;
        let grants: Vec<RunGrant> = wire::text_of(record.grants.get())?;
        let grant = grants.into_iter().find(|grant| slot == grant.slot.as_str());
        let grant = grant.ok_or_else(|| ErrorInfo::new(ErrorCode::Forbidden, format!("This run was given no folder `{slot}`.")))?;
        blocking(move || crate::folders::read(&grant.path, &path)).await
    }

    pub(crate) async fn list_approvals(&self, status: Option<ApprovalStatus>) -> Result<ApprovalList, ErrorInfo> {
        let rows = self.read(move |tx| tx.list_approvals(status.map(ApprovalStatus::as_str))).await?;
        Ok(ApprovalList { approvals: wire::of(&rows)? })
    }
}

/// For a runner that is only asked: it has nothing to write.
struct Deaf;

#[async_trait]
impl RunnerEvents for Deaf {
    async fn request(&self, method: &str, _params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        Err(RpcError::method_not_found(method))
    }

    async fn notification(&self, _method: &str, _params: &RawValue) {}
}
