/** write_file: a whole text file, new or instead of the old one. Atomic: a reader sees the old text or the new one. */
import { type Tool, folderParameter, place, textArg } from "./tool.ts";
import { currentText, planOf, settleChange, targetOf, writePlanned } from "./change.ts";

export const writeFile: Tool = {
  name: "write_file",
  description: "Writes a whole text file, making missing folders. Replaces the file if it exists; to change a part of a file use edit_file.",
  parameters: {
    type: "object", additionalProperties: false, required: ["path", "text"], properties: {
      folder: folderParameter,
      path: { type: "string", minLength: 1, description: "Relative to the folder." },
      text: { type: "string", description: "The whole content." },
    },
  },
  safety: { readOnly: false, destructive: true, idempotent: true },
  edits: true,
  title: (args, { folders }) => `Write ${place(folders, args, textArg(args, "path") ?? "")}`,
  plan: async (args, context) => {
    const target = targetOf(args, context);
    return planOf(target, await currentText(target, context), textArg(args, "text") ?? "");
  },
  run: (args, context, plan) => {
    const target = targetOf(args, context);
    return writePlanned(target, context, plan, `Wrote ${target.shown}.`);
  },
  settle: (args, context, started) => settleChange(targetOf(args, context), context, started),
};
