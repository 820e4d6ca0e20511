/** Each protocol when all goes well: what is sent, what is heard, and what of a reply goes back in the next request. */
import type { ModelMessage, ModelRequest } from "@axion/agent/model";
import type { ServerScript } from "@axion/testkit/servers";
import { startModelServer } from "@axion/testkit/servers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createModel } from "../create.ts";
import { LIMITS } from "../ports.ts";
import { HandClock, KINDS, askOnce, fetchTo, hear, modelInfo, readFile, realClock, requestOf, said, thinking } from "./asking.ts";

const RICH: ServerScript = {
  replies: [{
    parts: [{ reasoning: "I should look.", signature: "signed-1" }, { text: "Let me see: " }, { text: "Ελλάδα 👩‍👩‍👧." }, { tool: { id: "c1", name: "read_file", arguments: { path: "a.md" } } }, { tool: { id: "c2", name: "read_file", arguments: { path: "b.md" } } }],
    usage: { input: 100, output: 20, cacheRead: 64, reasoning: 5 }, pieceChars: 3,
  }],
};
const bodyOf = (told: { readonly server: { readonly requests: readonly { readonly body: unknown }[] } }) => told.server.requests[0]?.body as { readonly [key: string]: unknown };

describe.each(KINDS)("%s", (kind) => {
  it("text, reasoning, calls, counts, in order", async () => {
    const told = await askOnce(kind, RICH, requestOf({ model: modelInfo(thinking) }));
    expect(told).toMatchObject({ failure: undefined, text: "Let me see: Ελλάδα 👩‍👩‍👧.", reasoning: "I should look.", finish: "tool-calls", model: "scripted-model" });
    expect(told.calls).toEqual([
      { type: "tool-call", callId: "c1", name: "read_file", arguments: '{"path":"a.md"}' },
      { type: "tool-call", callId: "c2", name: "read_file", arguments: '{"path":"b.md"}' },
    ]);
    expect(told.usage).toMatchObject({ inputTokens: 100, outputTokens: 20 });
    if (kind !== "ollama") expect(told.usage?.cacheReadTokens).toBe(64);
    const order = told.parts.map((part) => part.type).filter((type, index, all) => type !== all[index - 1]);
    expect(order.filter((type) => type !== "usage")).toEqual(["model", "reasoning", "text", "tool-call", "finish"]);
  });

  it("the same parts, however the bytes are cut", async () => {
    const server = await startModelServer({ protocol: kind, script: RICH });
    const whole = new Uint8Array(await (await fetch(server.base + (kind === "anthropic" ? "/messages" : kind === "ollama" ? "/api/chat" : kind === "openai-chat" ? "/chat/completions" : "/responses"), { method: "POST", body: JSON.stringify({ model: "scripted-model" }) })).arrayBuffer());
    await server.close();
    const heard = async (cuts: readonly number[]) => {
      const edges = [0, ...[...new Set(cuts.map((cut) => cut % whole.length))].sort((a, b) => a - b), whole.length];
      const body = new ReadableStream<Uint8Array>({ start: (out) => { for (let at = 1; at < edges.length; at += 1) out.enqueue(whole.slice(edges[at - 1], edges[at])); out.close(); } });
      const { text, reasoning, calls, usage, finish, failure } = await hear(createModel({ kind }, { clock: realClock, fetch: () => Promise.resolve(new Response(body)) }), requestOf());
      return { text, reasoning, calls, usage, finish, failure };
    };
    const expected = await heard([]);
    expect(expected).toMatchObject({ failure: undefined, finish: "tool-calls" });
    expect(await heard(Array.from({ length: whole.length }, (_, at) => at))).toEqual(expected);
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(), { maxLength: 40 }), async (cuts) => { expect(await heard(cuts)).toEqual(expected); }), { numRuns: 50, seed: 4 });
  });

  it("random bytes and damaged replies never hang and never throw anything but a failure", async () => {
    const frame = fc.oneof(fc.string(), fc.json().map((json) => kind === "ollama" ? `${json}\n` : `data: ${json}\n\n`), fc.constant("data: [DONE]\n\n"), fc.constant('{"error":"x"}\n'));
    await fc.assert(fc.asyncProperty(fc.array(frame, { maxLength: 10 }), fc.uint8Array({ maxLength: 30 }), async (frames, noise) => {
      const body = new Blob([frames.join(""), noise.slice()]).stream();
      const told = await hear(createModel({ kind }, { clock: realClock, fetch: () => Promise.resolve(new Response(body)) }), requestOf());
      expect(told.failure === undefined).toBe(told.finish !== undefined);
    }), { numRuns: 200, seed: 4 });
  });

  it("stops within moments when it is told to, and lets the server stop", async () => {
    const server = await startModelServer({ protocol: kind, script: { replies: [{ parts: [{ text: "word ".repeat(10_000) }], pieceMs: 1 }] } });
    const stop = new AbortController();
    const reason = new Error("the person pressed stop");
    let text = "";
    const asked = (async () => {
      for await (const part of createModel({ kind }, { clock: realClock, fetch: fetchTo(server.base) }).stream(requestOf(), stop.signal)) {
        if (part.type === "text") text += part.text;
        if (text.length > 50 && !stop.signal.aborted) stop.abort(reason);
      }
    })();
    await expect(asked).rejects.toBe(reason);
    expect(text.length).toBeLessThan(5000);
    await server.idle();
    await server.close();
  });

  it("stops while nothing has come yet, and before anything is sent", async () => {
    const server = await startModelServer({ protocol: kind, script: { replies: [{ fault: { kind: "silence" } }] } });
    const client = createModel({ kind }, { clock: realClock, fetch: fetchTo(server.base) });
    const stop = new AbortController();
    const asked = hear(client, requestOf(), stop.signal);
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    stop.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    await expect(hear(client, requestOf(), stop.signal)).rejects.toThrow("enough");
    expect(server.requests).toHaveLength(1);
    await server.idle();
    await server.close();
  });

  it("a reader that leaves early lets the server stop", async () => {
    const server = await startModelServer({ protocol: kind, script: { replies: [{ parts: [{ text: "word ".repeat(10_000) }], pieceMs: 1 }] } });
    for await (const part of createModel({ kind }, { clock: realClock, fetch: fetchTo(server.base) }).stream(requestOf(), new AbortController().signal)) if (part.type === "text") break;
    await server.idle();
    await server.close();
  });

  it("sends texts that any server can read, with every call answered once", async () => {
    const call = (callId: string, text: string) => ({ type: "tool-call" as const, callId, name: "read_file", arguments: text });
    const messages: ModelMessage[] = [
      said("lone \ud800 surrogate"), { role: "assistant", parts: [call("c1", '{"path":"a"}'), call("c2", "{broken"), call("c3", "[1]")] },
      { role: "tool", callId: "c1", name: "read_file", output: "text \udfff", isError: false }, { role: "tool", callId: "ghost", name: "read_file", output: "nobody asked", isError: false },
      { role: "tool", callId: "c1", name: "read_file", output: "again", isError: false }, said("and now?"),
    ];
    const told = await askOnce(kind, {}, requestOf({ messages, system: "sys \ud800" }));
    expect(told.failure).toBeUndefined();
    const text = JSON.stringify(bodyOf(told));
    expect(text).not.toMatch(/\\ud[89a-f]/i);
    expect(text).not.toContain("nobody asked");
    expect(text).not.toContain("again");
    expect(text).not.toContain("broken");
    expect(text.split("interrupted").length - 1).toBe(2);
  });

  it("sends images", async () => {
    const told = await askOnce(kind, {}, requestOf({ messages: [{ role: "user", parts: [{ type: "text", text: "what is this?" }, { type: "image", mediaType: "image/png", base64: "aW1hZ2U=" }] }] }));
    const body = bodyOf(told);
    const text = JSON.stringify(body);
    expect(text).toContain("aW1hZ2U=");
    if (kind === "openai-chat") expect(text).toContain('{"type":"image_url","image_url":{"url":"data:image/png;base64,aW1hZ2U="}}');
    if (kind === "openai-responses") expect(text).toContain('"image_url":"data:image/png;base64,aW1hZ2U="');
    if (kind === "anthropic") expect(text).toContain('{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aW1hZ2U="}');
    if (kind === "ollama") expect(text).toContain('"images":["aW1hZ2U="]');
  });

  it("gives the reasoning back as it came", async () => {
    const script: ServerScript = { replies: [{ ...RICH.replies?.[0], afterTool: false }, { parts: [{ text: "done" }] }] };
    const server = await startModelServer({ protocol: kind, script });
    const client = createModel({ kind }, { clock: realClock, fetch: fetchTo(server.base) });
    const first = requestOf({ model: modelInfo(thinking) });
    const told = await hear(client, first);
    const signature = told.parts.findLast((part) => part.type === "reasoning")?.signature;
    expect(signature).toBeDefined();
    const next: ModelRequest = { ...first, messages: [...first.messages,
      { role: "assistant", parts: [{ type: "reasoning", text: told.reasoning, ...(signature !== undefined && { signature }) }, { type: "text", text: told.text }, ...told.calls] },
      ...told.calls.map((call): ModelMessage => ({ role: "tool", callId: call.callId, name: call.name, output: "content", isError: false }))] };
    expect((await hear(client, next)).text).toBe("done");
    const sent = JSON.stringify(server.requests[1]?.body);
    const expected = {
      "openai-chat": '"reasoning_content":"I should look."', "openai-responses": '"encrypted_content":"signed-1"',
      anthropic: '{"type":"thinking","thinking":"I should look.","signature":"signed-1"}', ollama: '"thinking":"I should look."',
    };
    expect(sent).toContain(expected[kind]);
    // Without its signature it stays here: a provider would refuse it.
    await hear(client, { ...next, messages: next.messages.map((message) => message.role !== "assistant" ? message : { ...message, parts: message.parts.map((part) => part.type === "reasoning" ? { type: "reasoning", text: part.text } : part) }) });
    expect(JSON.stringify(server.requests[2]?.body)).not.toContain("I should look.");
    await server.close();
  });
});

describe("what only one protocol has", () => {
  it("chat: counts are asked for, and not from a server that refuses to give them", async () => {
    const server = await startModelServer({ protocol: "openai-chat", script: { replies: [{ times: 1, fault: { kind: "status", status: 422, message: "Extra inputs are not permitted: stream_options" } }, { parts: [{ text: "ok" }] }] } });
    const told = await hear(createModel({ kind: "openai-chat" }, { clock: realClock, fetch: fetchTo(server.base) }), requestOf());
    expect(told).toMatchObject({ text: "ok", failure: undefined });
    expect(server.requests.map(({ body }) => Object.hasOwn(body as object, "stream_options"))).toEqual([true, false]);
    await server.close();
  });

  it("chat: a reply that has ended is whole, whether its connection is torn then or stays open", async () => {
    const end = new TextEncoder().encode('data: {"model":"m","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n');
    const after = { torn: (out: ReadableStreamDefaultController) => out.error(new Error("torn")), open: () => undefined };
    for (const then of [after.torn, after.open]) {
      const clock = new HandClock();
      let pulls = 0;
      const body = new ReadableStream<Uint8Array>({ pull: (out) => { pulls += 1; if (pulls === 1) out.enqueue(end); else { then(out); clock.pass(LIMITS.afterFinishMs); } } }, { highWaterMark: 0 });
      const told = await hear(createModel({ kind: "openai-chat" }, { clock, fetch: () => Promise.resolve(new Response(body)) }), requestOf());
      expect(told).toMatchObject({ failure: undefined, text: "hi", finish: "stop" });
      expect(pulls).toBe(2);
      expect(clock.waiting).toBe(0);
    }
  });

  it("chat: calls without an index, arguments as an object, llama.cpp's own counts, the other name of reasoning", async () => {
    const chunk = (delta: object, more: object = {}) => `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;
    const text = chunk({ reasoning: "hm" }) + chunk({ tool_calls: [{ id: "a", function: { name: "one", arguments: { x: 1 } } }] }) + chunk({ tool_calls: [{ id: "b", function: { name: "two", arguments: '{"y":' } }] }) + chunk({ tool_calls: [{ function: { arguments: "2}" } }] })
      + `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }], timings: { cache_n: 30, prompt_n: 12, predicted_n: 4 } })}\n\ndata: [DONE]\n\n`;
    const told = await hear(createModel({ kind: "openai-chat" }, { clock: realClock, fetch: () => Promise.resolve(new Response(text)) }), requestOf());
    expect(told).toMatchObject({ failure: undefined, reasoning: "hm", finish: "tool-calls", usage: { inputTokens: 42, outputTokens: 4, cacheReadTokens: 30 } });
    expect(told.calls.map(({ callId, name, arguments: given }) => [callId, name, given])).toEqual([["a", "one", '{"x":1}'], ["b", "two", '{"y":2}']]);
  });

  it("chat: thinking in a list, an error without a key of that name, arguments nested past any stack", async () => {
    const heard = (...values: readonly object[]) => hear(createModel({ kind: "openai-chat" }, { clock: realClock, fetch: () => Promise.resolve(new Response(values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join(""))) }), requestOf());
    const choice = (delta: object, reason: string | null = null) => ({ model: "m", choices: [{ index: 0, delta, finish_reason: reason }] });
    expect(await heard(choice({ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }), choice({ content: [{ type: "text", text: "yes" }] }, "stop"))).toMatchObject({ reasoning: "hm", text: "yes", failure: undefined });
    expect((await heard(choice({ content: "a" }), { object: "error", message: "too many requests", type: "RateLimit", code: 429 })).failure).toMatchObject({ kind: "rate", status: 429 });
    const deep = `data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":${'{"a":'.repeat(1_000_000)}1${"}".repeat(1_000_000)}}}]}}]}\n\n`;
    const told = await hear(createModel({ kind: "openai-chat" }, { clock: realClock, fetch: () => Promise.resolve(new Response(deep)) }), requestOf());
    expect(told.failure).toMatchObject({ kind: "protocol" });
  });

  it("anthropic: the beginning and the end are marked for the cache; its counts include what was cached", async () => {
    const told = await askOnce("anthropic", { replies: [{ parts: [{ text: "ok" }], usage: { input: 1000, output: 2, cacheRead: 700, cacheWrite: 200 } }] }, requestOf({ messages: [said("one"), { role: "assistant", parts: [{ type: "text", text: "two" }] }, said("three")] }));
    expect(told.usage).toEqual({ type: "usage", inputTokens: 1000, outputTokens: 2, cacheReadTokens: 700, cacheWriteTokens: 200 });
    const body = bodyOf(told);
    expect(body["system"]).toEqual([{ type: "text", text: "You are a test.", cache_control: { type: "ephemeral" } }]);
    expect(body["messages"]).toEqual([
      { role: "user", content: [{ type: "text", text: "one" }] }, { role: "assistant", content: [{ type: "text", text: "two" }] },
      { role: "user", content: [{ type: "text", text: "three", cache_control: { type: "ephemeral" } }] },
    ]);
    expect(body["max_tokens"]).toBe(4096);
    expect(told.server.requests[0]?.headers["anthropic-version"]).toBe("2023-06-01");
  });

  it("anthropic: thinks as its models can; goes on without where the thinking was lost", async () => {
    const thinkingIn = async (name: string, messages: readonly ModelMessage[] = [said("hello")]) =>
      bodyOf(await askOnce("anthropic", {}, requestOf({ model: modelInfo({ ...thinking, name, contextWindow: 200_000 }), messages })))["thinking"];
    expect(await thinkingIn("claude-opus-4-8")).toEqual({ type: "adaptive", display: "summarized" });
    expect(await thinkingIn("claude-sonnet-5-5")).toEqual({ type: "adaptive", display: "summarized" });
    for (const name of ["claude-3-7-sonnet-20250219", "claude-sonnet-4-20250514", "claude-opus-4-1", "claude-sonnet-4-5-20250929", "some-local-model"]) expect([name, await thinkingIn(name)]).toEqual([name, { type: "enabled", budget_tokens: 8000 }]);
    const lost: ModelMessage[] = [said("go"), { role: "assistant", parts: [{ type: "tool-call", callId: "c", name: "read_file", arguments: "{}" }] }, { role: "tool", callId: "c", name: "read_file", output: "x", isError: true }];
    expect(await thinkingIn("claude-opus-4-8", lost)).toBeUndefined();
  });

  it("ollama: says how much to keep, how much to write, and thinks only where the model can", async () => {
    const plain = bodyOf(await askOnce("ollama", {}, requestOf({ maxOutputTokens: 77 })));
    expect(plain["options"]).toEqual({ num_ctx: 8192, num_predict: 77 });
    expect(plain["think"]).toBeUndefined();
    const asked = bodyOf(await askOnce("ollama", {}, requestOf({ contextWindow: 16_384, model: modelInfo(thinking) })));
    expect(asked["options"]).toEqual({ num_ctx: 16_384 });
    expect(asked["think"]).toBe(true);
  });

  it("responses: keeps nothing at the provider, asks for sealed reasoning only from models that reason", async () => {
    const plain = bodyOf(await askOnce("openai-responses", {}));
    expect(plain).toMatchObject({ store: false, stream: true, instructions: "You are a test." });
    expect(plain["include"]).toBeUndefined();
    expect(bodyOf(await askOnce("openai-responses", {}, requestOf({ model: modelInfo(thinking) })))).toMatchObject({ include: ["reasoning.encrypted_content"], reasoning: { summary: "auto" } });
  });

  it("tools are left out where there are none", async () => {
    for (const kind of KINDS) expect(Object.hasOwn(bodyOf(await askOnce(kind, {}, requestOf({ tools: [] }))), "tools")).toBe(false);
    expect(JSON.stringify(bodyOf(await askOnce("openai-chat", {}))["tools"])).toContain(readFile.description);
  });
});
