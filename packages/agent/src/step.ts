/**
 * One reply of the model: streams it into the turn, keeps what came, and says how it ended. Whatever a model or a server sends ends here as text, calls, counts or
 * a failure: names are mended, arguments read and bounded, endless replies cut off.
 */
import { type Json, isRecord } from "@axion/engine";
import type { ToolSafety, Usage } from "@axion/protocol";
import { type FinishReason, ModelFailure, type ModelPart, type ModelRequest } from "./model.ts";
import { type Scope, unlessStopped } from "./scope.ts";
import { mendArguments } from "./tools/mend.ts";
import { costOf, safeCount } from "./usage.ts";
import { cut, wireProblem } from "./wire.ts";

/** Characters of one reply, and of all replies of a turn. */
const MAX_REPLY = 4_000_000;
const MAX_TURN = 15_000_000;
const MAX_CALLS = 64;
const MAX_ARGUMENTS = 1_000_000;

export interface Reply {
  readonly usage: Usage;
  readonly reportedModel: string | undefined;
  readonly reason: FinishReason;
  readonly calls: number;
  /** Characters of text that a person reads. */
  readonly said: number;
  /** Why it broke off; what came before is kept. */
  readonly failure: ModelFailure | undefined;
  /** The provider counted. */
  readonly counted: boolean;
}

const unknownTool: ToolSafety = { readOnly: false, destructive: false, idempotent: false };

class Reading {
  readonly #scope: Scope;
  /** The part of the reasoning that is not signed yet. */
  #reasoning: number | undefined;
  said = 0;
  length = 0;
  calls = 0;
  usage: Extract<ModelPart, { type: "usage" }> | undefined;
  reason: FinishReason | undefined;
  reportedModel: string | undefined;
  constructor(scope: Scope) { this.#scope = scope; }

  /** `false` ends the reading. */
  async take(part: ModelPart): Promise<boolean> {
    const { writer, memory, state } = this.#scope;
    switch (part.type) {
      case "text": case "reasoning": {
        if (typeof part.text !== "string") return true;
        if (part.text !== "") {
          const into = writer.text(part.type, part.text);
          this.#reasoning = part.type === "reasoning" ? into : undefined;
        }
        // A signature closes the reasoning that it is for: what a provider signed apart goes back to it apart. One that came alone has no part to be kept by.
        if (part.type === "reasoning" && part.signature !== undefined && this.#reasoning !== undefined) {
          memory.signatures.set(this.#reasoning, part.signature);
          this.#reasoning = undefined;
          writer.endText();
        }
        if (part.type === "text") this.said += part.text.length;
        this.length += part.text.length;
        if (this.length > MAX_REPLY || state.units + this.length > MAX_TURN) {
          this.reason = "length";
          return false;
        }
        await writer.room();
        return true;
      }
      case "tool-call": {
        await this.#call(part);
        return this.calls < MAX_CALLS;
      }
      case "usage": this.usage = part; return true;
      case "model": this.reportedModel = cut(String(part.id), 400); return true;
      case "finish": this.reason = part.reason; return true;
      default: return true;
    }
  }

  async #call(part: Extract<ModelPart, { type: "tool-call" }>): Promise<void> {
    const { writer, tools, ports, params } = this.#scope;
    this.calls++;
    const name = mendedName(String(part.name));
    const tool = tools.get(name);
    const read = readArguments(String(part.arguments));
    const args = tool === undefined ? read : mendArguments(read, tool.parameters);
    const title = tool === undefined ? name : titleOf(() => tool.title(isRecord(args) ? args : {}, params), tool.name);
    await writer.emit({
      type: "tool-called", callId: ports.newId(), part: writer.nextPart(), tool: name, title: cut(title, 400), arguments: args, safety: tool?.safety ?? unknownTool,
    });
  }
}

/** Arguments are not checked yet when the title is made. */
const titleOf = (make: () => string, otherwise: string): string => {
  try {
    return make();
  } catch {
    return otherwise;
  }
};
/** Names go back to the provider in the next request, and providers refuse odd ones. */
const mendedName = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "unnamed";
/** What cannot be read stays as text: the call is answered with what is wrong with it. */
const readArguments = (text: string): Json => {
  if (text.length > MAX_ARGUMENTS) return cut(text, 1000);
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as Json;
    return wireProblem(value) === undefined ? value : cut(text, 1000);
  } catch {
    return cut(text, 1000);
  }
};

const usageOf = (reading: Reading, scope: Scope, estimate: number): Usage => {
  const counted = reading.usage;
  const usage: Usage = counted === undefined
    ? { inputTokens: estimate, outputTokens: Math.ceil(reading.length / 3), estimated: true }
    : {
      inputTokens: safeCount(counted.inputTokens), outputTokens: safeCount(counted.outputTokens),
      ...(counted.cacheReadTokens !== undefined && { cacheReadTokens: safeCount(counted.cacheReadTokens) }),
      ...(counted.cacheWriteTokens !== undefined && { cacheWriteTokens: safeCount(counted.cacheWriteTokens) }),
      ...(counted.reasoningTokens !== undefined && { reasoningTokens: safeCount(counted.reasoningTokens) }),
    };
  const cost = costOf(usage, scope.params.model.model.price);
  return cost === undefined ? usage : { ...usage, cost };
};

/** Asks once. Rejects only when the person stopped the turn or the history cannot be kept; a failure of the model is part of the reply. */
export const askModel = async (scope: Scope, request: ModelRequest, estimate: number): Promise<Reply> => {
  const reading = new Reading(scope);
  const ending = new AbortController();
  const stop = () => ending.abort(scope.signal.reason);
  scope.signal.addEventListener("abort", stop, { once: true });
  let failure: ModelFailure | undefined;
  try {
    const stream = scope.ports.model.stream(request, ending.signal)[Symbol.asyncIterator]();
    for (;;) {
      const next = await unlessStopped(scope.signal, stream.next()).catch((thrown: unknown) => {
        if (scope.signal.aborted) throw scope.signal.reason;
        failure = thrown instanceof ModelFailure ? thrown : new ModelFailure("protocol", `The model's answer could not be read: ${cut(thrown instanceof Error ? thrown.message : String(thrown), 500)}.`);
        return undefined;
      });
      if (next === undefined || next.done === true) break;
      if (!(await reading.take(next.value))) break;
    }
    // Whoever still sends is told to stop; nobody waits for that.
    void stream.return?.().catch(() => undefined);
  } finally {
    scope.signal.removeEventListener("abort", stop);
    ending.abort();
    scope.writer.endText();
  }
  if (failure === undefined && reading.reason === undefined && reading.calls === 0) failure = new ModelFailure("protocol", "The model's answer ended before it was complete.");
  return {
    usage: usageOf(reading, scope, estimate), reportedModel: reading.reportedModel, reason: reading.reason ?? (reading.calls > 0 ? "tool-calls" : "other"),
    calls: reading.calls, said: reading.said, failure, counted: reading.usage !== undefined,
  };
};

const plainName = (name: string) => name.toLowerCase().replace(/^.*[\\/]/, "").replace(/\.gguf$/, "").replace(/:latest$/, "");
/** Providers name versions and files; only a name that is neither longer nor shorter but another counts. */
export const isOtherModel = (asked: string, reported: string): boolean => {
  const a = plainName(asked), b = plainName(reported);
  return a !== "" && b !== "" && !a.startsWith(b) && !b.startsWith(a);
};
