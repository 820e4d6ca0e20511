/** read_file: a text file, or a range of its lines. */
import { checkedPath } from "./list-files.ts";
import { factsOf, readLines } from "./text-file.ts";
import { type Tool, folderOf, folderParameter, numberArg, place, textArg } from "./tool.ts";

const MAX_CHARS = 200_000;
const DEFAULT_LINES = 2_000;

export const readFile: Tool = {
  name: "read_file",
  description: `Reads a text file of a granted folder, by default its first ${DEFAULT_LINES} lines. The text comes exactly as it is in the file, without line numbers. Binary files are refused.`,
  parameters: {
    type: "object", additionalProperties: false, required: ["path"], properties: {
      folder: folderParameter,
      path: { type: "string", description: "Relative to the folder." },
      from: { type: "integer", minimum: 1, description: "First line, counted from 1." },
      to: { type: "integer", minimum: 1, description: "Last line." },
    },
  },
  safety: { readOnly: true, destructive: false, idempotent: true },
  title: (args, { folders }) => {
    const from = numberArg(args, "from"), to = numberArg(args, "to");
    const lines = from === undefined && to === undefined ? "" : `, lines ${from ?? 1}–${to ?? "…"}`;
    return `Read ${place(folders, args, textArg(args, "path") ?? "")}${lines}`;
  },
  run: async (args, context) => {
    const folder = folderOf(args, context.folders);
    const path = checkedPath(args);
    const facts = await factsOf(context.files, folder.folderId, path, context.signal);
    const from = numberArg(args, "from") ?? 1;
    const read = await readLines(context.files, folder.folderId, path, { from, to: numberArg(args, "to") ?? from + DEFAULT_LINES - 1, maxChars: MAX_CHARS }, facts, context.signal);
    context.seen.note(folder.folderId, path, facts);
    if (facts.bytes === 0) return { output: "(The file is empty.)" };
    if (read.to < read.from) return { output: `(The file ends before line ${read.from}.)` };
    const notes = [
      ...(read.from > 1 || read.more ? [`lines ${read.from}–${read.to}${read.more ? ", more follow" : ", the end of the file"}`] : []),
      ...(read.clipped ? ["the last line was cut"] : []),
    ];
    return { output: notes.length === 0 ? read.text : `${read.text}${read.text.endsWith("\n") ? "" : "\n"}(${notes.join("; ")})` };
  },
};
