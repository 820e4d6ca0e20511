/**
 * The one place that knows what a reply may look like, whichever protocol it came by: bounded, each call with a name and an id of its own, one finish and
 * nothing after it. Protocol readers put in what they find; what comes out are the parts for the agent, neighbours joined.
 */
import type { FinishReason, ModelPart, ModelRequest } from "@axion/agent/model";
import { failure } from "../http/failures.ts";
import { LIMITS } from "../ports.ts";

export interface Counts {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cacheReadTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
}
interface OpenCall { id: string; name: string; readonly pieces: string[] }

const MAX_ID = 200;
const MAX_NAME = 200;

/** The field of a chat reply that reasoning came in; it goes back in the same one. */
export const FIELD_SIGNATURE = "field:";

export class Assembly {
  #parts: ModelPart[] = [];
  #text = 0;
  #arguments = 0;
  #calls = 0;
  #finish: FinishReason | undefined;
  #model: string | undefined;
  #counts: Counts = {};
  #closed = false;
  #began = false;
  /** The signature that reasoning gets when something else follows it. */
  #closing: string | undefined;
  readonly #open = new Map<string, OpenCall>();
  readonly #taken = new Set<string>();

  constructor(request: ModelRequest) {
    for (const message of request.messages) if (message.role === "assistant") for (const part of message.parts) if (part.type === "tool-call") this.#taken.add(part.callId);
  }

  /** A reason to end was given; only counts may follow. */
  get finished(): boolean { return this.#finish !== undefined; }
  get closed(): boolean { return this.#closed; }
  /** Something of a reply was there. */
  get began(): boolean { return this.#began; }

  text(text: string | undefined): void {
    if (!this.#more(text)) return;
    this.#closeReasoning();
    const last = this.#parts.at(-1);
    if (last?.type === "text") this.#parts[this.#parts.length - 1] = { type: "text", text: last.text + text };
    else this.#parts.push({ type: "text", text });
  }

  /** A signature belongs to all reasoning since the last one. */
  reasoning(text: string | undefined, signature?: string): void {
    const more = this.#more(text);
    if (this.finished || (!more && signature === undefined)) return;
    this.#began = true;
    this.#reason(more ? text : "", signature);
  }
  #reason(text: string, signature: string | undefined): void {
    const last = this.#parts.at(-1);
    const joined = last?.type === "reasoning" && last.signature === undefined;
    const piece: ModelPart = { type: "reasoning", text: joined ? last.text + text : text, ...(signature !== undefined && { signature }) };
    if (joined) this.#parts[this.#parts.length - 1] = piece;
    else this.#parts.push(piece);
  }

  /** Reasoning of a protocol without signatures: the field that it came in is told at its end. */
  reasoningIn(field: string, text: string | undefined): void {
    if (!this.#more(text)) return;
    this.#closing = `${FIELD_SIGNATURE}${field}`;
    this.#reason(text, undefined);
  }
  #closeReasoning(): void {
    const signature = this.#closing;
    this.#closing = undefined;
    if (signature !== undefined) this.#reason("", signature);
  }

  #more(text: string | undefined): text is string {
    if (text === undefined || text === "" || this.finished) return false;
    this.#began = true;
    this.#text += text.length;
    if (this.#text > LIMITS.maxText) throw failure("protocol", `The reply is longer than ${LIMITS.maxText / 1_048_576} Mi characters and was cut off.`);
    return true;
  }

  model(id: string | undefined): void {
    if (id === undefined || id === "") return;
    this.#began = true;
    if (this.#model !== undefined) return;
    this.#model = id.slice(0, 400).toWellFormed();
    this.#parts.push({ type: "model", id: this.#model });
  }

  /** Later counts replace earlier ones, one by one. */
  counts(counts: Counts): void {
    const given = Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined)) as Counts;
    if (Object.keys(given).length === 0) return;
    this.#counts = { ...this.#counts, ...given };
    const { inputTokens = 0, outputTokens = 0, cacheReadTokens, cacheWriteTokens, reasoningTokens } = this.#counts;
    const usage: ModelPart = {
      type: "usage", inputTokens, outputTokens,
      ...(cacheReadTokens !== undefined && { cacheReadTokens }), ...(cacheWriteTokens !== undefined && { cacheWriteTokens }), ...(reasoningTokens !== undefined && { reasoningTokens }),
    };
    this.#parts = [...this.#parts.filter((part) => part.type !== "usage"), usage];
  }

  /** A piece of a call, under the key by which the protocol puts its pieces together. */
  callPiece(key: string, piece: { readonly id?: string | undefined; readonly name?: string | undefined; readonly arguments?: string | undefined }): void {
    if (this.finished) return;
    this.#began = true;
    this.#closeReasoning();
    let call = this.#open.get(key);
    if (call === undefined) {
      this.#calls += 1;
      if (this.#calls > LIMITS.maxCalls) throw failure("protocol", `The reply has more than ${LIMITS.maxCalls} tool calls and was cut off.`);
      call = { id: "", name: "", pieces: [] };
      this.#open.set(key, call);
    }
    if (call.id === "" && piece.id !== undefined) call.id = piece.id;
    // Sent once as a rule; some servers repeat it in each piece.
    if (call.name === "" && piece.name !== undefined) call.name = piece.name;
    if (piece.arguments !== undefined && piece.arguments !== "") {
      this.#arguments += piece.arguments.length;
      if (this.#arguments > LIMITS.maxArguments) throw failure("protocol", `The arguments of a tool call are longer than ${LIMITS.maxArguments / 1_048_576} Mi characters; the reply was cut off.`);
      call.pieces.push(piece.arguments);
    }
  }
  hasCall(key: string): boolean { return this.#open.has(key); }
  /** Whether arguments of this call have come. */
  hasArguments(key: string): boolean { return (this.#open.get(key)?.pieces.length ?? 0) > 0; }

  /** The call is complete. */
  callEnd(key: string): void {
    const call = this.#open.get(key);
    if (call === undefined || this.finished) return;
    this.#open.delete(key);
    const name = call.name.trim().slice(0, MAX_NAME).toWellFormed();
    if (name === "") throw failure("protocol", "The reply has a tool call without a name.");
    const text = call.pieces.join("");
    this.#parts.push({ type: "tool-call", callId: this.#idFor(call.id), name, arguments: text.trim() === "" ? "{}" : text });
  }

  /** Ids that are missing, or that stand for another call already, are given anew. */
  #idFor(given: string): string {
    let id = given.slice(0, MAX_ID).toWellFormed();
    for (let n = this.#taken.size + 1; id === "" || this.#taken.has(id); n += 1) id = `call_${n}`;
    this.#taken.add(id);
    return id;
  }

  /** The first reason counts. What was left open of calls is complete now. */
  finish(reason: FinishReason): void {
    if (this.finished) return;
    this.#began = true;
    this.#closeReasoning();
    for (const key of [...this.#open.keys()]) this.callEnd(key);
    this.#finish = reason === "stop" && this.#calls > 0 ? "tool-calls" : reason;
  }

  /** Nothing more comes. Without a finish the reply was cut off, unless `complete` says that its end was seen in another way. */
  close(complete = false): void {
    if (this.#closed) return;
    if (!this.finished) {
      if (!this.#began) throw failure("protocol", "The provider answered with nothing.");
      if (!complete) throw failure("network", "The reply was cut off before its end.", { hint: "Try again to go on." });
      this.finish("stop");
    }
    this.#closed = true;
    this.#parts.push({ type: "finish", reason: this.#finish ?? "other" });
  }

  /** What has come since the last time. */
  take(): readonly ModelPart[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}
