/** list_files: what a granted folder holds. */
import { type JsonRecord, StepFailure, fitsAnyPattern, relativePath } from "@axion/engine";
import { type Tool, folderOf, folderParameter, place, textArg } from "./tool.ts";

const LIMIT = 20_000;
const SHOWN = 500;

const sized = (bytes: number) => bytes < 1024 ? `${bytes} B` : bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;

export const listFiles: Tool = {
  name: "list_files",
  description: "Lists files in a granted folder, sorted by path, with their sizes. Folders named node_modules, .git, target and dist are left out unless you look inside them.",
  parameters: {
    type: "object", additionalProperties: false, properties: {
      folder: folderParameter,
      path: { type: "string", description: "A folder inside it, relative. Left out: the folder itself." },
      pattern: { type: "string", description: "File names with * and ?; several separated by commas." },
      recursive: { type: "boolean", description: "With the folders inside. Default true." },
    },
  },
  safety: { readOnly: true, destructive: false, idempotent: true },
  title: (args, { folders }) => `List ${place(folders, args, textArg(args, "path") ?? "")}`,
  run: async (args, context) => {
    const folder = folderOf(args, context.folders);
    const path = checkedPath(args);
    const recursive = args["recursive"] !== false;
    const found = await context.files.list(folder.folderId, path, { recursive, limit: LIMIT, skip: skipped, withFolders: !recursive }, context.signal);
    const pattern = textArg(args, "pattern") ?? "";
    const inside = path === "" ? 0 : path.length + 1;
    const files = found.filter((file) => !isSkipped(file.path.slice(inside)) && fitsAnyPattern(file.name, pattern)).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    const lines = files.slice(0, SHOWN).map((file) => file.path.endsWith("/") ? file.path : `${file.path}  ${sized(file.bytes)}`);
    const more = files.length > SHOWN ? [`… and ${files.length - SHOWN} more. Use path or pattern to see fewer.`] : found.length >= LIMIT ? [`… the folder holds more than ${LIMIT} files; look into a folder inside it.`] : [];
    return { output: files.length === 0 ? "No files." : [...lines, ...more].join("\n") };
  },
};

/** What tools make, not people: left out unless it is looked into by name. */
export const skipped: ReadonlySet<string> = new Set(["node_modules", ".git", "target", "dist", ".venv", "__pycache__"]);
/** For file ports that do not skip by themselves. */
export const isSkipped = (path: string): boolean => path.split("/").slice(0, -1).some((name) => skipped.has(name));

export const checkedPath = (args: JsonRecord, key = "path"): string => {
  const checked = relativePath(textArg(args, key) ?? "");
  if ("problem" in checked) throw new StepFailure("bad_path", checked.problem);
  return checked.path;
};
