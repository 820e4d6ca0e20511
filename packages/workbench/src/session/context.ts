// The client of this window, for components, and hooks that read its stores. A component reads only what it shows: selectors
// return values that keep their identity while nothing about them changed.

import type { AxionClient, ConnectionState, GraphState, GraphStore, RunStoreState, ViewState, WorkspaceState } from '@axion/client';
import { createContext, useContext, useEffect, useMemo } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';

export const ClientContext = createContext<AxionClient | null>(null);

export function useClient(): AxionClient {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('No client around this component.');
  return client;
}

export function useWorkspace<T>(select: (state: WorkspaceState) => T): T {
  return useStore(useClient().workspace.store, select);
}

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(useClient().view.store, select);
}

export function useConnection<T>(select: (state: ConnectionState) => T): T {
  return useStore(useClient().connection, select);
}

/** The store of a graph, kept open while the component is mounted. */
export function useGraph(graphId: string): GraphStore {
  const client = useClient();
  const graph = useMemo(() => client.graph(graphId), [client, graphId]);
  useEffect(() => client.retain(graph), [client, graph]);
  return graph;
}

export function useGraphState<T>(graphId: string, select: (state: GraphState) => T): T {
  return useStore(useGraph(graphId).store, select);
}

const noRun = createStore<RunStoreState | null>(() => null);

/** The state of a run, or null for none; its store is kept open while the component is mounted. */
export function useRun(runId: string | null): RunStoreState | null {
  const client = useClient();
  const run = useMemo(() => (runId === null ? null : client.run(runId)), [client, runId]);
  useEffect(() => (run === null ? undefined : client.retain(run)), [client, run]);
  return useStore<StoreApi<RunStoreState> | typeof noRun, RunStoreState | null>(run?.store ?? noRun, (state) => state);
}
