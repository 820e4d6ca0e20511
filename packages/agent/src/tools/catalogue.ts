/** The tools there are. A new tool is one file and a line here; tools that come from outside (processes, MCP servers) will join the same list. */
import { type Json, type SchemaCheck, readSchema } from "@axion/engine";
import { askPerson } from "./ask-person.ts";
import { editFile } from "./edit-file.ts";
import { listFiles } from "./list-files.ts";
import { readFile } from "./read-file.ts";
import { recall } from "./recall.ts";
import { runGraph } from "./run-graph.ts";
import { searchFiles } from "./search-files.ts";
import type { Tool, ToolFolder } from "./tool.ts";
import { updateTodos } from "./update-todos.ts";
import { writeFile } from "./write-file.ts";

const ofFiles: readonly Tool[] = [listFiles, readFile, searchFiles, writeFile, editFile];

/** What a turn can use: nothing is offered that could only fail. */
export const toolsFor = (has: { readonly folders: readonly ToolFolder[]; readonly graphs: number }): readonly Tool[] => [
  ...(has.folders.length === 0 ? [] : has.folders.some((folder) => folder.access === "rw") ? ofFiles : ofFiles.filter((tool) => tool.safety.readOnly)),
  askPerson, updateTodos, ...(has.graphs === 0 ? [] : [runGraph]), recall,
];

/** Names of tools whose output is the person's words or Axion's own. */
export const plainTools: ReadonlySet<string> = new Set([...ofFiles, askPerson, updateTodos, runGraph, recall].filter((tool) => tool.plain === true).map((tool) => tool.name));

const checks = new WeakMap<Tool, SchemaCheck>();
/** What is wrong with the arguments of a call, in words; undefined if nothing is. */
export const argumentProblem = (tool: Tool, value: Json): string | undefined => {
  let check = checks.get(tool);
  if (check === undefined) {
    const read = readSchema(tool.parameters);
    if ("problem" in read) throw new Error(`the schema of ${tool.name} is refused: ${read.problem}`);
    check = read.check;
    checks.set(tool, check);
  }
  const errors = check(value);
  return errors.length === 0 ? undefined : errors.slice(0, 5).map((error) => `${error.path}: ${error.message}`).join(" ");
};
