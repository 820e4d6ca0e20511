/**
 * Everything that all windows share: projects, graphs, runs, approvals, grants, settings, what Core says of itself.
 * Read once with the list commands, then kept by the stream `workspace`; read anew when the stream cannot be resumed.
 */
import type { DoctorReport, Example, SessionInfo, SystemInfo } from "@axion/protocol";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { GatewayAdapter, StreamPlace } from "../gateway/adapter.ts";
import { BadReply, type GatewayError, isGatewayError } from "../gateway/errors.ts";
import { applyWorkspaceEvent, emptyLists, sortLists, type WorkspaceLists } from "../workspace/lists.ts";

export interface WorkspaceState extends WorkspaceLists {
  /** `loading` only before the first reading; later readings keep the old content shown. */
  readonly status: "loading" | "ready" | "failed";
  readonly error: GatewayError | undefined;
  readonly system: SystemInfo | undefined;
  readonly examples: ReadonlyArray<Example> | undefined;
  readonly doctor: { readonly report: DoctorReport | undefined; readonly checking: boolean; readonly error: GatewayError | undefined };
  readonly moreRuns: boolean;
  readonly loadingRuns: boolean;
}

export interface WorkspaceStore {
  readonly store: StoreApi<WorkspaceState>;
  /** Applies a result that a command brought before its event comes, so that the screen does not lag behind the click. */
  change(change: (lists: WorkspaceLists) => WorkspaceLists): void;
  loadMoreRuns(): Promise<void>;
  loadExamples(): Promise<void>;
  runDoctor(): Promise<void>;
  /** Reads what Core says of itself anew: its notices may be others by now. */
  reloadSystem(): Promise<void>;
  reload(): void;
  close(): void;
}

const runsPage = 100;

/** Those in use and those put away, each once. */
const readSessions = async (adapter: GatewayAdapter): Promise<ReadonlyArray<SessionInfo>> => {
  const lists = await Promise.all([adapter.callPromise("list_sessions", {}), adapter.callPromise("list_sessions", { archived: true })]);
  return [...new Map(lists.flat().map((session) => [session.id, session])).values()];
};

export const createWorkspaceStore = (adapter: GatewayAdapter): WorkspaceStore => {
  const store = createStore<WorkspaceState>(() => ({
    ...emptyLists, status: "loading", error: undefined, system: undefined, examples: undefined,
    doctor: { report: undefined, checking: false, error: undefined }, moreRuns: false, loadingRuns: false,
  }));
  const change = (by: (lists: WorkspaceLists) => WorkspaceLists) => store.setState((state) => by(state));
  const readAll = async (): Promise<void> => {
    try {
      const [system, settings, projects, graphs, runs, approvals, grants, runtime, sessions] = await Promise.all([
        adapter.callPromise("get_system", {}), adapter.callPromise("get_settings", {}), adapter.callPromise("list_projects", {}),
        adapter.callPromise("list_graphs", {}), adapter.callPromise("list_runs", { limit: runsPage }), adapter.callPromise("list_approvals", {}),
        adapter.callPromise("list_grants", {}), adapter.callPromise("get_runtime", {}),
        readSessions(adapter),
      ]);
      const configVersion = store.getState().configVersion + 1;
      store.setState({
        ...sortLists({
          projects: projects.projects, graphs: graphs.graphs, runs: runs.runs, approvals: approvals.approvals, grants: grants.grants, sessions, settings, runtime, configVersion,
        }),
        status: "ready", error: undefined, system, moreRuns: runs.more,
      });
    } catch (error) {
      if (isGatewayError(error)) store.setState((state) => ({ status: state.status === "ready" ? "ready" : "failed", error }));
      throw error;
    }
  };
  const subscribe = () =>
    adapter.subscribe("workspace", undefined, {
      onEvents: (events) => change((lists) => events.reduce(applyWorkspaceEvent, lists)),
      // Events between `head` and the reading carry values that the lists already have, or newer ones: harmless.
      onSnapshotNeeded: async (head: StreamPlace) => {
        await readAll();
        return head;
      },
      onRefused: (error) => store.setState({ status: "failed", error }),
    });
  let unsubscribe = subscribe();

  return {
    store,
    change,
    loadMoreRuns: async () => {
      const { runs, moreRuns, loadingRuns } = store.getState();
      const last = runs.at(-1);
      if (!moreRuns || loadingRuns || last === undefined) return;
      store.setState({ loadingRuns: true });
      try {
        const page = await adapter.callPromise("list_runs", { before: last.number, limit: runsPage });
        const known = new Set(store.getState().runs.map((run) => run.runId));
        change((lists) => sortLists({ ...lists, runs: [...lists.runs, ...page.runs.filter((run) => !known.has(run.runId))] }));
        store.setState({ moreRuns: page.more });
      } finally {
        store.setState({ loadingRuns: false });
      }
    },
    loadExamples: async () => {
      const { examples } = await adapter.callPromise("list_examples", {});
      store.setState({ examples });
    },
    runDoctor: async () => {
      const keep = (doctor: Partial<WorkspaceState["doctor"]>) => store.setState((state) => ({ doctor: { ...state.doctor, ...doctor } }));
      keep({ checking: true, error: undefined });
      try {
        keep({ report: await adapter.callPromise("run_doctor", {}), checking: false });
      } catch (error) {
        keep({ checking: false, error: isGatewayError(error) ? error : new BadReply({ command: "run_doctor", detail: String(error) }) });
      }
    },
    reloadSystem: () =>
      adapter.callPromise("get_system", {}).then(
        (system) => store.setState({ system }),
        // The connection says for itself that it broke.
        () => undefined,
      ),
    reload: () => {
      unsubscribe();
      unsubscribe = subscribe();
    },
    close: () => unsubscribe(),
  };
};
