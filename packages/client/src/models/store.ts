/**
 * Models, providers, keys, channels and the configuration of agents: read when a screen first needs them, read anew when Core says that
 * something changed, and searched for again (`refresh`) when the person opens the list of models.
 */
import type { AppConfig, ChannelInfo, EgressEntry, ModelInfo, Provider, Result } from "@axion/protocol";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { GatewayAdapter } from "../gateway/adapter.ts";
import { BadReply, type GatewayError, isGatewayError } from "../gateway/errors.ts";
import type { Json } from "../graphs/model.ts";
import type { WorkspaceStore } from "../stores/workspace.ts";

export interface ModelsState {
  readonly status: "idle" | "loading" | "ready" | "failed";
  readonly error: GatewayError | undefined;
  readonly models: ReadonlyArray<ModelInfo>;
  readonly providers: ReadonlyArray<Provider>;
  readonly keys: Result<"list_keys"> | undefined;
  readonly channels: ReadonlyArray<ChannelInfo>;
  readonly config: AppConfig | undefined;
  /** Looking for servers on this machine and asking each for its models. */
  readonly searching: boolean;
}

/** What testing a provider did, and what it led to. */
export interface ProviderTest {
  /** The requests that went to it, oldest first, as the ledger has them: without queries, keys and bodies. None, if nothing could be asked. */
  readonly requests: ReadonlyArray<EgressEntry>;
  /** As it is since; undefined if it is gone. */
  readonly provider: Provider | undefined;
  /** What it has. */
  readonly models: ReadonlyArray<ModelInfo>;
}

export interface ModelsStore {
  readonly store: StoreApi<ModelsState>;
  /** Reads what is known; once, until something changes. */
  load(): Promise<void>;
  /** Looks again: probes of this machine, lists of the servers. */
  refresh(): Promise<void>;
  /** Looks again, and tells what was asked of one provider. */
  test(providerId: string): Promise<ProviderTest>;
  updateConfig(key: string, value: Json): Promise<void>;
  setKey(name: string, value: string): Promise<void>;
  removeKey(name: string): Promise<void>;
  close(): void;
}

/** A search asks each provider a few things, all at once. */
const mostEntries = 200;

export const createModelsStore = (adapter: GatewayAdapter, workspace: WorkspaceStore): ModelsStore => {
  const store = createStore<ModelsState>(() => ({
    status: "idle", error: undefined, models: [], providers: [], keys: undefined, channels: [], config: undefined, searching: false,
  }));
  let reading: Promise<void> | undefined;
  let again = false;

  const readOnce = async (): Promise<void> => {
    try {
      const [config, models, providers, keys, channels] = await Promise.all([
        adapter.callPromise("get_config", {}), adapter.callPromise("get_models", {}), adapter.callPromise("list_providers", {}),
        adapter.callPromise("list_keys", {}), adapter.callPromise("get_channels", {}),
      ]);
      store.setState({ status: "ready", error: undefined, config, models, providers, keys, channels });
    } catch (error) {
      const known = isGatewayError(error) ? error : new BadReply({ command: "get_models", detail: String(error) });
      store.setState((state) => ({ error: known, status: state.config === undefined ? "failed" : "ready" }));
    }
  };
  const read = (): Promise<void> => {
    if (reading !== undefined) {
      again = true;
      return reading;
    }
    store.setState((state) => ({ status: state.status === "ready" ? "ready" : "loading" }));
    reading = (async () => {
      do {
        again = false;
        await readOnce();
      } while (again);
      reading = undefined;
    })();
    return reading;
  };
  let seen = workspace.store.getState().configVersion;
  const stop = workspace.store.subscribe((state) => {
    if (state.configVersion === seen) return;
    seen = state.configVersion;
    // Nobody has asked yet: nothing to keep up to date.
    if (store.getState().status !== "idle") void read();
  });

  let refreshing: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    refreshing ??= (async () => {
      store.setState({ searching: true });
      try {
        const models = await adapter.callPromise("get_models", { refresh: true });
        store.setState({ models });
        await read();
      } catch (error) {
        if (isGatewayError(error)) store.setState({ error });
        else throw error;
      } finally {
        refreshing = undefined;
        store.setState({ searching: false });
      }
    })();
    return refreshing;
  };

  return {
    store,
    load: () => (store.getState().status === "ready" ? Promise.resolve() : read()),
    refresh,
    test: async (providerId) => {
      // A search that is under way may have asked it already.
      await refreshing;
      const before = (await adapter.callPromise("list_egress", { limit: 1 })).entries[0]?.number ?? 0;
      const models = await adapter.callPromise("get_models", { refresh: true });
      const { entries } = await adapter.callPromise("list_egress", { limit: mostEntries });
      await read();
      return {
        requests: entries.filter((entry) => entry.number > before && entry.provider === providerId && entry.purpose === "model-list").toReversed(),
        provider: store.getState().providers.find((provider) => provider.id === providerId),
        models: models.filter((model) => model.provider === providerId),
      };
    },
    updateConfig: async (key, value) => {
      await adapter.callPromise("update_config", { key, value });
      await read();
    },
    setKey: async (name, value) => {
      await adapter.callPromise("set_key", { name, value });
      await read();
    },
    removeKey: async (name) => {
      await adapter.callPromise("remove_key", { name });
      await read();
    },
    close: stop,
  };
};
