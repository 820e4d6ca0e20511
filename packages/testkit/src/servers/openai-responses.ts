/** OpenAI Responses from the server's side. */
import { type ScriptedFinish, type ScriptedReply, type ScriptedUsage, argumentsText, finishOf, usageOf } from "./script.ts";
import { type Protocol, type Speech, type ToolSaid, event, fields, list, words } from "./speech.ts";

const usageFields = (usage: ScriptedUsage) => ({
  input_tokens: usage.input, input_tokens_details: { cached_tokens: usage.cacheRead ?? 0 }, output_tokens: usage.output, output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 }, total_tokens: usage.input + usage.output,
});
const ending = (finish: ScriptedFinish) => finish === "length" ? { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } } : finish === "filter" ? { status: "incomplete", incomplete_details: { reason: "content_filter" } } : { status: "completed" };

class ResponsesSpeech implements Speech {
  readonly #model: string;
  readonly #output: object[] = [];
  #number = 0;
  #open: { kind: "message" | "reasoning"; text: string } | undefined;
  constructor(model: string) { this.#model = model; }

  #event(type: string, more: object): string {
    this.#number += 1;
    return event({ type, sequence_number: this.#number, ...more }, type);
  }
  get #index() { return this.#output.length; }
  begin() { return [this.#event("response.created", { response: { id: "resp_1", object: "response", model: this.#model, status: "in_progress", output: [], error: null } })]; }
  #item(kind: "message" | "reasoning", text: string) {
    return kind === "message" ? { type: "message", id: `msg_${this.#index}`, role: "assistant", content: [{ type: "output_text", text, annotations: [] }] } : { type: "reasoning", id: `rs_${this.#index}`, summary: [{ type: "summary_text", text }] };
  }
  #goOn(kind: "message" | "reasoning", piece: string): readonly string[] {
    const frames = this.#open?.kind === kind ? [] : [...this.#close(), this.#event("response.output_item.added", { output_index: this.#index, item: this.#item(kind, "") })];
    this.#open = { kind, text: (this.#open?.kind === kind ? this.#open.text : "") + piece };
    const id = kind === "message" ? `msg_${this.#index}` : `rs_${this.#index}`;
    return [...frames, this.#event(kind === "message" ? "response.output_text.delta" : "response.reasoning_summary_text.delta", { item_id: id, output_index: this.#index, content_index: 0, summary_index: 0, delta: piece })];
  }
  #close(seal?: string): readonly string[] {
    if (this.#open === undefined) return [];
    const item = { ...this.#item(this.#open.kind, this.#open.text), ...(seal !== undefined && { encrypted_content: seal }) };
    this.#open = undefined;
    const frame = this.#event("response.output_item.done", { output_index: this.#index, item });
    this.#output.push(item);
    return [frame];
  }
  text(piece: string) { return this.#goOn("message", piece); }
  reasoning(piece: string) { return this.#goOn("reasoning", piece); }
  reasoningEnd(signature: string | undefined) { return this.#close(signature); }
  tool(call: ToolSaid) {
    const frames = [...this.#close()];
    const index = this.#index;
    const item = { type: "function_call", id: `fc_${index}`, ...(call.id !== undefined && { call_id: call.id }), name: call.name, arguments: "" };
    const half = Math.ceil(call.arguments.length / 2);
    const delta = (text: string) => this.#event("response.function_call_arguments.delta", { item_id: `fc_${index}`, output_index: index, delta: text });
    frames.push(
      this.#event("response.output_item.added", { output_index: index, item }), delta(call.arguments.slice(0, half)), delta(call.arguments.slice(half)),
      this.#event("response.function_call_arguments.done", { item_id: `fc_${index}`, output_index: index, arguments: call.arguments }),
      this.#event("response.output_item.done", { output_index: index, item: { ...item, arguments: call.arguments } }),
    );
    this.#output.push({ ...item, arguments: call.arguments });
    return frames;
  }
  end(finish: ScriptedFinish, usage: ScriptedUsage) {
    return [...this.#close(), this.#event(finish === "length" || finish === "filter" ? "response.incomplete" : "response.completed", { response: { id: "resp_1", object: "response", model: this.#model, error: null, output: this.#output, usage: usageFields(usage), ...ending(finish) } })];
  }
  error(message: string) { return [this.#event("response.failed", { response: { id: "resp_1", status: "failed", model: this.#model, error: { code: "server_error", message }, output: [] } })]; }
  unknown() { return [": a comment\n\n", this.#event("response.hologram.delta", { delta: "…" })]; }
  misplaced() { return [this.#event("response.function_call_arguments.delta", { item_id: "fc_77", output_index: 77, delta: "{}" })]; }
  half() { return `event: response.output_text.delta\ndata: {"type":"response.output_te`; }
}

export const openaiResponses: Protocol = {
  name: "openai-responses", path: "/v1/responses", contentType: "text/event-stream; charset=utf-8",
  asked: (body) => {
    const input = list(fields(body)["input"]).map(fields);
    return { model: words(fields(body)["model"]), lastWords: words(input.findLast((item) => item["role"] === "user")?.["content"]), afterTool: input.at(-1)?.["type"] === "function_call_output" };
  },
  speech: (model) => new ResponsesSpeech(model),
  whole: (reply: ScriptedReply, model) => ({
    id: "resp_1", object: "response", model, error: null, usage: usageFields(usageOf(reply)), ...ending(finishOf(reply)),
    output: (reply.parts ?? []).flatMap((part, index): readonly object[] => {
      if ("text" in part) return [{ type: "message", id: `msg_${index}`, role: "assistant", content: [{ type: "output_text", text: part.text, annotations: [] }] }];
      if ("reasoning" in part) return [{ type: "reasoning", id: `rs_${index}`, summary: [{ type: "summary_text", text: part.reasoning }], ...(part.signature !== undefined && { encrypted_content: part.signature }) }];
      return "tool" in part ? [{ type: "function_call", id: `fc_${index}`, call_id: part.tool.id ?? `call-${index}`, name: part.tool.name, arguments: argumentsText(part.tool.arguments) }] : [];
    }),
  }),
  refusal: (status, message) => ({ error: { message, type: "error", code: status === 401 ? "invalid_api_key" : `status_${status}` } }),
};
