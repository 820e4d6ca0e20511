/**
 * Everything a window needs, over one adapter: the shared stores, the commands, and a store for each graph, run and
 * session that is looked at. These are shared within the window and closed a while after the last user left.
 */
import type { StoreApi } from "zustand/vanilla";
import { browserEnvironment, type Environment } from "./environment.ts";
import type { GatewayAdapter } from "./gateway/adapter.ts";
import { type Commands, createCommands } from "./stores/commands.ts";
import { type ConnectionState, createConnectionStore } from "./stores/connection.ts";
import { createModelsStore, type ModelsStore } from "./models/store.ts";
import { createSessionCommands, type SessionCommands } from "./sessions/commands.ts";
import { createSessionStore, type SessionStore } from "./sessions/store.ts";
import { createGraphStore, type GraphStore } from "./stores/graph.ts";
import { createRunStore, type RunStore } from "./stores/run.ts";
import { createViewStore, type ViewStore } from "./stores/view.ts";
import { createWorkspaceStore, type WorkspaceStore } from "./stores/workspace.ts";

export interface AxionClient {
  readonly adapter: GatewayAdapter;
  readonly environment: Environment;
  readonly clientId: string;
  readonly connection: StoreApi<ConnectionState>;
  readonly workspace: WorkspaceStore;
  readonly view: ViewStore;
  readonly commands: Commands;
  readonly models: ModelsStore;
  readonly chats: SessionCommands;
  /** The store of a graph; loads on first use. Hold it with `retain` while it is shown. */
  graph(graphId: string): GraphStore;
  run(runId: string): RunStore;
  session(sessionId: string): SessionStore;
  /** Keeps the store of a graph, run or session open until the returned function is called. */
  retain(store: GraphStore | RunStore | SessionStore): () => void;
  /** Sends what is unsent and writes the view; for the moment before the window goes. */
  flush(): Promise<void>;
  close(): void;
}

const lingerMs = 10_000;

interface Held<T> {
  readonly value: T;
  users: number;
  cancelClose: (() => void) | undefined;
}

/** Stores by id, closed when nobody has used them for a while. */
const shelf = <T extends { close(): void }>(environment: Environment, make: (id: string) => T, before: (value: T) => Promise<unknown>) => {
  const held = new Map<string, Held<T>>();
  const linger = (id: string, entry: Held<T>) => {
    entry.cancelClose?.();
    entry.cancelClose = environment.after(lingerMs, () => {
      void before(entry.value).then(() => {
        if (entry.users > 0 || held.get(id) !== entry) return;
        held.delete(id);
        entry.value.close();
      });
    });
  };
  return {
    peek: (id: string) => held.get(id)?.value,
    values: () => [...held.values()].map((entry) => entry.value),
    get: (id: string): T => {
      let entry = held.get(id);
      if (entry === undefined) {
        entry = { value: make(id), users: 0, cancelClose: undefined };
        held.set(id, entry);
      }
      if (entry.users === 0) linger(id, entry);
      return entry.value;
    },
    retain: (id: string, value: T): (() => void) => {
      const entry = held.get(id) ?? { value, users: 0, cancelClose: undefined };
      held.set(id, entry);
      entry.users += 1;
      entry.cancelClose?.();
      let over = false;
      return () => {
        if (over) return;
        over = true;
        entry.users -= 1;
        if (entry.users === 0) linger(id, entry);
      };
    },
    close: () => {
      for (const entry of held.values()) {
        entry.cancelClose?.();
        entry.value.close();
      }
      held.clear();
    },
  };
};

export const createClient = (adapter: GatewayAdapter, environment: Environment = browserEnvironment()): AxionClient => {
  const clientId = environment.newId();
  const connection = createConnectionStore(adapter);
  const workspace = createWorkspaceStore(adapter);
  const view = createViewStore(adapter, environment);
  const graphs = shelf(environment, (graphId) => createGraphStore(adapter, environment, clientId, graphId), (graph) => graph.flush());
  const runs = shelf(environment, (runId) => createRunStore(adapter, environment, runId), () => Promise.resolve());
  const sessions = shelf(environment, (sessionId) => createSessionStore(adapter, environment, sessionId), () => Promise.resolve());
  const models = createModelsStore(adapter, workspace);
  const chats = createSessionCommands(adapter, environment, workspace);
  const retain = (store: GraphStore | RunStore | SessionStore) =>
    "graphId" in store ? graphs.retain(store.graphId, store) : "runId" in store ? runs.retain(store.runId, store) : sessions.retain(store.sessionId, store);
  const commands = createCommands({
    adapter, environment, workspace,
    openGraph: graphs.peek,
    withGraph: async (graphId, use) => {
      const graph = graphs.get(graphId);
      const release = retain(graph);
      try {
        await ready(graph);
        return await use(graph);
      } finally {
        release();
      }
    },
  });
  return {
    adapter, environment, clientId, workspace, view, commands, models, chats, retain,
    connection: connection.store,
    graph: graphs.get,
    run: runs.get,
    session: sessions.get,
    flush: async () => {
      await Promise.all([...graphs.values().map((graph) => graph.flush()), view.flush()]);
    },
    close: () => {
      graphs.close();
      runs.close();
      sessions.close();
      models.close();
      view.close();
      workspace.close();
      connection.close();
    },
  };
};

const ready = (graph: GraphStore): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = ({ status, error }: ReturnType<GraphStore["store"]["getState"]>): boolean => {
      if (status === "loading") return false;
      if (status === "ready") resolve();
      else reject(error);
      return true;
    };
    if (look(graph.store.getState())) return;
    const stop = graph.store.subscribe((state) => {
      if (look(state)) stop();
    });
  });
