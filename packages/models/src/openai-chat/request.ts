/** The body of a chat completion, as OpenAI defined it and llama.cpp, vLLM, LM Studio and most hosted services read it. */
import type { AssistantContent, ModelMessage, ModelRequest, UserContent } from "@axion/agent/model";
import { argumentsText, callsOf, plain, safeName, settled, textsOf } from "../prompt.ts";
import { FIELD_SIGNATURE } from "../reply/assembly.ts";

export const USAGE_WISH = "stream_options";

const userPart = (part: UserContent) => part.type === "text"
  ? { type: "text", text: plain(part.text) }
  : { type: "image_url", image_url: { url: `data:${part.mediaType};base64,${part.base64}` } };

/** Plain text where it is only that: small servers know no lists. */
const userContent = (parts: readonly UserContent[]) => parts.every((part) => part.type === "text") ? parts.map((part) => plain(part.text)).join("\n\n") : parts.map(userPart);

/** Reasoning goes back in the field that it came in; a server that never sent any is not sent a field that it may refuse. */
const reasoningFields = (parts: readonly AssistantContent[]): Record<string, string> => {
  const fields: Record<string, string> = {};
  for (const part of parts) {
    if (part.type !== "reasoning" || part.signature?.startsWith(FIELD_SIGNATURE) !== true) continue;
    const field = part.signature.slice(FIELD_SIGNATURE.length);
    if (field === "reasoning" || field === "reasoning_content") fields[field] = (fields[field] ?? "") + plain(part.text);
  }
  return fields;
};

const assistantMessage = (parts: readonly AssistantContent[]) => {
  const calls = callsOf(parts);
  const text = plain(textsOf(parts));
  return {
    role: "assistant", content: text === "" && calls.length > 0 ? null : text, ...reasoningFields(parts),
    ...(calls.length > 0 && { tool_calls: calls.map((call) => ({ id: plain(call.callId), type: "function", function: { name: safeName(call.name), arguments: argumentsText(call) } })) }),
  };
};

const chatMessage = (message: ModelMessage) => {
  if (message.role === "user") return { role: "user", content: userContent(message.parts) };
  if (message.role === "tool") return { role: "tool", tool_call_id: plain(message.callId), content: plain(message.output) };
  return assistantMessage(message.parts);
};

/** OpenAI's own newer models refuse the old name of the limit, most other servers know only that. */
const limitField = (request: ModelRequest) => !request.model.local && /^(o\d|gpt-[5-9])/.test(request.model.name) ? "max_completion_tokens" : "max_tokens";

export const chatBody = (request: ModelRequest, without: ReadonlySet<string>): unknown => ({
  model: request.model.name,
  messages: [...(request.system === "" ? [] : [{ role: "system", content: plain(request.system) }]), ...settled(request.messages).map(chatMessage)],
  stream: true,
  ...(!without.has(USAGE_WISH) && { stream_options: { include_usage: true } }),
  ...(request.tools.length > 0 && { tools: request.tools.map(({ name, description, parameters }) => ({ type: "function", function: { name, description: plain(description), parameters } })) }),
  ...(request.maxOutputTokens !== undefined && { [limitField(request)]: request.maxOutputTokens }),
});
