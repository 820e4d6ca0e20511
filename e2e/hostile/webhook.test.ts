/** The webhook of a real `axion serve`: who gets in, what is taken, what it may reach, and that it is off until somebody wants it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { type OutgoingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import type { ChannelInfo, ErrorInfo, MessageResponse, SessionInfo } from "@axion/protocol";
import { type ModelServer, startModelServer } from "@axion/testkit/servers";
import { messages, open, provide } from "./chat.ts";
import { type Line, Serve, axion, freshFolder, repository, until, within } from "./core.ts";

const folder = freshFolder();
let serve: Serve;
let line: Line;
let server: ModelServer;
before(async () => {
  serve = await Serve.start(folder.home);
  line = await serve.line();
  server = await startModelServer({ protocol: "openai-chat" });
  await provide(line, "good", "openai-chat", server.base);
  await line.call("update_config", { key: "models.default", value: "good/scripted-model" });
});
after(async () => {
  line.close();
  await serve.stop();
  await server.close();
  folder.remove();
});

const webhook = async (): Promise<ChannelInfo> => {
  const found = (await line.call<readonly ChannelInfo[]>("get_channels")).find(({ id }) => id === "webhook");
  assert.ok(found !== undefined);
  return found;
};
const enabled = (value: boolean) => line.call("update_config", { key: "channels.webhook.enabled", value });
const token = async (...more: string[]): Promise<string> => (await promisify(execFile)(axion, ["channels", "--token", ...more, "--home", folder.home], { cwd: repository })).stdout.trim();
interface Answer { readonly status: number; readonly headers: { readonly [name: string]: unknown }; readonly body: unknown }
const ask = (address: string, options: { readonly method?: string; readonly path?: string; readonly headers?: OutgoingHttpHeaders; readonly body?: string; readonly onlyHead?: boolean }): Promise<Answer> =>
  within(30_000, "the webhook's answer", new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(address);
    const sent = request({ hostname, port, path: options.path ?? pathname, method: options.method ?? "POST", headers: { "content-type": "application/json", ...options.headers } }, (response) => {
      let text = "";
      response.on("data", (piece) => { text += String(piece); });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) as unknown }));
    });
    sent.on("error", reject);
    if (options.onlyHead === true) sent.flushHeaders();
    else sent.end(options.body);
  }));

test("off, on for who has the token and says what is asked, and off again", async () => {
  assert.equal((await webhook()).status, "off");
  assert.equal((await webhook()).address, undefined);
  await enabled(true);
  await until("the webhook is open", async () => (await webhook()).status === "ready");
  const { address } = await webhook();
  assert.ok(address !== undefined && /^http:\/\/127\.0\.0\.1:\d+\/message$/.test(address));
  const mine = await token();
  assert.match(mine, /^[0-9a-f]{64}$/);
  assert.equal(readFileSync(join(folder.home, "webhook.token"), "utf8").trim(), mine);
  const authorization = `Bearer ${mine}`;
  const body = JSON.stringify({ content: "Hello from a program." });
  const sessions = async () => (await line.call<readonly SessionInfo[]>("list_sessions"));

  const { port } = new URL(address);
  const theirs = await open(line, "a-persons-own", "good/scripted-model");
  const strangers: ReadonlyArray<readonly [string, number, string, Parameters<typeof ask>[1]]> = [
    ["no token", 401, "forbidden", { body }],
    ["another token", 401, "forbidden", { headers: { authorization: `Bearer ${"0".repeat(64)}` }, body }],
    ["half of the token", 401, "forbidden", { headers: { authorization: authorization.slice(0, 40) }, body }],
    ["the token as a question", 401, "forbidden", { path: `/message?token=${mine}`, body }],
    ["serve's token", 401, "forbidden", { headers: { authorization: `Bearer ${serve.token}` }, body }],
    ["another host", 421, "forbidden", { headers: { authorization, host: "evil.example" }, body }],
    ["another host with our port", 421, "forbidden", { headers: { authorization, host: `evil.example:${port}` }, body }],
    ["a page", 403, "forbidden", { headers: { authorization, origin: "https://evil.example" }, body }],
    ["a page of ours", 403, "forbidden", { headers: { authorization, origin: `http://127.0.0.1:${serve.port}` }, body }],
    ["a page without origin", 403, "forbidden", { headers: { authorization, "sec-fetch-site": "cross-site" }, body }],
    ["a form", 415, "invalid_params", { headers: { authorization, "content-type": "text/plain" }, body }],
    ["another path", 404, "not_found", { path: "/", headers: { authorization }, body }],
    ["another method", 404, "not_found", { method: "GET", headers: { authorization } }],
    ["no JSON", 400, "invalid_params", { headers: { authorization }, body: "{" }],
    ["no content", 400, "invalid_params", { headers: { authorization }, body: "{}" }],
    ["a field that is not known", 400, "invalid_params", { headers: { authorization }, body: JSON.stringify({ content: "x", mode: "accept-edits" }) }],
    ["content that is no text", 400, "invalid_params", { headers: { authorization }, body: JSON.stringify({ content: 7 }) }],
    ["a lone surrogate", 400, "invalid_params", { headers: { authorization }, body: "{\"content\":\"\\ud800\"}" }],
    ["nothing said", 400, "invalid_params", { headers: { authorization }, body: JSON.stringify({ content: " " }) }],
    ["an id that is none", 400, "invalid_params", { headers: { authorization }, body: JSON.stringify({ content: "x", sessionId: "../x" }) }],
    ["a session that is not there", 404, "not_found", { headers: { authorization }, body: JSON.stringify({ content: "x", sessionId: "nobody" }) }],
    ["a session of the person's", 403, "forbidden", { headers: { authorization }, body: JSON.stringify({ content: "x", sessionId: theirs }) }],
    ["a model that is not there", 503, "no_model", { headers: { authorization }, body: JSON.stringify({ content: "x", model: "nobody/none" }) }],
    ["more than 4 MiB", 413, "too_large", { headers: { authorization, "content-length": (4 << 20) + 1 }, onlyHead: true }],
    ["more than 4 MiB, unannounced", 413, "too_large", { headers: { authorization, "transfer-encoding": "chunked" }, body: JSON.stringify({ content: "x".repeat(4 << 20) }) }],
  ];
  // Clients as people have them: each sends all that it has, and hears why it was not taken.
  const large = "x".repeat(24 << 20);
  for (const [status, key] of [[413, authorization], [401, "Bearer nobody"]] as const) {
    const headers = { "content-type": "application/json", authorization: key };
    const fetched: Response = await within(30_000, "the answer to fetch", fetch(address, { method: "POST", headers, body: large }));
    assert.deepEqual([fetched.status, ((await fetched.json()) as ErrorInfo).code], [status, status === 413 ? "too_large" : "forbidden"]);
    // The standard asks for `duplex` where a body is a stream; the DOM's types do not know it.
    const stream: RequestInit & { duplex: "half" } = { method: "POST", headers, body: new Blob([large]).stream(), duplex: "half" };
    const streamed: Response = await within(30_000, "the answer to a stream", fetch(address, stream));
    assert.equal(streamed.status, status);
    assert.equal((await ask(address, { headers, body: large })).status, status);
  }
  const before = JSON.stringify(await sessions());
  for (const [who, status, code, options] of strangers) {
    const answer = await ask(address, options);
    const info = answer.body as ErrorInfo;
    assert.deepEqual([answer.status, info.code], [status, code], `${who}: ${JSON.stringify(answer.body)}`);
    assert.ok(info.message.length > 10 && answer.headers["access-control-allow-origin"] === undefined, who);
  }
  assert.equal(JSON.stringify(await sessions()), before, "nothing came of any of them");

  const answer = await ask(address, { headers: { authorization }, body });
  assert.equal(answer.status, 200);
  const { content, sessionId } = answer.body as MessageResponse;
  assert.equal(content, "You said: Hello from a program.");
  const session = (await sessions()).find(({ id }) => id === sessionId);
  assert.deepEqual([session?.channelId, session?.title], ["webhook", "Hello from a program."]);
  const again = await ask(address, { headers: { authorization }, body: JSON.stringify({ content: "And again.", sessionId }) });
  assert.equal((again.body as MessageResponse).content, "You said: And again.");
  assert.equal((await messages(line, sessionId)).length, 4);
  assert.equal((await webhook()).sessions, 1);

  const renewed = await token("--renew");
  assert.notEqual(renewed, mine);
  assert.equal((await ask(address, { headers: { authorization }, body })).status, 401, "the old token is worth nothing");
  assert.equal((await ask(address, { headers: { authorization: `Bearer ${renewed}` }, body })).status, 200);
  assert.ok(!JSON.stringify([await line.call("get_config"), await line.call("get_channels"), serve.said]).includes(renewed));

  await enabled(false);
  await until("the webhook is closed", async () => (await webhook()).status === "off");
  await assert.rejects(ask(address, { headers: { authorization: `Bearer ${renewed}` }, body }), /ECONNREFUSED/);
});
