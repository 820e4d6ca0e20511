/**
 * Reads the typed events of a Responses stream. Some servers send few of them, so the complete items, and at last the complete response, fill in what no delta
 * brought; what came as a delta is not taken twice.
 */
import type { FinishReason } from "@axion/agent/model";
import type { ReplyReader } from "../converse.ts";
import { failureInReply } from "../http/failures.ts";
import type { Assembly } from "../reply/assembly.ts";
import { at, countAt, isUnknowns, listOf, textAt } from "../reply/json.ts";
import { sealOf } from "./request.ts";

const MAX_ITEMS = 4096;

class ResponsesReader implements ReplyReader {
  readonly #assembly: Assembly;
  /** Items that deltas, or a complete item, were taken of. */
  readonly #seen = new Set<string>();
  readonly #done = new Set<string>();
  #refused = false;
  constructor(assembly: Assembly) { this.#assembly = assembly; }

  frame(event: unknown): void {
    const kind = textAt(event, "type") ?? "";
    const assembly = this.#assembly;
    switch (kind) {
      case "response.created":
      case "response.in_progress": return assembly.model(textAt(event, "response", "model"));
      case "response.output_text.delta": return this.#text(event, textAt(event, "delta"));
      case "response.refusal.delta":
        this.#refused = true;
        return this.#text(event, textAt(event, "delta"));
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        this.#note(this.#key(event));
        return assembly.reasoning(textAt(event, "delta"));
      case "response.reasoning_summary_part.added": return (countAt(event, "summary_index") ?? 0) > 0 ? assembly.reasoning("\n\n") : undefined;
      case "response.output_item.added": return textAt(event, "item", "type") === "function_call" ? this.#callBegins(this.#key(event), at(event, "item")) : undefined;
      case "response.function_call_arguments.delta": return assembly.callPiece(this.#key(event), { arguments: textAt(event, "delta") });
      case "response.function_call_arguments.done": return this.#arguments(this.#key(event), textAt(event, "arguments"));
      case "response.output_item.done": return this.#item(this.#key(event), at(event, "item"));
      case "response.completed":
      case "response.incomplete":
      case "response.failed": return this.#end(at(event, "response"));
      // Everything else is new, or for somebody else.
      default: return undefined;
    }
  }

  whole(value: unknown): void {
    if (at(value, "object") === "response" || Array.isArray(at(value, "output"))) this.#end(value);
  }

  /** Deltas name their item by its place in the output, which complete items have as well. */
  #key(event: unknown): string {
    const index = countAt(event, "output_index");
    return index !== undefined ? `o${index}` : `id:${textAt(event, "item_id") ?? textAt(event, "item", "id") ?? ""}`;
  }
  #note(key: string): void {
    if (this.#seen.size < MAX_ITEMS) this.#seen.add(key);
  }
  #text(event: unknown, text: string | undefined): void {
    this.#note(this.#key(event));
    this.#assembly.text(text);
  }
  #callBegins(key: string, item: unknown): void {
    this.#assembly.callPiece(key, { id: textAt(item, "call_id") ?? textAt(item, "id"), name: textAt(item, "name") });
  }
  #arguments(key: string, whole: string | undefined): void {
    if (this.#assembly.hasCall(key) && !this.#assembly.hasArguments(key)) this.#assembly.callPiece(key, { arguments: whole });
  }

  #item(key: string, item: unknown): void {
    if (this.#done.has(key) || this.#done.size >= MAX_ITEMS) return;
    this.#done.add(key);
    const assembly = this.#assembly;
    const kind = textAt(item, "type");
    if (kind === "function_call") {
      this.#callBegins(key, item);
      this.#arguments(key, textAt(item, "arguments"));
      assembly.callEnd(key);
    } else if (kind === "message" && !this.#seen.has(key)) {
      for (const part of listOf(at(item, "content"))) {
        if (textAt(part, "refusal") !== undefined) this.#refused = true;
        assembly.text(textAt(part, "text") ?? textAt(part, "refusal"));
      }
    } else if (kind === "reasoning") {
      const said = this.#seen.has(key) ? "" : [...listOf(at(item, "summary")), ...listOf(at(item, "content"))].map((part) => textAt(part, "text") ?? "").join("\n\n");
      const id = textAt(item, "id"), content = textAt(item, "encrypted_content");
      assembly.reasoning(said, id !== undefined && content !== undefined ? sealOf(id, content) : undefined);
    }
  }

  #end(response: unknown): void {
    const assembly = this.#assembly;
    assembly.model(textAt(response, "model"));
    if (textAt(response, "status") === "failed" || isUnknowns(at(response, "error"))) throw failureInReply(response);
    for (const [index, item] of listOf(at(response, "output")).slice(0, MAX_ITEMS).entries()) this.#item(`o${index}`, item);
    const usage = at(response, "usage");
    assembly.counts({
      inputTokens: countAt(usage, "input_tokens"), outputTokens: countAt(usage, "output_tokens"),
      cacheReadTokens: countAt(usage, "input_tokens_details", "cached_tokens"), reasoningTokens: countAt(usage, "output_tokens_details", "reasoning_tokens"),
    });
    assembly.finish(this.#reason(response));
    assembly.close();
  }

  #reason(response: unknown): FinishReason {
    const why = textAt(response, "incomplete_details", "reason");
    if (why === "max_output_tokens") return "length";
    if (why === "content_filter" || this.#refused) return "filter";
    return why === undefined ? "stop" : "other";
  }
}

export const responsesReader = (assembly: Assembly): ReplyReader => new ResponsesReader(assembly);
