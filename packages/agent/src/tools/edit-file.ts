/** edit_file: exact replacements in one file. Each must be found exactly as often as was said, or nothing is changed. */
import { type Json, type JsonRecord, StepFailure, isRecord } from "@axion/engine";
import { currentText, planOf, settleChange, targetOf, writePlanned } from "./change.ts";
import { type Tool, folderParameter, place, textArg } from "./tool.ts";

const MAX_AFTER = 8 * 1_048_576;

interface Replacement { readonly find: string; readonly replace: string; readonly count: number }

const replacements = (args: JsonRecord): readonly Replacement[] =>
  (args["edits"] as readonly Json[]).filter(isRecord).map((each) => ({ find: String(each["find"]), replace: String(each["replace"]), count: typeof each["count"] === "number" ? each["count"] : 1 }));

const occurrences = (text: string, find: string): number => {
  let count = 0;
  for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + find.length)) count++;
  return count;
};

/** The text with all replacements done one after the other. */
export const edited = (text: string, edits: readonly Replacement[], shown: string): string => {
  let now = text;
  for (const [index, { find, replace, count }] of edits.entries()) {
    const found = occurrences(now, find);
    const which = edits.length === 1 ? "The text to find" : `The text to find of edit ${index + 1}`;
    if (found === 0) {
      const loose = now.replaceAll("\r\n", "\n").includes(find.replaceAll("\r\n", "\n"));
      throw new StepFailure("not_found", `${which} is not in ${shown}. Nothing was changed.`, loose ? "The file has Windows line ends (\\r\\n); use them in find and replace." : "Read the file again and copy the text exactly, with its spaces.");
    }
    if (found !== count) throw new StepFailure("wrong_count", `${which} is ${found} times in ${shown}, not ${count === 1 ? "once" : `${count} times`}. Nothing was changed.`, "Give more of the text around it, or say count.");
    if (now.length + count * (replace.length - find.length) > MAX_AFTER) throw new StepFailure("too_large", "The file would become too large. Nothing was changed.");
    now = now.split(find).join(replace);
  }
  return now;
};

export const editFile: Tool = {
  name: "edit_file",
  description: "Changes parts of a text file by exact replacement. find must be copied exactly from the file, with enough around it to be unique.",
  parameters: {
    type: "object", additionalProperties: false, required: ["path", "edits"], properties: {
      folder: folderParameter,
      path: { type: "string", minLength: 1, description: "Relative to the folder." },
      edits: {
        type: "array", minItems: 1, maxItems: 100, items: {
          type: "object", additionalProperties: false, required: ["find", "replace"], properties: {
            find: { type: "string", minLength: 1 },
            replace: { type: "string" },
            count: { type: "integer", minimum: 1, description: "How often find occurs, if more than once; all are replaced." },
          },
        },
      },
    },
  },
  safety: { readOnly: false, destructive: true, idempotent: false },
  edits: true,
  title: (args, { folders }) => `Edit ${place(folders, args, textArg(args, "path") ?? "")}`,
  plan: async (args, context) => {
    const target = targetOf(args, context);
    const before = await currentText(target, context);
    if (before === undefined) throw new StepFailure("not_found", `${target.shown} is not there.`, "Use write_file for a new file.");
    const after = edited(before, replacements(args), target.shown);
    if (after === before) throw new StepFailure("no_change", "The edits change nothing.");
    return planOf(target, before, after);
  },
  run: (args, context, plan) => {
    const target = targetOf(args, context);
    const count = replacements(args).length;
    return writePlanned(target, context, plan, `Changed ${target.shown} (${count} ${count === 1 ? "edit" : "edits"}).`);
  },
  settle: (args, context, started) => settleChange(targetOf(args, context), context, started),
};
