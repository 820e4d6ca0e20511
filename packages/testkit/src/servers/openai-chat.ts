/** Chat completions from the server's side. */
import { type ScriptedFinish, type ScriptedReply, type ScriptedUsage, argumentsText, finishOf, usageOf } from "./script.ts";
import { type Protocol, type Speech, type ToolSaid, event, fields, list, words } from "./speech.ts";

const REASON: Readonly<Record<ScriptedFinish, string>> = { stop: "stop", length: "length", "tool-calls": "tool_calls", filter: "content_filter" };
const usageFields = (usage: ScriptedUsage) => ({
  prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output,
  ...(usage.cacheRead !== undefined && { prompt_tokens_details: { cached_tokens: usage.cacheRead } }),
  ...(usage.reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: usage.reasoning } }),
});

class ChatSpeech implements Speech {
  readonly #model: string;
  constructor(model: string) { this.#model = model; }
  #chunk(delta: object, finish: string | null = null): string {
    return event({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_700_000_000, model: this.#model, choices: [{ index: 0, delta, finish_reason: finish }] });
  }
  begin() { return [this.#chunk({ role: "assistant", content: "" })]; }
  text(piece: string) { return [this.#chunk({ content: piece })]; }
  reasoning(piece: string) { return [this.#chunk({ reasoning_content: piece })]; }
  reasoningEnd() { return []; }
  tool(call: ToolSaid) {
    const half = Math.ceil(call.arguments.length / 2);
    const piece = (fn: object, first: boolean) => this.#chunk({ tool_calls: [{ index: call.index, ...(first && { ...(call.id !== undefined && { id: call.id }), type: "function" }), function: fn }] });
    return [piece({ name: call.name, arguments: "" }, true), piece({ arguments: call.arguments.slice(0, half) }, false), piece({ arguments: call.arguments.slice(half) }, false)];
  }
  end(finish: ScriptedFinish, usage: ScriptedUsage) {
    return [this.#chunk({}, REASON[finish]), event({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_700_000_000, model: this.#model, choices: [], usage: usageFields(usage) }), "data: [DONE]\n\n"];
  }
  error(message: string) { return [event({ error: { message, type: "server_error", code: 503 } })]; }
  unknown() { return [": a comment\n\n", event({ object: "something.new", payload: [1, 2, 3] }, "future"), this.#chunk({ telepathy: "…" })]; }
  misplaced() { return [this.#chunk({ tool_calls: [{ index: 7, function: { arguments: "{}" } }] })]; }
  half() { return `data: {"id":"chatcmpl-1","choices":[{"index":0,"del`; }
}

export const openaiChat: Protocol = {
  name: "openai-chat", path: "/v1/chat/completions", contentType: "text/event-stream; charset=utf-8",
  asked: (body) => {
    const messages = list(fields(body)["messages"]).map(fields);
    return { model: words(fields(body)["model"]), lastWords: words(messages.findLast((message) => message["role"] === "user")?.["content"]), afterTool: messages.at(-1)?.["role"] === "tool" };
  },
  speech: (model) => new ChatSpeech(model),
  whole: (reply: ScriptedReply, model) => {
    const calls = (reply.parts ?? []).flatMap((part) => "tool" in part ? [part.tool] : []);
    return {
      id: "chatcmpl-1", object: "chat.completion", created: 1_700_000_000, model, usage: usageFields(usageOf(reply)),
      choices: [{
        index: 0, finish_reason: REASON[finishOf(reply)], message: {
          role: "assistant", content: (reply.parts ?? []).map((part) => "text" in part ? part.text : "").join(""), reasoning_content: (reply.parts ?? []).map((part) => "reasoning" in part ? part.reasoning : "").join(""),
          ...(calls.length > 0 && { tool_calls: calls.map((call, index) => ({ id: call.id ?? `call-${index}`, type: "function", function: { name: call.name, arguments: argumentsText(call.arguments) } })) }),
        },
      }],
    };
  },
  refusal: (status, message) => ({ error: { message, type: status === 401 ? "invalid_api_key" : status === 429 ? "rate_limit_exceeded" : "server_error", code: status } }),
};
