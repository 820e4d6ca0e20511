/** Bad requests to a real `axion serve`: what is not there, what comes twice at once, what is too large, what is no text, what would change more than it may. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type AppConfig, type Message, type Metrics, type SessionInfo, type SessionSnapshot, commands } from "@axion/protocol";
import { type ModelServer, startModelServer } from "@axion/testkit/servers";
import { goesOn, messages, open, provide, send } from "./chat.ts";
import { type Line, Refused, Serve, freshFolder, refusal, until } from "./core.ts";

const folder = freshFolder();
let serve: Serve;
let line: Line;
let server: ModelServer;
before(async () => {
  serve = await Serve.start(folder.home);
  line = await serve.line();
  server = await startModelServer({
    protocol: "openai-chat",
    script: { replies: [{ when: "slowly", parts: [{ text: "One after the other, ", }, { waitMs: 700 }, { text: "as it should be." }] }, { when: "the last line", parts: [{ text: "That was long." }] }] },
  });
  await provide(line, "good", "openai-chat", server.base, { contextWindow: 8_000_000 });
  await provide(line, "small", "openai-chat", server.base, { contextWindow: 8_000 });
});
after(async () => {
  line.close();
  await serve.stop();
  await server.close();
  folder.remove();
});

/** All that a person could find changed. */
const all = async () => JSON.stringify([await line.call("list_sessions"), await line.call("list_sessions", { archived: true }), await line.call("get_config"), (await line.call<Metrics>("get_metrics")).messages]);

describe("a session that is not there", () => {
  const nobody = "nobody-knows-this";
  const some = "some-id";
  /** What each command needs besides the session, so that only the session is wrong. */
  const rest: Readonly<Record<string, object>> = {
    get_session: {}, delete_session: {}, send_message: { content: "x" }, send_message_streaming: { content: "x" }, get_messages: {}, cancel_stream: {}, compact_session: {}, get_session_snapshot: {}, read_messages: {},
    update_session: { title: "x" }, set_session_folder: { folderId: some, path: join(folder.path, "work"), access: "ro" }, remove_session_folder: { folderId: some }, fork_session: { messageId: some, copyId: "copy-of-nobody" },
    select_branch: { messageId: some }, retry_turn: { messageId: some }, pin_message: { messageId: some, pinned: true }, update_queued: { queuedId: some, content: "x" }, remove_queued: { queuedId: some },
    answer_request: { requestId: some, answer: { option: "allow" } }, preview_compaction: {}, undo_compaction: { compactionId: some }, export_session: { format: "json" },
    put_image: { base64: "iVBORw0KGgo=" }, search_sessions: { query: "x" }, list_session_files: { query: "" },
  };
  /** The one that makes it, and the ledger, which outlives sessions. */
  const others = ["create_session", "list_egress"];

  test("the table has every command that takes one", () => {
    const takes = Object.entries(commands).filter(([, { params }]) => "fields" in params && "sessionId" in params.fields).map(([name]) => name);
    assert.deepEqual(takes.filter((name) => !others.includes(name)).sort(), Object.keys(rest).sort());
  });
  for (const [name, more] of Object.entries(rest)) {
    test(`${name} says so and changes nothing`, async () => {
      const before = await all();
      const info = await refusal(line.call(name, { sessionId: nobody, ...more }));
      assert.equal(info.code, "not_found", info.message);
      assert.ok(info.message.length > 10);
      assert.equal(await all(), before);
    });
  }
  test("ids that are none are refused as such", async () => {
    for (const sessionId of ["", "../etc", "__proto__", "a".repeat(65), "a b", 7, null, {}, ["x"]]) {
      assert.equal((await refusal(line.call("get_session", { sessionId }))).code, "invalid_params", JSON.stringify(sessionId));
    }
  });
  test("its stream is not there, and nothing of it is in the ledger", async () => {
    assert.equal((await refusal(line.call("read_stream", { stream: `session:${nobody}` }))).code, "not_found");
    assert.deepEqual((await line.call<{ entries: unknown[] }>("list_egress", { sessionId: nobody })).entries, []);
  });
});

describe("messages", () => {
  test("two at once: one runs, one waits, both are answered in their order", async () => {
    const sessionId = await open(line, "two", "good/scripted-model");
    const first = send(line, sessionId, "First, slowly.");
    const second = send(line, sessionId, "Second, slowly.");
    const queued = async (): Promise<number> => (await line.call<SessionSnapshot>("get_session_snapshot", { sessionId })).queue.length;
    await until("one of them waits", async () => (await queued()) === 1);
    const answers = await Promise.all([first, second]);
    assert.deepEqual(answers.map(({ content }) => content), Array(2).fill("One after the other, as it should be."));
    const shown = await messages(line, sessionId);
    assert.deepEqual(shown.map(({ role, content }) => role === "user" ? content : role), ["First, slowly.", "assistant", "Second, slowly.", "assistant"]);
    assert.deepEqual([shown[1]?.id, shown[3]?.id], answers.map(({ id }) => id));
    assert.deepEqual((await line.call<SessionSnapshot>("get_session_snapshot", { sessionId })).queue, []);
  });

  test("the same message twice is one message", async () => {
    const sessionId = await open(line, "same", "good/scripted-model");
    const sent = { sessionId, content: "Once, slowly.", messageId: "once-and-only" };
    const [first, second] = await Promise.all([line.call<{ id: string }>("send_message", sent), line.call<{ id: string }>("send_message", sent)]);
    assert.equal(first.id, second.id);
    assert.equal((await messages(line, sessionId)).length, 2);
  });

  const large = `${"Zeile für Zeile, 5 MB von diesem. ".repeat(160_000)}\nthe last line 🌊`;
  test("one of 5 MB is taken, stored and shown whole", async () => {
    assert.ok(Buffer.byteLength(large) > 5 * 1024 * 1024);
    const sessionId = await open(line, "large", "good/scripted-model");
    assert.equal((await send(line, sessionId, large)).content, "That was long.");
    const [asked] = await messages(line, sessionId);
    assert.ok(asked?.content === large, "word for word");
    const exported = await line.call<{ text: string }>("export_session", { sessionId, format: "markdown" });
    assert.ok(exported.text.includes("the last line 🌊"));
    await goesOn(line, sessionId);
  });

  test("one that no model can read is kept, and the answer says what to do", async () => {
    const sessionId = await open(line, "too-large", "small/scripted-model");
    const info = await refusal(send(line, sessionId, large));
    assert.equal(info.code, "provider");
    assert.match(info.message, /tokens.*kept/s);
    assert.ok((info.hint ?? "").length > 10);
    assert.ok((await messages(line, sessionId))[0]?.content === large);
  });

  test("one over the wire's limit is refused, and nothing of it is there", async () => {
    const sessionId = await open(line, "limit", "good/scripted-model");
    const before = await all();
    const info = await refusal(send(line, sessionId, "x".repeat(16_000_001)));
    assert.equal(info.code, "invalid_params");
    assert.equal(await all(), before);
    const larger = await refusal(send(line, sessionId, "x".repeat(97 * 1024 * 1024)));
    assert.equal(larger.code, "too_large");
    assert.equal(await all(), before);
    assert.ok(line.open);
    const other = await serve.line();
    await assert.rejects(other.call("send_message", { sessionId, content: "x".repeat(130 * 1024 * 1024) }), /closed|Refused|too_large/);
    other.close();
    assert.equal(await all(), before);
    await goesOn(line, sessionId);
  });

  test("empty ones are refused", async () => {
    const sessionId = await open(line, "empty", "good/scripted-model");
    for (const content of ["", " \n\t"]) assert.equal((await refusal(line.call("send_message", { sessionId, content }))).code, "invalid_params");
    for (const wrong of [7, null, {}, ["x"]]) assert.equal((await refusal(line.call("send_message", { sessionId, content: wrong }))).code, "invalid_params");
    assert.deepEqual(await messages(line, sessionId), []);
  });

  test("zero bytes, controls and letters of every plane come back as they went", async () => {
    const sessionId = await open(line, "letters", "good/scripted-model");
    const odd = "a\u0000b\u0001\u001b[31m\u2028\u202e\ufeff\ufffd\u{10ffff}👩‍👩‍👧 e\u0301 <script>alert(1)</script>";
    const { content } = await send(line, sessionId, odd);
    assert.equal(content, `You said: ${odd}`);
    assert.equal((await messages(line, sessionId))[0]?.content, odd);
  });
});

describe("lone surrogates", () => {
  const lone = "\\ud800";
  for (const [name, params] of [
    ["create_session", `{"title":"${lone}"}`],
    ["create_session", `{"sessionId":"x","model":"a${lone}b"}`],
    ["send_message", `{"sessionId":"sur","content":"a${lone}b"}`],
    ["send_message", `{"sessionId":"sur","content":"\\udc00\\ud83d"}`],
    ["send_message", `{"sessionId":"sur","content":"x","parts":[{"type":"text","text":"${lone}"}]}`],
    ["send_message_streaming", `{"sessionId":"sur","content":"${lone}"}`],
    ["update_session", `{"sessionId":"sur","title":"${lone}"}`],
    ["update_config", `{"key":"agent.instructions","value":"${lone}"}`],
    ["update_config", `{"key":"egress.hosts","value":["${lone}"]}`],
    ["update_config", `{"key":"providers.x","value":{"kind":"openai-chat","baseUrl":"https://a.example/v1","enabled":true,"headers":{"x-${lone}":"y"}}}`],
    ["set_key", `{"name":"x","value":"${lone}"}`],
    ["search_sessions", `{"query":"${lone}"}`],
    ["set_session_folder", `{"sessionId":"sur","folderId":"f","path":"/tmp/${lone}","access":"ro"}`],
    ["answer_request", `{"sessionId":"sur","requestId":"r","answer":{"text":"${lone}"}}`],
  ] as const) {
    test(`in ${name} ${params}`, async () => {
      await line.call("create_session", { sessionId: "sur", model: "good/scripted-model" }).catch((error: unknown) => assert.ok(error instanceof Refused));
      const before = await all();
      assert.equal((await refusal(line.callText(name, params))).code, "invalid_params");
      assert.equal(await all(), before);
    });
  }
});

describe("update_config", () => {
  const provider = (more: object) => ({ kind: "openai-chat", baseUrl: "https://a.example/v1", enabled: true, ...more });
  const bad: ReadonlyArray<readonly [string, string]> = [
    ["__proto__", "{\"polluted\":true}"], ["__proto__.polluted", "true"], ["constructor.prototype", "{\"polluted\":true}"], ["constructor.prototype.polluted", "true"], ["agent.__proto__", "{\"maxSteps\":1}"],
    ["providers.__proto__", JSON.stringify(provider({}))], ["providers.constructor.prototype", JSON.stringify(provider({}))], ["providers.x", "{\"__proto__\":{\"kind\":\"ollama\"},\"kind\":\"openai-chat\",\"baseUrl\":\"https://a.example/v1\",\"enabled\":true}"],
    ["agent", "{}"], ["agent.maxSteps", "\"7\""], ["agent.maxSteps", "0"], ["agent.maxSteps", "1e400"], ["agent.maxSteps", "-1"], ["agent.maxSteps", "[7]"], ["agent.mode", "\"yolo\""], ["agent.instructions", JSON.stringify("x".repeat(20_001))],
    ["agent.unknown", "1"], ["unknown", "1"], ["", "1"], [".", "1"], ["agent.", "1"], ["egress.airGap", "\"true\""], ["egress.airGap", "0"], ["egress.hosts", "[\"127.0.0.1\"]"], ["egress.hosts", "\"a.example\""], ["models.default", "7"], ["compaction.threshold", "100"],
    ["channels.webhook.port", "65536"], ["channels.webhook.token", "\"x\""], ["providers.x", JSON.stringify(provider({ baseUrl: "http://a.example/v1" }))], ["providers.x", JSON.stringify(provider({ baseUrl: "https://192.168.0.1/v1" }))],
    ["providers.x", JSON.stringify(provider({ baseUrl: "file:///etc/passwd" }))], ["providers.x", JSON.stringify(provider({ headers: { authorization: "Bearer x" } }))], ["providers.demo", JSON.stringify(provider({}))],
    ["agent.maxSteps", `${"[".repeat(200)}${"]".repeat(200)}`],
  ];
  for (const [key, value] of bad) {
    test(`${key || "(nothing)"} = ${value.slice(0, 60)} changes nothing`, async () => {
      const before = await line.call<AppConfig>("get_config");
      const info = await refusal(line.callText("update_config", `{"key":${JSON.stringify(key)},"value":${value}}`));
      assert.equal(info.code, "invalid_params", info.message);
      assert.ok(info.message.length > 20);
      assert.deepEqual(await line.call("get_config"), before);
    });
  }
  test("what is not named is not taken for named", async () => {
    for (const params of ["{}", "{\"key\":\"agent.maxSteps\"}", "{\"value\":1}", "{\"key\":7,\"value\":1}", "[]", "null", "\"agent.maxSteps\""]) assert.equal((await refusal(line.callText("update_config", params))).code, "invalid_params", params);
  });
  test("a right one still works, at once", async () => {
    await line.call("update_config", { key: "agent.maxSteps", value: 77 });
    assert.equal((await line.call<AppConfig>("get_config")).agent.maxSteps, 77);
  });
});

test("what was asked before is all still there", async () => {
  const sessions = await line.call<readonly SessionInfo[]>("list_sessions");
  assert.ok(sessions.every(({ state }) => state === "idle" || state === "failed"));
  const two: readonly Message[] = await messages(line, "two");
  assert.equal(two.length, 4);
});
