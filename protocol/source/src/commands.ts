/**
 * Every command of Core, once. From this table come the Rust trait that Core implements (a missing command does not compile), the
 * Tauri commands with their permissions, the isolation hook's table of names and shapes, and the client's types.
 *
 * `maxBytes` bounds the JSON of the parameters (default 64 KiB). `changes` says whether state is changed (so a retry needs care);
 * commands that create take the id from the client, which makes repeating them harmless.
 */
import { ApprovalId, ClientId, GrantId, GraphId, Hash, OpsId, ProjectId, RunId, SlotId } from "./ids.ts";
import type { Schema } from "effect";
import { Access, Example, GraphDocument, GraphLayout, GraphOp, GraphSnapshot, GraphSummary } from "./graphs.ts";
import { Decision, RunGrant, RunSnapshot, RunSummary } from "./runs.ts";
import { Approval, ApprovalStatus, Grant, Project, SettingKey, Settings } from "./workspace.ts";
import { DoctorReport, FolderListing, RuntimeStatus, SystemInfo } from "./system.ts";
import { StreamId, StreamPage, Subscription } from "./streams.ts";
import { Problem } from "./errors.ts";
import { array, boolean, integer, json, literals, optional, struct, text } from "./shapes.ts";

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

export const commands = {
  // system
  get_system: query(struct("GetSystemParams", {}), SystemInfo),
  run_doctor: query(struct("RunDoctorParams", {}), DoctorReport),
  get_runtime: query(struct("GetRuntimeParams", {}), RuntimeStatus),
  install_runtime: change(struct("InstallRuntimeParams", { consent: boolean, file: optional(text(4096)) }), RuntimeStatus),
  browse_folders: query(struct("BrowseFoldersParams", { path: optional(text(4096)) }), FolderListing),
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
} as const satisfies Record<string, Command>;

export type Commands = typeof commands;
export type CommandName = keyof Commands;
export type Params<N extends CommandName> = Schema.Schema.Type<Commands[N]["params"]>;
export type Result<N extends CommandName> = Schema.Schema.Type<Commands[N]["result"]>;
export const commandNames = Object.keys(commands) as ReadonlyArray<CommandName>;
