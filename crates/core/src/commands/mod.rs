//! Every command of the protocol, each handed to the room that knows. One line per command: a missing one does not compile.

mod graphs;
mod models;
mod runs;
mod sessions;
mod system;
mod vitals;
mod workspace;

use axion_protocol::*;

use crate::Core;

type Outcome<T> = Result<T, ErrorInfo>;

#[async_trait::async_trait]
impl Commands for Core {
    async fn get_system(&self, _: &Caller, _: GetSystemParams) -> Outcome<SystemInfo> {
        self.inner().system()
    }
    async fn run_doctor(&self, _: &Caller, _: RunDoctorParams) -> Outcome<DoctorReport> {
        crate::doctor::examine(self.inner()).await
    }
    async fn get_runtime(&self, _: &Caller, _: GetRuntimeParams) -> Outcome<RuntimeStatus> {
        self.inner().runtime.status().await
    }
    async fn install_runtime(&self, _: &Caller, params: InstallRuntimeParams) -> Outcome<RuntimeStatus> {
        self.inner().runtime.install(params.consent, params.file.map(Into::into)).await
    }
    async fn browse_folders(&self, _: &Caller, params: BrowseFoldersParams) -> Outcome<FolderListing> {
        system::blocking(move || crate::folders::list(params.path.as_deref())).await
    }
    async fn open_link(&self, _: &Caller, params: OpenLinkParams) -> Outcome<()> {
        self.inner().open_link(params.url).await
    }
    async fn subscribe(&self, caller: &Caller, params: SubscribeParams) -> Outcome<Subscription> {
        self.inner().subscribe(caller, params).await
    }
    async fn unsubscribe(&self, caller: &Caller, params: UnsubscribeParams) -> Outcome<Done> {
        self.inner().clients.subscriptions(caller)?.stop(params.stream.as_str());
        Ok(Done {})
    }
    async fn read_stream(&self, _: &Caller, params: ReadStreamParams) -> Outcome<StreamPage> {
        self.inner().read_stream(params).await
    }
    async fn get_view_state(&self, _: &Caller, params: GetViewStateParams) -> Outcome<ViewState> {
        self.inner().view_state(params.window_id).await
    }
    async fn set_view_state(&self, _: &Caller, params: SetViewStateParams) -> Outcome<Done> {
        self.inner().set_view_state(params).await
    }
    async fn get_settings(&self, _: &Caller, _: GetSettingsParams) -> Outcome<Settings> {
        Ok(self.inner().settings())
    }
    async fn update_setting(&self, _: &Caller, params: UpdateSettingParams) -> Outcome<Settings> {
        self.inner().update_setting(params).await
    }
    async fn list_projects(&self, _: &Caller, _: ListProjectsParams) -> Outcome<ProjectList> {
        self.inner().list_projects().await
    }
    async fn create_project(&self, _: &Caller, params: CreateProjectParams) -> Outcome<Project> {
        self.inner().create_project(params).await
    }
    async fn rename_project(&self, _: &Caller, params: RenameProjectParams) -> Outcome<Project> {
        self.inner().rename_project(params).await
    }
    async fn delete_project(&self, _: &Caller, params: DeleteProjectParams) -> Outcome<Done> {
        self.inner().delete_project(params).await
    }
    async fn list_graphs(&self, _: &Caller, params: ListGraphsParams) -> Outcome<GraphList> {
        self.inner().list_graphs(params).await
    }
    async fn get_graph(&self, _: &Caller, params: GetGraphParams) -> Outcome<GraphSnapshot> {
        self.inner().graph(params.graph_id).await
    }
    async fn create_graph(&self, _: &Caller, params: CreateGraphParams) -> Outcome<GraphSnapshot> {
        self.inner().create_graph(params).await
    }
    async fn import_graph(&self, _: &Caller, params: ImportGraphParams) -> Outcome<GraphSnapshot> {
        self.inner().import_graph(params).await
    }
    async fn export_graph(&self, _: &Caller, params: ExportGraphParams) -> Outcome<GraphFileTexts> {
        self.inner().export_graph(params.graph_id).await
    }
    async fn duplicate_graph(&self, _: &Caller, params: DuplicateGraphParams) -> Outcome<GraphSnapshot> {
        self.inner().duplicate_graph(params).await
    }
    async fn apply_graph_ops(&self, _: &Caller, params: ApplyGraphOpsParams) -> Outcome<ApplyGraphOpsResult> {
        self.inner().apply_graph_ops(params).await
    }
    async fn delete_graph(&self, _: &Caller, params: DeleteGraphParams) -> Outcome<Done> {
        self.inner().set_graph_deleted(params.graph_id, true).await.map(|_| Done {})
    }
    async fn restore_graph(&self, _: &Caller, params: RestoreGraphParams) -> Outcome<GraphSummary> {
        self.inner().set_graph_deleted(params.graph_id, false).await
    }
    async fn list_examples(&self, _: &Caller, _: ListExamplesParams) -> Outcome<ExampleList> {
        self.inner().list_examples().await
    }
    async fn open_example(&self, _: &Caller, params: OpenExampleParams) -> Outcome<OpenedExample> {
        self.inner().open_example(params).await
    }
    async fn list_grants(&self, _: &Caller, params: ListGrantsParams) -> Outcome<GrantList> {
        self.inner().list_grants(params.graph_id).await
    }
    async fn set_grant(&self, _: &Caller, params: SetGrantParams) -> Outcome<Grant> {
        self.inner().set_grant(params).await
    }
    async fn revoke_grant(&self, _: &Caller, params: RevokeGrantParams) -> Outcome<Done> {
        self.inner().revoke_grant(params.grant_id).await
    }
    async fn start_run(&self, caller: &Caller, params: StartRunParams) -> Outcome<RunSummary> {
        self.inner().start_run(caller, params).await
    }
    async fn validate_graph(&self, _: &Caller, params: ValidateGraphParams) -> Outcome<ValidationReport> {
        self.inner().validate_graph(params.text).await
    }
    async fn list_runs(&self, _: &Caller, params: ListRunsParams) -> Outcome<RunList> {
        self.inner().list_runs(params).await
    }
    async fn get_run(&self, _: &Caller, params: GetRunParams) -> Outcome<RunSnapshot> {
        self.inner().run(params.run_id).await
    }
    async fn get_run_graph(&self, _: &Caller, params: GetRunGraphParams) -> Outcome<RunGraph> {
        self.inner().run_graph(params.run_id).await
    }
    async fn cancel_run(&self, _: &Caller, params: CancelRunParams) -> Outcome<RunSummary> {
        crate::wire::of(&self.inner().runs.cancel(params.run_id.as_str()).await?)
    }
    async fn delete_run(&self, _: &Caller, params: DeleteRunParams) -> Outcome<Done> {
        self.inner().delete_run(params.run_id).await
    }
    async fn get_value(&self, _: &Caller, params: GetValueParams) -> Outcome<ValueText> {
        self.inner().value(params.hash).await
    }
    async fn read_run_file(&self, _: &Caller, params: ReadRunFileParams) -> Outcome<RunFile> {
        self.inner().run_file(params).await
    }
    async fn list_approvals(&self, _: &Caller, params: ListApprovalsParams) -> Outcome<ApprovalList> {
        self.inner().list_approvals(params.status).await
    }
    async fn answer_approval(&self, _: &Caller, params: AnswerApprovalParams) -> Outcome<Approval> {
        crate::wire::of(&self.inner().runs.answer(params.approval_id.as_str(), params.decision, params.note).await?)
    }
    async fn create_session(&self, caller: &Caller, params: CreateSessionParams) -> Outcome<SessionInfo> {
        self.inner().create_session(caller, params).await
    }
    async fn list_sessions(&self, _: &Caller, params: ListSessionsParams) -> Outcome<Vec<SessionInfo>> {
        self.inner().list_sessions(params).await
    }
    async fn get_session(&self, _: &Caller, params: GetSessionParams) -> Outcome<SessionInfo> {
        self.inner().get_session(params).await
    }
    async fn delete_session(&self, _: &Caller, params: DeleteSessionParams) -> Outcome<()> {
        self.inner().delete_session(params).await
    }
    async fn send_message(&self, caller: &Caller, params: SendMessageParams) -> Outcome<MessageResponse> {
        self.inner().send_message(caller, params).await
    }
    async fn send_message_streaming(&self, caller: &Caller, params: SendMessageStreamingParams) -> Outcome<()> {
        self.inner().send_message_streaming(caller, params).await
    }
    async fn get_messages(&self, _: &Caller, params: GetMessagesParams) -> Outcome<Vec<Message>> {
        self.inner().get_messages(params).await
    }
    async fn cancel_stream(&self, _: &Caller, params: CancelStreamParams) -> Outcome<()> {
        self.inner().cancel_stream(params).await
    }
    async fn get_config(&self, _: &Caller, params: GetConfigParams) -> Outcome<AppConfig> {
        self.inner().get_config(params).await
    }
    async fn update_config(&self, _: &Caller, params: UpdateConfigParams) -> Outcome<()> {
        self.inner().update_config(params).await
    }
    async fn get_models(&self, _: &Caller, params: GetModelsParams) -> Outcome<Vec<ModelInfo>> {
        self.inner().get_models(params).await
    }
    async fn get_channels(&self, _: &Caller, params: GetChannelsParams) -> Outcome<Vec<ChannelInfo>> {
        self.inner().get_channels(params).await
    }
    async fn get_health(&self, _: &Caller, params: GetHealthParams) -> Outcome<HealthStatus> {
        self.inner().get_health(params).await
    }
    async fn get_metrics(&self, _: &Caller, params: GetMetricsParams) -> Outcome<Metrics> {
        self.inner().get_metrics(params).await
    }
    async fn compact_session(&self, _: &Caller, params: CompactSessionParams) -> Outcome<CompactionResult> {
        self.inner().compact_session(params).await
    }
    async fn get_session_snapshot(&self, _: &Caller, params: GetSessionSnapshotParams) -> Outcome<SessionSnapshot> {
        self.inner().get_session_snapshot(params).await
    }
    async fn read_messages(&self, _: &Caller, params: ReadMessagesParams) -> Outcome<MessagePage> {
        self.inner().read_messages(params).await
    }
    async fn update_session(&self, _: &Caller, params: UpdateSessionParams) -> Outcome<SessionInfo> {
        self.inner().update_session(params).await
    }
    async fn set_session_folder(&self, _: &Caller, params: SetSessionFolderParams) -> Outcome<Vec<SessionFolder>> {
        self.inner().set_session_folder(params).await
    }
    async fn remove_session_folder(&self, _: &Caller, params: RemoveSessionFolderParams) -> Outcome<Vec<SessionFolder>> {
        self.inner().remove_session_folder(params).await
    }
    async fn fork_session(&self, _: &Caller, params: ForkSessionParams) -> Outcome<SessionInfo> {
        self.inner().fork_session(params).await
    }
    async fn select_branch(&self, _: &Caller, params: SelectBranchParams) -> Outcome<()> {
        self.inner().select_branch(params).await
    }
    async fn retry_turn(&self, _: &Caller, params: RetryTurnParams) -> Outcome<()> {
        self.inner().retry_turn(params).await
    }
    async fn pin_message(&self, _: &Caller, params: PinMessageParams) -> Outcome<()> {
        self.inner().pin_message(params).await
    }
    async fn update_queued(&self, _: &Caller, params: UpdateQueuedParams) -> Outcome<Vec<QueuedMessage>> {
        self.inner().update_queued(params).await
    }
    async fn remove_queued(&self, _: &Caller, params: RemoveQueuedParams) -> Outcome<Vec<QueuedMessage>> {
        self.inner().remove_queued(params).await
    }
    async fn answer_request(&self, _: &Caller, params: AnswerRequestParams) -> Outcome<()> {
        self.inner().answer_request(params).await
    }
    async fn preview_compaction(&self, _: &Caller, params: PreviewCompactionParams) -> Outcome<CompactionPreview> {
        self.inner().preview_compaction(params).await
    }
    async fn undo_compaction(&self, _: &Caller, params: UndoCompactionParams) -> Outcome<()> {
        self.inner().undo_compaction(params).await
    }
    async fn search_sessions(&self, _: &Caller, params: SearchSessionsParams) -> Outcome<Vec<SearchHit>> {
        self.inner().search_sessions(params).await
    }
    async fn export_session(&self, _: &Caller, params: ExportSessionParams) -> Outcome<ExportedSession> {
        self.inner().export_session(params).await
    }
    async fn put_image(&self, _: &Caller, params: PutImageParams) -> Outcome<KeptImage> {
        self.inner().put_image(params).await
    }
    async fn list_session_files(&self, _: &Caller, params: ListSessionFilesParams) -> Outcome<SessionFiles> {
        self.inner().list_session_files(params).await
    }
    async fn list_providers(&self, _: &Caller, params: ListProvidersParams) -> Outcome<Vec<Provider>> {
        self.inner().list_providers(params).await
    }
    async fn set_key(&self, _: &Caller, params: SetKeyParams) -> Outcome<KeyInfo> {
        self.inner().set_key(params).await
    }
    async fn list_keys(&self, _: &Caller, params: ListKeysParams) -> Outcome<KeyList> {
        self.inner().list_keys(params).await
    }
    async fn remove_key(&self, _: &Caller, params: RemoveKeyParams) -> Outcome<()> {
        self.inner().remove_key(params).await
    }
    async fn list_egress(&self, _: &Caller, params: ListEgressParams) -> Outcome<EgressPage> {
        self.inner().list_egress(params).await
    }
}
