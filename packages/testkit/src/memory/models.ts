/** Models, providers, keys, configuration and the ledger of what left the machine, in memory. Keys are kept by name only. */
import type { AppConfig, EgressEntry, ModelInfo, Params, Provider, Result } from "@axion/protocol";
import { Refusal } from "./refusal.ts";

const streams = { capability: "streaming", has: true, source: "server" } as const;
const tools = { capability: "tools", has: true, source: "server" } as const;
export const demoModel: ModelInfo = {
  id: "demo", provider: "demo", name: "demo", title: "Demo agent (scripted)", capabilities: ["streaming", "tools"], contextWindow: 32_768, contextSource: "server",
  claims: [streams, tools], local: true, demo: true,
};
const localModel: ModelInfo = {
  id: "qwen3-8b", provider: "ollama", name: "qwen3:8b", title: "qwen3-8b", capabilities: ["streaming", "tools", "reasoning"], contextWindow: 32_768, contextSource: "server",
  claims: [streams, tools, { capability: "reasoning", has: true, source: "catalogue" }], local: true, demo: false, bytes: 5_200_000_000, loaded: true,
};
const hostedModel: ModelInfo = {
  id: "example/large", provider: "example", name: "large-1", title: "large-1", capabilities: ["streaming", "tools", "images"], contextWindow: 200_000, contextSource: "catalogue",
  claims: [streams, tools, { capability: "images", has: true, source: "assumed" }], local: false, demo: false, price: { input: 3, output: 15 },
};
const defaultConfig: AppConfig = {
  gateway: { port: 0 }, providers: {}, models: { default: null, probe: true, silenceSeconds: 60, localSilenceSeconds: 300 },
  agent: { mode: "ask", instructions: "", maxSteps: 100, maxMinutes: 60, maxTokens: 2_000_000, maxCost: null, sameCalls: 3 },
  compaction: { automatic: true, threshold: 80 }, egress: { airGap: false, hosts: [] }, channels: { webhook: { enabled: false, port: 0 } },
};

export interface MemoryModelsParts {
  readonly now: () => number;
  readonly announce: (event: Readonly<Record<string, unknown>>) => void;
  /** Without this only the demo agent is there. */
  readonly withModels?: boolean;
}

export class MemoryModels {
  readonly #parts: MemoryModelsParts;
  #config = defaultConfig;
  readonly #keys = new Map<string, number>();
  readonly #ledger: EgressEntry[] = [];

  constructor(parts: MemoryModelsParts) {
    this.#parts = parts;
  }
  get config(): AppConfig {
    return this.#config;
  }
  models(): ModelInfo[] {
    return this.#parts.withModels === true ? [localModel, hostedModel, demoModel] : [demoModel];
  }
  providers(): Provider[] {
    const demo: Provider = { id: "demo", kind: "demo", title: "Demo agent", baseUrl: "", local: true, found: false, keyed: false, state: "ready", models: 1 };
    const written = Object.entries(this.#config.providers).map(([id, config]): Provider => {
      const keyed = config.keyName !== undefined && this.#keys.has(config.keyName);
      return {
        id, kind: config.kind, title: config.title ?? id, baseUrl: config.baseUrl, local: config.baseUrl.includes("localhost"), found: false, keyed,
        ...(config.keyName === undefined ? {} : { keyName: config.keyName }), state: keyed ? "ready" : "no-key", models: 0, checkedAt: this.#parts.now(),
      };
    });
    if (this.#parts.withModels !== true) return [demo, ...written];
    const at = this.#parts.now();
    return [
      { id: "ollama", kind: "ollama", title: "Ollama", baseUrl: "http://127.0.0.1:11434", local: true, found: true, keyed: false, state: "ready", models: 1, checkedAt: at },
      { id: "example", kind: "openai-chat", title: "Example", baseUrl: "https://api.example.org/v1", local: false, found: false, keyName: "example", keyed: true, state: "ready", models: 1, checkedAt: at },
      { id: "lmstudio", kind: "openai-chat", title: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1", local: true, found: true, keyed: false, state: "unreachable", problem: "Nothing answers on port 1234.", models: 0, checkedAt: at },
      demo, ...written,
    ];
  }
  /** Keys are paths, `agent.maxSteps`; a path that is not there is refused and nothing changes. */
  update({ key, value }: Params<"update_config">): null {
    const path = key.split(".");
    const name = path.at(-1);
    const copy = structuredClone(this.#config) as Record<string, unknown>;
    let at = copy;
    for (const step of path.slice(0, -1)) {
      const next = Object.hasOwn(at, step) ? at[step] : undefined;
      if (typeof next !== "object" || next === null) throw new Refusal("invalid_params", `There is no setting ${key}.`);
      at = next as Record<string, unknown>;
    }
    const free = path[0] === "providers" && path.length === 2;
    if (name === undefined || name === "__proto__" || (!free && !Object.hasOwn(at, name))) throw new Refusal("invalid_params", `There is no setting ${key}.`);
    if (free && value === null) delete at[name];
    else at[name] = value;
    this.#config = copy as unknown as AppConfig;
    this.#parts.announce({ type: "config-changed", key });
    return null;
  }
  setKey({ name }: Params<"set_key">): Result<"set_key"> {
    this.#keys.set(name, this.#parts.now());
    this.#parts.announce({ type: "config-changed", key: "keys" });
    return { name, place: "keychain", setAt: this.#parts.now() };
  }
  keys(): Result<"list_keys"> {
    return { place: "keychain", keys: [...this.#keys].map(([name, setAt]) => ({ name, place: "keychain", setAt })) };
  }
  removeKey({ name }: Params<"remove_key">): null {
    this.#keys.delete(name);
    this.#parts.announce({ type: "config-changed", key: "keys" });
    return null;
  }
  record(entry: Omit<EgressEntry, "number" | "at">): void {
    this.#ledger.push({ ...entry, number: this.#ledger.length + 1, at: this.#parts.now() });
  }
  egress({ before = Infinity, limit = 100, sessionId }: Params<"list_egress">): Result<"list_egress"> {
    const entries = this.#ledger.filter((entry) => entry.number < before && (sessionId === undefined || entry.sessionId === sessionId)).reverse();
    return { entries: entries.slice(0, limit), more: entries.length > limit, airGap: this.#config.egress.airGap };
  }
}
