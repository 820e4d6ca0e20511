/**
 * A provider that says nothing, over a real `axion serve` with a short limit: no head, a head and no body, a body that stops, and bytes that never make a frame. Each ends in an
 * error that names the provider, the limit and how to change it; the conversation stays, and a change of the limit counts at once.
 *
 * The limits that hold where nobody changed them (60 s, and 300 s for this machine) are tested with a clock in packages/models.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import type { AppConfig } from "@axion/protocol";
import { type Fault, type ModelServer, startModelServer } from "@axion/testkit/servers";
import { failedAnswer, goesOn, open, provide, stream } from "./chat.ts";
import { type Line, Serve, axion, freshFolder, repository } from "./core.ts";

const KINDS = ["openai-chat", "openai-responses", "anthropic", "ollama"] as const;
const LIMIT = 2;
const LONG = "This is the beginning of an answer of which nobody will hear the end, because its server fell asleep.";
const silences: ReadonlyArray<readonly [name: string, fault: Fault, partial: boolean]> = [
  ["no-head", { kind: "silence" }, false],
  ["no-body", { kind: "silence", after: 0 }, false],
  ["half-a-body", { kind: "silence", after: 5 }, true],
  ["no-frame", { kind: "drip", ms: 50 }, false],
];

const folder = freshFolder();
const servers: ModelServer[] = [];
const sessions: string[] = [];
let serve: Serve;
let line: Line;
before(async () => {
  serve = await Serve.start(folder.home);
  line = await serve.line();
  await line.call("update_config", { key: "models.localSilenceSeconds", value: LIMIT });
});
after(async () => {
  line.close();
  await serve.stop();
  await Promise.all(servers.map((server) => server.close()));
  folder.remove();
});

describe("a provider that says nothing", { concurrency: 4 }, () => {
  for (const kind of KINDS) for (const [name, fault, partial] of silences) test(`${kind}, ${name}`, async () => {
    const id = `${kind}-${name}`;
    const server = await startModelServer({ protocol: kind, script: { replies: [{ when: "Are you there?", parts: [{ text: "You said: Are you there?" }] }, { parts: [{ text: LONG }], fault }] } });
    servers.push(server);
    await provide(line, id, kind, server.base, { contextWindow: 32_768 });
    const sessionId = await open(line, id, `${id}/scripted-model`);
    const { error, chunks } = await stream(line, sessionId, "Be silent.");
    const answer = await failedAnswer(line, sessionId, "Be silent.");
    assert.equal(answer.error?.code, "model_timeout");
    assert.ok(answer.error.message.includes(`The provider ${id} said nothing for ${LIMIT} seconds`), answer.error.message);
    assert.match(answer.error.message, /models\.localSilenceSeconds/);
    assert.match(answer.error.hint ?? "", /Settings → Models.*axion call update_config .*models\.localSilenceSeconds/s);
    assert.deepEqual([error?.code, error?.message], ["provider", answer.error.message], "the stream says the same");
    assert.equal(answer.content.length > 0, partial, answer.content);
    assert.equal(chunks, answer.content, "the stream is the message");
    assert.equal(server.requests.filter(({ method, path }) => method === "POST" && path !== "/api/show").length, 2, "asked once more, and no oftener");
    sessions.push(sessionId);
  });
});

test("the limit is changed as the error says, counts at once, and every chat goes on", async () => {
  const change = JSON.stringify({ key: "models.localSilenceSeconds", value: 120 });
  await promisify(execFile)(axion, ["call", "update_config", change, "--home", folder.home], { cwd: repository });
  const { models } = await line.call<AppConfig>("get_config");
  assert.deepEqual([models.silenceSeconds, models.localSilenceSeconds], [60, 120]);
  // Longer than the limit was: now it is waited for.
  const slow = await startModelServer({ protocol: "openai-chat", script: { replies: [{ parts: [{ waitMs: LIMIT * 1500 }, { text: "I had to think." }] }] } });
  servers.push(slow);
  await provide(line, "slow", "openai-chat", slow.base, { contextWindow: 32_768 });
  assert.deepEqual(await stream(line, await open(line, "slow", "slow/scripted-model"), "Think."), { error: undefined, chunks: "I had to think." });
  assert.equal(sessions.length, KINDS.length * silences.length);
  for (const sessionId of sessions) await goesOn(line, sessionId);
});
