//! Agent sessions as commands: their messages, turns, folders, queue, compaction, search and export.

use axion_protocol::*;
use axion_store::{NewSession, SessionMode as KeptMode, SessionUpdate};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Outcome;
use crate::core::Inner;
use crate::failure::{internal, invalid, storage};
use crate::host::new_id;
use crate::runs::json;
use crate::sessions::{At, Sending, Sent};
use crate::streams::Telling;
use crate::wire;
use std::sync::Arc;

/// Messages of one page, and of a whole conversation, if the reader names no number.
const USUAL_PAGE: u64 = 50;
const USUAL_MESSAGES: u64 = 10_000;
const USUAL_HITS: u64 = 50;

impl Inner {
    pub(crate) async fn create_session(&self, _caller: &Caller, params: CreateSessionParams) -> Outcome<SessionInfo> {
        if let Some(model) = &params.model {
            self.sessions.models().resolve(model).await?;
        }
        let title = params.title.map(|title| title.trim().to_owned()).unwrap_or_default();
        let new = NewSession {
            session_id: params.session_id.map_or_else(|| new_id(&*self.host), SessionId::into_string),
            channel_id: params.channel_id.unwrap_or(ChannelId::Desktop).as_str().to_owned(),
            created_at: self.now(),
            model: params.model,
            titled: !title.is_empty(),
            title,
            mode: kept(params.mode.unwrap_or(self.config.load().agent.mode)),
            project_id: params.project_id.map(ProjectId::into_string),
        };
        wire::of(&self.sessions.store.create(new).await.map_err(storage)?.0)
    }
    pub(crate) async fn list_sessions(&self, params: ListSessionsParams) -> Outcome<Vec<SessionInfo>> {
        wire::of(&self.sessions.store.list(params.archived == Some(true)).await.map_err(storage)?)
    }
    pub(crate) async fn get_session(&self, params: GetSessionParams) -> Outcome<SessionInfo> {
        wire::of(&self.sessions.store.get(params.session_id.as_str()).await.map_err(storage)?)
    }
    pub(crate) async fn delete_session(&self, params: DeleteSessionParams) -> Outcome<()> {
        self.sessions.delete(params.session_id.as_str()).await
    }
    pub(crate) async fn send_message(&self, caller: &Caller, params: SendMessageParams) -> Outcome<MessageResponse> {
        let SendMessageParams { session_id, content, message_id, parts, delivery, parent_id, root, .. } = params;
        let session = session_id.to_string();
        let parent = branch(parent_id, root);
        let sending = Sending { session_id, content, message_id, parts, delivery, parent, channel: self.channel_of(caller), telling: None };
        let gone = || ErrorInfo::new(ErrorCode::Offline, "Axion is closing. The message waits in the session's queue.");
        match self.sessions.send(sending).await? {
            Sent::Turn(live) | Sent::Steered(live) => self.sessions.response(&live).await,
            Sent::Queued(begins) => {
                let live = begins.await.map_err(|_| gone())??;
                self.sessions.response(&live).await
            }
            Sent::Before(Some(answer)) => match self.sessions.running(&session) {
                Some(live) if live.message_id == answer => self.sessions.response(&live).await,
                _ => self.sessions.response_of(&session, answer.as_str()).await,
            },
            Sent::Before(None) => Err(ErrorInfo::new(ErrorCode::Conflict, "This message was sent before and has no answer yet.")),
        }
    }
    pub(crate) async fn send_message_streaming(&self, caller: &Caller, params: SendMessageStreamingParams) -> Outcome<()> {
        let SendMessageStreamingParams { session_id, content, message_id, parts, delivery, follow, parent_id, root } = params;
        let subscriptions = self.clients.subscriptions(caller)?;
        let telling = match follow {
            Some(false) => None,
            _ => Some(subscriptions.follow(&session_id).ok_or_else(too_many)?),
        };
        let (channel, told, parent) = (self.channel_of(caller), telling.clone(), branch(parent_id, root));
        let sending = Sending { session_id, content, message_id, parts, delivery, parent, channel, telling: told };
        let sent = self.sessions.send(sending).await;
        let forget = |telling: Option<Arc<Telling>>| telling.iter().for_each(|telling| subscriptions.forget(telling));
        match sent {
            Ok(Sent::Turn(_) | Sent::Queued(_)) => Ok(()),
            // What steers has no answer of its own; what was sent before has been, or is being, told.
            Ok(Sent::Steered(_) | Sent::Before(_)) => {
                forget(telling);
                Ok(())
            }
            Err(info) => {
                forget(telling);
                Err(info)
            }
        }
    }
    pub(crate) async fn get_messages(&self, params: GetMessagesParams) -> Outcome<Vec<Message>> {
        let limit = usize::try_from(params.limit.unwrap_or(USUAL_MESSAGES)).unwrap_or(usize::MAX);
        self.sessions.shown(params.session_id.as_str(), limit).await
    }
    pub(crate) async fn cancel_stream(&self, params: CancelStreamParams) -> Outcome<()> {
        self.sessions.cancel(params.session_id.as_str()).await
    }
    pub(crate) async fn compact_session(&self, params: CompactSessionParams) -> Outcome<CompactionResult> {
        self.sessions.compact(params).await
    }
    pub(crate) async fn get_session_snapshot(&self, params: GetSessionSnapshotParams) -> Outcome<SessionSnapshot> {
        let session = params.session_id.as_str();
        let mut snapshot: SessionSnapshot = wire::of(&self.sessions.store.snapshot(session).await.map_err(storage)?)?;
        snapshot.folders = self.sessions.folders(session).await?;
        Ok(snapshot)
    }
    pub(crate) async fn read_messages(&self, params: ReadMessagesParams) -> Outcome<MessagePage> {
        let at = match (params.around, params.before) {
            (Some(id), _) => At::Around(id.into_string()),
            (None, Some(id)) => At::Before(id.into_string()),
            (None, None) => At::Latest,
        };
        let page = self.sessions.store.page(params.session_id.as_str(), at, params.limit.unwrap_or(USUAL_PAGE)).await;
        wire::of(&page.map_err(storage)?)
    }
    pub(crate) async fn update_session(&self, params: UpdateSessionParams) -> Outcome<SessionInfo> {
        if let Some(model) = &params.model {
            self.sessions.models().resolve(model).await?;
        }
        let title = params.title.map(|title| title.trim().to_owned());
        let update = SessionUpdate {
            titled: title.as_ref().map(|title| !title.is_empty()),
            title,
            pinned: params.pinned,
            archived: params.archived,
            model: params.model,
            mode: params.mode.map(kept),
        };
        wire::of(&self.sessions.change(params.session_id.as_str(), update, params.mode).await?)
    }
    pub(crate) async fn set_session_folder(&self, params: SetSessionFolderParams) -> Outcome<Vec<SessionFolder>> {
        let SetSessionFolderParams { session_id, folder_id, path, access } = params;
        self.sessions.set_folder(session_id.as_str(), folder_id, path, access).await
    }
    pub(crate) async fn remove_session_folder(&self, params: RemoveSessionFolderParams) -> Outcome<Vec<SessionFolder>> {
        self.sessions.remove_folder(params.session_id.as_str(), &params.folder_id).await
    }
    pub(crate) async fn fork_session(&self, params: ForkSessionParams) -> Outcome<SessionInfo> {
        let (session, message, copy) = (params.session_id.as_str(), params.message_id.as_str(), params.copy_id.as_str());
        wire::of(&self.sessions.store.fork(session, message, copy, self.now()).await.map_err(storage)?)
    }
    pub(crate) async fn select_branch(&self, params: SelectBranchParams) -> Outcome<()> {
        self.sessions.select(params.session_id.as_str(), &params.message_id).await
    }
    pub(crate) async fn retry_turn(&self, params: RetryTurnParams) -> Outcome<()> {
        self.sessions.retry(params.session_id.as_str(), &params.message_id, params.model.as_deref()).await.map(|_| ())
    }
    pub(crate) async fn pin_message(&self, params: PinMessageParams) -> Outcome<()> {
        self.sessions.pin(params.session_id.as_str(), &params.message_id, params.pinned).await
    }
    pub(crate) async fn update_queued(&self, params: UpdateQueuedParams) -> Outcome<Vec<QueuedMessage>> {
        self.sessions.update_queued(params).await
    }
    pub(crate) async fn remove_queued(&self, params: RemoveQueuedParams) -> Outcome<Vec<QueuedMessage>> {
        self.sessions.remove_queued(params.session_id.as_str(), &params.queued_id).await
    }
    pub(crate) async fn answer_request(&self, params: AnswerRequestParams) -> Outcome<()> {
        self.sessions.answer(params.session_id.as_str(), &params.request_id, params.answer).await
    }
    pub(crate) async fn preview_compaction(&self, params: PreviewCompactionParams) -> Outcome<CompactionPreview> {
        self.sessions.preview(params.session_id.as_str(), params.wish.as_deref()).await
    }
    pub(crate) async fn undo_compaction(&self, params: UndoCompactionParams) -> Outcome<()> {
        self.sessions.undo_compaction(params.session_id.as_str(), &params.compaction_id).await
    }
    pub(crate) async fn search_sessions(&self, params: SearchSessionsParams) -> Outcome<Vec<SearchHit>> {
        let session = params.session_id.map(SessionId::into_string);
        let hits = self.sessions.store.search(&params.query, session, params.limit.unwrap_or(USUAL_HITS)).await;
        wire::of(&hits.map_err(storage)?)
    }
    pub(crate) async fn export_session(&self, params: ExportSessionParams) -> Outcome<ExportedSession> {
        self.sessions.export(params.session_id.as_str(), params.format).await
    }
    pub(crate) async fn put_image(&self, params: PutImageParams) -> Outcome<KeptImage> {
        let bytes = STANDARD.decode(params.base64.trim()).map_err(|error| invalid(format!("The image is not base64: {error}.")))?;
        if !is_image(&bytes) {
            return Err(invalid("This is not a PNG, JPEG, WebP or GIF image.").with_hint("Save it as PNG and try again."));
        }
        let text = json(&STANDARD.encode(&bytes))?.get().to_owned();
        let hash = crate::hash::sha256(text.as_bytes());
        self.sessions.store.put_blob(params.session_id.as_str(), hash.clone(), text).await.map_err(storage)?;
        Ok(KeptImage { hash: Hash::new(hash).map_err(|error| internal("A hash is not valid", error))?, bytes: bytes.len() as u64 })
    }
    pub(crate) async fn list_session_files(&self, params: ListSessionFilesParams) -> Outcome<SessionFiles> {
        let limit = usize::try_from(params.limit.unwrap_or(USUAL_PAGE)).unwrap_or(usize::MAX);
        self.sessions.files(params.session_id.as_str(), &params.query, limit).await
    }

    /// Where a caller sits.
    fn channel_of(&self, caller: &Caller) -> ChannelId {
        match self.clients.started_by(caller) {
            StartedBy::Window => ChannelId::Desktop,
            StartedBy::Browser => ChannelId::Web,
            StartedBy::Cli => ChannelId::Cli,
        }
    }
}

fn too_many() -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Busy, "This connection follows 64 answers already. Nothing was sent.")
        .with_hint("Wait for one of them to end.")
}

/// What a message answers, if the caller says: a message, or none at all.
fn branch(parent: Option<MessageId>, root: Option<bool>) -> Option<Option<MessageId>> {
    if root == Some(true) { Some(None) } else { parent.map(Some) }
}

fn kept(mode: SessionMode) -> KeptMode {
    match mode {
        SessionMode::ReadOnly => KeptMode::ReadOnly,
        SessionMode::Ask => KeptMode::Ask,
        SessionMode::AcceptEdits => KeptMode::AcceptEdits,
    }
}

/// By its first bytes, whatever it is called.
fn is_image(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        || bytes.starts_with(b"\xff\xd8\xff")
        || bytes.starts_with(b"GIF87a")
        || bytes.starts_with(b"GIF89a")
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}
