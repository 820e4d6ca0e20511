/** The body of Ollama's own chat call, spoken because only it can say how much context to keep (`num_ctx`); without that Ollama quietly forgets the beginning. */
import type { ModelMessage, ModelRequest } from "@axion/agent/model";
import { argumentsOf, callsOf, plain, reasons, settled, textsOf } from "../prompt.ts";

export const THINK = "think";

const chatMessage = (message: ModelMessage) => {
  if (message.role === "tool") return { role: "tool", tool_name: message.name, content: plain(message.output) };
  if (message.role === "user") {
    const images = message.parts.flatMap((part) => part.type === "image" ? [part.base64] : []);
    return { role: "user", content: message.parts.flatMap((part) => part.type === "text" ? [plain(part.text)] : []).join("\n\n"), ...(images.length > 0 && { images }) };
  }
  const calls = callsOf(message.parts);
  const thinking = message.parts.flatMap((part) => part.type === "reasoning" && part.signature !== undefined ? [plain(part.text)] : []).join("");
  return {
    role: "assistant", content: plain(textsOf(message.parts)), ...(thinking !== "" && { thinking }),
    ...(calls.length > 0 && { tool_calls: calls.map((call) => ({ function: { name: call.name, arguments: argumentsOf(call) } })) }),
  };
};

export const ollamaBody = (request: ModelRequest, without: ReadonlySet<string>): unknown => {
  const window = request.contextWindow ?? request.model.contextWindow;
  return {
    model: request.model.name,
    messages: [...(request.system === "" ? [] : [{ role: "system", content: plain(request.system) }]), ...settled(request.messages).map(chatMessage)],
    stream: true,
    ...(request.tools.length > 0 && { tools: request.tools.map(({ name, description, parameters }) => ({ type: "function", function: { name, description: plain(description), parameters } })) }),
    ...(reasons(request) && !without.has(THINK) && { think: true }),
    options: { ...(window > 0 && { num_ctx: window }), ...(request.maxOutputTokens !== undefined && { num_predict: request.maxOutputTokens }) },
  };
};
