//! What a runner is given to answer with: the branch, the summary, the folders, the turn's own journal. Put together from texts:
//! what was said is not read and written anew.

use std::collections::HashSet;
use std::sync::Arc;

use axion_protocol::{
    Access, CompactionConfig, ErrorCode, ErrorInfo, RequestId, RunGrant, SessionMode, TurnCompaction, TurnEvent, TurnFolder, TurnGuards,
    TurnModel, TurnSummary,
};
use axion_store::{FolderRow, MessageRow};
use serde::Serialize;
use serde_json::value::RawValue;

use super::Sessions;
use super::live::Live;
use super::store::StoredTurn;
use super::tools::blob_texts;
use crate::failure::{internal, storage};
use crate::wire;

/// A frame to a runner has at most 64 MiB. What is older than fits is left out, as it would be of any model's window.
pub(super) const MOST_MESSAGES: u64 = 24 << 20;
const MOST_BLOBS: usize = 20 << 20;
/// Room that a journal may take.
const MOST_JOURNAL: usize = 16 << 20;

/// What an attempt starts with.
pub(super) struct Loaded {
    /// The parameters of `turn_start`.
    pub params: Box<RawValue>,
    /// The folders that its runner sees.
    pub grants: Vec<RunGrant>,
    /// What the agent may do, as it was when this was read.
    pub mode: SessionMode,
    /// Requests whose answers are in the journal.
    pub answered: HashSet<RequestId>,
    /// The hashes of the session's values, and about how many bytes they have.
    pub blobs: (HashSet<String>, u64),
}

/// What models are given of a branch.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Branch {
    pub messages: Vec<MessageRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<TurnSummary>,
    pub blobs: Vec<Blob>,
    /// Messages that there was no room for.
    #[serde(skip)]
    pub left_out: Vec<String>,
}

/// A value with its JSON text.
#[derive(Serialize)]
pub(super) struct Blob {
    hash: String,
    json: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    session_id: &'a str,
    turn_id: &'a str,
    message_id: &'a str,
    attempt: u64,
    model: &'a TurnModel,
    mode: SessionMode,
    instructions: &'a str,
    guards: TurnGuards,
    compaction: TurnCompaction,
    folders: Vec<TurnFolder>,
    seen_instructions: Vec<String>,
    graphs: Vec<axion_protocol::SessionGraph>,
    #[serde(flatten)]
    branch: Branch,
    journal: Box<RawValue>,
    now: u64,
}

/// Reads a turn for its next attempt.
pub(super) async fn turn(sessions: &Arc<Sessions>, live: &Live, stored: StoredTurn, attempt: u64) -> Result<Loaded, ErrorInfo> {
    let open = stored.open.ok_or_else(|| ErrorInfo::new(ErrorCode::Conflict, "This turn has ended."))?;
    let session = live.session_id.as_str();
    let store = &live.store;
    let row = store.get(session).await.map_err(storage)?;
    let model = sessions.models.to_ask(Some(&live.model), session).await?;
    let answered = answered(&stored.journal)?;
    let journal = journal(&stored.journal)?;
    let branch = branch(sessions, session, &open.parent_id, Some(journal.get())).await?;
    let folders: Vec<FolderRow> = store.folders(session).await.map_err(storage)?;
    let grants = grants(&folders)?;
    let shown = folders.iter().zip(&grants).map(|(row, grant)| shown(row, grant)).collect::<Result<Vec<_>, _>>()?;
    let stored_blobs: HashSet<String> = store.blobs(session).await.map_err(storage)?.into_iter().collect();
    let config = sessions.config.load();
    let start = Start {
        session_id: session,
        turn_id: live.turn_id.as_str(),
        message_id: live.message_id.as_str(),
        attempt,
        model: &model,
        mode: mode(row.mode),
        instructions: &config.agent.instructions,
        guards: guards(&config.agent),
        compaction: compaction(&config.compaction),
        folders: shown,
        seen_instructions: store.seen(session).await.map_err(storage)?,
        graphs: sessions.tools.graphs(row.project_id.as_deref()).await?,
        branch,
        journal,
        now: live.host.now(),
    };
    let params = serde_json::value::to_raw_value(&start).map_err(|error| internal("A turn could not be put together", error))?;
    let bytes = stored_blobs.len() as u64 * 64;
    Ok(Loaded { params, grants, mode: start.mode, answered, blobs: (stored_blobs, bytes) })
}

fn answered(drafts: &[axion_store::EventDraft]) -> Result<HashSet<RequestId>, ErrorInfo> {
    let mut ids = HashSet::new();
    for draft in drafts {
        if let TurnEvent::RequestAnswered(answered) = wire::text_of(draft.as_str())? {
            ids.insert(answered.request_id);
        }
    }
    Ok(ids)
}

fn journal(drafts: &[axion_store::EventDraft]) -> Result<Box<RawValue>, ErrorInfo> {
    let size: usize = drafts.iter().map(|draft| draft.as_str().len() + 1).sum();
    if size > MOST_JOURNAL {
        return Err(ErrorInfo::new(ErrorCode::TooLarge, "This answer has become too long to be taken up again. What was said is kept.")
            .with_hint("Send another message to go on from there."));
    }
    let mut text = String::with_capacity(size + 2);
    text.push('[');
    for draft in drafts {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(draft.as_str());
    }
    text.push(']');
    RawValue::from_string(text).map_err(|error| internal("A journal could not be put together", error))
}

/// The messages that fit, the summary, and the values that are named. `beside` may name values too.
pub(super) async fn branch(sessions: &Sessions, session: &str, upto: &str, beside: Option<&str>) -> Result<Branch, ErrorInfo> {
    let branch = sessions.store.branch(session, upto, MOST_MESSAGES).await.map_err(storage)?;
    let (messages, left_out) = (branch.messages, branch.left_out);
    let summary = match branch.compaction {
        Some(row) => {
            let message_ids = wire::of(&branch.summarised)?;
            Some(TurnSummary { text: row.summary, message_ids })
        }
        None => None,
    };
    let mut hashes: Vec<String> = beside.map(named).unwrap_or_default();
    hashes.extend(messages.iter().rev().flat_map(|message| named(message.parts.get())));
    let blobs = blob_texts(sessions.store.as_ref(), session, hashes, MOST_BLOBS).await?;
    Ok(Branch { messages, summary, blobs: blobs.into_iter().map(|(hash, json)| Blob { hash, json }).collect(), left_out })
}

/// The hashes that parts or events name: of images, and of values that were too long for an event.
fn named(json: &str) -> Vec<String> {
    const KEY: &str = "\"hash\":\"";
    let mut found = Vec::new();
    let mut rest = json;
    while let Some(at) = rest.find(KEY) {
        rest = &rest[at + KEY.len()..];
        // What only looks like one (inside a text its quotes are escaped) finds no value of this session later.
        if let Some(hash) = rest.get(..64).filter(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            found.push(hash.to_owned());
        }
    }
    found
}

/// The folders as a runner's grants. One that cannot be opened any more is a failure that names it.
fn grants(folders: &[FolderRow]) -> Result<Vec<RunGrant>, ErrorInfo> {
    let grant = |row: &FolderRow| {
        let path = crate::grants::folder(&row.path).map_err(|why| {
            ErrorInfo::new(ErrorCode::InvalidParams, format!("The folder {} of this session {why}.", row.path))
                .with_hint("Remove it from the session, or put it back. What was said is kept.")
        })?;
        Ok(RunGrant { slot: row.folder_id.clone(), path, access: access(row) })
    };
    folders.iter().map(grant).collect()
}

/// The wire's word for what a folder was given for.
pub(super) fn access(row: &FolderRow) -> Access {
    if row.access == "rw" { Access::Rw } else { Access::Ro }
}

fn shown(row: &FolderRow, grant: &RunGrant) -> Result<TurnFolder, ErrorInfo> {
    let name = std::path::Path::new(&grant.path).file_name().map_or_else(|| grant.path.clone(), |name| name.to_string_lossy().into_owned());
    let folder_id = row.folder_id.clone().try_into().map_err(|error| internal("A stored id is not valid", error))?;
    Ok(TurnFolder { folder_id, access: grant.access, name: axion_protocol::clip(&name, 400) })
}

/// The store's word as the wire's.
pub(super) fn mode(mode: axion_store::SessionMode) -> SessionMode {
    match mode {
        axion_store::SessionMode::ReadOnly => SessionMode::ReadOnly,
        axion_store::SessionMode::Ask => SessionMode::Ask,
        axion_store::SessionMode::AcceptEdits => SessionMode::AcceptEdits,
    }
}

fn guards(config: &axion_protocol::AgentConfig) -> TurnGuards {
    TurnGuards {
        max_steps: config.max_steps,
        max_minutes: config.max_minutes,
        max_tokens: config.max_tokens,
        // The wire has millionths of a dollar; a float converts by saturating.
        max_cost: config.max_cost.map(|dollars| (dollars * 1e6).clamp(0.0, 9e15) as u64),
        same_calls: config.same_calls,
    }
}

fn compaction(config: &CompactionConfig) -> TurnCompaction {
    TurnCompaction { automatic: config.automatic, threshold: config.threshold }
}
