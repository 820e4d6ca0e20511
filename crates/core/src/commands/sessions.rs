//! Agent sessions: their messages, turns, folders, queue, compaction, search and export.

use axion_protocol::*;

use super::Outcome;
use crate::core::Inner;

fn not_there(command: &str) -> ErrorInfo {
    ErrorInfo::new(ErrorCode::UnknownCommand, format!("{command} is not there yet."))
}

impl Inner {
    pub(crate) async fn create_session(&self, _caller: &Caller, _params: CreateSessionParams) -> Outcome<SessionInfo> {
        Err(not_there("create_session"))
    }
    pub(crate) async fn list_sessions(&self, _params: ListSessionsParams) -> Outcome<Vec<SessionInfo>> {
        Err(not_there("list_sessions"))
    }
    pub(crate) async fn get_session(&self, _params: GetSessionParams) -> Outcome<SessionInfo> {
        Err(not_there("get_session"))
    }
    pub(crate) async fn delete_session(&self, _params: DeleteSessionParams) -> Outcome<()> {
        Err(not_there("delete_session"))
    }
    pub(crate) async fn send_message(&self, _caller: &Caller, _params: SendMessageParams) -> Outcome<MessageResponse> {
        Err(not_there("send_message"))
    }
    pub(crate) async fn send_message_streaming(&self, _caller: &Caller, _params: SendMessageStreamingParams) -> Outcome<()> {
        Err(not_there("send_message_streaming"))
    }
    pub(crate) async fn get_messages(&self, _params: GetMessagesParams) -> Outcome<Vec<Message>> {
        Err(not_there("get_messages"))
    }
    pub(crate) async fn cancel_stream(&self, _params: CancelStreamParams) -> Outcome<()> {
        Err(not_there("cancel_stream"))
    }
    pub(crate) async fn compact_session(&self, _params: CompactSessionParams) -> Outcome<CompactionResult> {
        Err(not_there("compact_session"))
    }
    pub(crate) async fn get_session_snapshot(&self, _params: GetSessionSnapshotParams) -> Outcome<SessionSnapshot> {
        Err(not_there("get_session_snapshot"))
    }
    pub(crate) async fn read_messages(&self, _params: ReadMessagesParams) -> Outcome<MessagePage> {
        Err(not_there("read_messages"))
    }
    pub(crate) async fn update_session(&self, _params: UpdateSessionParams) -> Outcome<SessionInfo> {
        Err(not_there("update_session"))
    }
    pub(crate) async fn set_session_folder(&self, _params: SetSessionFolderParams) -> Outcome<Vec<SessionFolder>> {
        Err(not_there("set_session_folder"))
    }
    pub(crate) async fn remove_session_folder(&self, _params: RemoveSessionFolderParams) -> Outcome<Vec<SessionFolder>> {
        Err(not_there("remove_session_folder"))
    }
    pub(crate) async fn fork_session(&self, _params: ForkSessionParams) -> Outcome<SessionInfo> {
        Err(not_there("fork_session"))
    }
    pub(crate) async fn select_branch(&self, _params: SelectBranchParams) -> Outcome<()> {
        Err(not_there("select_branch"))
    }
    pub(crate) async fn retry_turn(&self, _params: RetryTurnParams) -> Outcome<()> {
        Err(not_there("retry_turn"))
    }
    pub(crate) async fn pin_message(&self, _params: PinMessageParams) -> Outcome<()> {
        Err(not_there("pin_message"))
    }
    pub(crate) async fn update_queued(&self, _params: UpdateQueuedParams) -> Outcome<Vec<QueuedMessage>> {
        Err(not_there("update_queued"))
    }
    pub(crate) async fn remove_queued(&self, _params: RemoveQueuedParams) -> Outcome<Vec<QueuedMessage>> {
        Err(not_there("remove_queued"))
    }
    pub(crate) async fn answer_request(&self, _params: AnswerRequestParams) -> Outcome<()> {
        Err(not_there("answer_request"))
    }
    pub(crate) async fn preview_compaction(&self, _params: PreviewCompactionParams) -> Outcome<CompactionPreview> {
        Err(not_there("preview_compaction"))
    }
    pub(crate) async fn undo_compaction(&self, _params: UndoCompactionParams) -> Outcome<()> {
        Err(not_there("undo_compaction"))
    }
    pub(crate) async fn search_sessions(&self, _params: SearchSessionsParams) -> Outcome<Vec<SearchHit>> {
        Err(not_there("search_sessions"))
    }
    pub(crate) async fn export_session(&self, _params: ExportSessionParams) -> Outcome<ExportedSession> {
        Err(not_there("export_session"))
    }
    pub(crate) async fn put_image(&self, _params: PutImageParams) -> Outcome<KeptImage> {
        Err(not_there("put_image"))
    }
    pub(crate) async fn list_session_files(&self, _params: ListSessionFilesParams) -> Outcome<SessionFiles> {
        Err(not_there("list_session_files"))
    }
}
