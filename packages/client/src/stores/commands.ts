/**
 * What a person can do, as functions for event handlers. Ids are made here; results are put into the lists at once. Each
 * rejects with a GatewayError, except where the answer is a question to the person (`startRun`).
 */
import type {
  Access, Approval, Decision, FolderListing, Grant, GraphSnapshot, Problem, Project, Result, RunGrant, RunSummary, SettingKey, Slot,
} from "@axion/protocol";
import type { Environment } from "../environment.ts";
import type { GatewayAdapter } from "../gateway/adapter.ts";
import { CommandRefused, Disconnected } from "../gateway/errors.ts";
import type { Json } from "../graphs/model.ts";
import { putApproval, putGrant, putGraph, putProject, putRun, dropRun } from "../workspace/lists.ts";
import type { GraphStore } from "./graph.ts";
import type { WorkspaceStore } from "./workspace.ts";

export interface StartRunOptions {
  readonly input?: Json;
  readonly grants?: ReadonlyArray<RunGrant>;
  readonly runner?: "auto" | "docker" | "process";
}
export type StartRunOutcome =
  | { readonly kind: "started"; readonly run: RunSummary }
  /** Ask for these folders (set_grant), then start again. */
  | { readonly kind: "slots-unbound"; readonly slots: ReadonlyArray<Slot>; readonly refusal: CommandRefused }
  | { readonly kind: "invalid"; readonly problems: ReadonlyArray<Problem>; readonly refusal: CommandRefused }
  /** Neither an engine nor a jail, or no Node for it: the doctor has the details. */
  | { readonly kind: "no-runner"; readonly refusal: CommandRefused };

export interface Commands {
  createGraph(name: string, projectId?: string): Promise<GraphSnapshot>;
  importGraph(file: { readonly text: string; readonly layout?: string; readonly name?: string; readonly projectId?: string }): Promise<GraphSnapshot>;
  openExample(exampleId: string): Promise<Result<"open_example">>;
  duplicateGraph(graphId: string, name: string): Promise<GraphSnapshot>;
  renameGraph(graphId: string, name: string): Promise<void>;
  deleteGraph(graphId: string): Promise<void>;
  restoreGraph(graphId: string): Promise<void>;
  exportGraph(graphId: string): Promise<Result<"export_graph">>;
  createProject(name: string): Promise<Project>;
  renameProject(projectId: string, name: string): Promise<void>;
  deleteProject(projectId: string): Promise<void>;
  browseFolders(path?: string): Promise<FolderListing>;
  setGrant(grant: { readonly graphId: string; readonly slot: string; readonly path: string; readonly access: Access; readonly create?: boolean }): Promise<Grant>;
  revokeGrant(grant: Grant): Promise<void>;
  /** Saves what is unsaved, then runs the graph as it is shown. */
  startRun(graphId: string, options?: StartRunOptions): Promise<StartRunOutcome>;
  cancelRun(runId: string): Promise<void>;
  deleteRun(runId: string): Promise<void>;
  answerApproval(approvalId: string, decision: Decision, note?: string): Promise<Approval>;
  updateSetting(key: SettingKey, value: Json): Promise<void>;
  /** Opens a page outside of the workbench, by Core where the window cannot: `undefined` if this window does it by itself. */
  openLink(url: string): Promise<void> | undefined;
  /** The whole value of an output that was too big to come with its event. */
  getValue(hash: string): Promise<Json>;
  readRunFile(runId: string, slot: string, path: string): Promise<Result<"read_run_file">>;
}

interface Parts {
  readonly adapter: GatewayAdapter;
  readonly environment: Environment;
  readonly workspace: WorkspaceStore;
  /** The open graph, if it is open here. */
  readonly openGraph: (graphId: string) => GraphStore | undefined;
  readonly withGraph: <T>(graphId: string, use: (graph: GraphStore) => Promise<T>) => Promise<T>;
}

/** An optional key that is left out when there is nothing for it. */
const maybe = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } => {
  const out: { [P in K]?: V } = {};
  if (value !== undefined) out[key] = value;
  return out;
};

export const createCommands = ({ adapter, environment, workspace, openGraph, withGraph }: Parts): Commands => {
  const { newId } = environment;
  const call = adapter.callPromise;
  const shown = (snapshot: GraphSnapshot): GraphSnapshot => {
    workspace.change((lists) => putGraph(lists, snapshot.summary));
    return snapshot;
  };
  const settled = async (graphId: string): Promise<void> => {
    const graph = openGraph(graphId);
    if (graph === undefined || (await graph.flush())) return;
    const error = graph.store.getState().save.error;
    throw error ?? new Disconnected({ command: "apply_graph_ops", reason: "The last changes are not saved yet.", sent: false });
  };
  return {
    createGraph: async (name, projectId) => shown(await call("create_graph", { graphId: newId(), name, ...maybe("projectId", projectId) })),
    importGraph: async ({ text, layout, name, projectId }) =>
      shown(await call("import_graph", { graphId: newId(), text, ...maybe("layout", layout), ...maybe("name", name), ...maybe("projectId", projectId) })),
    openExample: async (exampleId) => {
      const opened = await call("open_example", { exampleId, graphId: newId() });
      shown(opened.graph);
      return opened;
    },
    duplicateGraph: async (graphId, name) => {
      await settled(graphId);
      return shown(await call("duplicate_graph", { graphId, copyId: newId(), name }));
    },
    openLink: (url) => (workspace.store.getState().system?.capabilities.includes("links") === true ? call("open_link", { url }).then(() => undefined) : undefined),
    renameGraph: (graphId, name) =>
      withGraph(graphId, async (graph) => {
        graph.edit([{ entity: "graph", id: "graph", field: "name", value: name }], { label: "rename" });
        await settled(graphId);
      }),
    deleteGraph: async (graphId) => {
      await call("delete_graph", { graphId });
      workspace.change((lists) => ({ ...lists, graphs: lists.graphs.filter((graph) => graph.graphId !== graphId) }));
    },
    restoreGraph: async (graphId) => {
      const summary = await call("restore_graph", { graphId });
      workspace.change((lists) => putGraph(lists, summary));
    },
    exportGraph: async (graphId) => {
      await settled(graphId);
      return call("export_graph", { graphId });
    },
    createProject: async (name) => {
      const project = await call("create_project", { projectId: newId(), name });
      workspace.change((lists) => putProject(lists, project));
      return project;
    },
    renameProject: async (projectId, name) => {
      const project = await call("rename_project", { projectId, name });
      workspace.change((lists) => putProject(lists, project));
    },
    deleteProject: async (projectId) => {
      await call("delete_project", { projectId });
      workspace.change((lists) => ({ ...lists, projects: lists.projects.filter((project) => project.projectId !== projectId) }));
    },
    browseFolders: (path) => call("browse_folders", maybe("path", path)),
    setGrant: async ({ graphId, slot, path, access, create }) => {
      const grant = await call("set_grant", { grantId: newId(), graphId, slot, path, access, ...maybe("create", create) });
      workspace.change((lists) => putGrant(lists, grant));
      return grant;
    },
    revokeGrant: async (grant) => {
      await call("revoke_grant", { grantId: grant.grantId });
      workspace.change((lists) => putGrant(lists, { ...grant, revoked: true }));
    },
    startRun: async (graphId, options = {}) => {
      await settled(graphId);
      const runId = newId();
      try {
        const run = await call("start_run", {
          runId, graphId, ...maybe("input", options.input), ...maybe("grants", options.grants === undefined ? undefined : [...options.grants]), ...maybe("runner", options.runner),
        });
        workspace.change((lists) => putRun(lists, run));
        return { kind: "started", run };
      } catch (error) {
        if (error instanceof CommandRefused) {
          if (error.code === "slots_unbound") return { kind: "slots-unbound", slots: error.slots, refusal: error };
          if (error.code === "graph_invalid") return { kind: "invalid", problems: error.problems, refusal: error };
          if (error.code === "no_runner" || error.code === "runtime_missing") return { kind: "no-runner", refusal: error };
        }
        // The answer was lost; the run may be there under our id.
        if (error instanceof Disconnected && error.sent) return { kind: "started", run: (await call("get_run", { runId })).summary };
        throw error;
      }
    },
    cancelRun: async (runId) => {
      const run = await call("cancel_run", { runId });
      workspace.change((lists) => putRun(lists, run));
    },
    deleteRun: async (runId) => {
      await call("delete_run", { runId });
      workspace.change((lists) => dropRun(lists, runId));
    },
    answerApproval: async (approvalId, decision, note) => {
      const approval = await call("answer_approval", { approvalId, decision, ...maybe("note", note) });
      workspace.change((lists) => putApproval(lists, approval));
      return approval;
    },
    updateSetting: async (key, value) => {
      const settings = await call("update_setting", { key, value });
      workspace.change((lists) => ({ ...lists, settings }));
    },
    // The text was made by the engine from a JSON value, and its hash is checked by Core.
    getValue: async (hash) => JSON.parse((await call("get_value", { hash })).json) as Json,
    readRunFile: (runId, slot, path) => call("read_run_file", { runId, slot, path }),
  };
};
