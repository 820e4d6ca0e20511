/** The demo agent played through: each script to its end with tools that answer, the same each time, honest about what it is, going on where it was cut off. */
import type { ModelMessage, ModelPart, ModelRequest, ModelTool } from "@axion/agent/model";
import { describe, expect, it } from "vitest";
import { createModel } from "../create.ts";
import { HandClock, hear, modelInfo, requestOf, said } from "../testing/asking.ts";
import { DEMO_NOTICE } from "./index.ts";

const tool = (name: string): ModelTool => ({ name, description: name, parameters: { type: "object" } });
const TOOLS = ["list_files", "read_file", "search_files", "edit_file", "write_file", "ask_person", "update_todos", "run_graph"].map(tool);
const SYSTEM = "You are an agent.\n\nGraphs that run_graph can run:\n- g-1: Daily report. Makes it. Input: {}\n- g-2: Other. Input: {}\n\nThe end.";
const model = modelInfo({ provider: "demo" as never, name: "demo", id: "demo/demo", demo: true, local: true });
const asking = (messages: readonly ModelMessage[], more: Partial<ModelRequest> = {}): ModelRequest => requestOf({ model, system: SYSTEM, tools: TOOLS, messages, ...more });

/** Moves time whenever the agent waits. */
const play = async (request: ModelRequest, signal = new AbortController().signal) => {
  const clock = new HandClock();
  let done = false;
  const heard = hear(createModel({ kind: "demo" }, { clock, fetch: () => Promise.reject(new Error("no network")) }), request, signal).finally(() => { done = true; });
  const started = clock.now();
  while (!done) {
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    clock.pass(5);
  }
  return { ...await heard, ms: clock.now() - started, timers: clock.waiting };
};

type Call = Extract<ModelPart, { type: "tool-call" }>;
type Answers = (call: Call, args: { readonly [key: string]: unknown }) => string | { readonly error: string };
/** Plays a whole turn: calls are answered until there are none. */
const turn = async (words: string, answers: Answers, more: Partial<ModelRequest> = {}) => {
  const messages: ModelMessage[] = [said(words)];
  const calls: Call[] = [];
  for (let step = 0; step < 20; step += 1) {
    const told = await play(asking(messages, more));
    expect(told.failure).toBeUndefined();
    calls.push(...told.calls);
    if (told.calls.length === 0) return { calls, last: told, text: told.text };
    messages.push({ role: "assistant", parts: [{ type: "text", text: told.text }, ...told.calls] });
    for (const call of told.calls) {
      const answer = answers(call, JSON.parse(call.arguments) as { readonly [key: string]: unknown });
      messages.push({ role: "tool", callId: call.callId, name: call.name, output: typeof answer === "string" ? `<data from ${call.name} abc>\n${answer}\n</data abc>` : answer.error, isError: typeof answer !== "string" });
    }
  }
  throw new Error("The script does not end.");
};
const FILES = "notes/a.md  1.2 KiB\npicture.png  4.0 MiB\nread me.txt  12 B";

describe("scripts", () => {
  it("says what it is, whatever is said to it, and counts", async () => {
    for (const words of ["hello", "", "help", "🎉", "__proto__", "constructor", "please do my taxes"]) {
      const told = await play(asking([said(words)]));
      expect(told).toMatchObject({ failure: undefined, finish: "stop", model: "demo", timers: 0 });
      expect(told.text).toContain(DEMO_NOTICE);
      expect(told.usage?.inputTokens).toBeGreaterThan(0);
      expect(told.usage?.outputTokens).toBeGreaterThan(0);
    }
    expect((await play(asking([said("hello you")]))).text).toContain('You said: "hello you"');
    expect((await play(asking([said("help")]))).text).toMatch(/`look`[\s\S]*`edit`[\s\S]*`ask`[\s\S]*`plan`[\s\S]*`graph`[\s\S]*`fail`/);
  });

  it("look: lists, reads two files side by side, tells what it saw", async () => {
    const { calls, text } = await turn("look around", (call, args) => call.name === "list_files" ? FILES : `First line of ${String(args["path"])}\nmore`);
    expect(calls.map(({ name, arguments: given }) => [name, JSON.parse(given)])).toEqual([["list_files", {}], ["read_file", { path: "notes/a.md", to: 40 }], ["read_file", { path: "read me.txt", to: 40 }]]);
    expect(text).toContain("First line of notes/a.md");
    expect(new Set(calls.map((call) => call.callId)).size).toBe(3);
  });

  it("look: without a folder, with an empty one, with one that cannot be read", async () => {
    expect((await turn("look", () => "", { tools: [] })).text).toContain("Give it one");
    expect((await turn("look", () => "No files.")).text).toContain("0 files");
    expect((await turn("look", () => ({ error: "Failed. This chat was given no folder." }))).text).toContain("given no folder");
  });

  it("edit: changes the first line as often as it is there, and takes a refusal", async () => {
    const answers = (end: string | { readonly error: string }): Answers => (call) => call.name === "list_files" ? FILES : call.name === "read_file" ? "\nTitle\ntext\nTitle\n" : end;
    const { calls, text } = await turn("edit", answers("Changed notes/a.md (1 edit)."));
    expect(JSON.parse(calls.at(-1)?.arguments ?? "")).toEqual({ path: "notes/a.md", edits: [{ find: "Title", replace: "Title (seen by the demo agent)", count: 2 }] });
    expect(text).toContain("Done: Changed notes/a.md");
    expect((await turn("edit", answers({ error: "Refused. The person said no." }))).text).toMatch(/was not made: Refused[\s\S]*as it was/);
    expect((await turn("edit", (call) => call.name === "list_files" ? "No files." : "Wrote demo-note.md.")).calls.at(-1)?.name).toBe("write_file");
  });

  it("ask, plan, graph", async () => {
    expect((await turn("ask", () => "They chose: Green")).text).toContain("> They chose: Green");
    const plan = await turn("plan", () => "The list has 4 items.");
    expect(plan.calls).toHaveLength(5);
    const states = (JSON.parse(plan.calls.at(-1)?.arguments ?? "") as { readonly todos: readonly { readonly state: string }[] }).todos.map((todo) => todo.state);
    expect(states).toEqual(["done", "done", "done", "done"]);
    const run = await turn('graph other {"n": 3}', () => '{"sum":6}');
    expect(JSON.parse(run.calls[0]?.arguments ?? "")).toEqual({ graph: "g-2", input: { n: 3 } });
    expect(run.text).toContain('{"sum":6}');
    expect(JSON.parse((await turn("graph", () => "{}")).calls[0]?.arguments ?? "")).toEqual({ graph: "g-1", input: {} });
    expect((await turn("graph", () => "", { system: "none" })).text).toContain("no graph");
  });

  it("fail: in each of the ways, after a beginning", async () => {
    for (const kind of ["auth", "rate", "server", "protocol", "timeout", "context", "network", "blocked"]) {
      const told = await play(asking([said(`fail ${kind}`)]));
      expect(told.failure).toMatchObject({ kind });
      expect(told.text.length).toBeGreaterThan(0);
    }
    expect((await play(asking([said("fail")]))).failure).toMatchObject({ kind: "refused" });
  });

  it("slow, long, markdown, think", async () => {
    const slow = await play(asking([said("slow")]));
    expect(slow.ms).toBeGreaterThan(15_000);
    const long = await play(asking([said("long")]));
    expect(long.text).toMatch(/^\*\*1\.\*\* [\s\S]*\*\*60\.\*\* /);
    expect((await play(asking([said("/table")]))).text).toContain("| :--- |");
    expect((await play(asking([said("think")]))).reasoning).toContain("written long ago");
  });

  it("loop never ends by itself", async () => {
    await expect(turn("loop", () => "No files.")).rejects.toThrow("does not end");
  });
});

it("the same messages give the same parts", async () => {
  const [one, two] = [await play(asking([said("look")])), await play(asking([said("look")]))];
  expect(one.parts).toEqual(two.parts);
});

it("goes on where it was cut off", async () => {
  const whole = await play(asking([said("long")]));
  const half = whole.text.slice(0, 500);
  const rest = await play(asking([said("long"), { role: "assistant", parts: [{ type: "text", text: half }] }, said("[From Axion, not from the person: the reply above broke off here. Go on exactly where it stopped, without repeating anything.]")]));
  expect((half.trimEnd() + rest.text)).toBe(whole.text);
});

it("stops at once", async () => {
  const clock = new HandClock();
  const stop = new AbortController();
  const asked = hear(createModel({ kind: "demo" }, { clock, fetch: () => Promise.reject(new Error("no network")) }), asking([said("slow")]), stop.signal);
  for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
  expect(clock.waiting).toBe(1);
  stop.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  expect(clock.waiting).toBe(0);
});

it("refuses to summarise, so that an extract is made", async () => {
  const told = await play(asking([said("<data x>\n…\n</data x>\n\nWrite the summary.")], { tools: [] }));
  expect(told.failure).toMatchObject({ kind: "refused" });
});
