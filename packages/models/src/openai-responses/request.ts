/** The body of a Responses call. Nothing is kept at the provider (`store: false`): the whole conversation goes each time, reasoning as the sealed items that it came in. */
import type { AssistantContent, ModelMessage, ModelRequest, UserContent } from "@axion/agent/model";
import { argumentsText, plain, reasons, safeName, settled } from "../prompt.ts";
import { isUnknowns, parsed, textAt } from "../reply/json.ts";

export const SUMMARY_WISH = "reasoning.summary";
export const SEAL_WISH = "reasoning.encrypted_content";

const userPart = (part: UserContent) => part.type === "text"
  ? { type: "input_text", text: plain(part.text) }
  : { type: "input_image", detail: "auto", image_url: `data:${part.mediaType};base64,${part.base64}` };

/** The signature of a sealed reasoning item: its id and content. */
export const sealOf = (id: string, content: string): string => JSON.stringify({ id, content });
const reasoningItem = (signature: string | undefined) => {
  const seal = signature === undefined ? undefined : parsed(signature)?.value;
  const id = textAt(seal, "id"), content = textAt(seal, "content");
  return isUnknowns(seal) && id !== undefined && content !== undefined ? [{ type: "reasoning", id, encrypted_content: content, summary: [] }] : [];
};

const assistantItems = (part: AssistantContent): readonly unknown[] => {
  if (part.type === "reasoning") return reasoningItem(part.signature);
  if (part.type === "text") return [{ type: "message", role: "assistant", content: [{ type: "output_text", text: plain(part.text), annotations: [] }] }];
  return [{ type: "function_call", call_id: safeName(part.callId), name: safeName(part.name), arguments: argumentsText(part) }];
};
const items = (message: ModelMessage): readonly unknown[] => {
  if (message.role === "user") return [{ type: "message", role: "user", content: message.parts.map(userPart) }];
  if (message.role === "tool") return [{ type: "function_call_output", call_id: safeName(message.callId), output: plain(message.output) }];
  return message.parts.flatMap(assistantItems);
};

export const responsesBody = (request: ModelRequest, without: ReadonlySet<string>): unknown => ({
  model: request.model.name,
  ...(request.system !== "" && { instructions: plain(request.system) }),
  input: settled(request.messages).flatMap(items),
  stream: true,
  store: false,
  ...(reasons(request) && !without.has(SEAL_WISH) && { include: [SEAL_WISH] }),
  ...(reasons(request) && !without.has(SUMMARY_WISH) && { reasoning: { summary: "auto" } }),
  ...(request.tools.length > 0 && { tools: request.tools.map(({ name, description, parameters }) => ({ type: "function", name, description: plain(description), parameters, strict: false })) }),
  ...(request.maxOutputTokens !== undefined && { max_output_tokens: request.maxOutputTokens }),
});
