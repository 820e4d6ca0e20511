/** Anthropic Messages from the server's side. */
import { type ScriptedFinish, type ScriptedReply, type ScriptedUsage, argumentsText, finishOf, usageOf } from "./script.ts";
import { type Protocol, type Speech, type ToolSaid, event, fields, list, words } from "./speech.ts";

const REASON: Readonly<Record<ScriptedFinish, string>> = { stop: "end_turn", length: "max_tokens", "tool-calls": "tool_use", filter: "refusal" };
/** The input without what was cached, as Anthropic counts. */
const inputFields = (usage: ScriptedUsage) => ({
  input_tokens: usage.input - (usage.cacheRead ?? 0) - (usage.cacheWrite ?? 0), cache_read_input_tokens: usage.cacheRead ?? 0, cache_creation_input_tokens: usage.cacheWrite ?? 0,
});
const typed = (value: { readonly type: string; readonly [key: string]: unknown }): string => event(value, value.type);

class AnthropicSpeech implements Speech {
  readonly #model: string;
  #index = -1;
  #open: "text" | "thinking" | undefined;
  constructor(model: string) { this.#model = model; }

  begin(usage: ScriptedUsage) {
    return [typed({ type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: this.#model, content: [], stop_reason: null, usage: { ...inputFields(usage), output_tokens: 1 } } }), typed({ type: "ping" })];
  }
  #block(kind: "text" | "thinking"): readonly string[] {
    if (this.#open === kind) return [];
    const frames = this.#close();
    this.#index += 1;
    this.#open = kind;
    return [...frames, typed({ type: "content_block_start", index: this.#index, content_block: kind === "text" ? { type: "text", text: "" } : { type: "thinking", thinking: "", signature: "" } })];
  }
  #close(): readonly string[] {
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [typed({ type: "content_block_stop", index: this.#index })];
  }
  #delta(delta: object): string { return typed({ type: "content_block_delta", index: this.#index, delta }); }
  text(piece: string) { return [...this.#block("text"), this.#delta({ type: "text_delta", text: piece })]; }
  reasoning(piece: string) { return [...this.#block("thinking"), this.#delta({ type: "thinking_delta", thinking: piece })]; }
  reasoningEnd(signature: string | undefined) { return [...(signature === undefined ? [] : [this.#delta({ type: "signature_delta", signature })]), ...this.#close()]; }
  tool(call: ToolSaid) {
    const frames = this.#close();
    this.#index += 1;
    const half = Math.ceil(call.arguments.length / 2);
    return [
      ...frames, typed({ type: "content_block_start", index: this.#index, content_block: { type: "tool_use", ...(call.id !== undefined && { id: call.id }), name: call.name, input: {} } }),
      this.#delta({ type: "input_json_delta", partial_json: "" }), this.#delta({ type: "input_json_delta", partial_json: call.arguments.slice(0, half) }), this.#delta({ type: "input_json_delta", partial_json: call.arguments.slice(half) }),
      typed({ type: "content_block_stop", index: this.#index }),
    ];
  }
  end(finish: ScriptedFinish, usage: ScriptedUsage) {
    return [...this.#close(), typed({ type: "message_delta", delta: { stop_reason: REASON[finish], stop_sequence: null }, usage: { output_tokens: usage.output } }), typed({ type: "message_stop" })];
  }
  error(message: string) { return [typed({ type: "error", error: { type: "overloaded_error", message } })]; }
  unknown() { return [typed({ type: "hologram_start", index: 99 }), typed({ type: "content_block_delta", index: Math.max(0, this.#index), delta: { type: "smell_delta", smell: "rain" } })]; }
  misplaced() { return [typed({ type: "content_block_delta", index: 77, delta: { type: "input_json_delta", partial_json: "{}" } })]; }
  half() { return `event: content_block_delta\ndata: {"type":"content_block_de`; }
}

export const anthropic: Protocol = {
  name: "anthropic", path: "/v1/messages", contentType: "text/event-stream; charset=utf-8",
  asked: (body) => {
    const messages = list(fields(body)["messages"]).map(fields);
    const spoken = messages.findLast((message) => message["role"] === "user" && words(message["content"]) !== "");
    return { model: words(fields(body)["model"]), lastWords: words(spoken?.["content"]), afterTool: list(messages.at(-1)?.["content"]).some((block) => fields(block)["type"] === "tool_result") };
  },
  speech: (model) => new AnthropicSpeech(model),
  whole: (reply: ScriptedReply, model) => ({
    id: "msg_1", type: "message", role: "assistant", model, stop_reason: REASON[finishOf(reply)], usage: { ...inputFields(usageOf(reply)), output_tokens: usageOf(reply).output },
    content: (reply.parts ?? []).flatMap((part, index): readonly object[] => {
      if ("text" in part) return [{ type: "text", text: part.text }];
      if ("reasoning" in part) return [{ type: "thinking", thinking: part.reasoning, signature: part.signature ?? "" }];
      return "tool" in part ? [{ type: "tool_use", id: part.tool.id ?? `toolu_${index}`, name: part.tool.name, input: JSON.parse(argumentsText(part.tool.arguments)) as unknown }] : [];
    }),
  }),
  refusal: (status, message) => ({ type: "error", error: { type: status === 401 ? "authentication_error" : status === 429 ? "rate_limit_error" : status === 529 ? "overloaded_error" : status >= 500 ? "api_error" : "invalid_request_error", message } }),
};
