/** The connection as a store: what the status bar shows, and whether a change can be sent now. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ConnectionStatus, GatewayAdapter } from "../gateway/adapter.ts";

export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Was ready at least once: a later break is a break, not a slow start. */
  readonly everReady: boolean;
}

export const createConnectionStore = (adapter: GatewayAdapter): { store: StoreApi<ConnectionState>; close: () => void } => {
  const first = adapter.status.get();
  const store = createStore<ConnectionState>(() => ({ status: first, everReady: first.state === "ready" }));
  const close = adapter.status.subscribe((status) => store.setState((old) => ({ status, everReady: old.everReady || status.state === "ready" })));
  return { store, close };
};
