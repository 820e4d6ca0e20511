/**
 * A key with an unusual value, and everything that might let it out: servers that repeat it in texts, errors, headers, lists and tool calls, commands that are given it in
 * the wrong place. Afterwards it is looked for wherever it must not be: files, streams, answers, exports, logs, environments and command lines.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { KeyInfo, Provider } from "@axion/protocol";
import { messages, open, provide, stream } from "./chat.ts";
import { type Line, Serve, axion, commandLineOf, environmentOf, freshFolder, refusal, repository, within } from "./core.ts";

const KEY = "zQ~canary+9f8e/7d6c_5b4a=Ω".replace("Ω", "!k");
/** As it is, and as it might be written down elsewhere. */
const FORMS: readonly Buffer[] = [KEY, Buffer.from(KEY).toString("base64").slice(0, 32), Buffer.from(KEY).toString("hex"), encodeURIComponent(KEY), KEY.slice(4, 20)].map((form) => Buffer.from(form));

const folder = freshFolder();
const asked: string[] = [];
/** Speaks chat completions and says the key wherever it can. */
const chunk = (delta: object, finish: string | null = null): string => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: `model-${KEY}`, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const headers = { "x-request-id": KEY, "x-ratelimit-remaining": `Bearer ${KEY}`, "openai-version": KEY, "set-cookie": `key=${KEY}` };
const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify({ error: { message: `I do not like ${KEY}, nor Bearer ${KEY}.`, type: KEY, code: status } }));
};
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => { body += String(piece); });
  request.on("end", () => {
    asked.push(String(request.headers.authorization));
    if (request.url?.startsWith("/moved") === true) { response.writeHead(302, { location: `https://evil.example/${encodeURIComponent(KEY)}?key=${KEY}`, ...headers }).end(); return; }
    if (request.method === "GET") {
      if (request.url?.startsWith("/angry") === true) return refuse(response, 401);
      response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify({ data: [{ id: "parrot" }, { id: `model-${KEY}`, owned_by: KEY }] }));
      return;
    }
    if (request.url?.startsWith("/angry") === true) return refuse(response, 401);
    if (body.includes("Break.")) { response.writeHead(200, { "content-type": "text/event-stream", ...headers }).end(`data: {"broken": "${KEY}\n\n`); return; }
    response.writeHead(200, { "content-type": "text/event-stream", ...headers });
    if (!body.includes("\"role\":\"tool\"")) {
      // As text, as reasoning and as the arguments of a call. (Who spells it out over many frames, or writes it backwards, gets it into the transcript: nobody can know that.)
      response.write(chunk({ content: `Your key is ${KEY}. ` }));
      response.write(chunk({ reasoning_content: `I thought of ${KEY}.` }));
      const call = chunk({ tool_calls: [{ index: 0, id: `call-${KEY}`, type: "function", function: { name: "update_todos", arguments: JSON.stringify({ todos: [{ text: `Send ${KEY}`, state: "open" }] }) } }] });
      // In the middle of the key's bytes.
      response.write(call.slice(0, call.indexOf(KEY) + 7));
      setTimeout(() => response.end(`${call.slice(call.indexOf(KEY) + 7) + chunk({}, "tool_calls")}data: [DONE]\n\n`), 50);
      return;
    }
    response.end(`${chunk({ content: `Bye, ${KEY}!` }) + chunk({}, "stop")}data: [DONE]\n\n`);
  });
});

let serve: Serve;
let line: Line;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  serve = await Serve.start(folder.home, { AXION_LOG: "trace" });
  line = await serve.line({ keepsRaw: true });
});
after(async () => {
  line.close();
  await serve.stop();
  server.closeAllConnections();
  server.close();
  folder.remove();
});

const holds = (bytes: Buffer | string): boolean => FORMS.some((form) => (typeof bytes === "string" ? Buffer.from(bytes) : bytes).includes(form));
const filesWithKey = (): readonly string[] => {
  const found: string[] = [];
  const queue = [folder.home];
  for (const path of queue) {
    const about = lstatSync(path);
    if (about.isDirectory()) queue.push(...readdirSync(path).map((name) => join(path, name)));
    else if (about.isFile() && holds(readFileSync(path))) found.push(path);
  }
  return found;
};
const cli = (args: readonly string[], input: string): Promise<{ readonly code: number; readonly said: string }> =>
  within(30_000, `axion ${args[0]}`, new Promise((resolve) => {
    const child = execFile(axion, [...args, "--home", folder.home], { cwd: repository, env: { ...process.env, AXION_KEYS: "file", AXION_LOG: "trace" } }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }));
    child.stdin?.end(input);
  }));

test("a key is nowhere but in the encrypted file and in the requests of its provider", async () => {
  const said: string[] = [];
  // What else runs on this machine is left alone.
  await line.call("update_config", { key: "models.probe", value: false });
  // Given on standard input, as a person would.
  const set = await cli(["keys", "set", "parrot"], `${KEY}\n`);
  assert.equal(set.code, 0, set.said);
  said.push(set.said);
  const { keys } = await line.call<{ place: string; keys: readonly KeyInfo[] }>("list_keys");
  assert.deepEqual(keys.map(({ name, place }) => [name, place]), [["parrot", "file"]]);

  // In the wrong place.
  for (const [command, params] of [
    ["set_key", { name: "bad name", value: KEY }], ["set_key", { name: 7, value: KEY }], ["set_key", { name: "other", value: `${KEY}\n${KEY}` }], ["set_key", { name: "x", value: [KEY] }],
    ["update_config", { key: "providers.leaky", value: { kind: "openai-chat", baseUrl: `https://${encodeURIComponent(KEY)}@a.example/v1`, enabled: true } }],
    ["update_config", { key: "providers.leaky", value: { kind: "openai-chat", baseUrl: "https://a.example/v1", enabled: true, headers: { authorization: `Bearer ${KEY}` } } }],
  ] as const) said.push(JSON.stringify(await refusal(line.call(command, params))));

  // By servers that say it wherever they can.
  const { port } = server.address() as AddressInfo;
  const keyed = { keyName: "parrot", models: ["parrot"] };
  await provide(line, "parrot", "openai-chat", `http://127.0.0.1:${port}/v1`, { keyName: "parrot" });
  await provide(line, "angry", "openai-chat", `http://127.0.0.1:${port}/angry`, keyed);
  await provide(line, "moved", "openai-chat", `http://127.0.0.1:${port}/moved`, keyed);
  await line.call("get_models", { refresh: true });
  for (const [id, content, ends] of [["parrot", "Hello.", true], ["angry", "Hello.", false], ["moved", "Hello.", false], ["parrot", "Break.", false]] as const) {
    const sessionId = await open(line, `${id}-${content.slice(0, 5)}`, `${id}/parrot`);
    await line.call("subscribe", { stream: `session:${sessionId}` });
    const { error } = await stream(line, sessionId, content);
    assert.equal(error === undefined, ends, `${id}: ${JSON.stringify(error)}`);
    await line.call("read_stream", { stream: `session:${sessionId}` });
    for (const format of ["markdown", "json"]) await line.call("export_session", { sessionId, format });
    await line.call("read_messages", { sessionId });
    await line.call("get_session_snapshot", { sessionId });
  }
  assert.ok(asked.length >= 6 && asked.every((header) => header === `Bearer ${KEY}`), "the provider did get it");
  const parroted = (await messages(line, "parrot-Hello")).at(-1);
  assert.match(parroted?.content ?? "", /Your key is \[key\]\. .*Bye, \[key\]!/s, "and said it");

  // Everything that can be asked.
  for (const [command, params] of [
    ["get_config", {}], ["list_providers", { refresh: true }], ["get_models", {}], ["list_keys", {}], ["list_egress", { limit: 1000 }], ["list_sessions", {}], ["get_metrics", {}], ["get_health", {}], ["get_channels", {}], ["get_settings", {}],
    ["get_system", {}], ["run_doctor", {}], ["read_stream", { stream: "workspace" }], ["search_sessions", { query: "canary" }], ["search_sessions", { query: "key" }], ["get_view_state", { windowId: "w" }],
  ] as const) await line.call(command, params);
  assert.equal((await line.call<readonly Provider[]>("list_providers")).find(({ id }) => id === "angry")?.state, "refused");
  for (const args of [["keys", "list"], ["egress"], ["models"], ["doctor"]]) said.push((await cli(args, "")).said);

  assert.match(serve.said, /DEBUG/, "the log says much");
  assert.ok(!holds(serve.said), "the log");
  for (const text of said) assert.ok(!holds(text), text);
  for (const text of line.raw) assert.ok(!holds(text), text.slice(0, 2000));
  const processes = serve.processes();
  assert.ok(processes.length > 1, "a runner is there");
  for (const pid of processes) {
    if (pid === serve.pid) assert.ok(commandLineOf(pid).includes("serve"), "command lines can be read");
    assert.ok(!holds(environmentOf(pid)) && !holds(commandLineOf(pid)), `process ${pid}`);
  }
  assert.deepEqual(filesWithKey(), [], "files while it runs");
  line.close();
  await serve.stop();
  assert.deepEqual(filesWithKey(), [], "files and backups after it ended");
  // It is in the encrypted file: the next start still has it.
  serve = await Serve.start(folder.home, { AXION_LOG: "trace" });
  line = await serve.line({ keepsRaw: true });
  const before = asked.length;
  const sessionId = await open(line, "again", "parrot/parrot");
  await stream(line, sessionId, "Hello again.");
  assert.ok(asked.length > before && asked.at(-1) === `Bearer ${KEY}`);
  assert.ok(!holds(serve.said) && line.raw.every((text) => !holds(text)));
  // And gone, when it is taken away.
  await line.call("remove_key", { name: "parrot" });
  const times = asked.length;
  assert.equal((await refusal(stream(line, sessionId, "Without."))).code, "no_model");
  assert.equal(asked.length, times);
});
