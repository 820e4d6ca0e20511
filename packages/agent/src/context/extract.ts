/** The transcript as plain text for a summary, and an extract of it that needs no model: the same input gives the same words. */
import type { Message } from "@axion/protocol";
import type { CallState, Item } from "../state.ts";
import { cut, headAndTail } from "../wire.ts";

const SAID = 2_000;
const OUTPUT = 400;

const oneLine = (text: string, max: number) => cut(text.replace(/\s+/g, " ").trim(), max);

const outputText = (part: Extract<Message["parts"][number], { type: "tool" }>): string => {
  if (part.error !== undefined) return part.error.message;
  if (part.output === undefined) return "";
  return part.output.type === "blob" ? part.output.preview : typeof part.output.value === "string" ? part.output.value : (JSON.stringify(part.output.value) ?? "");
};

const linesOf = (message: Message, said: number, output: number): string[] => {
  const who = message.role === "user" ? "Person" : "Agent";
  const lines: string[] = [];
  for (const part of message.parts) {
    if (part.type === "text" && part.text.trim() !== "") lines.push(`${who}: ${said < SAID ? oneLine(part.text, said) : headAndTail(part.text.trim(), said * 0.7, said * 0.3)}`);
    else if (part.type === "steer") lines.push(`Person: ${oneLine(part.text, said)}`);
    else if (part.type === "file") lines.push(`Person points at ${part.folderId}/${part.path}`);
    else if (part.type === "tool") lines.push(`Agent did: ${oneLine(part.title, 200)} (${part.state})${output > 0 && outputText(part) !== "" ? `: ${oneLine(outputText(part), output)}` : ""}`);
  }
  return lines;
};

export const transcriptOf = (messages: readonly Message[], previous: string | undefined): string =>
  [...(previous === undefined ? [] : [`Summary of what was before:\n${previous}`]), ...messages.flatMap((message) => linesOf(message, SAID, OUTPUT))].join("\n\n");

/** At most `max` characters; the beginning and the end of the conversation weigh more than its middle. */
export const extractOf = (messages: readonly Message[], previous: string | undefined, max: number): string => {
  const short = messages.length > 40 ? 160 : 400;
  const lines = messages.flatMap((message) => linesOf(message, short, 0));
  const before = previous === undefined ? [] : [headAndTail(previous, max * 0.2, max * 0.1)];
  return headAndTail([...before, ...lines].join("\n"), max * 0.4, max * 0.25);
};

/** The first steps of a turn, for the model, when the turn itself has become too long. */
export const stepsExtract = (items: readonly Item[], previous: string, max: number): string => {
  const lines = items.flatMap((item) => item.type === "told" ? [`The person said: ${oneLine(item.text, 400)}`] : item.contents.flatMap((content) => {
    if (content.type === "call") return [`You did: ${oneLine(content.call.title, 160)} (${outcome(content.call)})`];
    return content.type === "text" && content.text.trim() !== "" ? [`You said: ${oneLine(content.text, 200)}`] : [];
  }));
  return headAndTail([...(previous === "" ? [] : [previous]), ...lines].join("\n"), max * 0.3, max * 0.6);
};
const outcome = (call: CallState) => call.finished?.error === undefined ? (call.finished?.state ?? "not finished") : `${call.finished.state}: ${oneLine(call.finished.error.message, 100)}`;
