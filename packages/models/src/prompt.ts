/**
 * What all four protocols need of a conversation before it is written in their own words: texts that any server can read, names and ids in the letters that
 * all accept, and exactly one answer after each tool call, since servers refuse the whole request otherwise.
 */
import type { AssistantContent, ModelMessage, ModelRequest } from "@axion/agent/model";
import { type Unknowns, isUnknowns, parsed } from "./reply/json.ts";

export type ToolCall = Extract<AssistantContent, { type: "tool-call" }>;
export type ToolAnswer = Extract<ModelMessage, { role: "tool" }>;

/** Without lone surrogates, over which servers fail. */
export const plain = (text: string): string => text.toWellFormed();

/** The letters that every server takes in names and ids. */
export const safeName = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "_";

/** A call's arguments as an object; what the model wrote badly becomes an empty one (the tool's answer says what was wrong). */
export const argumentsOf = (call: ToolCall): Unknowns => {
  const found = parsed(call.arguments);
  return found !== undefined && isUnknowns(found.value) ? found.value : {};
};
export const argumentsText = (call: ToolCall): string => {
  const found = parsed(call.arguments);
  return found !== undefined && isUnknowns(found.value) ? plain(call.arguments) : "{}";
};

const unanswered = (call: ToolCall): ToolAnswer => ({ role: "tool", callId: call.callId, name: call.name, output: "(No answer: the call was interrupted.)", isError: true });

/** Each call followed by its one answer; answers to nothing are left out, and so are empty messages. */
export const settled = (messages: readonly ModelMessage[]): readonly ModelMessage[] => {
  const list: ModelMessage[] = [];
  let open = new Map<string, ToolCall>();
  const close = () => {
    for (const call of open.values()) list.push(unanswered(call));
    open = new Map();
  };
  for (const message of messages) {
    if (message.role === "tool") {
      if (open.delete(message.callId)) list.push(message);
      continue;
    }
    close();
    if (message.parts.length === 0) continue;
    list.push(message);
    if (message.role === "assistant") for (const part of message.parts) if (part.type === "tool-call") open.set(part.callId, part);
  }
  close();
  return list;
};

/** Whether the model is known to think before it answers. */
export const reasons = (request: ModelRequest): boolean => request.model.claims.some((claim) => claim.capability === "reasoning" && claim.has);

export const textsOf = (parts: readonly AssistantContent[]): string => parts.flatMap((part) => part.type === "text" ? [part.text] : []).join("");
export const callsOf = (parts: readonly AssistantContent[]): readonly ToolCall[] => parts.filter((part) => part.type === "tool-call");
