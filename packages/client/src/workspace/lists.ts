/**
 * Workspace events → the lists that all windows show. Each event carries the whole new value, so applying one twice, or
 * one that a list already contains, changes nothing.
 */
import type { Approval, Grant, GraphSummary, Project, RunSummary, RuntimeStatus, SessionInfo, Settings, WorkspaceEvent } from "@axion/protocol";

export interface WorkspaceLists {
  readonly projects: ReadonlyArray<Project>;
  /** Newest change first, without deleted ones. */
  readonly graphs: ReadonlyArray<GraphSummary>;
  /** Highest number first; the pages that were read, and all that came since. */
  readonly runs: ReadonlyArray<RunSummary>;
  /** Those that wait first, oldest first; then answered ones, newest first. */
  readonly approvals: ReadonlyArray<Approval>;
  readonly grants: ReadonlyArray<Grant>;
  /** Last activity first, archived ones too. */
  readonly sessions: ReadonlyArray<SessionInfo>;
  readonly settings: Settings | undefined;
  readonly runtime: RuntimeStatus | undefined;
  /** Grows when the configuration or the providers changed: who shows them reads them anew. */
  readonly configVersion: number;
}

export const emptyLists: WorkspaceLists = {
  projects: [], graphs: [], runs: [], approvals: [], grants: [], sessions: [], settings: undefined, runtime: undefined, configVersion: 0,
};

const order = {
  projects: (a: Project, b: Project) => a.createdAt - b.createdAt || compare(a.projectId, b.projectId),
  graphs: (a: GraphSummary, b: GraphSummary) => b.updatedAt - a.updatedAt || compare(a.graphId, b.graphId),
  runs: (a: RunSummary, b: RunSummary) => b.number - a.number,
  approvals: (a: Approval, b: Approval) =>
    Number(a.status !== "pending") - Number(b.status !== "pending") ||
    (a.status === "pending" ? a.requestedAt - b.requestedAt : (b.answeredAt ?? b.requestedAt) - (a.answeredAt ?? a.requestedAt)) ||
    compare(a.approvalId, b.approvalId),
  grants: (a: Grant, b: Grant) => a.createdAt - b.createdAt || compare(a.grantId, b.grantId),
  // ISO times in UTC sort as text.
  sessions: (a: SessionInfo, b: SessionInfo) => compare(b.lastActive, a.lastActive) || compare(a.id, b.id),
};
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Puts `item` in place of the one with the same key, or leaves it out if it is gone. */
const put = <T>(list: ReadonlyArray<T>, item: T, same: (other: T) => boolean, by: (a: T, b: T) => number, gone: boolean): ReadonlyArray<T> => {
  const rest = list.filter((other) => !same(other));
  if (gone) return rest.length === list.length ? list : rest;
  let low = 0;
  let high = rest.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = rest[middle];
    if (other !== undefined && by(other, item) <= 0) low = middle + 1;
    else high = middle;
  }
  rest.splice(low, 0, item);
  return rest;
};

export const putProject = (lists: WorkspaceLists, project: Project): WorkspaceLists => ({
  ...lists, projects: put(lists.projects, project, (other) => other.projectId === project.projectId, order.projects, project.deleted === true),
});
export const putGraph = (lists: WorkspaceLists, graph: GraphSummary): WorkspaceLists => ({
  ...lists, graphs: put(lists.graphs, graph, (other) => other.graphId === graph.graphId, order.graphs, graph.deleted === true),
});
export const putRun = (lists: WorkspaceLists, run: RunSummary): WorkspaceLists => ({
  ...lists, runs: put(lists.runs, run, (other) => other.runId === run.runId, order.runs, false),
});
export const dropRun = (lists: WorkspaceLists, runId: string): WorkspaceLists => ({ ...lists, runs: lists.runs.filter((run) => run.runId !== runId) });
export const putApproval = (lists: WorkspaceLists, approval: Approval): WorkspaceLists => ({
  ...lists, approvals: put(lists.approvals, approval, (other) => other.approvalId === approval.approvalId, order.approvals, false),
});
export const putSession = (lists: WorkspaceLists, session: SessionInfo): WorkspaceLists => ({
  ...lists, sessions: put(lists.sessions, session, (other) => other.id === session.id, order.sessions, false),
});
export const dropSession = (lists: WorkspaceLists, sessionId: string): WorkspaceLists => ({ ...lists, sessions: lists.sessions.filter((session) => session.id !== sessionId) });
/** A slot has one grant; a newer one for the same slot takes its place. */
export const putGrant = (lists: WorkspaceLists, grant: Grant): WorkspaceLists => ({
  ...lists,
  grants: put(
    lists.grants, grant,
    (other) => other.grantId === grant.grantId || (grant.revoked !== true && other.graphId === grant.graphId && other.slot === grant.slot),
    order.grants, grant.revoked === true,
  ),
});

export const sortLists = (lists: WorkspaceLists): WorkspaceLists => ({
  ...lists,
  projects: lists.projects.filter((project) => project.deleted !== true).sort(order.projects),
  graphs: lists.graphs.filter((graph) => graph.deleted !== true).sort(order.graphs),
  runs: [...lists.runs].sort(order.runs),
  approvals: [...lists.approvals].sort(order.approvals),
  grants: lists.grants.filter((grant) => grant.revoked !== true).sort(order.grants),
  sessions: [...lists.sessions].sort(order.sessions),
});

export const applyWorkspaceEvent = (lists: WorkspaceLists, event: WorkspaceEvent): WorkspaceLists => {
  switch (event.type) {
    case "project-changed":
      return putProject(lists, event.project);
    case "graph-changed":
      return putGraph(lists, event.graph);
    case "run-changed":
      return putRun(lists, event.run);
    case "run-deleted":
      return dropRun(lists, event.runId);
    case "approval-changed":
      return putApproval(lists, event.approval);
    case "grant-changed":
      return putGrant(lists, event.grant);
    case "setting-changed":
      // The event was decoded, but not that this value fits this key; a value of a later version must not break this one.
      return lists.settings === undefined ? lists : { ...lists, settings: withSetting(lists.settings, event.key, event.value) };
    case "session-changed":
      return putSession(lists, event.session);
    case "session-deleted":
      return dropSession(lists, event.sessionId);
    case "config-changed":
      return { ...lists, configVersion: lists.configVersion + 1 };
    case "runtime-changed":
      return { ...lists, runtime: event.runtime };
  }
};

const withSetting = (settings: Settings, key: keyof Settings, value: unknown): Settings =>
  value === null || typeof value === typeof settings[key] || settings[key] === null ? { ...settings, [key]: value } : settings;
