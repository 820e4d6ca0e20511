/** What a client of a model needs from the world: a way to send one request, and time. Both are brought by the runner, or by a test. */

/** A part of the engine's clock. */
export interface ModelClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `wake` once after `ms`; the answer takes it back. */
  timer(ms: number, wake: () => void): () => void;
}

export interface ModelFetchInit {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal: AbortSignal;
}
/** `typeof fetch` is one. May reject, or let the body fail, with a `ModelFailure`, which is passed on as it is; any other error counts as "not reached". */
export type ModelFetch = (url: string, init: ModelFetchInit) => Promise<Response>;

export interface ModelPorts {
  readonly fetch: ModelFetch;
  readonly clock: ModelClock;
}

/**
 * Stands for the provider's base URL, which is not known here: `http://provider.invalid/chat/completions` means the path `/chat/completions` under that base.
 * Bases as people know them: with `/v1` for OpenAI's two and for Anthropic, without anything for Ollama.
 */
export const PROVIDER_ORIGIN = "http://provider.invalid";

/** What a reply may cost. The broker is given the first two as well; it is the one that ends connections. */
export const LIMITS = {
  /** Milliseconds without a whole frame, where the configuration does not say. */
  idleMs: 60_000,
  /** For a model on this machine, which may have to be loaded and may take its time over a long prompt. */
  localIdleMs: 300_000,
  maxBytes: 134_217_728,
  /** Characters of one frame or line. */
  maxFrame: 8_388_608,
  /** Characters of text, and of reasoning. */
  maxText: 8_388_608,
  maxCalls: 128,
  /** Characters of the arguments of all tool calls of a reply. */
  maxArguments: 4_194_304,
  /** Bytes of an error's body that are read. */
  maxErrorBytes: 65_536,
  /** How long the counts may come after the reply has finished. */
  afterFinishMs: 5_000,
} as const;

/** How long a model may say nothing: what the person's configuration says, else the usual. */
export const idleMsOf = ({ silenceMs, model }: { readonly silenceMs?: number | undefined; readonly model: { readonly local: boolean } }): number => silenceMs ?? (model.local ? LIMITS.localIdleMs : LIMITS.idleMs);
/** What a body of this many bytes is given on its way out, which is no silence: what a slow line needs for it. The broker counts the same. */
export const sendMsOf = (bytes: number): number => Math.floor(bytes / 64);
/** How much later than the client the broker gives a silent connection up: the client knows better what was silent, and says it. */
export const BROKER_BEHIND_MS = 5_000;

