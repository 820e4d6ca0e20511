/**
 * Cuts the text of a reply into frames: events of a server-sent stream, or lines of JSON. Whoever answers a request for a stream with one JSON
 * document is read as that (`whole`); a page of HTML is called what it is. Each piece of text gives a list, so that a burst costs one step.
 */
import { createParser } from "eventsource-parser";
import { LIMITS } from "../ports.ts";
import { parsed } from "../reply/json.ts";
import { failure, oneLine, pageOf } from "./failures.ts";

/** A frame of a stream, one JSON document instead of a stream, or the word that nothing follows. */
export type Frame = { readonly kind: "piece" | "whole"; readonly value: unknown } | { readonly kind: "end" };
type Pieces = AsyncIterable<string>;

const tooLong = () => failure("protocol", `The provider sent a frame of more than ${LIMITS.maxFrame / 1_048_576} MiB; the reply was cut off.`);
const broken = (text: string) => failure("protocol", `The provider sent a frame that is not JSON: "${oneLine(text.slice(0, 100))}".`);
const html = (text: string) => failure("protocol", `The provider answered with ${pageOf(text)}, not as a model.`);

/** The pieces again, beginning with the first that is not only white space, joined to what came before it. */
async function* fromFirstWord(pieces: Pieces): AsyncGenerator<string, void, undefined> {
  let head: string | undefined = "";
  for await (const piece of pieces) {
    if (head === undefined) { yield piece; continue; }
    head += piece;
    if (head.length > LIMITS.maxFrame) throw tooLong();
    if (head.trim() !== "") { yield head; head = undefined; }
  }
}

async function* wholeDocument(first: string, rest: AsyncGenerator<string, void, undefined>): AsyncGenerator<readonly Frame[], void, undefined> {
  const parts = [first];
  let length = first.length;
  for await (const piece of rest) {
    parts.push(piece);
    length += piece.length;
    if (length > LIMITS.maxFrame) throw tooLong();
  }
  const text = parts.join("");
  const document = parsed(text);
  if (document === undefined) throw broken(text);
  yield [{ kind: "whole", value: document.value }];
}

/** Events whose data is JSON. `[DONE]` ends the stream. Comments, which keep a line open, are `heard` and nothing else. */
export async function* eventFrames(pieces: Pieces, heard: () => void): AsyncGenerator<readonly Frame[], void, undefined> {
  const text = fromFirstWord(pieces);
  const first = await text.next();
  if (first.done === true) return;
  const begin = first.value.trimStart().replace(/^\uFEFF/, "");
  if (begin.startsWith("<")) throw html(begin);
  if (begin.startsWith("{") || begin.startsWith("[")) {
    yield* wholeDocument(first.value, text);
    return;
  }
  let frames: Frame[] = [];
  let done = false;
  const parser = createParser({
    maxBufferSize: LIMITS.maxFrame,
    onComment: heard,
    onError: (error) => { if (error.type === "max-buffer-size-exceeded") throw tooLong(); },
    onEvent: ({ data }) => {
      heard();
      if (done || data === "") return;
      if (data === "[DONE]") {
        done = true;
        frames.push({ kind: "end" });
        return;
      }
      const document = parsed(data);
      if (document === undefined) throw broken(data);
      frames.push({ kind: "piece", value: document.value });
    },
  });
  for (let piece: IteratorResult<string, void> = first; piece.done !== true; piece = await text.next()) {
    let problem: unknown;
    try {
      parser.feed(piece.value);
    } catch (error) {
      problem = error;
    }
    // What came before the broken frame is not lost.
    if (frames.length > 0) yield frames;
    if (problem !== undefined) throw problem;
    frames = [];
    if (done) return;
  }
}

/** Lines that are JSON each. */
export async function* lineFrames(pieces: Pieces, heard: () => void): AsyncGenerator<readonly Frame[], void, undefined> {
  let open: string[] = [];
  let length = 0;
  let begun = false;
  const frameOf = (line: string, piece: string): Frame | undefined => {
    const trimmed = line.trim();
    if (trimmed === "") return undefined;
    if (!begun && trimmed.startsWith("<")) throw html(`${line}\n${piece}`);
    begun = true;
    const document = parsed(trimmed);
    if (document === undefined) throw broken(trimmed);
    heard();
    return { kind: "piece", value: document.value };
  };
  for await (const piece of pieces) {
    const lines = piece.split("\n");
    const rest = lines.pop() ?? "";
    const frames: Frame[] = [];
    let problem: unknown;
    try {
      for (const line of lines) {
        const frame = frameOf(open.length === 0 ? line : open.join("") + line, piece);
        open = [];
        length = 0;
        if (frame !== undefined) frames.push(frame);
      }
    } catch (error) {
      problem = error;
    }
    if (frames.length > 0) yield frames;
    if (problem !== undefined) throw problem;
    if (rest !== "") open.push(rest);
    length += rest.length;
    if (length > LIMITS.maxFrame) throw tooLong();
  }
  const last = open.join("").trim();
  if (last === "") return;
  if (!begun && last.startsWith("<")) throw html(last);
  // A line without an end is a frame if it is whole, else the reply was cut off, which the reader of the reply notices.
  const document = parsed(last);
  if (document !== undefined) yield [{ kind: "piece", value: document.value }];
  else if (!begun) throw broken(last);
}
