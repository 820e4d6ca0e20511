/** Reads the events of an Anthropic message: blocks that begin, grow and end. Its count of the input leaves out what was cached; here it is all of it. */
import type { FinishReason } from "@axion/agent/model";
import type { ReplyReader } from "../converse.ts";
import { failure } from "../http/failures.ts";
import type { Assembly } from "../reply/assembly.ts";
import { at, countAt, isUnknowns, listOf, textAt } from "../reply/json.ts";
import { SEALED } from "./request.ts";

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop", stop_sequence: "stop", max_tokens: "length", model_context_window_exceeded: "length", tool_use: "tool-calls", refusal: "filter",
};
const MAX_SIGNATURE = 1_048_576;

class AnthropicReader implements ReplyReader {
  readonly #assembly: Assembly;
  #signature: string[] = [];
  #signatureLength = 0;
  #reason: string | undefined;
  #input = { fresh: 0, read: 0, written: 0 };
  constructor(assembly: Assembly) { this.#assembly = assembly; }

  frame(event: unknown): void {
    const assembly = this.#assembly;
    switch (textAt(event, "type")) {
      case "message_start":
        assembly.model(textAt(event, "message", "model"));
        return this.#counts(at(event, "message", "usage"));
      case "content_block_start": return this.#begin(this.#key(event), at(event, "content_block"));
      case "content_block_delta": return this.#delta(this.#key(event), at(event, "delta"));
      case "content_block_stop": return this.#blockEnd(this.#key(event));
      case "message_delta":
        this.#reason = textAt(event, "delta", "stop_reason") ?? this.#reason;
        return this.#counts(at(event, "usage"));
      case "message_stop": return this.#end();
      // `ping`, and what is not known yet.
      default: return undefined;
    }
  }

  whole(value: unknown): void {
    if (!Array.isArray(at(value, "content"))) return;
    this.#assembly.model(textAt(value, "model"));
    for (const [index, block] of listOf(at(value, "content")).entries()) {
      this.#begin(`b${index}`, block);
      if (textAt(block, "type") === "thinking" && textAt(block, "signature") !== undefined) this.#assembly.reasoning("", textAt(block, "signature"));
      this.#assembly.callEnd(`b${index}`);
    }
    this.#reason = textAt(value, "stop_reason") ?? "end_turn";
    this.#counts(at(value, "usage"));
    this.#end();
  }

  #key(event: unknown): string { return `b${countAt(event, "index") ?? 0}`; }

  #begin(key: string, block: unknown): void {
    const assembly = this.#assembly;
    this.#sealThinking();
    switch (textAt(block, "type")) {
      case "text": return assembly.text(textAt(block, "text"));
      case "thinking": return assembly.reasoning(textAt(block, "thinking"));
      case "redacted_thinking": return assembly.reasoning("", `${SEALED}${textAt(block, "data") ?? ""}`);
      case "tool_use": {
        const input = at(block, "input");
        return assembly.callPiece(key, { id: textAt(block, "id"), name: textAt(block, "name"), ...(isUnknowns(input) && Object.keys(input).length > 0 && { arguments: JSON.stringify(input) }) });
      }
      default: return undefined;
    }
  }

  #delta(key: string, delta: unknown): void {
    const assembly = this.#assembly;
    switch (textAt(delta, "type")) {
      case "text_delta": return assembly.text(textAt(delta, "text"));
      case "thinking_delta": return assembly.reasoning(textAt(delta, "thinking"));
      case "signature_delta": {
        const piece = textAt(delta, "signature") ?? "";
        this.#signatureLength += piece.length;
        if (this.#signatureLength > MAX_SIGNATURE) throw failure("protocol", "The signature of the reply's reasoning is longer than 1 Mi characters.");
        this.#signature.push(piece);
        return undefined;
      }
      case "input_json_delta": {
        const piece = textAt(delta, "partial_json") ?? "";
        if (!assembly.hasCall(key) && piece !== "") throw failure("protocol", "The reply has arguments for a tool call that never began.");
        return assembly.callPiece(key, { arguments: piece });
      }
      default: return undefined;
    }
  }

  #blockEnd(key: string): void {
    this.#sealThinking();
    this.#assembly.callEnd(key);
  }
  #sealThinking(): void {
    if (this.#signature.length === 0) return;
    this.#assembly.reasoning("", this.#signature.join(""));
    this.#signature = [];
    this.#signatureLength = 0;
  }

  #counts(usage: unknown): void {
    if (!isUnknowns(usage)) return;
    const input = this.#input;
    input.fresh = countAt(usage, "input_tokens") ?? input.fresh;
    input.read = countAt(usage, "cache_read_input_tokens") ?? input.read;
    input.written = countAt(usage, "cache_creation_input_tokens") ?? input.written;
    this.#assembly.counts({
      inputTokens: input.fresh + input.read + input.written, outputTokens: countAt(usage, "output_tokens"),
      cacheReadTokens: input.read, cacheWriteTokens: input.written,
    });
  }

  #end(): void {
    this.#sealThinking();
    const reason = this.#reason ?? "end_turn";
    this.#assembly.finish(Object.hasOwn(REASONS, reason) ? REASONS[reason] ?? "other" : "other");
    this.#assembly.close();
  }
}

export const anthropicReader = (assembly: Assembly): ReplyReader => new AnthropicReader(assembly);
