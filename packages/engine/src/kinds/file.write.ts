/**
 * Write file: puts a text into a granted folder. Replacing is atomic and may be repeated; appending is an effect, because
 * doing it twice is not the same as once.
 */
import { Schema } from "effect";
import { StepFailure } from "../failure.ts";
import { pathAt, relative, slotName, slotUse } from "../file-fields.ts";
import { shortText } from "../fields.ts";
import type { Json } from "../json.ts";
import { nameOfType } from "../json.ts";
import { defineKind, errorOutput } from "../kind.ts";

const Config = Schema.Struct({ slot: slotName, path: shortText, mode: Schema.Literals(["replace", "append", "new"]) });

export const fileWrite = defineKind<typeof Config.Type>({
  id: "file.write",
  group: "files",
  title: "Write file",
  description: "Writes a text to a file.",
  icon: "file-output",
  slow: true,
  config: Config,
  defaults: { slot: "", path: "", mode: "replace" },
  form: [
    { field: "slot", label: "Folder", control: "slot", access: "rw" },
    { field: "path", label: "File", control: "path", help: "Used when no path is connected.", placeholder: "report.html" },
    {
      field: "mode", label: "If it exists", control: "select", options: [
        { value: "replace", label: "Replace it" }, { value: "append", label: "Add at its end" }, { value: "new", label: "Fail" },
      ],
    },
  ],
  ports: () => ({
    inputs: [{ id: "text", label: "text", type: "text", required: true }, { id: "path", label: "path", type: "text" }],
    outputs: [{ id: "file", label: "file", type: "file" }, errorOutput],
  }),
  // A file that must not exist is there after the first try, so a second would fail: an effect too.
  delivery: (config) => config.mode === "replace" ? "idempotent" : "effect",
  summary: (config) => `${config.slot || "No folder"}/${config.path || "…"}${config.mode === "append" ? " · add" : ""}`,
  slots: (config) => slotUse(config.slot, "rw"),
  prepare: (config) => { relative("path", config.path); },
  check: (config, connected) => {
    if (config.slot === "") throw pathAt("slot", "Choose the folder to write to.");
    if (config.path === "" && !connected("path")) throw pathAt("path", "Name the file, or connect a path.");
  },
  intent: (inputs, config) => `${config.mode === "append" ? "Add to" : "Write"} ${config.slot}/${String(inputs["path"] ?? config.path)}`.slice(0, 1000).toWellFormed(),
  run: async (context, inputs, config) => {
    const text = inputs["text"];
    if (typeof text !== "string") throw new StepFailure("wrong_type", `Write file needs text, but got ${nameOfType(text as Json)}.`, "Put a Format node before it.");
    const path = relative(undefined, String(inputs["path"] ?? config.path));
    if (path === "") throw new StepFailure("bad_path", "The path of the file to write is empty.");
    const file = await context.files.writeText(config.slot, path, text, config.mode, context.signal);
    return { file: { ...file } };
  },
});
