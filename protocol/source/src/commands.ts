/**
 * Every command of Core, once. From this table come the Rust trait that Core implements (a missing command does not compile), the
 * Tauri commands with their permissions, the isolation hook's table of names and shapes, and the client's types.
 *
 * `maxBytes` bounds the JSON of the parameters (default 64 KiB). `changes` says whether state is changed (so a retry needs care);
 * commands that create take the id from the client, which makes repeating them harmless.
 */
import { ApprovalId, ClientId, FolderId, GrantId, GraphId, Hash, MessageId, OpsId, ProjectId, QueuedId, RequestId, RunId, SessionId, SlotId } from "./ids.ts";
import type { Schema } from "effect";
import { Access, Example, GraphDocument, GraphLayout, GraphOp, GraphSnapshot, GraphSummary } from "./graphs.ts";
import { Decision, RunGrant, RunSnapshot, RunSummary } from "./runs.ts";
import { Approval, ApprovalStatus, Grant, Project, SettingKey, Settings } from "./workspace.ts";
import { DoctorReport, FolderListing, RuntimeStatus, SystemInfo } from "./system.ts";
import { AppConfig, ChannelInfo, EgressEntry, HealthStatus, KeyInfo, KeyPlace, Metrics, ModelInfo, Provider } from "./models.ts";
import { ChannelId, CompactionPreview, CompactionResult, Delivery, Message, MessagePage, MessageResponse, QueuedMessage, RequestAnswer, SearchHit, SessionFolder, SessionInfo, SessionMode, SessionSnapshot, UserPart } from "./sessions.ts";
import { StreamId, StreamPage, Subscription } from "./streams.ts";
import { Problem } from "./errors.ts";
import { array, boolean, integer, json, literals, nothing, optional, struct, text } from "./shapes.ts";

export interface Command<P extends Schema.Top = Schema.Top, R extends Schema.Top = Schema.Top> {
  readonly params: P;
  readonly result: R;
  readonly changes: boolean;
  readonly maxBytes: number;
}
const KIB = 1024;
const query = <P extends Schema.Top, R extends Schema.Top>(params: P, result: R, maxBytes = 64 * KIB): Command<P, R> => ({ params, result, changes: false, maxBytes });
const change = <P extends Schema.Top, R extends Schema.Top>(params: P, result: R, maxBytes = 64 * KIB): Command<P, R> => ({ params, result, changes: true, maxBytes });
const done = struct("Done", {});
const ofSession = { sessionId: SessionId };
/** What a message may bring besides its text. The ids make a repetition harmless; `follow: false` leaves out the `stream-…` events, for who reads the session's stream. */
const sending = {
  ...ofSession, content: text(16_000_000), messageId: optional(MessageId), parts: optional(array(UserPart)), delivery: optional(Delivery), follow: optional(boolean),
  /** Answers this message instead of the tip: a new branch. `root` answers none: a branch from the very beginning. */
  parentId: optional(MessageId), root: optional(boolean),
};

export const commands = {
  // system
  get_system: query(struct("GetSystemParams", {}), SystemInfo),
  run_doctor: query(struct("RunDoctorParams", {}), DoctorReport),
  get_runtime: query(struct("GetRuntimeParams", {}), RuntimeStatus),
  install_runtime: change(struct("InstallRuntimeParams", { consent: boolean, file: optional(text(4096)) }), RuntimeStatus),
  browse_folders: query(struct("BrowseFoldersParams", { path: optional(text(4096)) }), FolderListing),
  /** Opens a page in the person's browser. For windows that cannot do so themselves: refused unless `get_system` lists the capability `links`. */
  open_link: change(struct("OpenLinkParams", { url: text(2000) }), nothing),
  subscribe: query(struct("SubscribeParams", { stream: StreamId, epoch: optional(text(64)), after: optional(integer()) }), Subscription),
  unsubscribe: query(struct("UnsubscribeParams", { stream: StreamId }), done),
  read_stream: query(struct("ReadStreamParams", { stream: StreamId, after: optional(integer()), limit: optional(integer(1, 10_000)) }), StreamPage),
  get_view_state: query(struct("GetViewStateParams", { windowId: text(64) }), struct("ViewState", { state: json })),
  set_view_state: change(struct("SetViewStateParams", { windowId: text(64), state: json }), done, 256 * KIB),
  // settings
  get_settings: query(struct("GetSettingsParams", {}), Settings),
  update_setting: change(struct("UpdateSettingParams", { key: SettingKey, value: json }), Settings),
  // projects
  list_projects: query(struct("ListProjectsParams", {}), struct("ProjectList", { projects: array(Project) })),
  create_project: change(struct("CreateProjectParams", { projectId: ProjectId, name: text(200) }), Project),
  rename_project: change(struct("RenameProjectParams", { projectId: ProjectId, name: text(200) }), Project),
  delete_project: change(struct("DeleteProjectParams", { projectId: ProjectId }), done),
  // graphs
  list_graphs: query(struct("ListGraphsParams", { projectId: optional(ProjectId), deleted: optional(boolean) }), struct("GraphList", { graphs: array(GraphSummary) })),
  get_graph: query(struct("GetGraphParams", { graphId: GraphId }), GraphSnapshot),
  create_graph: change(struct("CreateGraphParams", { graphId: GraphId, projectId: optional(ProjectId), name: text(200) }), GraphSnapshot),
  /** Takes the text of a .axion file, and of the layout file beside it, as they are; executes nothing. */
  import_graph: change(
    struct("ImportGraphParams", { graphId: GraphId, projectId: optional(ProjectId), name: optional(text(200)), text: text(67_108_864), layout: optional(text(67_108_864)) }),
    GraphSnapshot, 128 * KIB * KIB,
  ),
  export_graph: query(struct("ExportGraphParams", { graphId: GraphId }), struct("GraphFileTexts", { text: text(67_108_864), layout: text(67_108_864) })),
  duplicate_graph: change(struct("DuplicateGraphParams", { graphId: GraphId, copyId: GraphId, name: text(200) }), GraphSnapshot),
  apply_graph_ops: change(
    struct("ApplyGraphOpsParams", { graphId: GraphId, opsId: OpsId, clientId: ClientId, ops: array(GraphOp) }),
    struct("ApplyGraphOpsResult", { seq: integer() }), 8 * KIB * KIB,
  ),
  delete_graph: change(struct("DeleteGraphParams", { graphId: GraphId }), done),
  restore_graph: change(struct("RestoreGraphParams", { graphId: GraphId }), GraphSummary),
  list_examples: query(struct("ListExamplesParams", {}), struct("ExampleList", { examples: array(Example) })),
  /** Copies an example into the library under the client's id; grants nothing. `folders` are the example's own folders to offer for its slots. */
  open_example: change(
    struct("OpenExampleParams", { exampleId: text(64), graphId: GraphId, projectId: optional(ProjectId) }),
    struct("OpenedExample", { graph: GraphSnapshot, folders: array(RunGrant) }),
  ),
  // grants
  list_grants: query(struct("ListGrantsParams", { graphId: optional(GraphId) }), struct("GrantList", { grants: array(Grant) })),
  set_grant: change(struct("SetGrantParams", { grantId: GrantId, graphId: GraphId, slot: SlotId, path: text(4096), access: Access, create: optional(boolean) }), Grant),
  revoke_grant: change(struct("RevokeGrantParams", { grantId: GrantId }), done),
  // runs
  start_run: change(
    struct("StartRunParams", {
      runId: RunId, graphId: optional(GraphId), document: optional(json), input: optional(json), grants: optional(array(RunGrant)),
      runner: optional(literals("RunnerWish", ["auto", "docker", "process"])),
    }),
    RunSummary, 128 * KIB * KIB,
  ),
  validate_graph: query(struct("ValidateGraphParams", { text: text(67_108_864) }), struct("ValidationReport", { ok: boolean, nodes: integer(), problems: array(Problem) }), 128 * KIB * KIB),
  list_runs: query(
    struct("ListRunsParams", { graphId: optional(GraphId), before: optional(integer(1)), limit: optional(integer(1, 500)) }),
    struct("RunList", { runs: array(RunSummary), more: boolean }),
  ),
  get_run: query(struct("GetRunParams", { runId: RunId }), RunSnapshot),
  get_run_graph: query(struct("GetRunGraphParams", { runId: RunId }), struct("RunGraph", { document: GraphDocument, layout: optional(GraphLayout) })),
  cancel_run: change(struct("CancelRunParams", { runId: RunId }), RunSummary),
  delete_run: change(struct("DeleteRunParams", { runId: RunId }), done),
  get_value: query(struct("GetValueParams", { hash: Hash }), struct("ValueText", { json: text(16_000_000) })),
  /** A file that a run wrote into a granted folder, for showing: text only, bounded, never outside that run's grants. */
  read_run_file: query(
    struct("ReadRunFileParams", { runId: RunId, slot: SlotId, path: text(4096) }),
    struct("RunFile", { path: text(4096), text: text(2_097_152), bytes: integer(), truncated: boolean }),
  ),
  // approvals
  list_approvals: query(struct("ListApprovalsParams", { status: optional(ApprovalStatus) }), struct("ApprovalList", { approvals: array(Approval) })),
  answer_approval: change(struct("AnswerApprovalParams", { approvalId: ApprovalId, decision: Decision, note: optional(text(2000)) }), Approval),
  // sessions (seed 004)
  create_session: change(struct("CreateSessionParams", { channelId: optional(ChannelId), model: optional(text(400)), sessionId: optional(SessionId), title: optional(text(200)), mode: optional(SessionMode), projectId: optional(ProjectId) }), SessionInfo),
  list_sessions: query(struct("ListSessionsParams", { archived: optional(boolean) }), array(SessionInfo)),
  get_session: query(struct("GetSessionParams", ofSession), SessionInfo),
  delete_session: change(struct("DeleteSessionParams", ofSession), nothing),
  // messages (seed 004)
  /** Answers when the turn has ended; a turn that asks the person keeps it waiting. */
  send_message: change(struct("SendMessageParams", sending), MessageResponse, 96 * KIB * KIB),
  send_message_streaming: change(struct("SendMessageStreamingParams", sending), nothing, 96 * KIB * KIB),
  get_messages: query(struct("GetMessagesParams", { ...ofSession, limit: optional(integer(1, 10_000)) }), array(Message)),
  cancel_stream: change(struct("CancelStreamParams", ofSession), nothing),
  // configuration (seed 004)
  get_config: query(struct("GetConfigParams", {}), AppConfig),
  update_config: change(struct("UpdateConfigParams", { key: text(200), value: json }), nothing),
  get_models: query(struct("GetModelsParams", { refresh: optional(boolean) }), array(ModelInfo)),
  get_channels: query(struct("GetChannelsParams", {}), array(ChannelInfo)),
  // system (seed 004)
  get_health: query(struct("GetHealthParams", {}), HealthStatus),
  get_metrics: query(struct("GetMetricsParams", {}), Metrics),
  /** Without `summary` it is made now, by the session's model or, where none answers, as an extract. */
  compact_session: change(struct("CompactSessionParams", { ...ofSession, summary: optional(text(200_000)), wish: optional(text(2000)) }), CompactionResult, 1024 * KIB),
  // sessions, beyond the seed
  get_session_snapshot: query(struct("GetSessionSnapshotParams", ofSession), SessionSnapshot),
  /** Messages of the shown branch that come before `before` (absent: the latest). */
  read_messages: query(struct("ReadMessagesParams", { ...ofSession, before: optional(MessageId), around: optional(MessageId), limit: optional(integer(1, 500)) }), MessagePage),
  update_session: change(struct("UpdateSessionParams", { ...ofSession, title: optional(text(200)), pinned: optional(boolean), archived: optional(boolean), model: optional(text(400)), mode: optional(SessionMode) }), SessionInfo),
  set_session_folder: change(struct("SetSessionFolderParams", { ...ofSession, folderId: FolderId, path: text(4096), access: Access }), array(SessionFolder)),
  remove_session_folder: change(struct("RemoveSessionFolderParams", { ...ofSession, folderId: FolderId }), array(SessionFolder)),
  /** Copies the branch up to a message into a new session under the client's id. */
  fork_session: change(struct("ForkSessionParams", { ...ofSession, messageId: MessageId, copyId: SessionId }), SessionInfo),
  /** Shows the branch that this message is on, to its latest tip. */
  select_branch: change(struct("SelectBranchParams", { ...ofSession, messageId: MessageId }), nothing),
  /** Answers the same message once more, as a branch beside the old answer. */
  retry_turn: change(struct("RetryTurnParams", { ...ofSession, messageId: MessageId, model: optional(text(400)) }), nothing),
  pin_message: change(struct("PinMessageParams", { ...ofSession, messageId: MessageId, pinned: boolean }), nothing),
  update_queued: change(struct("UpdateQueuedParams", { ...ofSession, queuedId: QueuedId, content: optional(text(16_000_000)), delivery: optional(Delivery), position: optional(integer()), held: optional(boolean) }), array(QueuedMessage), 96 * KIB * KIB),
  remove_queued: change(struct("RemoveQueuedParams", { ...ofSession, queuedId: QueuedId }), array(QueuedMessage)),
  answer_request: change(struct("AnswerRequestParams", { ...ofSession, requestId: RequestId, answer: RequestAnswer }), nothing),
  preview_compaction: query(struct("PreviewCompactionParams", { ...ofSession, wish: optional(text(2000)) }), CompactionPreview),
  undo_compaction: change(struct("UndoCompactionParams", { ...ofSession, compactionId: RequestId }), nothing),
  search_sessions: query(struct("SearchSessionsParams", { query: text(400), sessionId: optional(SessionId), limit: optional(integer(1, 200)) }), array(SearchHit)),
  export_session: query(struct("ExportSessionParams", { ...ofSession, format: literals("ExportFormat", ["markdown", "json"]) }), struct("ExportedSession", { name: text(400), text: text(268_435_456) })),
  /** Keeps an image for a message of this session; `base64` is its bytes. */
  put_image: change(struct("PutImageParams", { ...ofSession, base64: text(12_000_000) }), struct("KeptImage", { hash: Hash, bytes: integer() }), 12 * KIB * KIB),
  list_session_files: query(struct("ListSessionFilesParams", { ...ofSession, query: text(400), limit: optional(integer(1, 200)) }), struct("SessionFiles", { files: array(struct("SessionFile", { folderId: FolderId, path: text(4096) })), truncated: boolean })),
  // providers, keys, egress
  list_providers: query(struct("ListProvidersParams", { refresh: optional(boolean) }), array(Provider)),
  /** The value goes into the keychain (or the encrypted file) and never comes out of Core. */
  set_key: change(struct("SetKeyParams", { name: text(64), value: text(8192) }), KeyInfo),
  list_keys: query(struct("ListKeysParams", {}), struct("KeyList", { place: KeyPlace, why: optional(text(400)), keys: array(KeyInfo) })),
  remove_key: change(struct("RemoveKeyParams", { name: text(64) }), nothing),
  list_egress: query(struct("ListEgressParams", { before: optional(integer(1)), limit: optional(integer(1, 1000)), sessionId: optional(SessionId) }), struct("EgressPage", { entries: array(EgressEntry), more: boolean, airGap: boolean })),
} as const satisfies Record<string, Command>;

export type Commands = typeof commands;
export type CommandName = keyof Commands;
export type Params<N extends CommandName> = Schema.Schema.Type<Commands[N]["params"]>;
export type Result<N extends CommandName> = Schema.Schema.Type<Commands[N]["result"]>;
export const commandNames = Object.keys(commands) as ReadonlyArray<CommandName>;
