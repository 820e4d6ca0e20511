/**
 * The scripts of the demo agent: for each step of a turn what it thinks, says and calls. A step is a function of the scene alone.
 * They show what can happen in a chat (a look into files, a change with its diff, a question, a list, a run, a failure), with the person's own folder and no model.
 */
import type { ModelFailureKind } from "@axion/agent/model";
import type { Answered, Scene } from "./scene.ts";
import { longText, markdownText } from "./texts.ts";

export interface DemoCall { readonly name: string; readonly arguments: { readonly [key: string]: unknown } }
export interface DemoStep {
  readonly thinks?: string;
  readonly says: string;
  readonly calls?: readonly DemoCall[];
  /** After what it says. */
  readonly fails?: ModelFailureKind;
  /** Before the first word, and for each word. */
  readonly waitMs?: number;
  readonly wordMs?: number;
}
export type Script = (scene: Scene) => DemoStep;

export const DEMO_NOTICE = "I am the demo agent: a script, not a language model. I understand only a few words.";

const NO_FOLDER = "This chat was given no folder that I could use for that. Give it one (the folder button beside the message field), then say it again.";
const needs = (scene: Scene, ...tools: readonly string[]): DemoStep | undefined => tools.every((tool) => scene.tools.has(tool)) ? undefined : { says: `${NO_FOLDER}\n\n${DEMO_NOTICE}` };
const done = (text: string): DemoStep => ({ says: `${text}\n\n${DEMO_NOTICE}` });

const lastOf = (scene: Scene, tool: string): Answered | undefined => scene.answers.findLast((answer) => answer.tool === tool);
const problem = (answer: Answered): DemoStep => done(`The tool \`${answer.tool}\` answered: ${quoted(answer.output)}\n\nSo I stop here.`);
const quoted = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 299).toWellFormed()}…` : line;
};

/** Paths out of the lines of `list_files`: a path, two spaces, a size. */
const pathsIn = (listing: string): readonly string[] => listing.split("\n").flatMap((line) => /^(\S.*?) {2}[\d.]+ \w+$/.exec(line)?.[1] ?? []);
const READABLE = /\.(md|txt|ts|tsx|js|mjs|json|rs|py|toml|ya?ml|css|html|csv)$/i;

const look: Script = (scene) => {
  const missing = needs(scene, "list_files", "read_file");
  if (missing !== undefined) return missing;
  const listed = lastOf(scene, "list_files");
  if (scene.step === 0 || listed === undefined) return { thinks: "The script `look` lists the folder first and then reads two files.", says: "I look at what is in the folder.", calls: [{ name: "list_files", arguments: {} }] };
  if (listed.isError) return problem(listed);
  const paths = pathsIn(listed.output);
  const chosen = paths.filter((path) => READABLE.test(path)).slice(0, 2);
  if (scene.step === 1 && chosen.length > 0) return { says: `${paths.length === 1 ? "There is 1 file." : `There are ${paths.length} files.`} I read ${chosen.map((path) => `\`${path}\``).join(" and ")}.`, calls: chosen.map((path) => ({ name: "read_file", arguments: { path, to: 40 } })) };
  const read = scene.answers.filter((answer) => answer.tool === "read_file");
  const lines = read.map((answer) => `- \`${String(answer.arguments["path"])}\`: ${answer.isError ? `could not be read (${quoted(answer.output)})` : quoted(answer.output.split("\n").find((line) => line.trim() !== "") ?? "empty")}`);
  return done(`I saw ${paths.length} ${paths.length === 1 ? "file" : "files"}.${lines.length === 0 ? " None of them is a text file that I know." : ` They begin like this:\n\n${lines.join("\n")}`}`);
};

const NOTE = "demo-note.md";
const edit: Script = (scene) => {
  const missing = needs(scene, "list_files", "read_file", "edit_file", "write_file");
  if (missing !== undefined) return missing;
  const changed = lastOf(scene, "edit_file") ?? lastOf(scene, "write_file");
  if (changed !== undefined) {
    return changed.isError ? done(`The change was not made: ${quoted(changed.output)}\n\nYour file is as it was.`) : done(`Done: ${quoted(changed.output)}\n\nThe card above shows what changed.`);
  }
  const listed = lastOf(scene, "list_files");
  if (listed === undefined) return { thinks: "The script `edit` changes the first line of a note, which asks the person first.", says: "I look for a note that I could change.", calls: [{ name: "list_files", arguments: { pattern: "*.md,*.txt" } }] };
  if (listed.isError) return problem(listed);
  const path = pathsIn(listed.output)[0];
  if (path === undefined) return { says: `There is no note yet, so I propose a new one, \`${NOTE}\`.`, calls: [{ name: "write_file", arguments: { path: NOTE, text: "# A note\n\nWritten by the demo agent, which is a script.\n" } }] };
  const read = lastOf(scene, "read_file");
  if (read === undefined) return { says: `I read \`${path}\`.`, calls: [{ name: "read_file", arguments: { path, to: 200 } }] };
  if (read.isError) return problem(read);
  const line = read.output.split("\n").find((each) => each.trim() !== "" && !each.startsWith("("))?.replace(/\r$/, "");
  if (line === undefined) return { says: `\`${path}\` is empty, so I propose a first line.`, calls: [{ name: "write_file", arguments: { path, text: "A first line by the demo agent, which is a script.\n" } }] };
  const count = read.output.split(line).length - 1;
  return {
    says: `I propose to change the first line of \`${path}\`. You see the change before it is made.`,
    calls: [{ name: "edit_file", arguments: { path, edits: [{ find: line, replace: `${line} (seen by the demo agent)`, ...(count > 1 && { count }) }] } }],
  };
};

const ask: Script = (scene) => {
  const answer = lastOf(scene, "ask_person");
  if (answer !== undefined) return done(`Thank you. This is what reached me:\n\n> ${quoted(answer.output)}`);
  if (!scene.tools.has("ask_person")) return done("I cannot ask anything here.");
  return {
    says: "I have a question for you.",
    calls: [{
      name: "ask_person", arguments: {
        question: "Which colour should the bicycle shed have?", details: "Nothing depends on it: this shows how an agent asks.",
        options: [{ label: "Green", description: "Like the trees behind it." }, { label: "Red", description: "To be found again." }, { label: "As it is" }],
      },
    }],
  };
};

const TODOS = ["Read what is there", "Choose what to change", "Change it", "Say what was done"];
const plan: Script = (scene) => {
  if (!scene.tools.has("update_todos")) return done("I have no list here.");
  const failed = scene.answers.findLast((answer) => answer.isError);
  if (failed !== undefined) return problem(failed);
  if (scene.step > TODOS.length) return done(`All ${TODOS.length} points are done, as far as a script can do them: it only ticked them off.`);
  const todos = TODOS.map((text, index) => ({ text, state: index < scene.step ? "done" : index === scene.step ? "doing" : "open" }));
  const next = TODOS[scene.step];
  return { says: next === undefined ? "That was the last point." : scene.step === 0 ? "I make a list and go through it." : `Next: ${next.toLowerCase()}.`, waitMs: scene.step === 0 ? 0 : 400, calls: [{ name: "update_todos", arguments: { todos } }] };
};

/** Graphs are named in the system prompt, one to a line: `- ID: name. …`. */
const graphsIn = (system: string): readonly { readonly id: string; readonly name: string }[] => {
  const list = /Graphs that run_graph can run:\n((?:- .*\n?)+)/.exec(system)?.[1] ?? "";
  return list.split("\n").flatMap((line) => {
    const found = /^- (\S+): ([^.]*)/.exec(line);
    return found?.[1] === undefined ? [] : [{ id: found[1], name: found[2] ?? "" }];
  });
};
const inputIn = (words: string): unknown => {
  const from = words.indexOf("{");
  if (from < 0) return {};
  try {
    return JSON.parse(words.slice(from, words.lastIndexOf("}") + 1)) as unknown;
  } catch {
    return {};
  }
};
const graph: Script = (scene) => {
  const ran = lastOf(scene, "run_graph");
  if (ran !== undefined) return done(ran.isError ? `The run did not work out: ${quoted(ran.output)}` : `The run has ended. Its outputs:\n\n\`\`\`json\n${ran.output.slice(0, 4000).toWellFormed()}\n\`\`\``);
  const graphs = graphsIn(scene.system);
  if (!scene.tools.has("run_graph") || graphs.length === 0) return done("This chat has no graph that I could run. Draw one first; graphs with a start node can be run from a chat.");
  const wanted = scene.words.replace(/^\/?graph\s*/i, "").replace(/\{[\s\S]*$/, "").trim().toLowerCase();
  const chosen = graphs.find((each) => wanted !== "" && (each.id === wanted || each.name.toLowerCase().includes(wanted))) ?? graphs[0];
  return { says: `I run the graph "${chosen?.name ?? ""}".`, calls: [{ name: "run_graph", arguments: { graph: chosen?.id ?? "", input: inputIn(scene.words) } }] };
};

const KINDS: readonly ModelFailureKind[] = ["auth", "rate", "server", "protocol", "timeout", "refused", "context", "network", "blocked"];
const fail: Script = ({ words }) => {
  const kind = KINDS.find((each) => new RegExp(`\\b${each}\\b`, "i").test(words)) ?? "refused";
  return { says: "I begin to answer, and then ", fails: kind };
};

const slow: Script = () => ({ ...done("This answer comes slowly, a word at a time, so that you can stop it, send something into it, or look elsewhere while it runs. Nothing of it is lost if you stop it."), waitMs: 3000, wordMs: 600 });
const long: Script = () => ({ ...done(longText(60)), wordMs: 4 });
const markdown: Script = () => ({ ...done(markdownText), wordMs: 8 });
const think: Script = () => ({ thinks: "The person wants to see how thinking is shown. I am a script, so this text was written long ago. It comes in pieces, like the answer, and is kept apart from it.", ...done("I have thought, as far as a script does.") });
const loop: Script = (scene) => scene.tools.has("list_files") ? { says: scene.step === 0 ? "I do the same over and over, until somebody stops me." : "", calls: [{ name: "list_files", arguments: { path: "" } }] } : done(NO_FOLDER);

const HELP = [
  "| say | to see |", "| --- | --- |",
  "| `look` | files listed and read |", "| `edit` | a change that you approve, with its diff |", "| `ask` | a question to you |", "| `plan` | a list that is worked through |",
  "| `graph` | one of your graphs run as a tool |", "| `think` | reasoning before an answer |", "| `markdown` | a table, code, lists, links |", "| `long` | a long answer |", "| `slow` | an answer to stop or to steer |",
  "| `fail` | an answer that fails (`fail rate`, `fail server`, …) |", "| `loop` | the same call again and again, for the guard |",
].join("\n");
const help: Script = () => done(`Begin your message with one of these words:\n\n${HELP}`);

const plain: Script = (scene) => {
  const seen = scene.images === 0 ? "" : ` You sent ${scene.images === 1 ? "an image" : `${scene.images} images`} with it, which I cannot see.`;
  return { says: `You said: "${quoted(scene.words)}".${seen}\n\n${DEMO_NOTICE} Say \`help\` for the list, or choose a model that can really answer.` };
};

const SCRIPTS: Readonly<Record<string, Script>> = {
  help, look, list: look, read: look, edit, change: edit, ask, plan, todo: plan, todos: plan, graph, run: graph, fail, slow, long, markdown, table: markdown, think, loop,
};
export const scriptOf = (word: string): Script => Object.hasOwn(SCRIPTS, word) ? SCRIPTS[word] ?? plain : plain;
