/**
 * The body of an Anthropic message. The stable beginning (tools, instructions) and the conversation so far are marked for the provider's cache, so that each step
 * of a turn pays for what is new. Thinking goes back exactly as it was signed.
 */
import type { AssistantContent, ModelMessage, ModelRequest, UserContent } from "@axion/agent/model";
import { argumentsOf, plain, reasons, safeName, settled } from "../prompt.ts";

export const THINKING = "thinking";
/** Before the content of thinking that is sent sealed. */
export const SEALED = "redacted:";

type Block = { [key: string]: unknown };
const CACHED = { cache_control: { type: "ephemeral" } };
const DEFAULT_LIMIT = 32_000;
const OLD_LIMIT = 4096;
const THINKING_BUDGET = 8_000;

const userBlock = (part: UserContent): Block => part.type === "text"
  ? { type: "text", text: plain(part.text) }
  : { type: "image", source: { type: "base64", media_type: part.mediaType, data: part.base64 } };

const assistantBlocks = (part: AssistantContent, thinks: boolean): readonly Block[] => {
  if (part.type === "text") return part.text.trim() === "" ? [] : [{ type: "text", text: plain(part.text) }];
  if (part.type === "tool-call") return [{ type: "tool_use", id: safeName(part.callId), name: safeName(part.name), input: argumentsOf(part) }];
  // Without its signature the provider would refuse it.
  if (part.signature === undefined || !thinks) return [];
  return part.signature.startsWith(SEALED) ? [{ type: "redacted_thinking", data: part.signature.slice(SEALED.length) }] : [{ type: "thinking", thinking: plain(part.text), signature: part.signature }];
};

const answerBlock = (message: Extract<ModelMessage, { role: "tool" }>): Block => ({
  type: "tool_result", tool_use_id: safeName(message.callId), content: message.output === "" ? "(no output)" : plain(message.output), ...(message.isError && { is_error: true }),
});

/** Roles take turns here: answers of tools and words of the person that follow each other are one message, answers first. */
const turns = (request: ModelRequest, thinks: boolean): { role: string; content: Block[] }[] => {
  const list: { role: string; content: Block[] }[] = [];
  for (const message of settled(request.messages)) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const blocks = message.role === "tool" ? [answerBlock(message)] : message.role === "user" ? message.parts.map(userBlock).filter((block) => block["text"] !== "") : message.parts.flatMap((part) => assistantBlocks(part, thinks));
    if (blocks.length === 0) continue;
    const last = list.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else list.push({ role, content: blocks });
  }
  // A reply may not be begun with white space at its end, nor the conversation by the assistant.
  if (list[0]?.role === "assistant") list.unshift({ role: "user", content: [{ type: "text", text: "(The conversation begins here.)" }] });
  return list;
};

/** A turn that goes on after tool calls whose thinking was lost (a crash) must go on without: the provider insists on the signed one. */
const lostThinking = (request: ModelRequest): boolean => {
  const last = request.messages.findLast((message) => message.role === "assistant");
  if (last?.role !== "assistant" || request.messages.at(-1)?.role !== "tool") return false;
  return !last.parts.some((part) => part.type === "reasoning" && part.signature !== undefined);
};

const takesBudget = (name: string) => !name.includes("claude") || /claude-3|claude-(sonnet|opus)-4(-[01])?([-@]\d{8}|-latest)?$|-4-[15](?!\d)/.test(name);
const limitOf = (request: ModelRequest) => {
  const usual = /claude-3-(haiku|opus|sonnet)/.test(request.model.name) ? OLD_LIMIT : DEFAULT_LIMIT;
  return request.maxOutputTokens ?? Math.max(256, Math.min(usual, Math.floor(request.model.contextWindow / 2) || usual));
};
const thinkingOf = (request: ModelRequest, limit: number): Block => {
  if (!takesBudget(request.model.name)) return { type: "adaptive", display: "summarized" };
  return { type: "enabled", budget_tokens: Math.max(1024, Math.min(THINKING_BUDGET, Math.floor(limit / 2))) };
};

/** Marks the end of what stays the same for the provider's cache. */
const marked = (blocks: readonly Block[]): Block[] => blocks.map((block, index) => index === blocks.length - 1 && block["type"] !== "thinking" && block["type"] !== "redacted_thinking" ? { ...block, ...CACHED } : block);

export const anthropicBody = (request: ModelRequest, without: ReadonlySet<string>): unknown => {
  const limit = limitOf(request);
  const thinks = reasons(request) && limit > 1024 && !without.has(THINKING) && !lostThinking(request);
  const messages = turns(request, thinks);
  const tools = request.tools.map(({ name, description, parameters }) => ({ name, description: plain(description), input_schema: parameters }));
  return {
    model: request.model.name,
    max_tokens: limit,
    stream: true,
    ...(request.system !== "" && { system: marked([{ type: "text", text: plain(request.system) }]) }),
    messages: messages.map((message, index) => index === messages.length - 1 ? { ...message, content: marked(message.content) } : message),
    ...(tools.length > 0 && { tools: request.system === "" ? marked(tools) : tools }),
    ...(thinks && { thinking: thinkingOf(request, limit) }),
  };
};
