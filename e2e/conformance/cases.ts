/**
 * What seed 004 promises of its fifteen commands and four events, as functions over a door. The same cases run in the packaged window, over
 * `axion serve` and by `axion call`; the demo agent answers, so that each answer is known. Cases that need events are left out where a door has none.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Door, Fields, Json } from "./door.ts";
import { Refused } from "./door.ts";

export interface Case {
  readonly name: string;
  readonly events?: true;
  readonly run: (door: Door) => Promise<void>;
}

const PATIENCE_MS = 60_000;
const DEMO = "demo";

const fields = (value: Json | undefined): Fields => {
  assert.ok(typeof value === "object" && value !== null && !Array.isArray(value), `an object, but got ${JSON.stringify(value)}`);
  return value as Fields;
};
const list = (value: Json | undefined): readonly Json[] => {
  assert.ok(Array.isArray(value), `a list, but got ${JSON.stringify(value)}`);
  return value as readonly Json[];
};
const text = (value: Json | undefined): string => {
  assert.equal(typeof value, "string");
  return value as string;
};
const whole = (value: Json | undefined): number => {
  assert.ok(Number.isSafeInteger(value) && (value as number) >= 0, `a whole number, but got ${JSON.stringify(value)}`);
  return value as number;
};
const moment = (value: Json | undefined): number => {
  const at = Date.parse(text(value));
  assert.ok(at > 1_700_000_000_000, `a moment, but got ${String(value)}`);
  return at;
};
const isSession = (value: Json | undefined): Fields => {
  const session = fields(value);
  text(session["id"]);
  text(session["channelId"]);
  moment(session["createdAt"]);
  moment(session["lastActive"]);
  whole(session["messageCount"]);
  return session;
};
const refusedWith = async (work: Promise<Json>, codes: readonly string[]): Promise<Refused> => {
  const outcome = await work.then((value) => value, (error: unknown) => error);
  assert.ok(outcome instanceof Refused, `refused, but got ${JSON.stringify(outcome)}`);
  assert.ok(codes.includes(outcome.code), `${outcome.code}: ${outcome.message}`);
  assert.ok(outcome.message.length > 10);
  return outcome;
};
const opened = async (door: Door, more: Fields = {}): Promise<string> => text(isSession(await door.invoke("create_session", { model: DEMO, ...more }))["id"]);

interface Heard { readonly event: string; readonly payload: Fields }
const STREAM = ["stream-start", "stream-chunk", "stream-end", "stream-error"] as const;

/** Everything that is said of one session's answers, and a wait for something in it. */
const hearing = async (door: Door, sessionId: string) => {
  const { listen } = door;
  assert.ok(listen !== undefined);
  const heard: Heard[] = [];
  let wake: () => void = () => undefined;
  const stops = await Promise.all(STREAM.map((event) => listen(event, (payload) => {
    if (payload["sessionId"] !== sessionId) return;
    heard.push({ event, payload });
    wake();
  })));
  const until = async (what: string, found: (heard: readonly Heard[]) => boolean): Promise<void> => {
    const end = Date.now() + PATIENCE_MS;
    while (!found(heard)) {
      if (Date.now() > end) throw new Error(`waited for ${what}; heard ${JSON.stringify(heard.map(({ event }) => event))}`);
      await Promise.race([new Promise<void>((resolve) => { wake = resolve; }), new Promise((resolve) => { setTimeout(resolve, 1000).unref(); })]);
    }
  };
  const isEnd = ({ event }: Heard) => event === "stream-end" || event === "stream-error";
  return { heard, until, ended: (count = 1) => until(`${count} ends`, (all) => all.filter(isEnd).length >= count), stop: () => { for (const stop of stops) stop(); } };
};

/** start, chunks from 0 without a gap, one end; the chunks' text. */
const wellFormed = (heard: readonly Heard[], end: "stream-end" | "stream-error"): string => {
  assert.deepEqual([heard[0]?.event, heard.at(-1)?.event], ["stream-start", end]);
  const messageId = text(heard[0]?.payload["messageId"]);
  const chunks = heard.slice(1, -1);
  for (const [index, { event, payload }] of chunks.entries()) {
    assert.equal(event, "stream-chunk");
    assert.equal(payload["index"], index);
    assert.equal(payload["messageId"], messageId);
  }
  if (end === "stream-end") assert.equal(heard.at(-1)?.payload["messageId"], messageId);
  return chunks.map(({ payload }) => text(payload["content"])).join("");
};

const messagesOf = async (door: Door, sessionId: string, more: Fields = {}) => list(await door.invoke("get_messages", { sessionId, ...more })).map(fields);

export const cases: readonly Case[] = [
  { name: "create_session: the channel is desktop unless it is named", run: async (door) => {
    const plain = isSession(await door.invoke("create_session", {}));
    assert.deepEqual([plain["channelId"], plain["messageCount"]], ["desktop", 0]);
    const named = isSession(await door.invoke("create_session", { channelId: "cli", model: DEMO }));
    assert.deepEqual([named["channelId"], named["model"]], ["cli", DEMO]);
    await refusedWith(door.invoke("create_session", { channelId: "nowhere" }), ["invalid_params"]);
    await refusedWith(door.invoke("create_session", { model: "no-such-model" }), ["no_model", "not_found", "invalid_params"]);
  } },
  { name: "list_sessions: the last active first; get_session: one of them", run: async (door) => {
    const [older, newer] = [await opened(door), await opened(door)];
    await door.invoke("send_message", { sessionId: older, content: "hello" });
    const all = list(await door.invoke("list_sessions")).map(isSession);
    const times = all.map((session) => moment(session["lastActive"]));
    assert.deepEqual(times, times.toSorted((a, b) => b - a));
    assert.equal(all[0]?.["id"], older);
    assert.ok(all.some((session) => session["id"] === newer));
    assert.deepEqual(isSession(await door.invoke("get_session", { sessionId: older })), all[0]);
    await refusedWith(door.invoke("get_session", { sessionId: "none" }), ["not_found"]);
    await refusedWith(door.invoke("get_session", {}), ["invalid_params"]);
  } },
  { name: "delete_session: it and its messages are gone", run: async (door) => {
    const sessionId = await opened(door);
    await door.invoke("send_message", { sessionId, content: "hello" });
    assert.equal(await door.invoke("delete_session", { sessionId }), null);
    await refusedWith(door.invoke("get_session", { sessionId }), ["not_found"]);
    await refusedWith(door.invoke("get_messages", { sessionId }), ["not_found"]);
    await refusedWith(door.invoke("send_message", { sessionId, content: "x" }), ["not_found"]);
    assert.ok(list(await door.invoke("list_sessions")).every((session) => fields(session)["id"] !== sessionId));
  } },
  { name: "send_message: a MessageResponse with usage; get_messages has both, the last ones with a limit", run: async (door) => {
    const sessionId = await opened(door);
    const response = fields(await door.invoke("send_message", { sessionId, content: "hello" }));
    assert.equal(response["role"], "assistant");
    assert.match(text(response["content"]), /^You said: "hello"\./);
    assert.equal(response["model"], DEMO);
    moment(response["timestamp"]);
    assert.ok(whole(fields(response["usage"])["inputTokens"]) > 0 && whole(fields(response["usage"])["outputTokens"]) > 0);
    const messages = await messagesOf(door, sessionId);
    assert.deepEqual(messages.map((message) => [message["role"], message["content"]]), [["user", "hello"], ["assistant", response["content"]]]);
    assert.equal(messages[1]?.["id"], response["id"]);
    assert.deepEqual((await messagesOf(door, sessionId, { limit: 1 })).map((message) => message["id"]), [response["id"]]);
    await refusedWith(door.invoke("get_messages", { sessionId, limit: 0 }), ["invalid_params"]);
    await refusedWith(door.invoke("send_message", { sessionId }), ["invalid_params"]);
  } },
  { name: "send_message: a failed answer is an error, and what was said is kept", run: async (door) => {
    const sessionId = await opened(door);
    const refused = await door.invoke("send_message", { sessionId, content: "fail auth" }).then(() => undefined, (error: unknown) => error);
    assert.ok(refused instanceof Refused && refused.message.includes("key was refused"));
    assert.deepEqual((await messagesOf(door, sessionId)).map((message) => message["state"]), ["complete", "failed"]);
  } },
  { name: "send_message_streaming: void at once, then start, chunks from 0, one end with usage", events: true, run: async (door) => {
    const sessionId = await opened(door);
    const stream = await hearing(door, sessionId);
    assert.equal(await door.invoke("send_message_streaming", { sessionId, content: "markdown" }), null);
    assert.ok(!stream.heard.some(({ event }) => event === "stream-end"), "it answers before the end");
    await stream.ended();
    const said = wellFormed(stream.heard, "stream-end");
    const usage = fields(stream.heard.at(-1)?.payload["usage"]);
    assert.ok(whole(usage["inputTokens"]) > 0 && whole(usage["outputTokens"]) > 0);
    assert.ok(stream.heard.length > 10, "it came in pieces");
    const last = (await messagesOf(door, sessionId)).at(-1);
    assert.deepEqual([last?.["id"], last?.["content"]], [stream.heard[0]?.payload["messageId"], said]);
    stream.stop();
  } },
  { name: "send_message_streaming: a failure is one stream-error with code and message", events: true, run: async (door) => {
    const sessionId = await opened(door);
    const stream = await hearing(door, sessionId);
    await door.invoke("send_message_streaming", { sessionId, content: "fail auth" });
    await stream.ended();
    assert.match(wellFormed(stream.heard, "stream-error"), /^I begin to answer/);
    const { code, message } = stream.heard.at(-1)?.payload ?? {};
    assert.ok(text(code).length > 0 && text(message).includes("key was refused"));
    await refusedWith(door.invoke("send_message_streaming", { sessionId: "none", content: "x" }), ["not_found"]);
    stream.stop();
  } },
  { name: "two streams at once are told apart; two sends to one session answer one after the other", events: true, run: async (door) => {
    const [one, two] = [await opened(door), await opened(door)];
    const [first, second] = [await hearing(door, one), await hearing(door, two)];
    await Promise.all([door.invoke("send_message_streaming", { sessionId: one, content: "hello one" }), door.invoke("send_message_streaming", { sessionId: two, content: "hello two" })]);
    await Promise.all([first.ended(), second.ended()]);
    assert.match(wellFormed(first.heard, "stream-end"), /hello one/);
    assert.match(wellFormed(second.heard, "stream-end"), /hello two/);
    first.heard.length = 0;
    await Promise.all([door.invoke("send_message_streaming", { sessionId: one, content: "first of two" }), door.invoke("send_message_streaming", { sessionId: one, content: "second of two" })]);
    await first.ended(2);
    const border = first.heard.findIndex(({ event }) => event === "stream-end") + 1;
    // Which of the two is first is not promised; that both are answered, and one after the other, is.
    const both = [wellFormed(first.heard.slice(0, border), "stream-end"), wellFormed(first.heard.slice(border), "stream-end")].join("\n");
    assert.match(both, /first of two/);
    assert.match(both, /second of two/);
    first.stop();
    second.stop();
  } },
  { name: "cancel_stream: ended in the middle, what was said is kept", events: true, run: async (door) => {
    const sessionId = await opened(door);
    const stream = await hearing(door, sessionId);
    await door.invoke("send_message_streaming", { sessionId, content: "slow" });
    await stream.until("words", (heard) => heard.some(({ event }) => event === "stream-chunk"));
    assert.equal(await door.invoke("cancel_stream", { sessionId }), null);
    await stream.ended();
    assert.equal(stream.heard.filter(({ event }) => event === "stream-end" || event === "stream-error").length, 1);
    const said = stream.heard.filter(({ event }) => event === "stream-chunk").map(({ payload }) => text(payload["content"])).join("");
    const last = (await messagesOf(door, sessionId)).at(-1);
    assert.deepEqual([last?.["state"], last?.["content"]], ["cancelled", said]);
    assert.equal(await door.invoke("cancel_stream", { sessionId }), null, "nothing runs: nothing happens");
    await refusedWith(door.invoke("cancel_stream", { sessionId: "none" }), ["not_found"]);
    stream.stop();
  } },
  { name: "get_config and update_config: typed keys, refused whole, in force at once, no secrets", run: async (door) => {
    const before = fields(await door.invoke("get_config"));
    assert.ok(Number.isSafeInteger(fields(before["gateway"])["port"]));
    fields(before["providers"]);
    assert.equal(await door.invoke("update_config", { key: "agent.maxSteps", value: 77 }), null);
    const changed = fields(await door.invoke("get_config"));
    assert.equal(fields(changed["agent"])["maxSteps"], 77);
    for (const [key, value] of [["agent.maxSteps", "many"], ["agent.maxSteps", 0], ["agent.none", 1], ["__proto__", {}], ["agent.__proto__.x", 1], ["constructor", 1], ["", 1], ["agent", 5], ["egress.airGap", "yes"]] as const) {
      await refusedWith(door.invoke("update_config", { key, value }), ["invalid_params", "not_found"]);
    }
    assert.deepEqual(await door.invoke("get_config"), changed);
    await door.invoke("update_config", { key: "agent.maxSteps", value: fields(before["agent"])["maxSteps"] ?? 50 });
    await door.invoke("set_key", { name: "conformance", value: "sk-conformance-canary" });
    assert.doesNotMatch(JSON.stringify([await door.invoke("get_config"), await door.invoke("list_keys"), await door.invoke("get_metrics")]), /conformance-canary/);
    await door.invoke("remove_key", { name: "conformance" });
  } },
  { name: "get_models, get_channels", run: async (door) => {
    const models = list(await door.invoke("get_models")).map(fields);
    for (const model of models) {
      text(model["id"]);
      text(model["provider"]);
      list(model["capabilities"]).forEach(text);
      whole(model["contextWindow"]);
    }
    assert.ok(models.some((model) => model["id"] === DEMO && model["demo"] === true && /scripted/.test(text(model["title"]))));
    assert.equal(new Set(models.map((model) => model["id"])).size, models.length);
    const channels = list(await door.invoke("get_channels")).map(fields);
    assert.deepEqual(channels.map((channel) => text(channel["id"])).toSorted(), ["cli", "desktop", "web", "webhook"]);
    for (const channel of channels) assert.ok(["ready", "off", "failed"].includes(text(channel["status"])));
  } },
  { name: "get_health, get_metrics", run: async (door) => {
    const health = fields(await door.invoke("get_health"));
    assert.ok(["healthy", "degraded", "unhealthy"].includes(text(health["status"])));
    assert.ok((health["uptime"] as number) >= 0);
    whole(health["channelsActive"]);
    whole(health["providersActive"]);
    const before = fields(await door.invoke("get_metrics"));
    const sessionId = await opened(door);
    await door.invoke("send_message", { sessionId, content: "hello" });
    const after = fields(await door.invoke("get_metrics"));
    assert.equal(whole(after["sessions"]), whole(before["sessions"]) + 1);
    assert.equal(whole(after["messages"]), whole(before["messages"]) + 2);
    assert.ok(whole(after["outputTokens"]) > whole(before["outputTokens"]));
  } },
  { name: "compact_session: fewer messages go to the model, all of them stay", run: async (door) => {
    const sessionId = await opened(door);
    for (let turn = 0; turn < 6; turn += 1) await door.invoke("send_message", { sessionId, content: `markdown ${turn}` });
    const result = fields(await door.invoke("compact_session", { sessionId }));
    assert.equal(whole(result["messagesBefore"]), 12);
    assert.ok(whole(result["messagesAfter"]) < 12);
    assert.ok(whole(result["tokensSaved"]) > 0);
    assert.equal((await messagesOf(door, sessionId)).length, 12);
    await refusedWith(door.invoke("compact_session", { sessionId: "none" }), ["not_found"]);
  } },
  { name: "what is no command, or has what nobody declared, is refused or does no harm", run: async (door) => {
    const sessionId = await opened(door);
    await assert.rejects(door.invoke("no_such_command", {}));
    const surrogate = await door.invoke("send_message", { sessionId, content: "half a pair: \ud800 and on" }).then((value) => fields(value)["role"], (error: unknown) => error);
    assert.ok(surrogate === "assistant" || surrogate instanceof Refused);
    const again = fields(await door.invoke("send_message", { sessionId, content: `still there? ${randomUUID()}` }));
    assert.equal(again["role"], "assistant");
  } },
];
