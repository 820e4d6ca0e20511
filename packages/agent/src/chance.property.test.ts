/** Turns by chance: any model, faults, answers, steering, changes of mode, kills and stops in any order. Whatever happens, the events are ones that a host accepts, and effects happen at most once. */
import type { SessionMode, TurnEvent } from "@axion/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ModelFailure, type ModelPart } from "./model.ts";
import { MemoryFiles, type Reply, World, params } from "./testing/world.ts";
import { toolsFor } from "./tools/catalogue.ts";
import type { Tool } from "./tools/tool.ts";

const kinds = ["rate", "server", "network", "timeout", "protocol", "refused", "context"] as const;
const call = fc.oneof(
  fc.constantFrom<readonly [string, string]>(["read_file", "{\"path\":\"a.txt\"}"], ["list_files", "{}"], ["write_file", "{\"path\":\"a.txt\",\"text\":\"new\"}"], ["edit_file", "{\"path\":\"b.txt\",\"edits\":[{\"find\":\"b\",\"replace\":\"bb\"}]}"],
    ["ask_person", "{\"question\":\"?\",\"options\":[{\"label\":\"A\"},{\"label\":\"B\"}]}"], ["update_todos", "{\"todos\":[]}"], ["run_graph", "{\"graph\":\"g\"}"], ["recall", "{\"query\":\"x\"}"], ["nothing", "{}"], ["read_file", "{"], ["slow", "{}"]),
  fc.integer({ min: 0, max: 5 }).map((number): readonly [string, string] => ["send", `{"number":${number}}`]),
);
const part: fc.Arbitrary<Reply[number]> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }).map((text): ModelPart => ({ type: "text", text })), fc.constant<ModelPart>({ type: "text", text: "\ud83d" }), fc.constant<ModelPart>({ type: "reasoning", text: "hm" }),
  call.map(([name, args]): ModelPart => ({ type: "tool-call", callId: "m", name, arguments: args })), fc.constantFrom(...kinds).map((kind) => new ModelFailure(kind, "It failed.")), fc.constant(new Error("odd")),
);
const ends = fc.constantFrom<Reply>([], [{ type: "usage", inputTokens: 5, outputTokens: 5 }, { type: "finish", reason: "stop" }], [{ type: "usage", inputTokens: 5, outputTokens: 5 }, { type: "finish", reason: "length" }], [{ type: "finish", reason: "filter" }]);
const reply = fc.tuple(fc.array(part, { maxLength: 5 }), ends).map(([parts, end]): Reply => [...parts, ...end]);
const action = fc.oneof(fc.record({ type: fc.constant("steer" as const) }), fc.record({ type: fc.constant("mode" as const), mode: fc.constantFrom<SessionMode>("read-only", "ask", "accept-edits") }), fc.record({ type: fc.constant("cancel" as const) }), fc.record({ type: fc.constant("kill" as const) }));
const story = fc.record({
  replies: fc.array(reply, { maxLength: 8 }), actions: fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), action), { maxLength: 4 }), answers: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 10 }), mode: fc.constantFrom<SessionMode>("read-only", "ask", "accept-edits"),
});

const toolsOf = (sent: string[]): readonly Tool[] => [
  ...toolsFor({ folders: params().folders, graphs: 1 }),
  { name: "send", description: "", parameters: { type: "object" }, safety: { readOnly: false, destructive: true, idempotent: false }, title: () => "Send", run: (_args, context) => { sent.push(context.callId); return Promise.resolve({ output: "Sent." }); } },
  { name: "slow", description: "", parameters: { type: "object" }, safety: { readOnly: true, destructive: false, idempotent: true }, title: () => "Slow", run: (_args, context) => new Promise((resolve) => { context.clock.timer(50_000, () => resolve({ output: "at last" })); }) },
];

test("any story", async () => {
  await fc.assert(fc.asyncProperty(story, async ({ replies, actions: all, answers, mode }) => {
    const actions = [...all];
    const files = new MemoryFiles({ "work/a.txt": "a", "work/b.txt": "b" });
    const sent: string[] = [];
    let journal: readonly TurnEvent[] = [];
    let asked = 0, replied = 0, steered = 0;
    for (let attempt = 1; ; attempt++) {
      const world: World = new World(() => replies[replied++], {
        memoryFiles: files, tools: toolsOf(sent),
        answering: (request) => {
          const which = answers[asked++] ?? 0;
          // "Do it again" would be an allowed repetition; here none is.
          const option = request.options[request.kind === "unknown-outcome" && which === 1 ? 2 : which]?.id;
          return which === 3 ? { text: "some words", by: "person" } : { ...(option !== undefined && { option }), by: option === undefined ? "nobody" : "person" };
        },
      });
      const kept: TurnEvent[] = [...journal];
      const from = actions.findIndex(([, each]) => each.type === "kill");
      const now = actions.splice(0, from < 0 ? actions.length : from + 1);
      let killed = false;
      const stop = new Promise<void>((resolve) => {
        world.onAppend = () => {
          if (killed) throw new Error("killed");
          const count = world.events.length;
          kept.splice(journal.length, kept.length, ...world.events);
          for (const [at, each] of now) {
            if (at > count || at + 1 < count) continue;
            if (each.type === "steer") world.turn.steer(`s${steered++}`, "and also this");
            else if (each.type === "mode") world.turn.setMode(each.mode);
            else if (each.type === "cancel") world.turn.cancel();
            else { killed = true; setImmediate(resolve); }
          }
        };
      });
      const turn = world.begin(params({ mode, journal, attempt, graphs: [{ graphId: "g", name: "G", input: {} }], guards: { maxSteps: 6, maxMinutes: 30, maxTokens: 10_000, maxCost: null, sameCalls: 2 } }), `a${attempt}-`);
      for (const event of journal) {
        if (event.type === "request-opened" && !journal.some((each) => each.type === "request-answered" && each.requestId === event.request.requestId)) setImmediate(() => { if (!killed && world.outcome === undefined) world.answer(event.request.requestId, { option: event.request.options[event.request.kind === "unknown-outcome" ? 2 : 1]?.id ?? "", by: "person" }); });
      }
      await Promise.race([turn.done.catch((thrown: unknown) => { if (!killed) throw thrown; }), stop]);
      turn.done.catch(() => undefined);
      if (world.broken !== undefined) throw world.broken;
      if (killed) {
        turn.cancel();
        world.answering = undefined;
        journal = kept;
        if (kept.some((event) => event.type === "turn-finished")) break;
        continue;
      }
      expect(world.of("turn-finished")).toHaveLength(1);
      break;
    }
    expect(new Set(sent).size).toBe(sent.length);
    expect(files.written.length).toBeLessThan(10);
  }), { numRuns: 300 });
}, 60_000);
