/** search_files: lines that hold a text or fit a regular expression, in time linear in what is searched. */
import { StepFailure, fitsAnyPattern } from "@axion/engine";
import { readPattern } from "../pattern/match.ts";
import { checkedPath, isSkipped, skipped } from "./list-files.ts";
import { textPieces } from "./text-file.ts";
import { type Tool, folderOf, folderParameter, place, textArg } from "./tool.ts";

const MAX_FILES = 20_000;
const MAX_FILE_BYTES = 4 * 1_048_576;
const MAX_BYTES = 200 * 1_048_576;
const MAX_HITS = 200;
const MAX_LINE = 300;
const MAX_MS = 20_000;

export const searchFiles: Tool = {
  name: "search_files",
  description: "Searches text files of a granted folder line by line and answers with path:line: text. Binary files, files over 4 MiB and folders like node_modules and .git are left out.",
  parameters: {
    type: "object", additionalProperties: false, required: ["query"], properties: {
      folder: folderParameter,
      query: { type: "string", minLength: 1, maxLength: 500, description: "Text to find, or a regular expression if regex is true." },
      regex: { type: "boolean", description: "Take query as a regular expression (no look-around, no back-references)." },
      caseSensitive: { type: "boolean", description: "Default false." },
      path: { type: "string", description: "A folder inside it to search." },
      pattern: { type: "string", description: "File names with * and ?; several separated by commas." },
    },
  },
  safety: { readOnly: true, destructive: false, idempotent: true },
  title: (args, { folders }) => `Search ${place(folders, args, textArg(args, "path") ?? "")} for ${JSON.stringify(textArg(args, "query") ?? "")}`,
  run: async (args, context) => {
    const folder = folderOf(args, context.folders);
    const path = checkedPath(args);
    const read = readPattern(textArg(args, "query") ?? "", { literal: args["regex"] !== true, ignoreCase: args["caseSensitive"] !== true });
    if ("problem" in read) throw new StepFailure("bad_pattern", `The regular expression cannot be used: ${read.problem}`, "Mend it, or search for plain text.");
    const found = await context.files.list(folder.folderId, path, { recursive: true, limit: MAX_FILES, skip: skipped }, context.signal);
    const inside = path === "" ? 0 : path.length + 1;
    const names = textArg(args, "pattern") ?? "";
    const files = found.filter((file) => !isSkipped(file.path.slice(inside)) && file.bytes <= MAX_FILE_BYTES && fitsAnyPattern(file.name, names)).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    const until = context.clock.now() + MAX_MS;
    const lines: string[] = [];
    let bytes = 0, hits = 0, searched = 0, stopped = found.length >= MAX_FILES ? `only the first ${MAX_FILES} files were looked at` : "";
    for (const file of files) {
      if (bytes + file.bytes > MAX_BYTES || context.clock.now() > until) { stopped = `stopped after ${searched} of ${files.length} files, because there is more than can be searched at once`; break; }
      if (hits >= MAX_HITS) { stopped = `stopped at ${MAX_HITS} lines`; break; }
      context.signal.throwIfAborted();
      bytes += file.bytes;
      searched++;
      const text = await wholeText(context, folder.folderId, file.path, file.bytes);
      if (text === undefined) continue;
      let number = 0;
      for (let at = 0; at <= text.length && hits < MAX_HITS;) {
        const end = text.indexOf("\n", at);
        const line = text.slice(at, end < 0 ? text.length : end);
        number++;
        if (read.matches(line)) {
          hits++;
          lines.push(`${file.path}:${number}: ${line.length > MAX_LINE ? `${line.slice(0, MAX_LINE).toWellFormed()}…` : line}`);
        }
        if (end < 0) break;
        at = end + 1;
      }
    }
    return { output: [...(lines.length === 0 ? [`Nothing found in ${searched} files.`] : lines), ...(stopped === "" ? [] : [`(${stopped})`])].join("\n") };
  },
};

const wholeText = async (context: Parameters<Tool["run"]>[1], folder: string, path: string, bytes: number): Promise<string | undefined> => {
  try {
    let text = "";
    for await (const piece of textPieces(context.files, folder, path, bytes, context.signal)) text += piece;
    return text;
  } catch (thrown) {
    // What is no text, or went away meanwhile, holds nothing to find.
    if (thrown instanceof StepFailure) return undefined;
    throw thrown;
  }
};
