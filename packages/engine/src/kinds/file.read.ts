/** Read file: the text of one file of a granted folder. */
import { Schema } from "effect";
import { fileOf, pathAt, relative, slotName, slotUse } from "../file-fields.ts";
import { count, shortText } from "../fields.ts";
import { emptyRecord } from "../json.ts";
import { defineKind, errorOutput } from "../kind.ts";

const MAX_MB = 64;
const Config = Schema.Struct({ slot: slotName, path: shortText, maxMb: count(1, MAX_MB) });

export const fileRead = defineKind<typeof Config.Type>({
  id: "file.read",
  group: "files",
  title: "Read file",
  description: "Reads the text of a file.",
  icon: "file-text",
  slow: true,
  config: Config,
  defaults: { slot: "", path: "", maxMb: 8 },
  form: [
    { field: "slot", label: "Folder", control: "slot", access: "ro", help: "Needed when no file is connected." },
    { field: "path", label: "File", control: "path", help: "Used when no file is connected." },
    { field: "maxMb", label: "At most", control: "number", min: 1, max: MAX_MB, unit: "MB" },
  ],
  ports: () => ({
    inputs: [{ id: "file", label: "file", type: "file" }],
    outputs: [{ id: "text", label: "text", type: "text" }, { id: "file", label: "file", type: "file" }, errorOutput],
  }),
  delivery: () => "idempotent",
  summary: (config) => config.path === "" ? "The file that arrives" : `${config.slot}/${config.path}`,
  slots: (config) => slotUse(config.slot, "ro"),
  prepare: (config) => { relative("path", config.path); },
  check: (config, connected) => {
    if (connected("file")) return;
    if (config.slot === "") throw pathAt("slot", "Connect a file, or choose a folder and a file.");
    if (config.path === "") throw pathAt("path", "Connect a file, or name one.");
  },
  run: async (context, inputs, config) => {
    const { slot, path } = fileOf(inputs["file"], config);
    const text = await context.files.readText(slot, path, config.maxMb * 1_000_000, context.signal);
    const file = emptyRecord();
    Object.assign(file, { slot, path, name: path.slice(path.lastIndexOf("/") + 1), bytes: new TextEncoder().encode(text).length });
    return { text, file };
  },
});
