/** The loop of a turn: what is said and done, and in which order it is written. */
import { expect, test } from "vitest";
import { ModelFailure } from "./model.ts";
import { World, calls, model, params, says } from "./testing/world.ts";

test("says what the model says, kept with its offsets and shown before", async () => {
  const world = new World(() => [{ type: "text", text: "Hel" }, { type: "text", text: "lo" }, { type: "usage", inputTokens: 7, outputTokens: 2 }, { type: "finish", reason: "stop" }]);
  await world.run();
  expect(world.said).toBe("Hello");
  expect(world.shown.map((piece) => piece.text).join("")).toBe("Hello");
  expect(world.events.map((event) => event.type)).toEqual(["context-measured", "text-added", "usage-reported", "turn-finished"]);
  expect(world.outcome).toMatchObject({ state: "succeeded", usage: { inputTokens: 7, outputTokens: 2 } });
});

test("a file is read, and its text goes back to the model as fenced data", async () => {
  const world = new World((_, number) => number === 1 ? calls(["read_file", { path: "a.txt" }]) : says("It says hi."), { files: { "work/a.txt": "hi\n" } });
  await world.run();
  const last = world.model.requests[1]?.messages.at(-1);
  expect(last).toMatchObject({ role: "tool", name: "read_file", isError: false });
  expect(last?.role === "tool" && last.output).toMatch(/^<data from read_file \S+>\nhi\n\n<\/data \S+>$/);
  expect(world.of("tool-finished")[0]).toMatchObject({ state: "succeeded", output: { type: "inline", value: "hi\n" } });
  expect(world.of("request-opened")).toHaveLength(0);
});

test("a change is shown, asked for, announced, done", async () => {
  const world = new World((_, number) => number === 1 ? calls(["edit_file", { path: "a.txt", edits: [{ find: "old", replace: "new" }] }]) : says("Changed."), { files: { "work/a.txt": "an old text" } });
  await world.run();
  expect(world.events.map((event) => event.type).filter((type) => type !== "context-measured" && type !== "usage-reported")).toEqual(["tool-called", "request-opened", "request-answered", "tool-started", "tool-finished", "text-added", "turn-finished"]);
  expect(world.of("request-opened")[0]?.request).toMatchObject({ kind: "approval", title: "Change a.txt?", changes: [{ path: "a.txt", before: "an old text", after: "an new text" }], facts: [{ label: "Writes" }, { label: "Reads" }, { label: "Network" }, { label: "Secrets" }, { label: "Undo" }, { label: "Lasts" }] });
  expect(world.files.text("work/a.txt")).toBe("an new text");
});

test("a refusal goes to the model with its reason, and changes nothing", async () => {
  const world = new World((_, number) => number === 1 ? calls(["write_file", { path: "a.txt", text: "x" }]) : says("All right."), { answering: () => ({ option: "deny", text: "use b.txt", by: "person" }) });
  await world.run();
  expect(world.files.written).toEqual([]);
  expect(world.of("tool-finished")[0]).toMatchObject({ state: "refused" });
  expect(JSON.stringify(world.model.requests[1]?.messages)).toContain("use b.txt");
});

test("read-only refuses without asking; accept-edits lets edits through and asks about graphs", async () => {
  const script = (_: unknown, number: number) => number === 1 ? calls(["write_file", { path: "a.txt", text: "x" }], ["run_graph", { graph: "g" }]) : says("Done.");
  const graphs = [{ graphId: "g", name: "G", input: {} }];
  const readOnly = new World(script);
  await readOnly.run(params({ mode: "read-only", graphs }));
  expect(readOnly.of("tool-finished").map((event) => event.state)).toEqual(["refused", "refused"]);
  expect(readOnly.of("request-opened")).toHaveLength(0);
  const accept = new World(script);
  await accept.run(params({ mode: "accept-edits", graphs }));
  expect(accept.of("request-opened").map((event) => event.request.title)).toEqual(["Run the graph G?"]);
  expect(accept.files.text("work/a.txt")).toBe("x");
  expect(accept.of("tool-started")[1]?.runId).toBe(accept.graphRuns[0]?.runId);
});

test("a mode that is changed while an approval waits decides it", async () => {
  const world = new World((_, number) => number === 1 ? calls(["write_file", { path: "a.txt", text: "x" }]) : says("Done."), { answering: () => undefined });
  const turn = world.begin();
  await world.until("request-opened");
  turn.setMode("accept-edits");
  await turn.done;
  expect(world.of("request-answered")[0]?.answer).toEqual({ option: "allow", by: "mode" });
  expect(world.files.text("work/a.txt")).toBe("x");
});

test("a question waits for its answer; a to-do list is an event", async () => {
  const world = new World((_, number) => number === 1 ? calls(["ask_person", { question: "Which?", options: [{ label: "A" }, { label: "B" }] }], ["update_todos", { todos: [{ text: "t", state: "doing" }] }]) : says("Done."), { answering: () => ({ option: "option-2", text: "or C", by: "person" }) });
  await world.run();
  expect(world.of("request-opened")[0]?.request).toMatchObject({ kind: "question", title: "Which?", freeText: true });
  expect(world.of("tool-finished")[0]?.output).toEqual({ type: "inline", value: "They chose: B\nThey wrote: or C" });
  // The person's own words are no material to be distrusted.
  const answered = world.model.requests[1]?.messages.find((message) => message.role === "tool");
  expect(answered?.role === "tool" && answered.output).toBe("They chose: B\nThey wrote: or C");
  expect(world.of("todos-changed")[0]?.todos).toEqual([{ text: "t", state: "doing" }]);
});

test("large outputs are kept as a blob, and the model sees their beginning and end", async () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `line ${index}`).join("\n");
  const world = new World((_, number) => number === 1 ? calls(["read_file", { path: "big.txt", to: 20_000 }]) : says("Done."), { files: { "work/big.txt": text } });
  await world.run();
  const output = world.of("tool-finished")[0]?.output;
  expect(output?.type === "blob" && JSON.parse(world.kept.get(output.hash) ?? "")).toContain("line 9999");
  const shown = world.model.requests[1]?.messages.at(-1);
  const seen = shown?.role === "tool" ? shown.output : "";
  expect(seen.length).toBeLessThan(60_000);
  expect(seen).toMatch(/characters left out/);
});

test("steering goes in before the next step, and can be taken back before", async () => {
  const world = new World((_, number) => number === 1 ? calls(["ask_person", { question: "?", options: [{ label: "A" }, { label: "B" }] }]) : says("Done."), { answering: () => undefined });
  const turn = world.begin();
  await world.until("request-opened");
  turn.steer("q1", "look at b");
  turn.steer("q2", "no");
  expect(turn.unsteer("q2")).toBe(true);
  world.answer(world.of("request-opened")[0]?.request.requestId ?? "", { option: "option-1", by: "person" });
  await turn.done;
  expect(world.of("steered").map((event) => event.queuedId)).toEqual(["q1"]);
  expect(turn.unsteer("q1")).toBe(false);
  expect(JSON.stringify(world.model.requests[1]?.messages.at(-1))).toContain("look at b");
});

test("steering while the last reply streams is answered in the same turn", async () => {
  const world = new World((_, number) => {
    if (number === 1) world.turn.steer("q1", "and b?");
    return says(number === 1 ? "A." : "B.");
  });
  await world.run();
  expect(world.said).toBe("A.B.");
  expect(world.of("turn-finished")).toHaveLength(1);
});

test("what may pass is tried again after the provider's own time, and text that came before is kept", async () => {
  const world = new World((_, number) => number === 1 ? [new ModelFailure("rate", "Too many requests.", { retryAfterMs: 5_000 })] : number === 2 ? [{ type: "text", text: "First half, " }, new ModelFailure("network", "The connection was cut.")] : says("second half."));
  const began = world.clock.now();
  await world.run();
  expect(world.clock.now() - began).toBeGreaterThanOrEqual(5_000);
  expect(world.of("turn-noted").map((event) => event.code)).toEqual(["retry", "retry"]);
  expect(world.said).toBe("First half, second half.");
  const messages = world.model.requests[2]?.messages ?? [];
  expect(messages.at(-2)).toEqual({ role: "assistant", parts: [{ type: "text", text: "First half, " }] });
  expect(JSON.stringify(messages.at(-1))).toContain("Go on exactly where it stopped");
  expect(world.outcome?.state).toBe("succeeded");
});

test("what cannot pass ends the turn with words for the person", async () => {
  const world = new World(() => [new ModelFailure("auth", "The key was refused (401).", { hint: "Check the key." })]);
  await world.run();
  expect(world.model.requests).toHaveLength(1);
  expect(world.outcome).toMatchObject({ state: "failed", error: { code: "model_auth", hint: "Check the key." } });
});

test("another model than was asked for is noted once", async () => {
  const world = new World((_, number) => number === 1 ? [{ type: "model", id: "other-7b" }, ...calls(["list_files", {}])] : [{ type: "model", id: "other-7b" }, ...says("Done.")]);
  await world.run(params({ model: { provider: "demo", kind: "ollama", model: model({ name: "qwen3:8b" }) } }));
  expect(world.of("turn-noted").map((event) => event.code)).toEqual(["other-model"]);
  expect(world.of("usage-reported")[0]?.reportedModel).toBe("other-7b");
});

test("stopping keeps what was said and does not wait for a model that hangs", async () => {
  const world = new World(() => [{ type: "text", text: "so far" }, "hang"]);
  const turn = world.begin();
  await world.until("text-added");
  turn.cancel();
  await turn.done;
  expect(world.said).toBe("so far");
  expect(world.outcome?.state).toBe("cancelled");
});

test("stopping while an approval waits leaves no call open", async () => {
  const world = new World(() => calls(["write_file", { path: "a", text: "x" }]), { answering: () => undefined });
  const turn = world.begin();
  await world.until("request-opened");
  turn.cancel();
  await turn.done;
  expect(world.of("tool-finished")[0]?.state).toBe("cancelled");
  expect(world.files.written).toEqual([]);
});

test("reasoning goes back as it was signed: each piece with its own signature, none with another's", async () => {
  const world = new World((_, number) => number === 1 ? [
    { type: "reasoning", text: "First " }, { type: "reasoning", text: "thought.", signature: "s1" }, { type: "reasoning", text: "Second." }, { type: "reasoning", text: "", signature: "s2" },
    { type: "text", text: "Look." }, { type: "reasoning", text: "", signature: "sealed and alone" }, ...calls(["list_files", {}]),
  ] : says("Done."));
  await world.run();
  const sent = world.model.requests[1]?.messages.find((message) => message.role === "assistant");
  expect(sent?.role === "assistant" && sent.parts.slice(0, 3)).toEqual([
    { type: "reasoning", text: "First thought.", signature: "s1" }, { type: "reasoning", text: "Second.", signature: "s2" }, { type: "text", text: "Look." },
  ]);
});
