/** What makes a turn stop and ask, and what it does with the answer. */
import type { TurnGuards } from "@axion/protocol";
import { expect, test } from "vitest";
import { type Answering, World, calls, model, params, says } from "./testing/world.ts";

const guards = (more: Partial<TurnGuards>): TurnGuards => ({ maxSteps: 1000, maxMinutes: 600, maxTokens: 1_000_000_000, maxCost: null, sameCalls: 1000, ...more });
/** Reads a new file at each step, for ever. */
const busy = (_: unknown, number: number) => calls(["read_file", { path: `f${number}.txt` }]);
const files = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`work/f${index}.txt`, `content ${index}`]));
const guardsOf = (world: World) => world.of("request-opened").filter((event) => event.request.kind === "guard");
/** Goes on `times` times, then stops. */
const goingOn = (times: number): Answering => {
  let left = times;
  return () => ({ option: left-- > 0 ? "go-on" : "stop", by: "person" });
};

test("steps: asks at the limit, goes on for as many again, and stops when told", async () => {
  const world = new World(busy, { files, answering: goingOn(1) });
  await world.run(params({ guards: guards({ maxSteps: 5 }) }));
  expect(guardsOf(world)).toHaveLength(2);
  expect(world.of("usage-reported")).toHaveLength(10);
  expect(world.outcome).toMatchObject({ state: "cancelled", error: { code: "guard_steps" } });
});

test("nobody there: the turn fails and says which limit it was", async () => {
  const world = new World(busy, { files, answering: () => ({ by: "nobody" }) });
  await world.run(params({ guards: guards({ maxSteps: 2 }) }));
  expect(world.outcome).toMatchObject({ state: "failed", error: { code: "guard_steps" } });
});

test("tokens and money", async () => {
  const tokens = new World(busy, { files, answering: goingOn(0) });
  await tokens.run(params({ guards: guards({ maxTokens: 40 }) }));
  expect(tokens.outcome?.error?.code).toBe("guard_tokens");
  expect(tokens.of("usage-reported")).toHaveLength(3);
  const money = new World(busy, { files, answering: goingOn(0) });
  await money.run(params({ guards: guards({ maxCost: 30_000 }), model: { provider: "p", kind: "openai-chat", model: model({ price: { input: 1000, output: 1000 } }) } }));
  expect(money.outcome?.error?.code).toBe("guard_cost");
  expect(money.outcome?.usage.cost).toBeCloseTo(0.03);
});

test("minutes count work, not waiting for the person", async () => {
  const world = new World((_, number) => number === 1 ? calls(["ask_person", { question: "?", options: [{ label: "A" }, { label: "B" }] }]) : says("Done."), { answering: () => undefined });
  const turn = world.begin(params({ guards: guards({ maxMinutes: 1 }) }));
  await world.until("request-opened");
  world.clock.time += 3_600_000;
  world.answer(world.of("request-opened")[0]?.request.requestId ?? "", { option: "option-1", by: "person" });
  await turn.done;
  expect(world.outcome?.state).toBe("succeeded");
  const slow = new World((request, number) => { slow.clock.time += 25_000; return busy(request, number); }, { files, answering: goingOn(0) });
  await slow.run(params({ guards: guards({ maxMinutes: 1 }) }));
  expect(slow.outcome?.error?.code).toBe("guard_minutes");
});

test("the same call again and again is asked about before it is made", async () => {
  const world = new World(() => calls(["list_files", { path: "" }]), { files, answering: goingOn(0) });
  await world.run(params({ guards: guards({ sameCalls: 3 }) }));
  expect(world.of("tool-finished").map((event) => event.state)).toEqual(["succeeded", "succeeded", "cancelled"]);
  expect(guardsOf(world)[0]?.request).toMatchObject({ title: "Let it make the same call for the third time?", callId: world.of("tool-called")[2]?.callId });
  expect(world.outcome?.error?.code).toBe("guard_same_calls");
});

test("reading again after a change is no repetition; keys in another order are", async () => {
  const world = new World((_, number) => number <= 8 ? number % 2 === 1 ? calls(["read_file", { path: "f1.txt" }]) : calls(["write_file", { path: "f1.txt", text: `v${number}` }]) : says("Done."), { files });
  await world.run(params({ mode: "accept-edits", guards: guards({ sameCalls: 2 }) }));
  expect(guardsOf(world)).toHaveLength(0);
  const turned = new World((_, number) => number === 1 ? calls(["read_file", { path: "f1.txt", from: 1 }]) : calls(["read_file", { from: 1, path: "f1.txt" }]), { files, answering: goingOn(0) });
  await turned.run(params({ guards: guards({ sameCalls: 2 }) }));
  expect(guardsOf(turned)).toHaveLength(1);
});

test("calls that bring nothing new, and words of the person that turn the agent", async () => {
  const world = new World((request, number) => JSON.stringify(request.messages).includes("try f3") ? says("Found.") : calls(["read_file", { path: `missing-${number}.txt` }]), { files, answering: () => ({ text: "try f3", by: "person" }) });
  await world.run(params({ guards: guards({}) }));
  expect(guardsOf(world)[0]?.request.title).toContain("brought nothing new");
  expect(world.said).toBe("Found.");
});

test("a guard that was open at a crash is the same request afterwards", async () => {
  const first = new World(busy, { files, answering: () => undefined });
  first.begin(params({ guards: guards({ maxSteps: 2 }) }));
  await first.until("request-opened");
  const id = guardsOf(first)[0]?.request.requestId ?? "";
  const second = new World(busy, { files, answering: goingOn(0) });
  const turn = second.begin(params({ guards: guards({ maxSteps: 2 }), journal: [...first.events], attempt: 2 }), "b-");
  await second.until("turn-noted");
  second.answer(id, { option: "stop", by: "person" });
  await turn.done;
  expect(guardsOf(second)).toHaveLength(0);
  expect(second.outcome?.error?.code).toBe("guard_steps");
});

test("an auto-approving client and a model that repeats one call are stopped all the same", async () => {
  const world = new World(() => calls(["write_file", { path: "a.txt", text: "x" }]), { answering: (request) => request.kind === "approval" ? { option: "allow", by: "person" } : { option: "stop", by: "person" } });
  await world.run(params({ guards: guards({ sameCalls: 3 }) }));
  expect(world.files.written.length).toBeLessThan(3);
  expect(world.outcome?.error?.code).toBe("guard_same_calls");
});
