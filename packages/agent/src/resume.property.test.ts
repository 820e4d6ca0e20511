/**
 * A turn is killed at each of its events in turn and goes on in another process with what was on disk: the same words and files come out, and nothing that
 * has an effect is done twice. Texts are cut at their checkpoints too.
 */
import { expect, test } from "vitest";
import type { TurnEvent } from "@axion/protocol";
import type { ModelRequest } from "./model.ts";
import { MemoryFiles, type Reply, type Script, World, params } from "./testing/world.ts";
import { toolsFor } from "./tools/catalogue.ts";
import type { Tool } from "./tools/tool.ts";

class Killed extends Error {}

const pieces = ["The first ", "words of ", "an answer ", "that comes ", "in pieces."];
const plan: readonly (readonly [string, unknown])[][] = [
  [["read_file", { path: "a.txt" }], ["list_files", {}]],
  [["edit_file", { path: "a.txt", edits: [{ find: "one", replace: "two" }] }]],
  [["send", { to: "you" }]],
  [["write_file", { path: "new/b.txt", text: "b" }], ["edit_file", { path: "c.txt", edits: [{ find: "x", replace: "xx" }] }]],
  [["ask_person", { question: "Which?", options: [{ label: "A" }, { label: "B" }] }]],
  [["run_graph", { graph: "g", input: 1 }]],
];
const graphs = [{ graphId: "g", name: "G", input: {} }];

/** Looks at the conversation and at nothing else, as a model does. */
const answerOf = (request: ModelRequest): Reply => {
  const made = new Set(request.messages.flatMap((message) => message.role === "assistant" ? message.parts : []).flatMap((part) => part.type === "tool-call" ? [`${part.name} ${part.arguments}`] : []));
  for (const step of plan) {
    const missing = step.filter(([name, args]) => !made.has(`${name} ${JSON.stringify(args)}`));
    if (missing.length > 0) return [...missing.map(([name, args]) => ({ type: "tool-call" as const, callId: "m", name, arguments: JSON.stringify(args) })), { type: "usage", inputTokens: 9, outputTokens: 9 }, { type: "finish", reason: "tool-calls" }];
  }
  const last = request.messages.at(-1);
  const cut = last?.role === "user" && JSON.stringify(last).includes("Go on exactly");
  // All that the model said since the last tool, whether it broke off once or more often.
  const said = !cut ? "" : request.messages.slice(request.messages.findLastIndex((message) => message.role === "tool") + 1).flatMap((message) => message.role === "assistant" ? message.parts : []).map((part) => part.type === "text" ? part.text : "").join("");
  const rest = pieces.join("").slice(said.length);
  return [...(rest === "" ? [] : (rest.match(/.{1,10}/g) ?? []).map((text) => ({ type: "text" as const, text }))), { type: "usage", inputTokens: 9, outputTokens: 9 }, { type: "finish", reason: "stop" }];
};

const sending = (sent: string[]): Tool => ({
  name: "send", description: "Sends.", parameters: { type: "object", properties: { to: { type: "string" } } }, safety: { readOnly: false, destructive: true, idempotent: false },
  title: () => "Send", run: () => { sent.push("x"); return Promise.resolve({ output: "Sent." }); },
});

interface Once { readonly events: readonly TurnEvent[]; readonly world: World }
/** Runs with this journal; after so many more events everything stops, as if the power had gone. */
const once = async (journal: readonly TurnEvent[], files: MemoryFiles, sent: string[], limit: number, attempt: number, slow: boolean): Promise<Once> => {
  const tools = [...toolsFor({ folders: params().folders, graphs: 1 }), sending(sent)];
  let world: World | undefined;
  const script: Script = (request) => answerOf(request);
  world = new World(script, { memoryFiles: files, tools });
  if (slow) {
    const { stream } = world.model;
    const { clock } = world;
    world.model.stream = async function* slowly(request, signal) {
      for await (const part of stream.call(this, request, signal)) {
        await new Promise<void>((resolve) => { clock.timer(700, resolve); });
        yield part;
      }
    };
  }
  const kept: TurnEvent[] = [...journal];
  const inner = world;
  let count = 0;
  const answered = world.answer.bind(world);
  world.answer = (requestId, answer) => {
    if (count >= limit) return;
    count++;
    kept.push({ type: "request-answered", ts: inner.clock.now(), turnId: "turn", requestId, answer });
    answered(requestId, answer);
  };
  world.onAppend = (events) => {
    for (const event of events) {
      if (count >= limit) throw new Killed();
      count++;
      kept.push(event);
    }
  };
  const turn = world.begin(params({ journal, attempt, graphs }), `a${attempt}-`);
  // What was asked before the crash is answered now, as a person would who finds it open.
  for (const event of journal) {
    if (event.type === "request-opened" && !journal.some((each) => each.type === "request-answered" && each.requestId === event.request.requestId)) {
      setImmediate(() => inner.answer(event.request.requestId, { option: event.request.options[0]?.id ?? "", by: "person" }));
    }
  }
  const dead = new Promise<void>((resolve) => { const look = () => (count >= limit ? setImmediate(() => setImmediate(resolve)) : setImmediate(look)); look(); });
  await Promise.race([turn.done.catch((thrown: unknown) => { if (!(thrown instanceof Killed)) throw thrown; }), ...(limit === Number.POSITIVE_INFINITY ? [] : [dead])]);
  turn.done.catch(() => undefined);
  turn.cancel();
  return { events: kept, world };
};

const fresh = () => new MemoryFiles({ "work/a.txt": "one", "work/c.txt": "x" });
const said = (events: readonly TurnEvent[]) => events.filter((event) => event.type === "text-added" && event.kind === "text").map((event) => event.type === "text-added" ? event.text : "").join("");
const endings = (events: readonly TurnEvent[]) => events.flatMap((event) => event.type === "tool-finished" ? [event.state] : []);

const check = (events: readonly TurnEvent[], files: MemoryFiles, sent: readonly string[], graphRuns: readonly TurnEvent[], at: string) => {
  expect(said(events), at).toBe(pieces.join(""));
  expect([...files.content.keys()].sort(), at).toEqual(["work/a.txt", "work/c.txt", "work/new/b.txt"]);
  expect(files.text("work/a.txt"), at).toBe("two");
  expect(files.text("work/c.txt"), at).toBe("xx");
  expect([...files.written].sort(), at).toEqual(["work/a.txt", "work/c.txt", "work/new/b.txt"]);
  expect(sent.length, at).toBeLessThanOrEqual(1);
  expect(endings(events), at).toEqual(Array.from({ length: 8 }, () => "succeeded"));
  expect(new Set(graphRuns.map((event) => event.type === "tool-started" ? event.runId : "")).size, at).toBe(1);
  expect(events.filter((event) => event.type === "turn-finished").map((event) => event.type === "turn-finished" ? event.state : ""), at).toEqual(["succeeded"]);
  const parts = events.flatMap((event) => "part" in event && !(event.type === "text-added" && event.offset > 0) ? [event.part] : []);
  expect(new Set(parts).size, at).toBe(parts.length);
};
const runsOf = (events: readonly TurnEvent[]) => events.filter((event) => event.type === "tool-started" && event.runId !== undefined);

for (const slow of [false, true]) {
  test(`killed at every event${slow ? ", with text that takes seconds" : ""}`, async () => {
    const whole = await once([], fresh(), [], Number.POSITIVE_INFINITY, 1, slow);
    expect(whole.events.length).toBeGreaterThan(25);
    for (let cut = 0; cut < whole.events.length; cut++) {
      const files = fresh();
      const sent: string[] = [];
      const first = await once([], files, sent, cut, 1, slow);
      const second = await once(first.events, files, sent, Number.POSITIVE_INFINITY, 2, slow);
      check(second.events, files, sent, runsOf(second.events), `cut at ${cut}: ${first.events.map((event) => event.type).join(" ")} | ${second.events.slice(first.events.length).map((event) => event.type).join(" ")}`);
    }
  });
}

test("killed again and again, every three events", async () => {
  const files = fresh();
  const sent: string[] = [];
  let events: readonly TurnEvent[] = [];
  for (let attempt = 1; attempt < 60 && !events.some((event) => event.type === "turn-finished"); attempt++) events = (await once(events, files, sent, 4, attempt, false)).events;
  check(events, files, sent, runsOf(events), "again and again");
});

test("what is in doubt is asked about, and left if the person says so", async () => {
  const files = fresh();
  const sent: string[] = [];
  const whole = await once([], files, sent, Number.POSITIVE_INFINITY, 1, false);
  const started = whole.events.findIndex((event) => event.type === "tool-called" && event.tool === "send");
  const call = whole.events[started];
  const index = whole.events.findIndex((event) => event.type === "tool-started" && call?.type === "tool-called" && event.callId === call.callId);
  const world = new World((request) => answerOf(request), { memoryFiles: fresh(), tools: [...toolsFor({ folders: params().folders, graphs: 1 }), sending(sent)], answering: (request) => ({ option: request.kind === "unknown-outcome" ? "leave" : request.options[0]?.id ?? "", by: "person" }) });
  await world.run(params({ journal: whole.events.slice(0, index + 1), attempt: 2, graphs }), "b-");
  const asked = world.of("request-opened").find((event) => event.request.kind === "unknown-outcome");
  expect(asked?.request.options.map((option) => option.label)).toEqual(["It was done", "Do it again", "Leave it"]);
  expect(world.of("tool-finished")[0]).toMatchObject({ state: "unknown", error: { outcomeUnknown: true } });
  expect(sent).toHaveLength(1);
});
