/**
 * The air gap over a real `axion serve`: hosted providers are refused before a name is even resolved, the ledger says so, this machine still answers.
 * What it does to a request under way to elsewhere needs a host elsewhere, which no test has (an allowed host never leads to this machine): crates/egress/tests
 * cuts such a one off with a resolver of its own.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import type { EgressEntry, Provider } from "@axion/protocol";
import { type ModelServer, startModelServer } from "@axion/testkit/servers";
import { goesOn, messages, open, provide, send, stream } from "./chat.ts";
import { type Line, Serve, axion, freshFolder, refusal, repository, until } from "./core.ts";

const folder = freshFolder();
let serve: Serve;
let line: Line;
let server: ModelServer;
before(async () => {
  serve = await Serve.start(folder.home);
  line = await serve.line();
  server = await startModelServer({ protocol: "anthropic", script: { replies: [{ when: "slowly", parts: [{ text: "I began " }, { waitMs: 600 }, { text: "and I end." }] }] } });
  // What else runs on this machine is left alone.
  await line.call("update_config", { key: "models.probe", value: false });
  await provide(line, "here", "anthropic", server.base);
  await provide(line, "hosted", "openai-chat", "https://api.hosted.example/v1", { models: ["big"], keyName: "hosted" });
  await line.call("set_key", { name: "hosted", value: "sk-anything" });
  await open(line, "away", "hosted/big");
});
after(async () => {
  line.close();
  await serve.stop();
  await server.close();
  folder.remove();
});
const ledger = async () => (await line.call<{ entries: readonly EgressEntry[]; airGap: boolean }>("list_egress", { limit: 1000 }));

test("nothing but this machine is asked, and each try is in the ledger", async () => {
  const local = await open(line, "local", "here/scripted-model");
  // It begins before, and this machine is not cut off.
  const underWay = stream(line, local, "Answer slowly.");
  await line.wait("the first words", ({ method, params }) => method === "stream-chunk" && params["sessionId"] === local);
  await line.call("update_config", { key: "egress.airGap", value: true });
  assert.deepEqual(await underWay, { error: undefined, chunks: "I began and I end." });
  await goesOn(line, local);

  const before = (await ledger()).entries.length;
  // Refused before anything is begun: what the person wrote is still theirs.
  const away = "away";
  for (const work of [() => send(line, away, "Is anybody there?"), () => line.call("send_message_streaming", { sessionId: away, content: "Is anybody there?" }), () => open(line, "new", "hosted/big")]) {
    const info = await refusal(work());
    assert.equal(info.code, "blocked");
    assert.match(info.message, /air gap/i);
    assert.ok((info.hint ?? "").length > 10);
  }
  assert.deepEqual(await messages(line, away), []);
  const sends = (await ledger()).entries.filter(({ purpose, local: here }) => purpose === "model" && !here);
  assert.deepEqual(sends.map(({ method, url, outcome, sessionId, provider }) => [method, url, outcome, sessionId, provider]), Array(2).fill(["POST", "https://api.hosted.example/v1", "blocked", away, "hosted"]), "each send that was refused");
  assert.equal((await ledger()).entries.length, before + 2, "choosing a model asks nobody");
  const shown = (await promisify(execFile)(axion, ["egress", "--home", folder.home], { cwd: repository })).stdout.split("\n").filter((row) => row.includes("api.hosted.example"));
  assert.equal(shown.length, 2);
  for (const row of shown) assert.match(row, /air gap/);

  await line.call("get_models", { refresh: true });
  const { entries, airGap } = await ledger();
  assert.equal(airGap, true);
  const elsewhere = entries.filter((entry) => !entry.local);
  assert.ok(elsewhere.some(({ purpose }) => purpose === "model-list"));
  for (const entry of elsewhere) {
    assert.deepEqual([entry.outcome, entry.host.split(":")[0], entry.address, entry.sentBytes, entry.receivedBytes], ["blocked", "api.hosted.example", undefined, 0, 0]);
    assert.match(entry.reason ?? "", /air gap/i);
  }
  assert.ok(entries.some((entry) => entry.local && entry.outcome === "allowed" && entry.sessionId === "local"));
  assert.ok(!JSON.stringify(entries).includes("sk-anything") && !JSON.stringify(entries).includes("anybody"));
  assert.equal((await line.call<readonly Provider[]>("list_providers")).find(({ id }) => id === "hosted")?.state, "blocked");

  // The session goes on with a model of this machine.
  await line.call("update_session", { sessionId: away, model: "here/scripted-model" });
  await goesOn(line, away);
});

test("addresses of this machine and of private networks are no way around", async () => {
  const config = JSON.stringify(await line.call("get_config"));
  for (const baseUrl of ["http://10.0.0.1/v1", "https://10.0.0.1/v1", "https://169.254.169.254/v1", "http://api.hosted.example/v1", "https://[fd00::1]/v1", "https://0.0.0.0/v1", "ftp://a.example/", "https://user:pass@a.example/v1"]) {
    assert.equal((await refusal(provide(line, "around", "openai-chat", baseUrl))).code, "invalid_params", baseUrl);
  }
  for (const host of ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "*"]) {
    assert.equal((await refusal(line.call("update_config", { key: "egress.hosts", value: [host] }))).code, "invalid_params", host);
  }
  assert.equal(JSON.stringify(await line.call("get_config")), config);
});

test("a program that tries again and again does not push what was sent out of the ledger", async () => {
  const blocked = async () => (await ledger()).entries.filter(({ outcome }) => outcome === "blocked");
  const before = (await blocked()).length;
  await line.call("update_config", { key: "models.default", value: "hosted/big" });
  await line.call("create_session", { sessionId: "again" });
  for (let tries = 0; tries < 300; tries += 1) assert.equal((await refusal(send(line, "again", "Is anybody there?"))).code, "blocked");
  const counted = async () => (await blocked()).flatMap(({ reason }) => Number(/after it (\d+) more/.exec(reason ?? "")?.[1] ?? 0)).reduce((sum, more) => sum + more, 0);
  await until("all are counted", async () => (await blocked()).length + (await counted()) === before + 300);
  // Sixty have an entry of their own in a minute; a slow machine may begin a second one.
  assert.ok((await blocked()).length <= before + 120, `${(await blocked()).length}`);
});
