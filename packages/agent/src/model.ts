/**
 * The port to a language model: what a turn asks, what streams back, how it fails. `@axion/models` implements it, one client
 * per wire protocol; the agent knows no protocol, no address and no key. Nothing here depends on anything but the wire types.
 */
import type { ModelInfo } from "@axion/protocol";

export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: { readonly [key: string]: unknown };
}

export type UserContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly mediaType: string; readonly base64: string };

export type AssistantContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string; readonly signature?: string }
  /** `arguments` is JSON text as the model wrote it, or `{}`. */
  | { readonly type: "tool-call"; readonly callId: string; readonly name: string; readonly arguments: string };

export type ModelMessage =
  | { readonly role: "user"; readonly parts: readonly UserContent[] }
  | { readonly role: "assistant"; readonly parts: readonly AssistantContent[] }
  | { readonly role: "tool"; readonly callId: string; readonly name: string; readonly output: string; readonly isError: boolean };

export interface ModelRequest {
  readonly model: ModelInfo;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  readonly maxOutputTokens?: number;
  /** For servers that must be told how much to keep (`num_ctx`). */
  readonly contextWindow?: number;
}

export type FinishReason = "stop" | "length" | "tool-calls" | "filter" | "other";

/** `text` and `reasoning` are pieces to append. A `tool-call` is whole; its `callId` is the model's own. Counts of `usage` replace earlier ones of the same stream. */
export type ModelPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string; readonly signature?: string }
  | { readonly type: "tool-call"; readonly callId: string; readonly name: string; readonly arguments: string }
  | {
    readonly type: "usage"; readonly inputTokens: number; readonly outputTokens: number;
    readonly cacheReadTokens?: number; readonly cacheWriteTokens?: number; readonly reasoningTokens?: number;
  }
  /** The model that the reply says it is from. */
  | { readonly type: "model"; readonly id: string }
  | { readonly type: "finish"; readonly reason: FinishReason };

export interface ModelClient {
  /** Streams one reply. Ends after `finish`, or throws `ModelFailure`; rejects with the signal's reason when it is aborted. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
}

/**
 * Why a call failed. `auth` the key, `rate` too many requests, `server` the provider's own fault, `protocol` an answer that makes no sense, `timeout` silence, `refused` not allowed or
 * not understood by the provider, `context` longer than the window, `network` not reached or cut off, `blocked` kept from leaving by Axion.
 */
export type ModelFailureKind = "auth" | "rate" | "server" | "protocol" | "timeout" | "refused" | "context" | "network" | "blocked";

export class ModelFailure extends Error {
  readonly kind: ModelFailureKind;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  constructor(kind: ModelFailureKind, message: string, more: { readonly hint?: string; readonly retryAfterMs?: number; readonly status?: number } = {}) {
    super(message);
    this.name = "ModelFailure";
    this.kind = kind;
    this.hint = more.hint;
    this.retryAfterMs = more.retryAfterMs;
    this.status = more.status;
  }
}
