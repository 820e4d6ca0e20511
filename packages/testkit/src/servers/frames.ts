/** The frames of a scripted reply in the order in which they are sent, with the waits between them and the fault that was asked for. */
import { type Fault, type ScriptedReply, argumentsText, finishOf, piecesOf, usageOf } from "./script.ts";
import type { Speech } from "./speech.ts";

/** Sent text, a wait, or what becomes of the connection. `hang` keeps it open without a word. */
export type Sent = { readonly send: string } | { readonly waitMs: number } | { readonly last: "end" | "reset" | "hang" };

const DEFAULT_PIECE = 12;
const BLOCK = "x".repeat(65_536);

function* parts(reply: ScriptedReply, speech: Speech): Generator<Sent, void, undefined> {
  let index = 0;
  const send = function* (frames: readonly string[]): Generator<Sent, void, undefined> { for (const frame of frames) yield { send: frame }; };
  yield* send(speech.begin(usageOf(reply)));
  for (const part of reply.parts ?? []) {
    if ("waitMs" in part) yield { waitMs: part.waitMs };
    else if ("tool" in part) {
      const id = reply.fault?.kind === "no-tool-id" ? undefined : part.tool.id ?? `call-${index + 1}`;
      yield* send(speech.tool({ id, name: part.tool.name, arguments: argumentsText(part.tool.arguments), index }));
      index += 1;
    } else {
      const isText = "text" in part;
      for (const piece of piecesOf(isText ? part.text : part.reasoning, reply.pieceChars ?? DEFAULT_PIECE)) {
        if (reply.pieceMs !== undefined) yield { waitMs: reply.pieceMs };
        yield* send(isText ? speech.text(piece) : speech.reasoning(piece));
      }
      if (!isText) yield* send(speech.reasoningEnd(part.signature));
    }
  }
  const end = speech.end(finishOf(reply), usageOf(reply));
  yield* send(end);
  if (reply.fault?.kind === "two-finishes") {
    yield* send(speech.text("after the end"));
    yield* send(speech.end("length", { input: 999, output: 999 }));
  }
}

function* flood(fault: Extract<Fault, { kind: "endless-line" | "huge" }>, speech: Speech): Generator<Sent, void, undefined> {
  const bytes = fault.bytes ?? Number.POSITIVE_INFINITY;
  if (fault.kind === "endless-line") yield { send: speech.half() };
  for (let sent = 0; sent < bytes; sent += BLOCK.length) {
    if (fault.kind === "endless-line") yield { send: BLOCK };
    else for (const frame of speech.text(BLOCK)) yield { send: frame };
  }
  yield { last: "end" };
}

function* drip(ms: number, speech: Speech): Generator<Sent, void, undefined> {
  for (const letter of speech.half()) { yield { waitMs: ms }; yield { send: letter }; }
  for (;;) { yield { waitMs: ms }; yield { send: "x" }; }
}

/** What happens in the middle of a reply, after so many frames. */
function* middle(fault: Fault, speech: Speech): Generator<Sent, boolean, undefined> {
  const all = function* (frames: readonly string[]): Generator<Sent, void, undefined> { for (const frame of frames) yield { send: frame }; };
  switch (fault.kind) {
    case "half-frame": yield { send: speech.half() }; yield { last: "end" }; return false;
    case "cut": yield { last: "end" }; return false;
    case "reset": yield { last: "reset" }; return false;
    case "silence": yield { last: "hang" }; return false;
    case "broken-frame": yield { send: speech.half().replace(/\{.*$/s, "{this is not JSON}") }; yield { send: "\n\n" }; return true;
    case "error-event": yield* all(speech.error(fault.message ?? "The scripted server broke down.")); yield { last: "end" }; return false;
    case "unknown-events": yield* all(speech.unknown()); return true;
    case "wrong-order": yield* all(speech.misplaced()); return true;
    default: return true;
  }
}

export function* framesOf(reply: ScriptedReply, speech: Speech): Generator<Sent, void, undefined> {
  const fault = reply.fault;
  if (fault?.kind === "endless-line" || fault?.kind === "huge") return yield* flood(fault, speech);
  if (fault?.kind === "drip") return yield* drip(fault.ms, speech);
  const after = fault !== undefined && "after" in fault ? fault.after ?? 2 : 2;
  let sent = 0;
  let done = fault === undefined;
  for (const each of parts(reply, speech)) {
    if (!done && "send" in each && sent === after && fault !== undefined) {
      done = true;
      if (!(yield* middle(fault, speech))) return;
    }
    yield each;
    if ("send" in each) sent += 1;
  }
  if (!done && fault !== undefined && !(yield* middle(fault, speech))) return;
  yield { last: "end" };
}
