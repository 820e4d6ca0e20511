/** What changing a file has in common: reading it as it is, showing before and after, and refusing to write over what somebody else changed meanwhile. */
import { type JsonRecord, StepFailure } from "@axion/engine";
import type { FileChange } from "@axion/protocol";
import { checkedPath } from "./list-files.ts";
import { textPieces } from "./text-file.ts";
import { type Fact, type Plan, type ToolContext, type ToolResult, folderOf, place } from "./tool.ts";

/** Units of text in a `FileChange`. */
const MAX_SHOWN = 262_144;
const MAX_BYTES = 8 * 1_048_576;

export interface Target { readonly folderId: string; readonly path: string; readonly shown: string }

export const targetOf = (args: JsonRecord, context: Pick<ToolContext, "folders">): Target => {
  const folder = folderOf(args, context.folders);
  const path = checkedPath(args);
  if (path === "") throw new StepFailure("bad_path", "The path of the file is empty.");
  if (folder.access !== "rw") throw new StepFailure("read_only", `The folder ${folder.name} was given for reading only.`, "Tell the person that they can give it read-write.");
  return { folderId: folder.folderId, path, shown: place(context.folders, { ...args, folder: folder.folderId }, path) };
};

/** The file's text now; undefined if there is none. */
export const currentText = async (target: Target, context: ToolContext): Promise<string | undefined> => {
  const facts = await context.files.facts(target.folderId, target.path, context.signal);
  if (facts === undefined) return undefined;
  if (facts.folder) throw new StepFailure("not_a_file", `${target.shown} is a folder.`);
  if (facts.bytes > MAX_BYTES) throw new StepFailure("too_large", `${target.shown} has ${facts.bytes} bytes; files over ${MAX_BYTES} bytes are not changed here.`);
  if (context.seen.changed(target.folderId, target.path, facts)) {
    throw new StepFailure("changed_since_read", `${target.shown} has changed since you read it; somebody else wrote it. Nothing was changed.`, "Read it again, then change it.");
  }
  let text = "";
  for await (const piece of textPieces(context.files, target.folderId, target.path, facts.bytes, context.signal)) text += piece;
  return text;
};

export const changeOf = (target: Target, before: string | undefined, after: string): FileChange => {
  const { folderId, path } = target;
  if ((before?.length ?? 0) > MAX_SHOWN || after.length > MAX_SHOWN) return { folderId, path, tooLarge: true };
  return { folderId, path, ...(before !== undefined && { before }), after };
};

class Prepared {
  readonly before: string | undefined;
  readonly after: string;
  constructor(before: string | undefined, after: string) {
    this.before = before;
    this.after = after;
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

export const planOf = (target: Target, before: string | undefined, after: string): Plan => {
  const facts: Fact[] = [
    { label: "Writes", value: `${target.shown} (${before === undefined ? "new file" : "replaces the text"}, ${bytesOf(after)} bytes)` },
    { label: "Reads", value: before === undefined ? "Nothing" : target.shown },
    { label: "Network", value: "None" },
    { label: "Secrets", value: "None" },
    { label: "Undo", value: before === undefined ? "Delete the file" : "The text before stays in this chat" },
    { label: "Lasts", value: "This change only" },
  ];
  const prepared = new Prepared(before, after);
  return { question: before === undefined ? `Create ${target.shown}?` : `Change ${target.shown}?`, facts: facts.map((fact) => ({ ...fact, value: fact.value.slice(0, 2000).toWellFormed() })), changes: [changeOf(target, before, after)], prepared };
};

/** Writes what was planned, if the file is still as it was then. */
export const writePlanned = async (target: Target, context: ToolContext, plan: Plan | undefined, done: string): Promise<ToolResult> => {
  if (!(plan?.prepared instanceof Prepared)) throw new StepFailure("internal", "The change was not planned.");
  const { before, after } = plan.prepared;
  if ((await currentText(target, context)) !== before) {
    throw new StepFailure("changed_since_shown", `${target.shown} changed after the change was shown. Nothing was written.`, "Read it again, then change it.");
  }
  await context.files.writeText(target.folderId, target.path, after, "replace", context.signal);
  const facts = await context.files.facts(target.folderId, target.path, context.signal);
  if (facts !== undefined) context.seen.note(target.folderId, target.path, facts);
  return { output: done, ...(plan.changes !== undefined && { changes: plan.changes }) };
};

/** What became of a change that was begun: the file says it, unless it is neither as before nor as after. */
export const settleChange = async (target: Target, context: ToolContext, started: { readonly changes?: readonly FileChange[] }): Promise<"done" | "undone" | "unknown"> => {
  const change = started.changes?.[0];
  if (change === undefined || change.tooLarge === true) return "unknown";
  const now = await currentText(target, context);
  return now === change.after ? "done" : now === change.before ? "undone" : "unknown";
};
