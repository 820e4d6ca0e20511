/** List files: what a granted folder holds, sorted by path. */
import { Schema } from "effect";
import { StepFailure } from "../failure.ts";
import { pathAt, slotName, slotUse, relative } from "../file-fields.ts";
import { shortText } from "../fields.ts";
import type { Json } from "../json.ts";
import { defineKind, errorOutput } from "../kind.ts";
import { fitsAnyPattern } from "../pattern.ts";

const LIMIT = 100_000;
const Config = Schema.Struct({ slot: slotName, folder: shortText, pattern: shortText, recursive: Schema.Boolean });

export const fileList = defineKind<typeof Config.Type>({
  id: "file.list",
  group: "files",
  title: "List files",
  description: "Lists the files of a granted folder.",
  icon: "folder-open",
  slow: true,
  config: Config,
  defaults: { slot: "", folder: "", pattern: "*", recursive: false },
  form: [
    { field: "slot", label: "Folder", control: "slot", access: "ro" },
    { field: "folder", label: "Inside", control: "path", help: "A folder in it; empty for the folder itself." },
    { field: "pattern", label: "Names", control: "text", placeholder: "*.csv, *.json", help: "With * and ?; several separated by commas." },
    { field: "recursive", label: "With folders inside", control: "switch" },
  ],
  ports: () => ({
    inputs: [{ id: "folder", label: "folder", type: "text" }],
    outputs: [{ id: "files", label: "files", type: "file", list: true }, errorOutput],
  }),
  delivery: () => "idempotent",
  summary: (config) => `${config.slot || "No folder"}${config.folder === "" ? "" : `/${config.folder}`} · ${config.pattern || "*"}`,
  slots: (config) => slotUse(config.slot, "ro"),
  check: (config) => {
    if (config.slot === "") throw pathAt("slot", "Choose the folder to list.");
  },
  prepare: (config) => { relative("folder", config.folder); },
  run: async (context, inputs, config) => {
    const folder = relative(undefined, String(inputs["folder"] ?? config.folder));
    const found = await context.files.list(config.slot, folder, { recursive: config.recursive, limit: LIMIT }, context.signal);
    const files = found.filter((file) => fitsAnyPattern(file.name, config.pattern)).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    if (found.length >= LIMIT) throw new StepFailure("too_large", `The folder holds more than ${LIMIT} files.`, "List a folder inside it.");
    return { files: files.map((file): Json => ({ ...file })) };
  },
});
