/**
 * What the model is sent of a session: its messages and the turn so far as entries, each with its size and where it comes from. An entry never changes once
 * it is complete; shortening and leaving out is done on the list, so that what was sent before is sent again unchanged.
 */
import type { Message, PortValue, StepError, TurnStartParams, TurnSummary } from "@axion/protocol";
import type { AssistantContent, ModelMessage, UserContent } from "../model.ts";
import type { CallState, Item, StepItem } from "../state.ts";
import { plainTools } from "../tools/catalogue.ts";
import { readFile } from "../tools/read-file.ts";
import { headAndTail } from "../wire.ts";
import { IMAGE_TOKENS, MESSAGE_TOKENS, estimateTokens } from "./tokens.ts";

export type Source = "summary" | "history" | "toolOutput" | "files";
export interface Entry {
  readonly message: ModelMessage;
  readonly source: Source;
  readonly tokens: number;
  /** The message of the session that it is from; absent for the turn itself. */
  readonly messageId?: string;
}

const GO_ON = "[From Axion, not from the person: the reply above broke off here. Go on exactly where it stopped, without repeating anything.]";

const tokensOf = (message: ModelMessage): number => MESSAGE_TOKENS + (message.role === "tool"
  ? estimateTokens(message.output)
  : message.parts.reduce((sum, part) => sum + (part.type === "image" ? IMAGE_TOKENS : part.type === "tool-call" ? estimateTokens(part.arguments) + MESSAGE_TOKENS : estimateTokens(part.text)), 0));
export const entryOf = (message: ModelMessage, source: Source, messageId?: string): Entry => ({ message, source, tokens: tokensOf(message), ...(messageId !== undefined && { messageId }) });
const userText = (text: string): ModelMessage => ({ role: "user", parts: [{ type: "text", text: text.toWellFormed() }] });

/** Marked by an id that nothing in a file can know, so that a text cannot end its own fence. */
export const fenced = (tool: string, callId: string, text: string): string => {
  const mark = callId.slice(-12);
  return `<data from ${tool} ${mark}>\n${text}\n</data ${mark}>`;
};

const valueText = (value: PortValue | undefined, blobs: ReadonlyMap<string, string>): string => {
  if (value === undefined) return "(no output)";
  if (value.type === "inline") return typeof value.value === "string" ? value.value : (JSON.stringify(value.value) ?? "");
  const json = blobs.get(value.hash);
  if (json === undefined) return `${value.preview}\n[… ${value.bytes} bytes in all; call the tool again for the rest …]`;
  try {
    const read: unknown = JSON.parse(json);
    return typeof read === "string" ? read : json;
  } catch {
    return value.preview;
  }
};

interface CallView { readonly callId: string; readonly tool: string; readonly state: string; readonly output?: PortValue | undefined; readonly error?: StepError | undefined }

const resultMessage = (call: CallView, { blobs, output }: Pick<Making, "blobs" | "output">): ModelMessage => {
  const said = (text: string, isError: boolean): ModelMessage => ({ role: "tool", callId: call.callId, name: call.tool, output: text.toWellFormed(), isError });
  const why = call.error === undefined ? "" : `${call.error.message}${call.error.hint === undefined ? "" : ` ${call.error.hint}`}`;
  switch (call.state) {
    case "succeeded": {
      const text = headAndTail(valueText(call.output, blobs), output * 0.8, output * 0.2);
      return said(plainTools.has(call.tool) ? text : fenced(call.tool, call.callId, text), false);
    }
    case "refused": return said(`Refused. ${why}`.trim(), true);
    case "failed": return said(`Failed. ${why}`.trim(), true);
    case "unknown": return said(`It is not known whether this was done. ${why}`.trim(), true);
    default: return said(`Not finished: it was stopped. ${why}`.trim(), true);
  }
};

/** For the meter: what was read from files, and what else tools answered. */
const sourceOf = (message: ModelMessage): Source => message.role === "tool" && message.name === readFile.name ? "files" : "toolOutput";
const resultEntry = (call: CallView, making: Pick<Making, "blobs" | "output">): Entry => {
  const message = resultMessage(call, making);
  return entryOf(message, sourceOf(message));
};

const callContent = (callId: string, name: string, args: unknown): AssistantContent => ({
  type: "tool-call", callId, name, arguments: typeof args === "object" && args !== null && !Array.isArray(args) ? JSON.stringify(args) : "{}",
});

// ── messages of the session

const userEntries = (message: Message, { blobs, images }: Making): Entry[] => {
  const parts: UserContent[] = [];
  for (const part of message.parts) {
    if (part.type === "text") parts.push({ type: "text", text: part.text.toWellFormed() });
    else if (part.type === "file") parts.push({ type: "text", text: `[The person points at the file ${JSON.stringify(part.path)} in the folder ${part.folderId}. Read it if you need it.]` });
    else if (part.type === "image") {
      const base64 = images ? imageOf(blobs.get(part.hash)) : undefined;
      parts.push(base64 === undefined ? { type: "text", text: `[An image, ${part.name}, which ${images ? "could not be read" : "this model cannot see"}.]` } : { type: "image", mediaType: part.mediaType, base64 });
    }
  }
  if (parts.length === 0) parts.push({ type: "text", text: message.content === "" ? "(an empty message)" : message.content });
  return [entryOf({ role: "user", parts }, "history", message.id)];
};
const imageOf = (json: string | undefined): string | undefined => {
  if (json === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(json);
    return typeof read === "string" ? read : undefined;
  } catch {
    return undefined;
  }
};

const assistantEntries = (message: Message, making: Making): Entry[] => {
  const entries: Entry[] = [];
  let contents: AssistantContent[] = [];
  let results: ModelMessage[] = [];
  const close = () => {
    if (contents.length > 0) entries.push(entryOf({ role: "assistant", parts: contents }, "history", message.id));
    for (const result of results) entries.push(entryOf(result, sourceOf(result), message.id));
    contents = [];
    results = [];
  };
  for (const part of message.parts) {
    // Reasoning of earlier turns is not sent again.
    if (part.type === "text") {
      if (results.length > 0) close();
      if (part.text.trim() !== "") contents.push({ type: "text", text: part.text.toWellFormed() });
    } else if (part.type === "tool") {
      contents.push(callContent(part.callId, part.tool, part.arguments));
      results.push(resultMessage({ callId: part.callId, tool: part.tool, state: part.state, output: part.output, error: part.error }, making));
    } else if (part.type === "steer") {
      close();
      entries.push(entryOf(userText(part.text), "history", message.id));
    }
  }
  close();
  if (message.state === "failed" || message.state === "cancelled") {
    entries.push(entryOf({ role: "assistant", parts: [{ type: "text", text: message.state === "failed" ? "[This answer failed before it was complete.]" : "[The person stopped this answer here.]" }] }, "history", message.id));
  }
  return entries;
};

export const blobTexts = (blobs: TurnStartParams["blobs"]): ReadonlyMap<string, string> => new Map(blobs.map((blob) => [blob.hash, blob.json]));

export const messageEntries = (message: Message, making: Making): readonly Entry[] => message.role === "assistant" ? assistantEntries(message, making) : userEntries(message, making);

export const summaryEntry = (summary: Pick<TurnSummary, "text">): Entry =>
  entryOf(userText(`[A summary of earlier messages of this chat, made when they no longer fitted. recall searches the messages themselves.]\n${summary.text}`), "summary");

// ── the turn itself

/** Outputs of this turn that are kept as blobs, and what a provider wants back of its reasoning, by part. In memory only. */
export interface TurnMemory { readonly outputs: ReadonlyMap<string, string>; readonly signatures: ReadonlyMap<number, string> }
/** What entries are made with. */
export interface Making { readonly blobs: ReadonlyMap<string, string>; readonly images: boolean; /** Characters of one output. */ readonly output: number }

const stepEntries = (step: StepItem, memory: TurnMemory, output: number): Entry[] => {
  const parts: AssistantContent[] = [];
  const calls: CallState[] = [];
  for (const content of step.contents) {
    if (content.type === "call") {
      calls.push(content.call);
      parts.push(callContent(content.call.callId, content.call.tool, content.call.args));
    } else if (content.type === "text") {
      if (content.text.trim() !== "") parts.push({ type: "text", text: content.text });
    } else {
      const signature = memory.signatures.get(content.part);
      parts.push({ type: "reasoning", text: content.text, ...(signature !== undefined && { signature }) });
    }
  }
  const said = parts.some((part) => part.type !== "reasoning");
  return [
    ...(said ? [entryOf({ role: "assistant", parts }, "history")] : []),
    ...calls.map((call) => resultEntry({ callId: call.callId, tool: call.tool, state: call.finished?.state ?? "cancelled", output: call.finished?.output, error: call.finished?.error }, { blobs: memory.outputs, output })),
    ...(step.cut && said ? [entryOf(userText(GO_ON), "history")] : []),
  ];
};

export const itemEntries = (item: Item, memory: TurnMemory, output: number): readonly Entry[] => item.type === "told" ? [entryOf(userText(item.text), "history")] : stepEntries(item, memory, output);

/** As one list for the model: neighbours of the person's side become one message, because some servers insist on turns. */
export const joined = (messages: readonly ModelMessage[]): ModelMessage[] => {
  const list: ModelMessage[] = [];
  for (const message of messages) {
    const last = list.at(-1);
    if (last?.role === "user" && message.role === "user") list[list.length - 1] = { role: "user", parts: [...last.parts, ...message.parts] };
    else if (last?.role === "assistant" && message.role === "assistant" && !last.parts.some((part) => part.type === "tool-call")) list[list.length - 1] = { role: "assistant", parts: [...last.parts, ...message.parts] };
    else list.push(message);
  }
  return list;
};
