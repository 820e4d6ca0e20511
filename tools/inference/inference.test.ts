/** Real inference, offline: a tiny random model in llama.cpp behind an OpenAI-compatible server, asked through the chat completions client that Axion ships. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createModel } from "@axion/models";
import { type InferenceServer, type LlamaModule, startInference } from "./server.ts";
import { tinyModel } from "./tiny-model.ts";

type Client = ReturnType<typeof createModel>;
type Request = Parameters<Client["stream"]>[0];
type Part = ReturnType<Client["stream"]> extends AsyncIterable<infer P> ? P : never;

let folder = "";
let server: InferenceServer;
let stopping: InferenceServer;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "axion-inference-"));
  const path = join(folder, "tiny.gguf");
  await writeFile(path, tinyModel());
  const engine = "node-llama-cpp";
  const module = await import(engine) as LlamaModule;
  server = await startInference(module, path);
  stopping = await startInference(module, path, { stopAt: ["e", "t", "a"] });
});
after(async () => {
  await server?.close();
  await stopping?.close();
  await rm(folder, { recursive: true, force: true });
});

const clientOf = (base: string): Client => createModel({ kind: "openai-chat" }, {
  clock: { now: () => Date.now(), timer: (ms, wake) => { const timer = setTimeout(wake, ms); return () => clearTimeout(timer); } },
  fetch: (url, init) => fetch(base + new URL(url).pathname, init),
});
const request = (more: Partial<Request> = {}): Request => ({
  model: { id: "local/tiny", name: "tiny", provider: "local", title: "tiny", capabilities: [], contextWindow: 2048, claims: [], contextSource: "assumed", local: true, demo: false } as Request["model"],
  system: "You are tiny.", messages: [{ role: "user", parts: [{ type: "text", text: "Say something." }] }], tools: [], maxOutputTokens: 48, ...more,
});
const hear = async (base: string, asked: Request, signal = new AbortController().signal): Promise<readonly Part[]> => {
  const parts: Part[] = [];
  for await (const part of clientOf(base).stream(asked, signal)) parts.push(part);
  return parts;
};
const textOf = (parts: readonly Part[]): string => parts.map((part) => part.type === "text" ? part.text : "").join("");

test("the file is the same for the same seed, and small", () => {
  assert.deepEqual(tinyModel(3), tinyModel(3));
  assert.notDeepEqual(tinyModel(3), tinyModel(4));
  assert.ok(tinyModel().length < 260_000);
});

test("streams, counts, and says the same again", async () => {
  const parts = await hear(server.base, request());
  const finish = parts.at(-1);
  assert.ok(finish?.type === "finish" && (finish.reason === "length" || finish.reason === "stop"));
  assert.ok(parts.filter((part) => part.type === "text").length > 3, "text comes in pieces");
  const usage = parts.find((part) => part.type === "usage");
  assert.ok(usage?.type === "usage" && usage.inputTokens > 10 && usage.outputTokens > 3 && usage.outputTokens <= 49);
  assert.deepEqual(parts.find((part) => part.type === "model"), { type: "model", id: "tiny" });
  assert.equal(textOf(await hear(server.base, request())), textOf(parts));
});

test("the conversation reaches the model", async () => {
  const other = await hear(server.base, request({ messages: [{ role: "user", parts: [{ type: "text", text: "One." }] }, { role: "assistant", parts: [{ type: "text", text: "Two." }] }, { role: "user", parts: [{ type: "text", text: "Three." }] }] }));
  assert.notEqual(textOf(other), textOf(await hear(server.base, request())));
});

test("is cut at the length that was asked for", async () => {
  const parts = await hear(server.base, request({ maxOutputTokens: 3 }));
  assert.deepEqual(parts.at(-1), { type: "finish", reason: "length" });
});

test("stops where it is told to", async () => {
  const parts = await hear(stopping.base, request({ maxOutputTokens: 1000 }));
  assert.deepEqual(parts.at(-1), { type: "finish", reason: "stop" });
  assert.doesNotMatch(textOf(parts), /[eta]/);
});

test("stops making words when the person stops it", async () => {
  const stop = new AbortController();
  const earlier = server.replies.length;
  let pieces = 0;
  await assert.rejects(async () => {
    for await (const part of clientOf(server.base).stream(request({ maxOutputTokens: 1900, tools: [] }), stop.signal)) {
      if (part.type === "text") pieces += 1;
      if (pieces === 1) stop.abort(new Error("enough"));
    }
  }, /enough/);
  // The next request waits for its turn, so it is answered only when the stopped one is over.
  await hear(server.base, request({ maxOutputTokens: 2 }));
  const ended = server.replies[earlier];
  assert.ok(ended !== undefined && ended.reason === "aborted" && ended.pieces < 1000, JSON.stringify(ended));
});

test("a tool call bound by a grammar always fits its schema", async () => {
  const tool = {
    name: "read_file", description: "Reads a file.",
    parameters: { type: "object", properties: { path: { enum: ["a.md", "b.md"] }, lines: { enum: [1, 20, 300] }, whole: { type: "boolean" } }, required: ["path", "lines", "whole"], additionalProperties: false },
  };
  for (const text of ["Read it.", "And again.", "Please."]) {
    const parts = await hear(server.base, request({ tools: [tool], maxOutputTokens: 400, messages: [{ role: "user", parts: [{ type: "text", text }] }] }));
    const call = parts.find((part) => part.type === "tool-call");
    assert.ok(call?.type === "tool-call");
    assert.equal(call.name, "read_file");
    const given = JSON.parse(call.arguments) as { readonly path: string; readonly lines: number; readonly whole: boolean };
    assert.ok(["a.md", "b.md"].includes(given.path) && [1, 20, 300].includes(given.lines) && typeof given.whole === "boolean", call.arguments);
    assert.deepEqual(parts.at(-1), { type: "finish", reason: "tool-calls" });
  }
});
