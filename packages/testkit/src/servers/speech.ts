/** How a protocol is spoken by a server: reading what was asked, and writing frames. One implementation for each protocol; faults use only this. */
import type { AskedFor, ScriptedFinish, ScriptedReply, ScriptedUsage } from "./script.ts";

export interface ToolSaid { readonly id: string | undefined; readonly name: string; readonly arguments: string; readonly index: number }

/** Writes one reply, frame by frame; each text is what goes over the wire. */
export interface Speech {
  begin(usage: ScriptedUsage): readonly string[];
  text(piece: string): readonly string[];
  reasoning(piece: string): readonly string[];
  reasoningEnd(signature: string | undefined): readonly string[];
  tool(call: ToolSaid): readonly string[];
  end(finish: ScriptedFinish, usage: ScriptedUsage): readonly string[];
  /** An error in the middle of the reply. */
  error(message: string): readonly string[];
  /** What a future version might send, and what does not belong there. */
  unknown(): readonly string[];
  misplaced(): readonly string[];
  /** The beginning of a frame whose rest never comes. */
  half(): string;
}

export interface Protocol {
  readonly name: ProtocolName;
  /** Where it is asked. */
  readonly path: string;
  readonly contentType: string;
  asked(body: unknown): AskedFor;
  speech(model: string): Speech;
  whole(reply: ScriptedReply, model: string): unknown;
  /** The body of a refusal. */
  refusal(status: number, message: string): unknown;
}
export type ProtocolName = "openai-chat" | "openai-responses" | "anthropic" | "ollama";

// ── reading requests

export type Fields = { readonly [key: string]: unknown };
export const fields = (value: unknown): Fields => typeof value === "object" && value !== null && !Array.isArray(value) ? value as Fields : {};
export const list = (value: unknown): readonly unknown[] => Array.isArray(value) ? value : [];
export const words = (value: unknown): string => typeof value === "string" ? value : list(value).map((part) => words(fields(part)["text"])).join("");

/** Two newlines end an event. */
export const event = (value: unknown, name?: string): string => `${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(value)}\n\n`;
