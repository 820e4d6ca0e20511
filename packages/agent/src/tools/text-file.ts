/** Reading text files piece by piece: ranges of lines of a file of any size, never more in memory than was asked for. Says plainly what is not text. */
import { StepFailure } from "@axion/engine";
import type { AgentFiles, FileFacts } from "../ports.ts";

const PIECE = 262_144;
/** What is looked through for a line far down, at most. */
const MAX_SCAN = 256 * 1_048_576;

export const factsOf = async (files: AgentFiles, folder: string, path: string, signal: AbortSignal): Promise<FileFacts> => {
  const facts = await files.facts(folder, path, signal);
  if (facts === undefined) throw new StepFailure("not_found", `${path} is not there.`, "Use list_files to see what there is.");
  if (facts.folder) throw new StepFailure("not_a_file", `${path} is a folder.`, "Use list_files for folders.");
  return facts;
};

/** The pieces of a text file as text; throws `not_text` at the first byte that is none. */
export async function* textPieces(files: AgentFiles, folder: string, path: string, bytes: number, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let offset = 0; offset < Math.min(bytes, MAX_SCAN);) {
    const piece = await files.piece(folder, path, offset, PIECE, signal);
    if (piece.length === 0) break;
    offset += piece.length;
    if (piece.includes(0)) throw new StepFailure("not_text", `${path} is a binary file of ${bytes} bytes, not text.`);
    try {
      yield decoder.decode(piece, { stream: offset < bytes });
    } catch {
      throw new StepFailure("not_text", `${path} is not UTF-8 text (${bytes} bytes).`);
    }
  }
}

export interface LineRange { readonly text: string; readonly from: number; readonly to: number; readonly more: boolean; readonly clipped: boolean }

/** Lines `from` to `to` (from 1, both included), at most `maxChars` characters. */
export const readLines = async (files: AgentFiles, folder: string, path: string, range: { readonly from: number; readonly to: number; readonly maxChars: number }, facts: FileFacts, signal: AbortSignal): Promise<LineRange> => {
  let line = 1, last = range.from - 1, clipped = false, more = false;
  const parts: string[] = [];
  let held = 0;
  reading: for await (const piece of textPieces(files, folder, path, facts.bytes, signal)) {
    for (let at = 0; at < piece.length;) {
      if (line > range.to || held >= range.maxChars) { more = true; break reading; }
      const end = piece.indexOf("\n", at);
      const stop = end < 0 ? piece.length : end + 1;
      if (line >= range.from) {
        const room = range.maxChars - held;
        const taken = piece.slice(at, Math.min(stop, at + room));
        if (taken.length < stop - at) clipped = true;
        parts.push(taken);
        held += taken.length;
        last = line;
      }
      if (end >= 0) line++;
      at = stop;
    }
  }
  return { text: parts.join("").toWellFormed(), from: range.from, to: last, more: more || facts.bytes > MAX_SCAN, clipped };
};
