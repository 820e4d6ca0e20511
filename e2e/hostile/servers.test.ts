/**
 * Providers that misbehave, in each of the four protocols, over a real `axion serve` and its jailed runners: each failure has a code, words and a
 * hint; the question and what was said stay; the chat goes on; memory stays bounded.
 *
 * Here a person stops a provider that says nothing; what becomes of it when nobody does is in silence.test.ts.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { type ModelServer, type ScriptedReply, startModelServer } from "@axion/testkit/servers";
import { failedAnswer, goesOn, messages, open, provide, stream } from "./chat.ts";
import { type Line, Serve, freshFolder, mostMemoryOf } from "./core.ts";

const KINDS = ["openai-chat", "openai-responses", "anthropic", "ollama"] as const;
const LONG = "This is the beginning of an answer that will never be whole, because its server does not want it.";

interface Bad {
  readonly name: string;
  readonly replies: readonly Omit<ScriptedReply, "when">[];
  /** The error's code, or nothing where the answer is whole in the end. */
  readonly code?: string;
  readonly says?: RegExp;
  /** How often the server is asked for this answer. */
  readonly asked: number;
  readonly partial?: boolean;
  readonly answers?: RegExp;
  readonly note?: string;
  readonly tool?: string;
}

const status = (code: number, more: object = {}): ScriptedReply => ({ fault: { kind: "status", status: code, ...more } });
const bads: readonly Bad[] = [
  { name: "answers 401", replies: [status(401, { message: "The key is wrong." })], code: "model_auth", says: /401.*The key is wrong/s, asked: 1 },
  { name: "answers 429 once", replies: [{ ...status(429, { retryAfter: "1" }), times: 1 }, { parts: [{ text: "Now I can." }] }], asked: 2, answers: /^Now I can\.$/, note: "retry" },
  { name: "answers 429 for an hour", replies: [status(429, { retryAfter: "3600" })], code: "model_rate", says: /429/, asked: 1 },
  { name: "answers 500 for ever", replies: [status(500, { message: "Out of order." })], code: "model_server", says: /500.*Out of order/s, asked: 5 },
  { name: "answers a page", replies: [{ fault: { kind: "html" } }], code: "model_protocol", says: /page of HTML.*Welcome to the portal/s, asked: 2 },
  { name: "answers 502 with a page", replies: [{ ...status(502, { html: true }), times: 1 }, { parts: [{ text: "Through." }] }], asked: 2, answers: /^Through\.$/, note: "retry" },
  { name: "sends half a frame and ends", replies: [{ parts: [{ text: LONG }], fault: { kind: "half-frame", after: 5 } }], code: "model_network", asked: 4, partial: true },
  { name: "sends half a frame once", replies: [{ parts: [{ text: LONG }], fault: { kind: "half-frame", after: 5 }, times: 1 }, { parts: [{ text: " And so on." }] }], asked: 2, answers: /^This is.* And so on\.$/s, note: "retry" },
  { name: "sends a line without end", replies: [{ fault: { kind: "endless-line" } }], code: "model_protocol", says: /8 MiB/, asked: 2 },
  // What came of it is too long to be sent back with the next try.
  { name: "sends a gigabyte of text", replies: [{ fault: { kind: "huge", bytes: 2 ** 30 } }], code: "context_full", says: /tokens/, asked: 1, partial: true },
  { name: "tears the connection for ever", replies: [{ parts: [{ text: LONG }], fault: { kind: "reset", after: 5 } }], code: "model_network", asked: 4, partial: true },
  { name: "tears the connection once", replies: [{ parts: [{ text: LONG }], fault: { kind: "reset", after: 5 }, times: 1 }, { parts: [{ text: " And so on." }] }], asked: 2, answers: /^This is.* And so on\.$/s, note: "retry" },
  {
    name: "sends a tool call that is no JSON", asked: 2, answers: /^Then without\.$/, tool: "bad_arguments",
    replies: [{ afterTool: true, parts: [{ text: "Then without." }] }, { parts: [{ tool: { name: "update_todos", arguments: "{\"todos\": [[[ oh dear" } }] }],
  },
  {
    name: "calls a tool that is not there", asked: 2, answers: /^So be it\.$/, tool: "unknown_tool",
    replies: [{ afterTool: true, parts: [{ text: "So be it." }] }, { parts: [{ tool: { name: "launch_rockets", arguments: { at: "dawn" } } }] }],
  },
  { name: "answers as another model", replies: [{ model: "other-model-9b", parts: [{ text: "I am another." }] }], asked: 1, answers: /^I am another\.$/, note: "other-model" },
];

const folder = freshFolder();
let serve: Serve;
let line: Line;
/** Runners come and go: the most memory of each is asked for while it is there. */
const most = new Map<number, number>();
const look = (): void => { for (const pid of serve.processes()) most.set(pid, Math.max(most.get(pid) ?? 0, mostMemoryOf(pid))); };
let looking: NodeJS.Timeout;
before(async () => {
  serve = await Serve.start(folder.home);
  line = await serve.line();
  looking = setInterval(look, 300);
});
after(async () => {
  clearInterval(looking);
  line.close();
  await serve.stop();
  folder.remove();
});

/** A server of this test alone, and a session with its model. The follow-up is answered whatever else it does. */
const withServer = async (kind: (typeof KINDS)[number], id: string, replies: readonly ScriptedReply[], work: (sessionId: string, server: ModelServer) => Promise<void>): Promise<void> => {
  const fine: ScriptedReply = { when: "Are you there?", parts: [{ text: "You said: Are you there?" }] };
  const server = await startModelServer({ protocol: kind, script: { replies: [fine, ...replies] } });
  try {
    await provide(line, id, kind, server.base, { contextWindow: 32_768 });
    await work(await open(line, id, `${id}/scripted-model`), server);
  } finally {
    await server.close();
  }
};

describe("a provider that misbehaves", { concurrency: 8 }, () => {
  test("a gigabyte that says nothing is cut off by its bytes", async () => {
  const comments = Buffer.from(`: ${"x".repeat(1020)}\n\n`.repeat(256));
  let sent = 0;
  const flood = createServer((request, response) => {
    request.resume();
    if (request.method !== "POST") { response.writeHead(404).end("{}"); return; }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.on("error", () => undefined);
    const pour = (): void => {
      while (sent < 2 ** 30 && !response.destroyed) {
        sent += comments.length;
        if (!response.write(comments)) { response.once("drain", pour); return; }
      }
      response.end();
    };
    pour();
  });
  await new Promise<void>((resolve) => flood.listen(0, "127.0.0.1", resolve));
  try {
    await provide(line, "flood", "openai-chat", `http://127.0.0.1:${(flood.address() as AddressInfo).port}/v1`, { models: ["m"] });
    const sessionId = await open(line, "flood", "flood/m");
    const { error } = await stream(line, sessionId, "Flood.", 110_000);
    assert.equal(error?.code, "provider");
    const answer = await failedAnswer(line, sessionId, "Flood.");
    assert.match(answer.error?.message ?? "", /longer than 134217728 bytes/);
    assert.ok(sent < 2 ** 30, `${sent} bytes were taken`);
  } finally {
    flood.closeAllConnections();
    flood.close();
  }
});

  for (const kind of KINDS) {
    for (const [index, bad] of bads.entries()) {
      test(`${kind} ${bad.name}`, () => withServer(kind, `${kind}-${index}`, bad.replies, async (sessionId, server) => {
        const asked = `What if it ${bad.name}?`;
        const { error, chunks } = await stream(line, sessionId, asked);
        assert.equal(server.requests.filter(({ method, path }) => method === "POST" && path !== "/api/show").length, bad.asked, "tries");
        if (bad.code === undefined) {
          assert.equal(error, undefined);
          const answer = (await messages(line, sessionId)).at(-1);
          assert.equal(answer?.state, "complete");
          assert.match(answer.content, bad.answers ?? /./);
          if (bad.note !== undefined) assert.ok(answer.parts.some((part) => part.type === "note" && part.code === bad.note), JSON.stringify(answer.parts));
          if (bad.tool !== undefined) {
            const call = answer.parts.find((part) => part.type === "tool");
            assert.deepEqual([call?.state, call?.error?.code], ["failed", bad.tool]);
          }
        } else {
          const answer = await failedAnswer(line, sessionId, asked);
          assert.equal(answer.error?.code, bad.code);
          assert.match(answer.error.message, bad.says ?? /./);
          assert.deepEqual([error?.code, error?.message], ["provider", answer.error.message], "the stream says the same");
          assert.equal(answer.content.length > 0, bad.partial === true, answer.content.slice(0, 100));
          assert.equal(chunks, answer.content, "the stream is the message");
        }
        await goesOn(line, sessionId);
      }));
    }

    test(`${kind} says nothing, until it is stopped`, () => withServer(kind, `${kind}-silent`, [{ parts: [{ text: LONG }], fault: { kind: "silence", after: 5 } }], async (sessionId) => {
      const ended = stream(line, sessionId, "Be silent.");
      await line.wait("the first words", ({ method, params }) => method === "stream-chunk" && params["sessionId"] === sessionId);
      await line.call("cancel_stream", { sessionId });
      const { error, chunks } = await ended;
      assert.equal(error?.code, "cancelled");
      const answer = (await messages(line, sessionId)).at(-1);
      assert.deepEqual([answer?.state, answer?.content], ["cancelled", chunks]);
      assert.ok(LONG.startsWith(chunks) && chunks !== "");
      await goesOn(line, sessionId);
    }));
  }
});

test("Core and its runners stayed small through all of it", () => {
  look();
  const list = [...most].map(([pid, mib]) => `${pid === serve.pid ? "Core" : pid} ${mib.toFixed(0)}`).join(", ");
  console.log(`The most MiB of each process: ${list}`);
  assert.ok(most.size > 1, "runners were seen");
  for (const mib of most.values()) assert.ok(mib < 512, list);
});
