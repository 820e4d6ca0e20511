/** What the tests of the clients share: a model record, a request, real time, and collecting a reply with how it ended. */
import { type ModelClient, ModelFailure, type ModelMessage, type ModelPart, type ModelRequest, type ModelTool } from "@axion/agent/model";
import type { ModelInfo } from "@axion/protocol";
import type { ModelServer, ProtocolName, ServerScript } from "@axion/testkit/servers";
import { startModelServer } from "@axion/testkit/servers";
import { createModel } from "../create.ts";
import type { ModelClock, ModelFetch } from "../ports.ts";

export const realClock: ModelClock = {
  now: () => Date.now(),
  timer: (ms, wake) => {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};

/** Time that a test moves. */
export class HandClock implements ModelClock {
  #now = 1_800_000_000_000;
  readonly #timers = new Set<{ readonly at: number; readonly wake: () => void }>();
  now(): number { return this.#now; }
  timer(ms: number, wake: () => void): () => void {
    const timer = { at: this.#now + ms, wake };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
  get waiting(): number { return this.#timers.size; }
  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue;
      timer.wake();
    }
  }
}

export const modelInfo = (more: Partial<ModelInfo> = {}): ModelInfo => ({
  id: "p/scripted-model", name: "scripted-model", provider: "p", capabilities: [], contextWindow: 8192, title: "Scripted", claims: [], contextSource: "assumed", local: false, demo: false, ...more,
} as ModelInfo);
export const thinking = { claims: [{ capability: "reasoning", has: true, source: "server" }] } as const satisfies Partial<ModelInfo>;

export const readFile: ModelTool = { name: "read_file", description: "Reads a file.", parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] } };
export const said = (text: string): ModelMessage => ({ role: "user", parts: [{ type: "text", text }] });
export const requestOf = (more: Partial<ModelRequest> = {}): ModelRequest => ({ model: modelInfo(), system: "You are a test.", messages: [said("hello")], tools: [readFile], ...more });

/** As the broker does: the provider's base in the place of the stand-in. */
export const fetchTo = (base: string): ModelFetch => (url, init) => fetch(base + new URL(url).pathname, init);

export interface Told {
  readonly parts: readonly ModelPart[];
  readonly text: string;
  readonly reasoning: string;
  readonly calls: ReadonlyArray<Extract<ModelPart, { type: "tool-call" }>>;
  readonly usage: Extract<ModelPart, { type: "usage" }> | undefined;
  readonly finish: string | undefined;
  readonly model: string | undefined;
  readonly failure: ModelFailure | undefined;
}

export const hear = async (client: ModelClient, request: ModelRequest, signal: AbortSignal = new AbortController().signal): Promise<Told> => {
  const parts: ModelPart[] = [];
  let failure: ModelFailure | undefined;
  try {
    for await (const part of client.stream(request, signal)) parts.push(part);
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    failure = error;
  }
  const joined = (kind: "text" | "reasoning") => parts.map((part) => part.type === kind ? part.text : "").join("");
  return {
    parts, failure, text: joined("text"), reasoning: joined("reasoning"), calls: parts.filter((part) => part.type === "tool-call"),
    usage: parts.findLast((part) => part.type === "usage"), finish: parts.find((part) => part.type === "finish")?.reason, model: parts.find((part) => part.type === "model")?.id,
  };
};

/** Starts a server with the script, asks it once, and closes it. */
export const askOnce = async (kind: ProtocolName, script: ServerScript, request: ModelRequest = requestOf(), clock: ModelClock = realClock): Promise<Told & { readonly server: ModelServer }> => {
  const server = await startModelServer({ protocol: kind, script });
  try {
    const told = await hear(createModel({ kind }, { fetch: fetchTo(server.base), clock }), request);
    // Whoever stops reading lets the server stop sending: without that this waits for ever.
    await server.idle();
    return { ...told, server };
  } finally {
    await server.close();
  }
};
export const KINDS: readonly ProtocolName[] = ["openai-chat", "openai-responses", "anthropic", "ollama"];
