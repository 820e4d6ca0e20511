/** What all windows share beside graphs and runs: projects, grants, approvals, settings, and the stream that announces changes. */
import { ApprovalId, GrantId, GraphId, NodeId, ProjectId, RunId, Scope, SessionId, SlotId } from "./ids.ts";
import { Millis, array, boolean, integer, json, literal, literals, nullable, optional, struct, text, union } from "./shapes.ts";
import { Access, GraphSummary } from "./graphs.ts";
import { Fact, PortValue, RunSummary } from "./runs.ts";
import { RuntimeStatus } from "./system.ts";
import { SessionInfo } from "./sessions.ts";

export const Project = struct("Project", { projectId: ProjectId, name: text(200), createdAt: Millis, deleted: optional(boolean) });

/** A folder that the person bound to a slot of a graph on this machine. Grants never come from a file. */
export const Grant = struct("Grant", {
  grantId: GrantId, graphId: GraphId, slot: SlotId, path: text(4096), access: Access, createdAt: Millis, missing: optional(boolean), revoked: optional(boolean),
});

export const ApprovalStatus = literals("ApprovalStatus", ["pending", "approved", "rejected", "withdrawn"]);
export const Approval = struct("Approval", {
  approvalId: ApprovalId,
  runId: RunId,
  graphId: optional(GraphId),
  graphName: text(200),
  node: NodeId,
  scope: optional(Scope),
  title: text(400),
  facts: array(Fact),
  details: optional(PortValue),
  status: ApprovalStatus,
  requestedAt: Millis,
  answeredAt: optional(Millis),
  note: optional(text(2000)),
});

export const Settings = struct("Settings", {
  theme: literals("Theme", ["system", "light", "dark"]),
  density: literals("Density", ["auto", "compact", "touch"]),
  motion: literals("Motion", ["system", "reduced"]),
  strongLines: boolean,
  systemFont: boolean,
  fontSize: integer(12, 16),
  language: literals("Language", ["en"]),
  runner: literals("RunnerChoice", ["auto", "docker", "process"]),
  dockerHost: nullable(text(1000)),
  /** Set only after the person was told that this machine cannot jail a process and agreed. */
  allowUnjailed: boolean,
  concurrency: integer(1, 256),
});
export const SettingKey = literals("SettingKey", [
  "theme", "density", "motion", "strongLines", "systemFont", "fontSize", "language", "runner", "dockerHost", "allowUnjailed", "concurrency",
]);

const at = { seq: integer(), ts: Millis };
export const WorkspaceEvent = union("WorkspaceEvent", [
  struct("ProjectChanged", { type: literal("project-changed"), ...at, project: Project }),
  struct("GraphChanged", { type: literal("graph-changed"), ...at, graph: GraphSummary }),
  struct("RunChanged", { type: literal("run-changed"), ...at, run: RunSummary }),
  struct("RunDeleted", { type: literal("run-deleted"), ...at, runId: RunId }),
  struct("ApprovalChanged", { type: literal("approval-changed"), ...at, approval: Approval }),
  struct("GrantChanged", { type: literal("grant-changed"), ...at, grant: Grant }),
  struct("SettingChanged", { type: literal("setting-changed"), ...at, key: SettingKey, value: json }),
  struct("SessionChanged", { type: literal("session-changed"), ...at, session: SessionInfo }),
  struct("SessionDeleted", { type: literal("session-deleted"), ...at, sessionId: SessionId }),
  struct("ConfigChanged", { type: literal("config-changed"), ...at, key: text(200) }),
  struct("RuntimeChanged", { type: literal("runtime-changed"), ...at, runtime: RuntimeStatus }),
], "Stream `workspace`. Each event carries the whole new value, so the last one per thing is enough.");
