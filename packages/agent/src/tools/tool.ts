/**
 * The shape of a tool. One file per tool says everything about it: name, words and schema for the model, what it says of its own safety,
 * what it would change, and what it does. A tool never asks for its own permission; who may run what is decided in `policy.ts`.
 */
import { type Json, type JsonRecord, StepFailure } from "@axion/engine";
import type { FileChange, RequestAnswer, SessionGraph, SessionRequest, Todo, ToolSafety } from "@axion/protocol";
import type { AgentFiles, TurnPorts } from "../ports.ts";
import type { SeenFiles } from "./seen.ts";

export interface ToolFolder { readonly folderId: string; readonly name: string; readonly access: "ro" | "rw" }
export interface Fact { readonly label: string; readonly value: string }

export interface ToolContext {
  readonly callId: string;
  readonly signal: AbortSignal;
  readonly folders: readonly ToolFolder[];
  readonly graphs: readonly SessionGraph[];
  readonly files: AgentFiles;
  readonly seen: SeenFiles;
  readonly clock: TurnPorts["clock"];
  readonly runGraph: TurnPorts["runGraph"];
  readonly recall: TurnPorts["recall"];
  /** Given before an effect starts, and the same when it is repeated after a crash. */
  readonly runId: string | undefined;
  ask(request: Pick<SessionRequest, "kind" | "title" | "options" | "freeText"> & { readonly text?: string }): Promise<RequestAnswer>;
  setTodos(todos: readonly Todo[]): Promise<void>;
  /** Words for who watches; not part of the result. */
  say(text: string): void;
}

/** What a call would do, made before anybody is asked. */
export interface Plan {
  /** What the approval asks, for example "Write src/a.ts?". */
  readonly question: string;
  readonly facts: readonly Fact[];
  readonly changes?: readonly FileChange[];
  /** Needed by `run`; never leaves the process. */
  readonly prepared?: unknown;
}
export interface ToolResult { readonly output: Json; readonly changes?: readonly FileChange[] }

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonRecord;
  readonly safety: ToolSafety;
  /** Changes files and nothing else, with the change shown beforehand: `accept-edits` lets it through. */
  readonly edits?: boolean;
  /** Never beside another call, although it only reads. */
  readonly alone?: boolean;
  /** Its output is the person's words, or Axion's own: not material from a file, so it is not fenced. */
  readonly plain?: boolean;
  /** Needs a run id on disk before it starts. */
  readonly runs?: boolean;
  /** A line for people; arguments are checked already. */
  title(args: JsonRecord, context: Pick<ToolContext, "folders" | "graphs">): string;
  plan?(args: JsonRecord, context: ToolContext): Promise<Plan>;
  run(args: JsonRecord, context: ToolContext, plan: Plan | undefined): Promise<ToolResult>;
  /** After a crash between start and end: what became of it, where that can be seen. `undone` means that it is safe to do it again. */
  settle?(args: JsonRecord, context: ToolContext, started: { readonly changes?: readonly FileChange[] }): Promise<"done" | "undone" | "unknown">;
}

export const textArg = (args: JsonRecord, key: string): string | undefined => {
  const value = args[key];
  return typeof value === "string" ? value : undefined;
};
export const numberArg = (args: JsonRecord, key: string): number | undefined => {
  const value = args[key];
  return typeof value === "number" ? value : undefined;
};

/** The folder that a call means: the one it names, or the only one there is. */
export const folderOf = (args: JsonRecord, folders: readonly ToolFolder[]): ToolFolder => {
  const named = textArg(args, "folder");
  if (folders.length === 0) throw new StepFailure("no_folder", "This chat was given no folder.", "Tell the person that they can give the chat a folder.");
  if (named === undefined) {
    if (folders.length === 1) return folders[0] as ToolFolder;
    throw new StepFailure("which_folder", `There are ${folders.length} folders; say which one you mean.`, `folder is one of: ${folders.map((each) => each.folderId).join(", ")}.`);
  }
  const found = folders.find((each) => each.folderId === named) ?? folders.find((each) => each.name === named);
  if (found === undefined) throw new StepFailure("unknown_folder", `There is no folder "${named}".`, `folder is one of: ${folders.map((each) => each.folderId).join(", ")}.`);
  return found;
};
/** How a place is shown: with its folder only where there are several. */
export const place = (folders: readonly ToolFolder[], args: JsonRecord, path: string): string =>
  folders.length > 1 ? `${textArg(args, "folder") ?? "?"}/${path}` : path === "" ? (folders[0]?.name ?? "the folder") : path;

/** The schema of a `folder` argument. */
export const folderParameter: JsonRecord = { type: "string", description: "The folder's id. May be left out if there is only one folder." };
