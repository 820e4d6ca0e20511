/** Reads the chunks of a chat completion: deltas of text, of reasoning under either of its names, and of tool calls by index. */
import type { FinishReason } from "@axion/agent/model";
import type { ReplyReader } from "../converse.ts";
import type { Assembly } from "../reply/assembly.ts";
import { at, countAt, isUnknowns, listOf, textAt } from "../reply/json.ts";

const REASONS: Readonly<Record<string, FinishReason>> = { stop: "stop", length: "length", tool_calls: "tool-calls", function_call: "tool-calls", content_filter: "filter" };
export const chatFinish = (word: string): FinishReason => Object.hasOwn(REASONS, word) ? REASONS[word] ?? "other" : "other";

/** Counts as OpenAI names them; llama.cpp gives its own where it is not asked for them. */
const readCounts = (value: unknown, assembly: Assembly): void => {
  const usage = at(value, "usage");
  if (isUnknowns(usage)) {
    assembly.counts({
      inputTokens: countAt(usage, "prompt_tokens"), outputTokens: countAt(usage, "completion_tokens"),
      cacheReadTokens: countAt(usage, "prompt_tokens_details", "cached_tokens") ?? countAt(usage, "prompt_cache_hit_tokens"),
      reasoningTokens: countAt(usage, "completion_tokens_details", "reasoning_tokens"),
    });
    return;
  }
  const read = countAt(value, "timings", "prompt_n");
  if (read === undefined) return;
  const cached = countAt(value, "timings", "cache_n");
  assembly.counts({ inputTokens: read + (cached ?? 0), outputTokens: countAt(value, "timings", "predicted_n"), cacheReadTokens: cached });
};

const textOfContent = (content: unknown): string | undefined =>
  typeof content === "string" ? content : Array.isArray(content) ? content.map((part) => textAt(part, "text") ?? "").join("") : undefined;

/** A delta of a stream, or the message of a whole reply: both have the same fields. */
const readMessage = (message: unknown, assembly: Assembly, latest: { key: string | undefined }): void => {
  const field = typeof at(message, "reasoning_content") === "string" ? "reasoning_content" : "reasoning";
  assembly.reasoningIn(field, textAt(message, field));
  const content = at(message, "content");
  // Mistral's way: a list, with thinking as one of its kinds.
  for (const part of listOf(content)) assembly.reasoning(textOfContent(at(part, "thinking")));
  assembly.text(textOfContent(content));
  assembly.text(textAt(message, "refusal"));
  for (const [position, call] of listOf(at(message, "tool_calls")).entries()) {
    const id = textAt(call, "id");
    const index = countAt(call, "index");
    // Without an index a new id begins a new call, and what has neither goes on with the last one.
    const key = index !== undefined ? `i${index}` : id !== undefined && id !== "" ? `id:${id}` : textAt(call, "function", "name") === undefined ? latest.key ?? `p${position}` : `p${position}`;
    latest.key = key;
    const given = at(call, "function", "arguments");
    assembly.callPiece(key, { id, name: textAt(call, "function", "name"), arguments: isUnknowns(given) ? JSON.stringify(given) : typeof given === "string" ? given : undefined });
  }
};

export const chatReader = (assembly: Assembly): ReplyReader => {
  const latest: { key: string | undefined } = { key: undefined };
  const read = (value: unknown, field: "delta" | "message"): void => {
    assembly.model(textAt(value, "model"));
    const choice = at(value, "choices", 0);
    if (isUnknowns(choice)) {
      readMessage(at(choice, field) ?? at(choice, "delta") ?? at(choice, "message"), assembly, latest);
      const reason = textAt(choice, "finish_reason");
      if (reason !== undefined && reason !== "") assembly.finish(chatFinish(reason));
    }
    readCounts(value, assembly);
  };
  return {
    frame: (value) => read(value, "delta"),
    whole: (value) => {
      read(value, "message");
      if (assembly.began) assembly.finish("stop");
    },
  };
};
