//! Every command of the protocol, each handed to the room that knows. One line per command: a missing one does not compile.

mod graphs;
mod runs;
mod system;
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
}
