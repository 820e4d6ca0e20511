/** Every protocol against every way in which a server can go wrong: always a typed failure (or a mended reply), what came before is kept, nothing hangs. */
import type { ModelFailureKind } from "@axion/agent/model";
import type { Fault } from "@axion/testkit/servers";
import { startModelServer } from "@axion/testkit/servers";
import { describe, expect, it } from "vitest";
import { createModel } from "../create.ts";
import { sendMsOf } from "../ports.ts";
import { HandClock, KINDS, askOnce, fetchTo, hear, realClock, requestOf } from "./asking.ts";

const TEXT = "One two three four five six seven eight nine ten.";
const withFault = (fault: Fault) => ({ replies: [{ parts: [{ text: TEXT }], fault }] });

interface Expected { readonly fault: Fault; readonly kind: ModelFailureKind; readonly says: RegExp; readonly kept?: boolean; readonly retryAfterMs?: number }
const STATUS: ReadonlyArray<readonly [string, Expected]> = [
  ["401", { fault: { kind: "status", status: 401, message: "Incorrect API key provided: sk-abcdef1234567890" }, kind: "auth", says: /refused the key \(401\).*\[key\]/ }],
  ["403", { fault: { kind: "status", status: 403 }, kind: "auth", says: /403/ }],
  ["404", { fault: { kind: "status", status: 404, message: "model 'x' not found" }, kind: "refused", says: /does not know.*model 'x' not found/ }],
  ["400", { fault: { kind: "status", status: 400, message: "bad field" }, kind: "refused", says: /bad field/ }],
  ["400, too long", { fault: { kind: "status", status: 400, message: "This model's maximum context length is 8192 tokens." }, kind: "context", says: /longer than the model can take/ }],
  ["413", { fault: { kind: "status", status: 413 }, kind: "context", says: /413/ }],
  ["429 with seconds", { fault: { kind: "status", status: 429, retryAfter: "7" }, kind: "rate", says: /429/, retryAfterMs: 7000 }],
  ["429, nothing paid", { fault: { kind: "status", status: 429, message: "You exceeded your current quota (insufficient_quota)" }, kind: "refused", says: /paid/ }],
  ["500", { fault: { kind: "status", status: 500, message: "out of order" }, kind: "server", says: /out of order/ }],
  ["500 as HTML", { fault: { kind: "status", status: 500, html: true }, kind: "server", says: /HTML \("Welcome to the portal"\)/ }],
  ["529", { fault: { kind: "status", status: 529, retryAfter: "1" }, kind: "server", says: /529/, retryAfterMs: 1000 }],
  ["200 and HTML", { fault: { kind: "html" }, kind: "protocol", says: /page of HTML \("Welcome to the portal"\)/ }],
  ["200 and nothing", { fault: { kind: "empty" }, kind: "protocol", says: /with nothing/ }],
  ["half a frame", { fault: { kind: "half-frame", after: 5 }, kind: "network", says: /cut off before its end/, kept: true }],
  ["the end before its time", { fault: { kind: "cut", after: 5 }, kind: "network", says: /cut off/, kept: true }],
  ["a frame that is no JSON", { fault: { kind: "broken-frame", after: 5 }, kind: "protocol", says: /not JSON/, kept: true }],
  ["a torn connection", { fault: { kind: "reset", after: 5 }, kind: "network", says: /connection to the provider failed/, kept: true }],
  ["an error in the middle", { fault: { kind: "error-event", after: 5, message: "The machine is overloaded, and the key was sk-abcdef1234567890." }, kind: "server", says: /overloaded.*\[key\]/, kept: true }],
  ["an endless line", { fault: { kind: "endless-line" }, kind: "protocol", says: /more than 8 MiB/ }],
  ["a reply of 1 GB", { fault: { kind: "huge", bytes: 1_073_741_824 }, kind: "protocol", says: /8 Mi characters/, kept: true }],
];

describe.each(KINDS)("%s", (kind) => {
  it.each(STATUS)("%s", async (_, expected) => {
    const told = await askOnce(kind, withFault(expected.fault));
    expect(told.failure?.kind).toBe(expected.kind);
    expect(told.failure?.message).toMatch(expected.says);
    expect(told.failure?.hint).toMatch(/\w/);
    expect(told.failure?.message).not.toContain("abcdef1234567890");
    expect(told.failure?.retryAfterMs).toBe(expected.retryAfterMs);
    expect(told.finish).toBeUndefined();
    if (expected.kept === true) expect(told.text.length).toBeGreaterThan(0);
    if (expected.kept === true && expected.fault.kind !== "huge") expect(TEXT.startsWith(told.text)).toBe(true);
  });

  it("nothing for a minute", async () => {
    const clock = new HandClock();
    const server = await startModelServer({ protocol: kind, script: withFault({ kind: "silence" }) });
    const asked = hear(createModel({ kind }, { fetch: fetchTo(server.base), clock }), requestOf());
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    // The time that the question itself may take on its way is no silence.
    const sending = sendMsOf(JSON.stringify(server.requests[0]?.body).length);
    let over = false;
    asked.finally(() => { over = true; });
    clock.pass(59_999 + sending);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(over).toBe(false);
    clock.pass(1);
    const told = await asked;
    expect(told.failure).toMatchObject({ kind: "timeout", message: "The provider p said nothing for 60 seconds, the limit that is set (models.silenceSeconds)." });
    expect(told.failure?.hint).toContain("models.silenceSeconds");
    expect(clock.waiting).toBe(0);
    await server.idle();
    await server.close();
  });

  it("silence in the middle, and bytes that make no frame", async () => {
    for (const fault of [{ kind: "silence", after: 5 }, { kind: "drip", ms: 1 }] as const) {
      const clock = new HandClock();
      const server = await startModelServer({ protocol: kind, script: withFault(fault) });
      let came = 0;
      const client = createModel({ kind }, { clock, fetch: async (url, init) => {
        const response = await fetchTo(server.base)(url, init);
        return new Response(response.body?.pipeThrough(new TransformStream({ transform: (piece, out) => { came += piece.length; out.enqueue(piece); } })), response);
      } });
      const asked = hear(client, requestOf());
      while (came < 40) await new Promise((resolve) => setTimeout(resolve, 1));
      if (fault.kind === "silence") await new Promise((resolve) => setTimeout(resolve, 20));
      clock.pass(60_000);
      clock.pass(60_000);
      const told = await asked;
      expect(told.failure?.kind).toBe("timeout");
      if (fault.kind === "silence") expect(told.text.length).toBeGreaterThan(0);
      await server.idle();
      await server.close();
    }
  });

  it("a second end and what follows it", async () => {
    const told = await askOnce(kind, withFault({ kind: "two-finishes" }));
    expect(told).toMatchObject({ text: TEXT, finish: "stop", failure: undefined });
    expect(told.parts.filter((part) => part.type === "finish")).toHaveLength(1);
    expect(told.parts.at(-1)?.type).toBe("finish");
  });

  it("frames of a future version", async () => {
    const told = await askOnce(kind, withFault({ kind: "unknown-events", after: 2 }));
    expect(told).toMatchObject({ text: TEXT, finish: "stop", failure: undefined });
  });

  it("a tool call out of nowhere", async () => {
    const told = await askOnce(kind, withFault({ kind: "wrong-order", after: 2 }));
    expect(told.failure?.kind).toBe("protocol");
    expect(told.failure?.message).toMatch(/without a name|never began/);
  });

  it("tool calls without an id get one each", async () => {
    const tool = { name: "read_file", arguments: { path: "a" } };
    const told = await askOnce(kind, { replies: [{ parts: [{ tool }, { tool }], fault: { kind: "no-tool-id" } }] });
    expect(told.calls).toHaveLength(2);
    expect(new Set(told.calls.map((call) => call.callId)).size).toBe(2);
    expect(told.calls.every((call) => /^\w[\w-]*$/.test(call.callId))).toBe(true);
    expect(told.finish).toBe("tool-calls");
  });

  it("tool calls with one id for all, with broken arguments, with an unknown name", async () => {
    const call = (name: string, text: string) => ({ tool: { id: "same", name, arguments: text } });
    const told = await askOnce(kind, { replies: [{ parts: [call("read_file", '{"path": "a'), call("no_such_tool", "")] }] });
    expect(told.failure).toBeUndefined();
    expect(told.calls.map(({ name }) => name)).toEqual(["read_file", "no_such_tool"]);
    expect(told.calls.map((each) => each.arguments)).toEqual(['{"path": "a', "{}"]);
    expect(new Set(told.calls.map((each) => each.callId)).size).toBe(2);
  });

  it("another model than was asked for", async () => {
    const told = await askOnce(kind, { replies: [{ model: "something-else", parts: [{ text: "hi" }] }] });
    expect(told.model).toBe("something-else");
  });

  it("one JSON document instead of a stream", async () => {
    const told = await askOnce(kind, { replies: [{ whole: true, usage: { input: 12, output: 3 }, parts: [{ reasoning: "hm" }, { text: TEXT }, { tool: { name: "read_file", arguments: { path: "a" } } }] }] });
    expect(told).toMatchObject({ text: TEXT, reasoning: "hm", finish: "tool-calls", failure: undefined, usage: { inputTokens: 12, outputTokens: 3 } });
    expect(told.calls[0]).toMatchObject({ name: "read_file", arguments: '{"path":"a"}' });
  });

  it("nobody is there", async () => {
    const told = await hear(createModel({ kind }, { fetch: fetchTo("http://127.0.0.1:1"), clock: realClock }), requestOf());
    expect(told.failure).toMatchObject({ kind: "network" });
  });
});

it("a date in retry-after", async () => {
  const clock = new HandClock();
  const retryAfter = new Date(clock.now() + 90_000).toUTCString();
  const told = await askOnce("openai-chat", withFault({ kind: "status", status: 503, retryAfter }), requestOf(), clock);
  expect(told.failure).toMatchObject({ kind: "server", status: 503 });
  expect(told.failure?.retryAfterMs).toBeGreaterThan(88_000);
  expect(told.failure?.retryAfterMs).toBeLessThanOrEqual(90_000);
});
