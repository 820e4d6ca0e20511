/**
 * One event → one message, as the protocol says it. Pure; knows nothing of branches, pages or text that is not durable yet.
 * What does not fit (an unknown call, a part of another type) changes nothing: the durable history is Core's, not ours to repair.
 */
import type { Message, MessagePart, SessionEvent, ToolPart, Usage } from "@axion/protocol";

export type EventOf<T extends SessionEvent["type"]> = Extract<SessionEvent, { readonly type: T }>;
/** Events that change one message which is there already. */
export type MessageEvent = EventOf<
  | "message-pinned" | "text-added" | "steered" | "tool-called" | "tool-started" | "tool-finished" | "request-opened" | "request-answered"
  | "usage-reported" | "turn-noted" | "turn-finished"
>;

export const timestampOf = (ts: number): string => new Date(ts).toISOString();

/** All text parts together, as Core has them: those that are not empty, an empty line between them. */
export const contentOf = (parts: ReadonlyArray<MessagePart>): string =>
  parts.flatMap((part) => (part.type === "text" && part.text !== "" ? [part.text] : [])).join("\n\n");

/** `piece` put at `offset`; a text that has it there already stays as it is, with what follows. */
export const spliceText = (text: string, offset: number, piece: string): string =>
  text.startsWith(piece, offset) ? text : text.slice(0, offset) + piece;

/** The parts with `part` at `index`. A place before it that nothing was heard of is an empty text. */
export const withPart = (parts: ReadonlyArray<MessagePart>, index: number, part: MessagePart): ReadonlyArray<MessagePart> => {
  const next = parts.slice();
  while (next.length < index) next.push({ type: "text", text: "" });
  next[index] = part;
  return next;
};

const addUsage = (one: Usage | undefined, other: Usage): Usage => {
  if (one === undefined) return other;
  const sum = (key: "cacheReadTokens" | "cacheWriteTokens" | "reasoningTokens" | "cost") => {
    const a = one[key];
    const b = other[key];
    return a === undefined && b === undefined ? {} : { [key]: (a ?? 0) + (b ?? 0) };
  };
  return {
    inputTokens: one.inputTokens + other.inputTokens, outputTokens: one.outputTokens + other.outputTokens,
    ...sum("cacheReadTokens"), ...sum("cacheWriteTokens"), ...sum("reasoningTokens"), ...sum("cost"),
    ...(one.estimated === true || other.estimated === true ? { estimated: true } : {}),
  };
};

const changeTool = (message: Message, callId: string, change: (part: ToolPart) => ToolPart): Message => {
  const at = message.parts.findLastIndex((part) => part.type === "tool" && part.callId === callId);
  const part = message.parts[at];
  return part?.type === "tool" ? { ...message, parts: withPart(message.parts, at, change(part)) } : message;
};

/** A call that a turn left open when it ended: one that had started and may change something has an unknown outcome. */
const closed = (part: MessagePart): MessagePart =>
  part.type === "tool" && (part.state === "running" || part.state === "waiting")
    ? { ...part, state: part.started === true && !part.safety.readOnly ? "unknown" : "cancelled" }
    : part;

export const applyToMessage = (message: Message, event: MessageEvent): Message => {
  switch (event.type) {
    case "message-pinned":
      return { ...message, pinned: event.pinned };
    case "text-added": {
      const old = message.parts[event.part];
      const text = old?.type === event.kind ? old.text : "";
      return { ...message, parts: withPart(message.parts, event.part, { type: event.kind, text: spliceText(text, event.offset, event.text) }) };
    }
    case "steered":
      return { ...message, parts: withPart(message.parts, event.part, { type: "steer", text: event.text }) };
    case "tool-called": {
      const { callId, tool, title, safety } = event;
      return { ...message, parts: withPart(message.parts, event.part, { type: "tool", callId, tool, title, arguments: event.arguments, safety, state: "running" }) };
    }
    case "tool-started":
      return changeTool(message, event.callId, (part) => ({
        ...part, state: "running", started: true, ...(event.changes === undefined ? {} : { changes: event.changes }), ...(event.runId === undefined ? {} : { runId: event.runId }),
      }));
    case "tool-finished":
      return changeTool(message, event.callId, (part) => ({
        ...part, state: event.state, ms: event.ms,
        ...(event.output === undefined ? {} : { output: event.output }), ...(event.error === undefined ? {} : { error: event.error }),
        ...(event.changes === undefined ? {} : { changes: event.changes }),
      }));
    case "request-opened": {
      const asked = { ...message, parts: withPart(message.parts, event.part, { type: "request", request: event.request }) };
      const { callId } = event.request;
      return callId === undefined ? asked : changeTool(asked, callId, (part) => (part.state === "running" ? { ...part, state: "waiting" } : part));
    }
    case "request-answered": {
      const at = message.parts.findLastIndex((part) => part.type === "request" && part.request.requestId === event.requestId);
      const part = message.parts[at];
      if (part?.type !== "request") return message;
      const answered = { ...message, parts: withPart(message.parts, at, { ...part, answer: event.answer }) };
      const { callId } = part.request;
      return callId === undefined ? answered : changeTool(answered, callId, (tool) => (tool.state === "waiting" ? { ...tool, state: "running" } : tool));
    }
    case "usage-reported":
      return { ...message, usage: addUsage(message.usage, event.usage) };
    case "turn-noted":
      return { ...message, parts: withPart(message.parts, event.part, { type: "note", code: event.code, text: event.text }) };
    case "turn-finished": {
      const parts = message.parts.map(closed);
      return {
        ...message, parts, content: contentOf(parts), state: event.state === "succeeded" ? "complete" : event.state, ms: event.ms, usage: event.usage,
        ...(event.error === undefined ? {} : { error: event.error }),
      };
    }
  }
};
