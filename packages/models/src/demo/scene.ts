/**
 * What a script of the demo agent sees: the person's last words, what its own calls since then answered, and what it may call. All of it is read from the
 * messages, nothing is held, so that a turn that goes on after a crash goes on here as well.
 */
import type { ModelMessage, ModelRequest } from "@axion/agent/model";
import { type Unknowns, isUnknowns, parsed } from "../reply/json.ts";

export interface Answered {
  readonly tool: string;
  readonly arguments: Unknowns;
  /** Without the fence that the agent puts around what comes from outside. */
  readonly output: string;
  readonly isError: boolean;
}
export interface Scene {
  /** The first word in small letters, and all of them. */
  readonly word: string;
  readonly words: string;
  /** Steps of the script that are done: replies with calls, all of which are answered. */
  readonly step: number;
  readonly answers: readonly Answered[];
  /** What was said of this step's text already, before it was cut off. */
  readonly said: string;
  readonly images: number;
  readonly tools: ReadonlySet<string>;
  readonly system: string;
}

const FENCE = /^<data from [^\n]*>\n([\s\S]*)\n<\/data [^\n]*>$/;
/** The agent asks for the rest of a reply that broke off by such a line. */
const isOfAxion = (text: string): boolean => text.startsWith("[From Axion");

const wordsOf = (message: ModelMessage): string => message.role !== "user" ? "" : message.parts.flatMap((part) => part.type === "text" && !isOfAxion(part.text) ? [part.text] : []).at(-1)?.trim() ?? "";
const argumentsOf = (text: string): Unknowns => {
  const found = parsed(text)?.value;
  return isUnknowns(found) ? found : {};
};

export const sceneOf = (request: ModelRequest): Scene => {
  const { messages } = request;
  const start = messages.findLastIndex((message) => wordsOf(message) !== "");
  const opening = messages[start];
  const words = opening === undefined ? "" : wordsOf(opening);
  const calls = new Map<string, { readonly tool: string; readonly arguments: Unknowns }>();
  const answers: Answered[] = [];
  let step = 0;
  let said = "";
  for (const message of messages.slice(start + 1)) {
    if (message.role === "assistant") {
      let called = false;
      for (const part of message.parts) {
        if (part.type === "text") said += part.text;
        else if (part.type === "tool-call") {
          called = true;
          calls.set(part.callId, { tool: part.name, arguments: argumentsOf(part.arguments) });
        }
      }
      if (called) { step += 1; said = ""; }
    } else if (message.role === "tool") {
      const call = calls.get(message.callId);
      answers.push({ tool: message.name, arguments: call?.arguments ?? {}, output: FENCE.exec(message.output)?.[1] ?? message.output, isError: message.isError });
    }
  }
  return {
    word: /^[/]?([a-z]+)/i.exec(words)?.[1]?.toLowerCase() ?? "", words, step, answers, said,
    images: opening?.role === "user" ? opening.parts.filter((part) => part.type === "image").length : 0,
    tools: new Set(request.tools.map((tool) => tool.name)), system: request.system,
  };
};
