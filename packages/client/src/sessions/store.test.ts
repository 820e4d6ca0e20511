/** One session over the memory Core: pages, the live tail, breaks of the connection, and how often a screen is told. */
import { createMemoryGateway, MemoryCore, testClock, testEnvironment, type TurnLine } from "@axion/testkit";
import { describe, expect, test } from "vitest";
import { createClient } from "../client.ts";

const world = (turn?: (said: string, messageId: string, id: string) => TurnLine[]) => {
  const clock = testClock();
  const core = new MemoryCore({ now: clock.now, after: clock.after, ...(turn === undefined ? {} : { turn }) });
  const gateway = createMemoryGateway({ core, after: clock.after });
  const client = createClient(gateway, testEnvironment(clock));
  return { clock, core, gateway, client };
};
const saying = (text: string) => (_said: string, messageId: string): TurnLine[] => [
  { afterMs: 10, part: 0, kind: "text", say: text },
  { afterMs: 10, event: { type: "turn-finished", messageId, state: "succeeded", ms: 20, usage: { inputTokens: 1, outputTokens: 1 } } },
];
const textOf = (client: ReturnType<typeof world>["client"], sessionId: string) => {
  const session = client.session(sessionId);
  return session.store.getState().order.map((id) => session.message(id).get()?.parts.map((part) => (part.type === "text" ? part.text : part.type)).join("") ?? "?");
};

describe("a session", () => {
  test("is made, talked in, and listed", async () => {
    const { clock, client } = world(saying("Hello back."));
    await clock.settle();
    const made = await client.chats.create({ mode: "read-only" });
    const session = client.session(made.id);
    await clock.settle();
    await client.chats.send(made.id, { content: "Hello" });
    await clock.advance(2_000);
    expect(textOf(client, made.id)).toEqual(["Hello", "Hello back."]);
    expect(session.store.getState()).toMatchObject({ status: "live", turn: undefined, atTip: true });
    expect(client.workspace.store.getState().sessions).toMatchObject([{ id: made.id, title: "Hello", state: "idle", mode: "read-only" }]);
    client.close();
  });

  test("is whole after deltas were lost, repeated, and the connection broke in the middle", async () => {
    const text = Array.from({ length: 80 }, (_, index) => `word${index} `).join("");
    const { clock, client, gateway } = world(saying(text));
    await clock.settle();
    const { id } = await client.chats.create();
    const session = client.session(id);
    client.retain(session);
    await clock.settle();
    let count = 0;
    gateway.faults.push = (message) => {
      count += 1;
      return count % 3 === 0 ? [] : count % 5 === 0 ? [message, message] : [message];
    };
    await client.chats.send(id, { content: "Go on" });
    await clock.advance(700);
    gateway.setConnected(false);
    await clock.advance(500);
    gateway.setConnected(true);
    await clock.advance(10_000);
    delete gateway.faults.push;
    gateway.setConnected(false);
    gateway.setConnected(true);
    await clock.advance(6_000);
    expect(textOf(client, id)).toEqual(["Go on", text]);
    expect(session.store.getState().turn).toBeUndefined();
    client.close();
  });

  test("tells its screens at most once in a frame, and a row that does not change never", async () => {
    const { clock, client } = world(saying("x".repeat(2_000)));
    await clock.settle();
    const { id } = await client.chats.create();
    const session = client.session(id);
    client.retain(session);
    await clock.settle();
    await client.chats.send(id, { content: "Go" });
    await clock.advance(400);
    const [first = "", second = ""] = session.store.getState().order;
    let told = 0;
    let others = 0;
    session.message(second).subscribe(() => (told += 1));
    session.message(first).subscribe(() => (others += 1));
    await clock.advance(1_000);
    expect(told).toBeGreaterThan(10);
    expect(told).toBeLessThanOrEqual(63);
    expect(others).toBe(0);
    client.close();
  });

  test("is read in pages backwards, around a place, and forgets what is far away", async () => {
    const { clock, core, client } = world();
    await clock.settle();
    core.sessions.create({ sessionId: "long" });
    const stored = core.sessions.get("long");
    for (let index = 0; index < 1_000; index += 1) {
      stored.messages.set(`m${index}`, {
        id: `m${index}`, sessionId: "long", ...(index === 0 ? {} : { parentId: `m${index - 1}` }), role: index % 2 === 0 ? "user" : "assistant", content: `${index}`,
        parts: [{ type: "text", text: `${index}` }], timestamp: "2026-11-20T10:00:00.000Z", state: "complete", seq: 0,
      });
    }
    stored.tip = "m999";
    const session = client.session("long");
    client.retain(session);
    const state = () => session.store.getState();
    await clock.settle();
    expect(state()).toMatchObject({ hasOlder: true, total: 1_000, atTip: true });
    expect(state().order).toHaveLength(30);
    for (let page = 0; page < 9; page += 1) await session.loadOlder();
    expect(state().order[0]).toBe("m70");
    expect(new Set(state().order).size).toBe(state().order.length);
    await session.showLatest();
    expect(state().order).toHaveLength(300);
    const around = session.showAround("m100");
    await clock.settle();
    await around;
    expect(state().order).toContain("m100");
    expect(state().atTip).toBe(false);
    await session.loadNewer();
    expect(state().order.at(-1)).not.toBe("m999");
    const latest = session.showLatest();
    await clock.settle();
    await latest;
    expect(state().order.at(-1)).toBe("m999");
    client.close();
  });

  test("waits for an answer, takes one, and goes on", async () => {
    const { clock, client } = world();
    await clock.settle();
    const { id } = await client.chats.create();
    const session = client.session(id);
    client.retain(session);
    await client.chats.send(id, { content: "edit it" });
    await clock.advance(20_000);
    const [request] = session.store.getState().requests;
    expect(request).toMatchObject({ kind: "approval" });
    expect(client.workspace.store.getState().sessions[0]).toMatchObject({ state: "waiting", waiting: 1 });
    await client.chats.answer(id, request?.requestId ?? "", { option: "allow" });
    await clock.advance(20_000);
    expect(session.store.getState()).toMatchObject({ turn: undefined, requests: [] });
    expect(session.store.getState().todos.every((todo) => todo.state === "done")).toBe(true);
    client.close();
  });

  test("keeps messages that were sent while it worked, and lets them be changed and taken back", async () => {
    const { clock, client } = world(saying("Done, after a while in which two more were written. "));
    await clock.settle();
    const { id } = await client.chats.create();
    const session = client.session(id);
    client.retain(session);
    await clock.settle();
    await client.chats.send(id, { content: "one" });
    await client.chats.send(id, { content: "two", delivery: "queue" });
    await client.chats.send(id, { content: "three", delivery: "queue" });
    await clock.settle();
    await clock.advance(80);
    const [two, three] = session.store.getState().queue;
    await client.chats.updateQueued(id, two?.queuedId ?? "", { content: "two!" });
    await client.chats.removeQueued(id, three?.queuedId ?? "");
    await clock.advance(3_000);
    const done = "Done, after a while in which two more were written. ";
    expect(textOf(client, id)).toEqual(["one", done, "two!", done]);
    client.close();
  });

  test("that is gone says so", async () => {
    const { clock, client } = world();
    const session = client.session("nowhere");
    await clock.advance(100);
    expect(session.store.getState()).toMatchObject({ status: "failed", error: { _tag: "CommandRefused" } });
    client.close();
  });
});

describe("sending", () => {
  test("a message whose answer was lost is sent once", async () => {
    const { clock, core, client, gateway } = world(saying("ok"));
    await clock.settle();
    const { id } = await client.chats.create();
    let lose = true;
    gateway.faults.command = (name) => {
      if (name !== "send_message_streaming" || !lose) return "ok";
      lose = false;
      return "answer-lost";
    };
    await client.chats.send(id, { content: "once" }).catch(() => undefined);
    await clock.advance(2_000);
    const own = [...core.sessions.get(id).messages.values()].filter((message) => message.role === "user");
    expect(own).toHaveLength(1);
    client.close();
  });
});
