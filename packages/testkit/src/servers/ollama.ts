/** Ollama's own chat from the server's side. */
import { type ScriptedFinish, type ScriptedReply, type ScriptedUsage, argumentsText, finishOf, usageOf } from "./script.ts";
import { type Protocol, type Speech, type ToolSaid, fields, list, words } from "./speech.ts";

const line = (value: object): string => `${JSON.stringify(value)}\n`;
/** Ollama sends arguments as an object; what a script wrote badly goes as the text that it is. */
const argumentsOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
const counts = (usage: ScriptedUsage) => ({ total_duration: 1_000_000, load_duration: 1000, prompt_eval_count: usage.input, prompt_eval_duration: 1000, eval_count: usage.output, eval_duration: 1000 });
const toolCall = (call: { readonly id?: string | undefined; readonly name: string; readonly arguments: unknown }, index: number) => ({ ...(call.id !== undefined && { id: call.id }), function: { index, name: call.name, arguments: call.arguments } });

class OllamaSpeech implements Speech {
  readonly #model: string;
  constructor(model: string) { this.#model = model; }
  #line(message: object, more: object = { done: false }): string { return line({ model: this.#model, created_at: "2026-01-01T00:00:00Z", message: { role: "assistant", ...message }, ...more }); }
  begin() { return []; }
  text(piece: string) { return [this.#line({ content: piece })]; }
  reasoning(piece: string) { return [this.#line({ content: "", thinking: piece })]; }
  reasoningEnd() { return []; }
  tool(call: ToolSaid) { return [this.#line({ content: "", tool_calls: [toolCall({ id: call.id, name: call.name, arguments: argumentsOf(call.arguments) }, call.index)] })]; }
  end(finish: ScriptedFinish, usage: ScriptedUsage) { return [this.#line({ content: "" }, { done: true, done_reason: finish === "length" ? "length" : "stop", ...counts(usage) })]; }
  error(message: string) { return [line({ error: message })]; }
  unknown() { return [line({ hologram: true }), this.#line({ content: "", smell: "rain" })]; }
  misplaced() { return [this.#line({ content: "", tool_calls: [{ function: { arguments: {} } }] })]; }
  half() { return `{"model":"${this.#model}","message":{"role":"assist`; }
}

export const ollama: Protocol = {
  name: "ollama", path: "/api/chat", contentType: "application/x-ndjson",
  asked: (body) => {
    const messages = list(fields(body)["messages"]).map(fields);
    return { model: words(fields(body)["model"]), lastWords: words(messages.findLast((message) => message["role"] === "user")?.["content"]), afterTool: messages.at(-1)?.["role"] === "tool" };
  },
  speech: (model) => new OllamaSpeech(model),
  whole: (reply: ScriptedReply, model) => {
    const calls = (reply.parts ?? []).flatMap((part) => "tool" in part ? [part.tool] : []);
    return {
      model, created_at: "2026-01-01T00:00:00Z", done: true, done_reason: finishOf(reply) === "length" ? "length" : "stop", ...counts(usageOf(reply)),
      message: {
        role: "assistant", content: (reply.parts ?? []).map((part) => "text" in part ? part.text : "").join(""), thinking: (reply.parts ?? []).map((part) => "reasoning" in part ? part.reasoning : "").join(""),
        ...(calls.length > 0 && { tool_calls: calls.map((call, index) => toolCall({ id: call.id, name: call.name, arguments: argumentsOf(argumentsText(call.arguments)) }, index)) }),
      },
    };
  },
  refusal: (_, message) => ({ error: message }),
};
