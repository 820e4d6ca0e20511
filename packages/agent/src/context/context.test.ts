/** Fitting a chat into a window: what stays, what becomes a summary, what the meter says. */
import type { Message } from "@axion/protocol";
import { expect, test } from "vitest";
import { ModelFailure, type ModelRequest } from "../model.ts";
import { World, calls, message, model, params, says } from "../testing/world.ts";
import { estimateTokens } from "./tokens.ts";

const long = (what: string) => `${what} ${"some words about the matter ".repeat(60)}`;
const chat = (count: number, pinned: readonly number[] = []): Message[] =>
  Array.from({ length: count }, (_, index) => message(`m${index}`, index % 2 === 0 ? "user" : "assistant", long(`message-${index}`), pinned.includes(index) ? { pinned: true } : {}));
const small = (window: number) => ({ provider: "p" as const, kind: "openai-chat" as const, model: model({ contextWindow: window }) });
const isSummary = (request: ModelRequest) => request.system.includes("You write summaries");
const textOf = (request: ModelRequest | undefined) => JSON.stringify(request?.messages);

test("compacts by itself before the window overflows: first, pinned and latest stay, the rest is a summary by the model", async () => {
  const world = new World((request) => isSummary(request) ? says("They talked about many matters and decided nothing yet.") : says("Done."));
  await world.run(params({ messages: chat(41, [7]), model: small(12_000) }));
  const compacted = world.of("compacted")[0];
  expect(compacted).toMatchObject({ by: "model", summary: "They talked about many matters and decided nothing yet.", kept: ["m0", "m7"], messagesBefore: 41 });
  expect(compacted?.tokensAfter).toBeLessThan(compacted?.tokensBefore ?? 0);
  const sent = textOf(world.model.requests.at(-1));
  for (const stays of ["message-0 ", "message-7 ", "message-40 ", "decided nothing yet"]) expect(sent).toContain(stays);
  expect(sent).not.toContain("message-12 ");
  expect(world.outcome?.state).toBe("succeeded");
});

test("an extract stands in where the model cannot summarise, and is the same each time", async () => {
  const run = async () => {
    const world = new World((request) => isSummary(request) ? [new ModelFailure("refused", "No.")] : says("Done."));
    await world.run(params({ messages: chat(41), model: small(12_000) }));
    return world.of("compacted")[0];
  };
  const [first, second] = [await run(), await run()];
  expect(first).toMatchObject({ by: "extract" });
  expect(first?.summary).toContain("message-2 ");
  expect(first?.summary).toBe(second?.summary);
});

test("a compaction that was written before a crash holds afterwards", async () => {
  const world = new World((request) => isSummary(request) ? says("A summary that is long enough.") : [{ type: "text", text: "half" }, "hang"]);
  world.begin(params({ messages: chat(41), model: small(12_000) }));
  await world.until("text-added");
  const second = new World(() => says(" whole."));
  await second.run(params({ messages: chat(41), model: small(12_000), journal: [...world.events], attempt: 2 }), "b-");
  expect(second.of("compacted")).toHaveLength(0);
  expect(textOf(second.model.requests[0])).toContain("A summary that is long enough.");
  expect(textOf(second.model.requests[0])).not.toContain("message-12 ");
});

test("switched off, it says what to do instead", async () => {
  const world = new World(() => says("Done."));
  await world.run(params({ messages: chat(60), model: small(8_000), compaction: { automatic: false, threshold: 80 } }));
  expect(world.model.requests).toHaveLength(0);
  expect(world.outcome?.error).toMatchObject({ code: "context_full", hint: expect.stringContaining("Compact the chat") });
});

test("the provider's own word that it is too long makes room, once or twice", async () => {
  let refusals = 0;
  const world = new World((request) => isSummary(request) ? says("A summary that is long enough.") : refusals++ < 1 ? [new ModelFailure("context", "Too long.")] : says("Done."));
  await world.run(params({ messages: chat(41) , model: small(50_000) }));
  expect(world.of("compacted")).toHaveLength(1);
  expect(world.outcome?.state).toBe("succeeded");
  const never = new World((request) => isSummary(request) ? says("A summary that is long enough.") : [new ModelFailure("context", "Too long.")]);
  await never.run(params({ messages: chat(41), model: small(50_000) }));
  expect(never.outcome?.error?.code).toBe("model_context");
  expect(never.model.requests.length).toBeLessThan(8);
});

test("old outputs of tools are shortened before anything else goes", async () => {
  const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`work/f${index}.txt`, long(`file-${index}`).repeat(4)]));
  const world = new World((_, number) => number <= 12 ? calls(["read_file", { path: `f${number - 1}.txt` }]) : says("Done."), { files });
  await world.run(params({ model: small(16_000), messages: [message("q", "user", "Read all.")] }));
  expect(world.of("compacted")).toHaveLength(0);
  const last = world.model.requests.at(-1);
  const outputs = last?.messages.flatMap((each) => each.role === "tool" ? [each.output] : []) ?? [];
  expect(outputs).toHaveLength(12);
  expect(outputs[0]).toContain("characters left out");
  expect(outputs.at(-1)).not.toContain("characters left out");
  expect(world.outcome?.state).toBe("succeeded");
});

test("a turn of a thousand steps neither overflows nor grows", async () => {
  const sizes: number[] = [];
  const world = new World((request, number) => {
    sizes.push(JSON.stringify(request.messages).length);
    return number <= 1000 ? [{ type: "text", text: `Step ${number}. ` }, ...calls(["read_file", { path: `f${number}.txt` }])] : says("Done.");
  }, { files: Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`work/f${index}.txt`, long(`file-${index}`)])) });
  await world.run(params({ model: small(32_000), guards: { maxSteps: 10_000, maxMinutes: 10_000, maxTokens: 1_000_000_000, maxCost: null, sameCalls: 3 } }));
  expect(world.outcome?.state).toBe("succeeded");
  expect(world.of("usage-reported")).toHaveLength(1001);
  expect(Math.max(...sizes)).toBeLessThan(200_000);
  expect(Math.max(...sizes.slice(900))).toBeLessThanOrEqual(Math.max(...sizes.slice(100, 900)) * 1.1);
  expect(textOf(world.model.requests.at(-1))).toContain("Do it.");
}, 30_000);

test("what was sent before is sent again unchanged, so that providers can keep it", async () => {
  const world = new World((_, number) => number <= 6 ? calls(["read_file", { path: `f${number}.txt` }]) : says("Done."), { files: Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`work/f${index}.txt`, `file ${index}`])) });
  await world.run();
  for (const [index, request] of world.model.requests.slice(1).entries()) {
    const before = world.model.requests[index];
    expect(request.system).toBe(before?.system);
    expect(JSON.stringify(request.messages.slice(0, before?.messages.length))).toBe(JSON.stringify(before?.messages));
  }
});

test("the meter adds up, learns from what the provider counts, and says which", async () => {
  const world = new World((_, number) => number === 1 ? [...calls(["read_file", { path: "a.txt" }]).slice(0, 1), { type: "usage", inputTokens: 3_000, outputTokens: 5 }, { type: "finish", reason: "tool-calls" }] : says("Done."), { files: { "work/a.txt": long("a") } });
  await world.run();
  const [first, second] = world.of("context-measured").map((event) => event.context);
  expect(first).toMatchObject({ window: 100_000, counted: false, toolOutput: 0, files: 0 });
  expect(second?.counted).toBe(true);
  expect(second?.files).toBeGreaterThan(300);
  expect(second?.toolOutput).toBe(0);
  expect((second?.instructions ?? 0) + (second?.tools ?? 0) + (second?.history ?? 0)).toBeGreaterThan(2_500);
});

test("estimates are not too low for text of several scripts, and grow with the text", () => {
  // Counts of a common tokenizer (100k vocabulary), taken once and written down.
  expect(estimateTokens("The quick brown fox jumps over the lazy dog.")).toBeGreaterThanOrEqual(10);
  expect(estimateTokens("The quick brown fox jumps over the lazy dog.")).toBeLessThan(25);
  expect(estimateTokens("今日は天気がいいですね")).toBeGreaterThanOrEqual(9);
  expect(estimateTokens("const a = { b: [1, 2, 3] };")).toBeGreaterThanOrEqual(13);
  const [short, long] = [1_000, 1_000_000].map((count) => estimateTokens("word ".repeat(count))) as [number, number];
  expect(Math.abs(long / short - 1_000)).toBeLessThan(1);
});
