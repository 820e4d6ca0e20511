/** The reducer of sessions: however deltas and events interleave, repeat or get lost, the text is what was made durable. */
import type { Message, MessagePage, SessionDelta, SessionEvent, SessionSnapshot } from "@axion/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Transcript } from "./transcript.ts";

type Draft<E = SessionEvent> = E extends SessionEvent ? Omit<E, "sessionId" | "seq" | "ts"> : never;
const sessionId = "s1";
const stored = (drafts: ReadonlyArray<Draft>, from = 0): SessionEvent[] =>
  // Each draft is of one event's type; a place in the stream is all that it lacks.
  drafts.map((draft, index) => ({ ...draft, sessionId, seq: from + index + 1, ts: 1_700_000_000_000 + index }) as SessionEvent);
const asked = (id: string, parentId?: string): Draft => ({
  type: "message-added", messageId: id, ...(parentId === undefined ? {} : { parentId }), parts: [{ type: "text", text: `about ${id}` }], channelId: "web",
});
const started = (id: string, parentId: string, turnId = `t-${id}`): Draft => ({ type: "turn-started", turnId, messageId: id, parentId, model: "demo", provider: "demo", mode: "ask" });
const said = (id: string, part: number, offset: number, text: string, turnId = `t-${id}`): Draft => ({ type: "text-added", turnId, messageId: id, part, kind: "text", offset, text });
const ended = (id: string, turnId = `t-${id}`): Draft => ({ type: "turn-finished", turnId, messageId: id, state: "succeeded", ms: 10, usage: { inputTokens: 1, outputTokens: 2 } });
const delta = (id: string, part: number, offset: number, text: string): SessionDelta => ({
  type: "session-delta", sessionId, turnId: `t-${id}`, messageId: id, part, kind: "text", offset, text,
});
const textsOf = (message: Message | undefined) => (message?.parts ?? []).map((part) => (part.type === "text" || part.type === "reasoning" ? part.text : part.type));
const snapshot = (over: Partial<SessionSnapshot> = {}): SessionSnapshot => ({
  session: {
    id: sessionId, channelId: "web", createdAt: "2026-11-20T10:00:00.000Z", lastActive: "2026-11-20T10:00:00.000Z", messageCount: 0, title: "x", titled: false, state: "idle", mode: "ask",
    pinned: false, archived: false, waiting: 0, queued: 0, usage: { inputTokens: 0, outputTokens: 0 },
  },
  folders: [], queue: [], requests: [], todos: [], epoch: "e1", head: 0, ...over,
});
const page = (messages: ReadonlyArray<Message>, head: number): MessagePage => ({ messages, total: messages.length, epoch: "e1", head });
const follow = (drafts: ReadonlyArray<Draft>): Transcript => {
  const transcript = new Transcript();
  transcript.apply(stored(drafts));
  return transcript;
};

describe("text", () => {
  /** A text cut twice at random: into durable pieces, and into deltas that overlap and repeat. */
  const cuts = (text: string) => fc.array(fc.nat(text.length), { maxLength: 12 }).map((at) => [...new Set([0, ...at, text.length])].sort((a, b) => a - b));
  const story = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", " ", "\n"), minLength: 1, maxLength: 60 }).chain((text) => fc.tuple(fc.constant(text), cuts(text), cuts(text), fc.infiniteStream(fc.nat(1_000_000))));

  test("is the durable text, however deltas are mixed in, repeated, reordered or lost", () => {
    fc.assert(
      fc.property(story, ([text, durable, ahead, chance]) => {
        const random = (below: number) => (chance.next().value as number) % below;
        const events = stored([asked("m1"), started("m2", "m1"), ...durable.slice(1).map((end, index) => said("m2", 0, durable[index] ?? 0, text.slice(durable[index], end)))]);
        const deltas = ahead.slice(1).map((end, index) => delta("m2", 0, ahead[index] ?? 0, text.slice(ahead[index], end)));
        const transcript = new Transcript();
        let next = 0;
        while (next < events.length) {
          const kind = random(4);
          const event = events[next];
          if (kind === 0 && event !== undefined) {
            transcript.apply([event]);
            next += 1;
          } else if (kind === 1) transcript.apply(events.slice(0, random(next + 1)));
          else {
            const one = deltas[random(Math.max(1, deltas.length))];
            if (one !== undefined) transcript.delta(one);
          }
          // What is shown on the way never has a hole or a letter that was not said.
          for (const shown of textsOf(transcript.message("m2"))) expect(text.startsWith(shown)).toBe(true);
        }
        expect(textsOf(transcript.message("m2"))).toEqual([text]);
        transcript.apply(stored([ended("m2")], events.length));
        expect(transcript.message("m2")).toMatchObject({ state: "complete", content: text });
      }),
      { numRuns: 300 },
    );
  });

  test("runs ahead of the events, and a hole waits until it is filled", () => {
    const transcript = follow([asked("m1"), started("m2", "m1")]);
    transcript.delta(delta("m2", 0, 0, "One "));
    transcript.delta(delta("m2", 0, 8, "three"));
    expect(textsOf(transcript.message("m2"))).toEqual(["One "]);
    transcript.delta(delta("m2", 0, 4, "two "));
    expect(textsOf(transcript.message("m2"))).toEqual(["One two three"]);
  });

  test("that was ahead at a crash is taken back, and the durable part goes on", () => {
    const transcript = follow([asked("m1"), started("m2", "m1"), said("m2", 0, 0, "Kept. ")]);
    transcript.delta(delta("m2", 0, 6, "Never said."));
    expect(textsOf(transcript.message("m2"))).toEqual(["Kept. Never said."]);
    transcript.apply(stored([{ type: "turn-interrupted", turnId: "t-m2", reason: "gone" }], 3));
    expect(textsOf(transcript.message("m2"))).toEqual(["Kept. "]);
    expect(transcript.facts.turn).toMatchObject({ interrupted: "gone" });
    transcript.apply(stored([{ type: "turn-attempted", turnId: "t-m2", attempt: 2, runner: { mode: "process", jail: "x", node: "24", readyMs: 1 } }, said("m2", 0, 6, "And on.")], 4));
    expect(textsOf(transcript.message("m2"))).toEqual(["Kept. And on."]);
    expect(transcript.facts.turn).toMatchObject({ attempt: 2, interrupted: undefined });
  });

  test("that an event says otherwise than a delta did is the event's", () => {
    const transcript = follow([asked("m1"), started("m2", "m1")]);
    transcript.delta(delta("m2", 0, 0, "wrong words"));
    transcript.apply(stored([said("m2", 0, 0, "right")], 2));
    expect(textsOf(transcript.message("m2"))[0]?.startsWith("right")).toBe(true);
    transcript.apply(stored([said("m2", 0, 5, " words"), ended("m2")], 3));
    expect(textsOf(transcript.message("m2"))).toEqual(["right words"]);
  });

  test("counts offsets in UTF-16 units", () => {
    const transcript = follow([asked("m1"), started("m2", "m1"), said("m2", 0, 0, "😀")]);
    transcript.delta(delta("m2", 0, 2, "!"));
    expect(textsOf(transcript.message("m2"))).toEqual(["😀!"]);
  });

  test("after the end of a turn is no longer added to", () => {
    const transcript = follow([asked("m1"), started("m2", "m1"), said("m2", 0, 0, "Done."), ended("m2")]);
    transcript.delta(delta("m2", 0, 5, " More"));
    expect(textsOf(transcript.message("m2"))).toEqual(["Done."]);
  });

  test("of a part that became a tool meanwhile is dropped", () => {
    const transcript = follow([asked("m1"), started("m2", "m1")]);
    transcript.delta(delta("m2", 0, 0, "text"));
    const safety = { readOnly: true, destructive: false, idempotent: true };
    transcript.apply(stored([{ type: "tool-called", turnId: "t-m2", callId: "c1", messageId: "m2", part: 0, tool: "read_file", title: "Read x", arguments: {}, safety }], 2));
    expect(transcript.message("m2")?.parts).toMatchObject([{ type: "tool", state: "running" }]);
  });
});

describe("branches", () => {
  test("a message on another parent begins a branch, and both know of each other", () => {
    const transcript = follow([asked("m1"), started("m2", "m1"), ended("m2"), asked("m3", "m2"), started("m4", "m3"), ended("m4"), asked("m5", "m2")]);
    expect(transcript.order).toEqual(["m1", "m2", "m5"]);
    expect(transcript.message("m5")?.branches).toEqual(["m3", "m5"]);
    expect(transcript.message("m3")?.branches).toEqual(["m3", "m5"]);
    transcript.apply(stored([{ type: "tip-moved", messageId: "m4" }], 7));
    expect(transcript.order).toEqual(["m1", "m2", "m3", "m4"]);
    transcript.apply(stored([{ type: "tip-moved" }], 8));
    expect(transcript.order).toEqual([]);
  });

  test("an answer that is tried again stands beside the first", () => {
    const transcript = follow([asked("m1"), started("m2", "m1"), ended("m2"), { type: "tip-moved", messageId: "m1" }, started("m3", "m1")]);
    expect(transcript.order).toEqual(["m1", "m3"]);
    expect(transcript.message("m3")?.branches).toEqual(["m2", "m3"]);
  });

  test("a tip that is not loaded asks for another reading and keeps what is shown", () => {
    const transcript = follow([asked("m1")]);
    const change = transcript.apply(stored([{ type: "tip-moved", messageId: "elsewhere" }], 1));
    expect(change.reread).toBe(true);
    expect(transcript.order).toEqual(["m1"]);
  });

  test("while the middle is looked at, new messages at the end change nothing", () => {
    const transcript = new Transcript();
    const old = follow([asked("m1"), started("m2", "m1"), ended("m2")]);
    const messages = ["m1", "m2"].flatMap((id) => old.message(id) ?? []);
    transcript.reset(snapshot({ tip: "m99" }), page(messages, 50), false);
    const change = transcript.apply(stored([asked("m100", "m99")], 50));
    expect(change).toMatchObject({ order: false, reread: false });
    expect(transcript.order).toEqual(["m1", "m2"]);
  });
});

describe("pages", () => {
  test("and the tail may overlap: an event that a message has already changes nothing", () => {
    const drafts = [asked("m1"), started("m2", "m1"), said("m2", 0, 0, "Hello "), said("m2", 0, 6, "there")];
    const whole = follow(drafts);
    const transcript = new Transcript();
    transcript.reset(snapshot({ turnId: "t-m2", tip: "m2", head: 4 }), page(["m1", "m2"].flatMap((id) => whole.message(id) ?? []), 4), true);
    transcript.apply(stored(drafts));
    expect(transcript.order).toEqual(["m1", "m2"]);
    expect(textsOf(transcript.message("m2"))).toEqual(["Hello there"]);
    expect(transcript.facts.turn).toMatchObject({ messageId: "m2" });
  });

  test("go before what is loaded, and the oldest can be forgotten", () => {
    const all = follow([asked("m1"), started("m2", "m1"), ended("m2"), asked("m3", "m2"), started("m4", "m3"), ended("m4")]);
    const messages = (...ids: string[]) => ids.flatMap((id) => all.message(id) ?? []);
    const transcript = new Transcript();
    transcript.reset(snapshot(), page(messages("m3", "m4"), 6), true);
    transcript.prepend(page(messages("m1", "m2"), 6));
    expect(transcript.order).toEqual(["m1", "m2", "m3", "m4"]);
    transcript.prepend(page(messages("m1", "m2"), 6));
    expect(transcript.order).toHaveLength(4);
    expect(transcript.trim(2)).toBe(true);
    expect(transcript.order).toEqual(["m3", "m4"]);
    expect(transcript.message("m1")).toBeUndefined();
  });
});

describe("what is open", () => {
  const request = { requestId: "r1", kind: "approval" as const, callId: "c1", title: "Write?", facts: [], options: [{ id: "allow", label: "Allow" }], freeText: true };
  const safety = { readOnly: false, destructive: true, idempotent: false };
  const asking: ReadonlyArray<Draft> = [
    asked("m1"), started("m2", "m1"),
    { type: "tool-called", turnId: "t-m2", callId: "c1", messageId: "m2", part: 0, tool: "write_file", title: "Write x", arguments: {}, safety },
    { type: "request-opened", turnId: "t-m2", messageId: "m2", part: 1, request },
  ];

  test("an approval holds its tool until it is answered", () => {
    const transcript = follow(asking);
    expect(transcript.facts.requests).toHaveLength(1);
    expect(transcript.message("m2")?.parts[0]).toMatchObject({ state: "waiting" });
    transcript.apply(stored([{ type: "request-answered", turnId: "t-m2", requestId: "r1", answer: { option: "allow", by: "person" } }], 4));
    expect(transcript.facts.requests).toEqual([]);
    expect(transcript.message("m2")?.parts).toMatchObject([{ state: "running" }, { answer: { option: "allow" } }]);
    transcript.apply(stored([{ type: "tool-finished", turnId: "t-m2", callId: "c1", state: "succeeded", ms: 4, changes: [{ folderId: "f", path: "x", after: "1" }] }], 5));
    expect(transcript.message("m2")?.parts[0]).toMatchObject({ state: "succeeded", changes: [{ path: "x" }] });
  });

  test("the end of a turn closes what it left open", () => {
    const transcript = follow([...asking, { type: "turn-finished", turnId: "t-m2", messageId: "m2", state: "cancelled", ms: 9, usage: { inputTokens: 0, outputTokens: 0 } }]);
    expect(transcript.facts).toMatchObject({ turn: undefined, requests: [] });
    expect(transcript.message("m2")).toMatchObject({ state: "cancelled", parts: [{ state: "cancelled" }, { type: "request" }] });
  });

  test("a compaction marks what it stands for, and undoing it reads anew", () => {
    const transcript = follow([asked("m1"), started("m2", "m1"), ended("m2"), asked("m3", "m2")]);
    const numbers = { tokensBefore: 9, tokensAfter: 4, messagesBefore: 3, messagesAfter: 2 };
    transcript.apply(stored([{ type: "compacted", compactionId: "k1", upTo: "m2", summary: "S", by: "model", kept: ["m1"], ...numbers }], 4));
    expect(["m1", "m2", "m3"].map((id) => transcript.message(id)?.compacted)).toEqual([undefined, true, undefined]);
    expect(transcript.facts.compaction).toMatchObject({ upTo: "m2", summary: "S" });
    expect(transcript.apply(stored([{ type: "compaction-undone", compactionId: "k1" }], 5)).reread).toBe(true);
    expect(transcript.facts.compaction).toBeUndefined();
  });

  test("a reading brings the summary with it; another reading without one takes it away", () => {
    const compaction = { compactionId: "k1", upTo: "m2", summary: "What was said", by: "extract" as const, tokensBefore: 9, tokensAfter: 4, messagesBefore: 3, messagesAfter: 2 };
    const transcript = new Transcript();
    transcript.reset(snapshot({ compaction }), page([], 4), true);
    expect(transcript.facts.compaction).toEqual(compaction);
    transcript.reset(snapshot(), page([], 5), true);
    expect(transcript.facts.compaction).toBeUndefined();
  });
});
