//! Compaction: a runner proposes what a summary would stand for, the person may look and edit, and one event makes it count. Nothing
//! is removed, and it can be undone.
//!
//! The runner asks the session's model, or extracts where none answers; it sees no folder and writes nothing.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axion_protocol::{
    CompactResult, CompactSessionParams, CompactionPreview, CompactionResult, ErrorCode, ErrorInfo, HttpOpenParams, MessageId, RequestId,
    SessionId, SummaryBy, TurnId, TurnModel,
};
use axion_runner_host::{RpcError, RunnerEvents};
use serde::Serialize;
use serde_json::value::RawValue;

use super::events::Own;
use super::http::TurnHttp;
use super::load::Branch;
use super::sink::{answer, read, step};
use super::store::Write;
use super::{Sessions, load};
use crate::failure::{internal, invalid, storage};
use crate::host::new_id;
use crate::runs::{Runner, refusal};

/// A model may take its time over a long history.
const PATIENCE: Duration = Duration::from_secs(600);
/// Characters of a summary on the wire.
const MOST_SUMMARY: usize = 200_000;
/// Previews that are kept for who edits them.
const MOST_PREVIEWS: usize = 64;

/// The last preview of each session, and the tip that it is of.
#[derive(Default)]
pub(crate) struct Previews(Mutex<HashMap<String, (String, CompactionPreview)>>);

impl Previews {
    fn keep(&self, session: &str, tip: &str, preview: &CompactionPreview) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_PREVIEWS {
            kept.clear();
        }
        kept.insert(session.to_owned(), (tip.to_owned(), preview.clone()));
    }

    fn of(&self, session: &str, tip: &str) -> Option<CompactionPreview> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(session).filter(|(of, _)| of == tip).map(|(_, preview)| preview.clone())
    }

    pub(crate) fn forget(&self, session: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ask<'a> {
    session_id: &'a str,
    turn_id: &'a TurnId,
    model: &'a TurnModel,
    instructions: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wish: Option<&'a str>,
    #[serde(flatten)]
    branch: Branch,
}

impl Sessions {
    /// What a compaction would do. Nothing is written.
    pub(crate) async fn preview(&self, session: &str, wish: Option<&str>) -> Result<CompactionPreview, ErrorInfo> {
        let (tip, model) = {
            let desk = self.desk(session).await?;
            self.quiet(&desk)?;
            let snapshot = self.store.snapshot(session).await.map_err(storage)?;
            let tip = snapshot.tip.ok_or_else(|| invalid("Nothing was said in this session yet."))?;
            (tip, snapshot.session.model)
        };
        let model = self.models.to_ask(model.as_deref(), session).await?;
        let branch = load::branch(self, session, &tip, None).await?;
        let left_out = branch.left_out.clone();
        let known: HashSet<String> = branch.messages.iter().map(|message| message.message_id.clone()).collect();
        let turn_id = TurnId::new(new_id(&*self.host)).map_err(|error| internal("An id is not valid", error))?;
        let config = self.config.load();
        let ask = Ask { session_id: session, turn_id: &turn_id, model: &model, instructions: &config.agent.instructions, wish, branch };
        let params = serde_json::value::to_raw_value(&ask).map_err(|error| internal("A compaction could not be put together", error))?;
        let session_id = SessionId::new(session).map_err(|error| invalid(error.to_string()))?;
        let ear =
            Arc::new(CompactEar { http: TurnHttp::new(self.http.clone(), session_id, turn_id.clone()), turn_id, runner: OnceLock::new() });
        let runner: Arc<dyn Runner> = Arc::from(self.runners.get(self.wanted(Vec::new()), ear.clone()).await?);
        // The ear speaks to the runner that it hears; the knot is cut below.
        let _ = ear.runner.set(Arc::downgrade(&runner));
        let asked = tokio::select! {
            answer = runner.request("compact", &params) => answer.map_err(|error| refusal(&error)),
            why = runner.gone() => Err(ErrorInfo::new(ErrorCode::RunnerLost, format!("The runner was lost: {why}"))),
            () = self.closing.cancelled() => Err(super::closing()),
            () = tokio::time::sleep(PATIENCE) => Err(ErrorInfo::new(ErrorCode::Provider, "The model took longer than ten minutes for a summary.")),
        };
        let asked = asked.inspect_err(|_| runner.kill())?;
        let CompactResult { mut preview } = crate::wire::text_of(asked.get())?;
        if preview.dropped.iter().chain(&preview.kept).any(|id| !known.contains(id.as_str())) {
            runner.kill();
            return Err(ErrorInfo::new(ErrorCode::RunnerLost, "The runner summarised what was not said. Nothing was changed."));
        }
        with_left_out(&mut preview, left_out)?;
        self.previews.keep(session, &tip, &preview);
        Ok(preview)
    }

    /// Makes a summary stand for what it is of: the one that is given, or one that is made now.
    pub(crate) async fn compact(&self, params: CompactSessionParams) -> Result<CompactionResult, ErrorInfo> {
        let session = params.session_id.as_str();
        let tip = self.store.snapshot(session).await.map_err(storage)?.tip.unwrap_or_default();
        let preview = match params.summary.as_ref().and_then(|_| self.previews.of(session, &tip)) {
            Some(preview) => preview,
            None => self.preview(session, params.wish.as_deref()).await?,
        };
        let mut result = CompactionResult {
            messages_before: preview.messages_before,
            messages_after: preview.messages_after,
            tokens_saved: 0,
            compaction_id: None,
        };
        if preview.dropped.is_empty() {
            result.messages_after = result.messages_before;
            return Ok(result);
        }
        let desk = self.desk(session).await?;
        self.quiet(&desk)?;
        if self.store.snapshot(session).await.map_err(storage)?.tip.as_deref() != Some(tip.as_str()) {
            return Err(ErrorInfo::new(ErrorCode::Conflict, "The session has gone on since this summary was made. Nothing was changed.")
                .with_hint("Make the summary again."));
        }
        let order = self.order(session, &tip).await?;
        let dropped: HashSet<&str> = preview.dropped.iter().map(MessageId::as_str).collect();
        let last = order.iter().rposition(|message| dropped.contains(message.as_str()));
        let last = last.ok_or_else(|| invalid("What the summary stands for is not shown any more."))?;
        let kept: Vec<MessageId> = order[..last]
            .iter()
            .filter(|message| !dropped.contains(message.as_str()))
            .map(|message| MessageId::new(message.as_str()).map_err(|error| internal("A stored id is not valid", error)))
            .collect::<Result<_, _>>()?;
        let up_to = MessageId::new(order[last].as_str()).map_err(|error| internal("A stored id is not valid", error))?;
        let edited = params.summary.as_ref().is_some_and(|summary| *summary != preview.summary);
        let summary = params.summary.unwrap_or_else(|| preview.summary.clone());
        // About four characters are a token; of an edited text only the difference is estimated.
        let tokens_after = (preview.tokens_after + summary.len() as u64 / 4).saturating_sub(preview.summary.len() as u64 / 4);
        let compaction_id = RequestId::new(new_id(&*self.host)).map_err(|error| internal("An id is not valid", error))?;
        let ts = self.host.now();
        let event = Own::Compacted {
            ts,
            compaction_id: &compaction_id,
            up_to: &up_to,
            summary: &summary,
            by: if edited { SummaryBy::Person } else { preview.by },
            kept: &kept,
            tokens_before: preview.tokens_before,
            tokens_after,
            messages_before: preview.messages_before,
            messages_after: preview.messages_after,
        };
        self.write(&desk, Write { drafts: vec![event.draft()?], ts, ..Write::default() }).await?;
        self.previews.forget(session);
        result.tokens_saved = preview.tokens_before.saturating_sub(tokens_after);
        result.compaction_id = Some(compaction_id);
        Ok(result)
    }

    /// The messages that may be summarised, oldest first.
    async fn order(&self, session: &str, tip: &str) -> Result<Vec<String>, ErrorInfo> {
        let branch = self.store.branch(session, tip, load::MOST_MESSAGES).await.map_err(storage)?;
        Ok(branch.messages.into_iter().map(|message| message.message_id).collect())
    }

    /// The messages are sent word for word again.
    pub(crate) async fn undo_compaction(&self, session: &str, compaction_id: &RequestId) -> Result<(), ErrorInfo> {
        let desk = self.desk(session).await?;
        self.quiet(&desk)?;
        let ts = self.host.now();
        let draft = Own::CompactionUndone { ts, compaction_id }.draft()?;
        self.write(&desk, Write { drafts: vec![draft], ts, ..Write::default() }).await.map(|_| ())
    }
}

/// What no model was given any more is behind the summary too: otherwise it would come back as soon as there is room again.
fn with_left_out(preview: &mut CompactionPreview, left_out: Vec<String>) -> Result<(), ErrorInfo> {
    if preview.dropped.is_empty() || left_out.is_empty() {
        return Ok(());
    }
    let count = left_out.len();
    let ids: Result<Vec<MessageId>, _> = left_out.into_iter().map(MessageId::try_from).collect();
    let mut dropped = ids.map_err(|error| internal("A stored id is not valid", error))?;
    dropped.append(&mut preview.dropped);
    preview.dropped = dropped;
    preview.messages_before += count as u64;
    let note = format!("{count} messages before these were too long to be summarised here; the recall tool finds what they say.");
    preview.summary = axion_protocol::clip(&format!("{note}\n\n{}", preview.summary), MOST_SUMMARY);
    Ok(())
}

/// What a runner may ask while it summarises: its model.
struct CompactEar {
    http: TurnHttp,
    turn_id: TurnId,
    runner: OnceLock<std::sync::Weak<dyn Runner>>,
}

#[async_trait]
impl RunnerEvents for CompactEar {
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        match method {
            "http_open" => {
                let asked: HttpOpenParams = read(params)?;
                if asked.turn_id != self.turn_id {
                    return Err(RpcError::new(RpcError::INVALID_PARAMS, "it asked for another turn"));
                }
                let runner = self.runner.get().and_then(std::sync::Weak::upgrade);
                let runner = runner.ok_or_else(|| RpcError::new(RpcError::INTERNAL, "nothing is being summarised"))?;
                answer(&self.http.open(runner, asked).await.map_err(|error| step(&error))?)
            }
            "http_more" | "http_close" => {
                self.notification(method, params).await;
                answer(&serde_json::json!({}))
            }
            _ => Err(RpcError::method_not_found(method)),
        }
    }

    async fn notification(&self, method: &str, params: &RawValue) {
        match method {
            "http_more" => {
                if let Ok(more) = read(params) {
                    self.http.more(&more);
                }
            }
            "http_close" => {
                if let Ok(close) = read(params) {
                    self.http.close(&close);
                }
            }
            _ => tracing::debug!(method, "a runner told something that is not for a summary"),
        }
    }
}
