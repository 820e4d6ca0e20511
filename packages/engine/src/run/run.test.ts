import type { JournalEvent } from "@axion/protocol";
import { describe, expect, it } from "vitest";
import { StepFailure } from "../failure.ts";
import type { Outputs } from "../kind.ts";
import { kinds, registryOf } from "../kinds/catalogue.ts";
import { map } from "../kinds/map.ts";
import { MemoryHost } from "../testing/memory-host.ts";
import { chainOf, finished, graphOf, outputOf, runGraph, stateOf } from "../testing/graphs.ts";

const withKind = (id: string, run: (attempt: number, signal: AbortSignal, key: string) => Outputs | Promise<Outputs>, delivery: "pure" | "effect" = "pure") =>
  registryOf([...kinds, { ...map, id, slow: true, delivery: () => delivery, prepare: () => undefined, run: (context) => run(context.attempt, context.signal, context.key) }]);
const types = (events: readonly JournalEvent[]) => events.map((event) => event.type);

describe("branches", () => {
  const graph = graphOf({
    start: { kind: "start", config: { fields: [{ name: "total", type: "number" }] } },
    large: { kind: "if", config: { condition: "value > 5000" } },
    yes: { kind: "map", config: { expression: "\"ask\"" } }, no: { kind: "map", config: { expression: "\"pay\"" } },
    any: { kind: "join", config: { policy: "any" } }, all: { kind: "join", config: { skipped: "empty" } },
    out: { kind: "output", config: { name: "out" } }, both: { kind: "output", config: { name: "both" } },
  }, ["start.total > large.value", "large.then > yes.value", "large.else > no.value", "yes.value > any.in", "no.value > any.in", "yes.value > all.in", "no.value > all.in", "any.out > out.value", "all.out > both.value"]);

  it("goes one way, and joins see the other as skipped", async () => {
    const { outcome, events } = await runGraph(graph, { input: { total: 6000 } });
    expect(outcome).toMatchObject({ state: "succeeded", outputs: { out: "ask", both: ["ask", null] }, counts: { total: 8, succeeded: 7, skipped: 1, failed: 0 } });
    expect(finished(events).find((event) => event.node === "no")).toMatchObject({ state: "skipped", reason: "not on the way taken" });
    expect(types(events).at(-1)).toBe("run-finished");
  });
  it("goes the other", async () => expect((await runGraph(graph, { input: { total: 1 } })).outcome.outputs).toEqual({ out: "pay", both: [null, "pay"] }));
  it("skips what is switched off, and what follows", async () => {
    const { events, outcome } = await runGraph(graphOf({ a: { kind: "constant", off: true }, b: { kind: "map" } }, ["a.value > b.value"]));
    expect([stateOf(events, "a"), stateOf(events, "b"), outcome.state]).toEqual(["skipped", "skipped", "succeeded"]);
  });
  it("ends an empty graph", async () => expect((await runGraph(graphOf({}, []))).outcome.state).toBe("succeeded"));
});

describe("failures", () => {
  const failing = { kind: "map", config: { expression: "1 / 0" } };
  it("fail the run; what follows is skipped; outputs that were there stay", async () => {
    const { outcome, events } = await runGraph(graphOf({ good: { kind: "constant", config: { value: 1 } }, out: { kind: "output" }, bad: failing, after: { kind: "map" } }, ["good.value > out.value", "bad.value > after.value"]));
    expect(outcome).toMatchObject({ state: "failed", error: { code: "expression" } });
    expect(finished(events).find((event) => event.node === "after")).toMatchObject({ state: "skipped", reason: "input failed" });
  });
  it("leave by the error port where it is connected", async () => {
    const { outcome, events } = await runGraph(graphOf({ bad: failing, told: { kind: "output", config: { name: "told" } } }, ["bad.error > told.value"]));
    expect(outcome.state).toBe("succeeded");
    expect(outcome.outputs["told"]).toMatchObject({ code: "expression", node: "bad" });
    expect(stateOf(events, "bad")).toBe("failed");
  });
  it("are caught by Try, with the rest of its inside skipped", async () => {
    const { outcome, events } = await runGraph(graphOf({
      try: { kind: "try" }, bad: { ...failing, parent: "try" }, next: { kind: "map", parent: "try" }, told: { kind: "output", config: { name: "told" } }, fine: { kind: "map" },
    }, ["bad.value > next.value", "next.value > try.result", "try.error > told.value", "try.result > fine.value"]));
    expect(outcome.state).toBe("succeeded");
    expect(outcome.outputs["told"]).toMatchObject({ code: "expression", node: "bad", name: "bad" });
    expect([stateOf(events, "try:0|bad"), stateOf(events, "try:0|next"), stateOf(events, "try"), stateOf(events, "fine")]).toEqual(["failed", "skipped", "succeeded", "skipped"]);
  });
  it("are tried again with growing pauses, and then succeed", async () => {
    const flaky = withKind("flaky", (attempt) => { if (attempt < 3) throw new StepFailure("http", "busy"); return { value: attempt }; });
    const { outcome, events } = await runGraph(graphOf({ a: { kind: "flaky", config: { retry: { max: 3, baseMs: 1000 } } }, out: { kind: "output" } }, ["a.value > out.value"]), { kinds: flaky });
    expect(outcome.outputs).toEqual({ result: 3 });
    const retries = events.filter((event) => event.type === "step-retrying");
    expect(retries.map((event) => [event.attempt, event.nextAt - event.ts])).toEqual([[1, 750], [2, 1500]]);
  });
  it("give up after the last try", async () => {
    const kinds_ = withKind("flaky", () => { throw new StepFailure("http", "busy"); });
    const { outcome, events } = await runGraph(graphOf({ a: { kind: "flaky", config: { retry: { max: 2, baseMs: 1 } } } }, []), { kinds: kinds_ });
    expect([outcome.state, events.filter((event) => event.type === "step-retrying").length]).toEqual(["failed", 2]);
  });
  it("count every step of an item, also those that it never came to", async () => {
    const { outcome, events } = await runGraph(graphOf({
      items: { kind: "constant", config: { value: [1, 2, 3] } }, each: { kind: "for-each", config: { onError: "collect" } },
      check: { kind: "map", parent: "each", config: { expression: "value == 2 ? number(\"x\") : value" } }, wait: { kind: "wait", parent: "each", config: { ms: 50 } }, after: { kind: "map", parent: "each" },
    }, ["items.value > each.items", "each.item > wait.value", "each.item > check.value", "wait.value > after.value", "check.value > each.result"]), { concurrency: 9 });
    const { total, succeeded, failed, skipped, cancelled } = outcome.counts;
    expect(finished(events)).toHaveLength(total);
    expect({ total, succeeded, failed, skipped, cancelled }).toEqual({ total: 11, succeeded: 8, failed: 1, skipped: 1, cancelled: 1 });
    expect([stateOf(events, "each:1|wait"), stateOf(events, "each:1|after")]).toEqual(["cancelled", "skipped"]);
  });
  it("let go of a step that was to be tried again, when another fails", async () => {
    const kinds_ = registryOf([...kinds,
      { ...map, id: "flaky", slow: true, prepare: () => undefined, run: (): Outputs => { throw new StepFailure("http", "busy"); } },
      { ...map, id: "doomed", slow: true, prepare: () => undefined, run: async (): Promise<Outputs> => { await new Promise((resolve) => { setTimeout(resolve, 20); }); throw new StepFailure("doomed", "no"); } },
    ]);
    const { events } = await runGraph(graphOf({ a: { kind: "flaky", config: { retry: { max: 5, baseMs: 1 } } }, b: { kind: "doomed" }, c: { kind: "doomed" } }, []), { kinds: kinds_, concurrency: 1 });
    const ended = new Set<string>();
    for (const event of events) {
      if (event.type === "step-started") expect(ended.has(event.node)).toBe(false);
      if (event.type === "step-finished") ended.add(event.node);
    }
    expect([...ended].toSorted()).toEqual(["a", "b", "c"]);
  });
  it("come from a time limit too", async () => {
    const kinds_ = withKind("stuck", (_attempt, signal) => new Promise((_, reject) => { signal.addEventListener("abort", () => reject(new Error("aborted"))); }));
    const { outcome } = await runGraph(graphOf({ a: { kind: "stuck", config: { timeoutMs: 50 } } }, []), { kinds: kinds_ });
    expect(outcome).toMatchObject({ state: "failed", error: { code: "timeout" } });
  });
});

describe("For each", () => {
  const each = (config: object, expression: string) => graphOf({
    items: { kind: "constant", config: { value: [1, 2, 3, 4, 5] } }, each: { kind: "for-each", config }, work: { kind: "map", parent: "each", config: { expression, inputs: [{ name: "index" }] } },
    out: { kind: "output", config: { name: "out" } }, errors: { kind: "output", config: { name: "errors" } },
  }, ["items.value > each.items", "each.item > work.value", "each.index > work.index", "work.value > each.result", "each.results > out.value", "each.errors > errors.value"]);

  it("keeps the order", async () => {
    const { outcome, events } = await runGraph(each({ concurrency: 3 }, "value * 10 + index"));
    expect(outcome.outputs["out"]).toEqual([10, 21, 32, 43, 54]);
    expect(events.find((event) => event.type === "step-started" && event.node === "each")).toMatchObject({ items: 5 });
    expect(outcome.counts.total).toBe(9);
  });
  it("collects failures with their item", async () => {
    const { outcome } = await runGraph(each({ onError: "collect" }, "10 / (value - 3)"));
    expect(outcome).toMatchObject({ state: "succeeded", outputs: { out: [-5, -10, 10, 5], errors: [{ index: 2, item: 3, node: "work" }] } });
  });
  it("or fails as a whole", async () => {
    const { outcome, events } = await runGraph(each({ onError: "fail", concurrency: 2 }, "10 / (value - 3)"));
    expect(outcome).toMatchObject({ state: "failed", error: { code: "expression" } });
    expect(stateOf(events, "each")).toBe("failed");
  });
  it("leaves out items whose way was skipped", async () => {
    const { outcome } = await runGraph(graphOf({
      items: { kind: "constant", config: { value: [1, 2, 3, 4] } }, each: { kind: "for-each" }, even: { kind: "if", parent: "each", config: { condition: "value % 2 == 0" } }, out: { kind: "output" },
    }, ["items.value > each.items", "each.item > even.value", "even.then > each.result", "each.results > out.value"]));
    expect(outcome.outputs).toEqual({ result: [2, 4] });
  });
  it("takes an empty list, an empty inside and 20,000 items", async () => {
    const graph = (value: unknown) => graphOf({ items: { kind: "constant", config: { value } }, each: { kind: "for-each" }, out: { kind: "output" } }, ["items.value > each.items", "each.item > each.result", "each.results > out.value"].filter((edge) => edge !== "each.item > each.result"));
    expect((await runGraph(graph([]))).outcome.outputs).toEqual({ result: [] });
    expect((await runGraph(graph([7, 8]))).outcome.outputs).toEqual({ result: [null, null] });
    expect(((await runGraph(graph(Array.from({ length: 20_000 }, (_, index) => index)))).outcome.outputs["result"] as unknown[]).length).toBe(20_000);
  });
  it("nests, with scopes", async () => {
    const { outcome, events } = await runGraph(graphOf({
      items: { kind: "constant", config: { value: [[1, 2], [3]] } }, outer: { kind: "for-each" }, inner: { kind: "for-each", parent: "outer" }, work: { kind: "map", parent: "inner", config: { expression: "value + 1" } }, out: { kind: "output" },
    }, ["items.value > outer.items", "outer.item > inner.items", "inner.item > work.value", "work.value > inner.result", "inner.results > outer.result", "outer.results > out.value"]));
    expect(outcome.outputs).toEqual({ result: [[2, 3], [4]] });
    expect(outputOf(events, "outer:1/inner:0|work")).toEqual({ value: 4 });
  });
  it("keeps to the limit of the run", async () => {
    let now = 0;
    let most = 0;
    const kinds_ = withKind("busy", async () => { most = Math.max(most, ++now); await new Promise((resolve) => { setImmediate(resolve); }); now--; return { value: 1 }; });
    const graph = graphOf({ items: { kind: "constant", config: { value: Array.from({ length: 30 }, () => 0) } }, each: { kind: "for-each", config: { concurrency: 20 } }, busy: { kind: "busy", parent: "each" }, out: { kind: "output" } }, ["items.value > each.items", "each.item > busy.value", "busy.value > each.result", "each.results > out.value"]);
    expect((await runGraph(graph, { kinds: kinds_, concurrency: 3 })).outcome.counts.succeeded).toBe(33);
    expect(most).toBe(3);
  });
});

describe("waiting", () => {
  it("waits for a time, and passes the value on", async () => {
    const { outcome, events, host } = await runGraph(graphOf({ a: { kind: "constant", config: { value: 5 } }, wait: { kind: "wait", config: { seconds: 3600 } }, out: { kind: "output" } }, ["a.value > wait.value", "wait.value > out.value"]));
    expect(outcome.outputs).toEqual({ result: 5 });
    expect(events.find((event) => event.type === "step-waiting")).toMatchObject({ reason: "timer" });
    expect(host.clock.time - 1_800_000_000_000).toBeGreaterThanOrEqual(3_600_000);
  });
  it("does not begin a wait anew after a restart", async () => {
    const graph = graphOf({ wait: { kind: "wait", config: { seconds: 3600 } } }, []);
    const host = new MemoryHost();
    const journal: JournalEvent[] = [{ type: "step-started", ts: host.clock.time - 3_000_000, node: "wait" }, { type: "step-waiting", ts: host.clock.time - 3_000_000, node: "wait", reason: "timer", until: host.clock.time + 600_000 }];
    const { outcome } = await runGraph(graph, { host, journal });
    expect([outcome.state, host.clock.time - 1_800_000_000_000 < 700_000]).toEqual(["succeeded", true]);
  });
  const asked = graphOf({
    a: { kind: "constant", config: { value: { total: 8412.5 } } }, ask: { kind: "approval", config: { title: "Pay {{ fixed(total) }}?", facts: [{ label: "Total", expression: "total" }], details: "value" } },
    yes: { kind: "output", config: { name: "yes" } }, no: { kind: "output", config: { name: "no" } }, said: { kind: "output", config: { name: "said" } },
  }, ["a.value > ask.value", "ask.approved > yes.value", "ask.rejected > no.value", "ask.decision > said.value"]);
  it("asks a person and goes on as they decide", async () => {
    const host = new MemoryHost();
    let ask: JournalEvent | undefined;
    const { outcome } = await runGraph(asked, { host, before: (run) => {
      host.onAppend = (events) => {
        ask ??= events.find((event) => event.type === "approval-requested");
        if (ask?.type === "approval-requested") run.answer(ask.approvalId, { decision: "rejected", note: "too much", at: 7 });
      };
    } });
    expect(ask).toMatchObject({ title: "Pay 8412.50?", facts: [{ label: "Total", value: "8412.5" }], details: { type: "inline", value: { total: 8412.5 } } });
    expect(outcome.outputs).toEqual({ no: { total: 8412.5 }, said: { decision: "rejected", note: "too much", at: 7 } });
  });
  it("takes an answer that came while no runner was there", async () => {
    const journal: JournalEvent[] = [
      { type: "approval-requested", ts: 1, node: "ask", approvalId: "ap1", title: "?", facts: [] }, { type: "step-waiting", ts: 1, node: "ask", reason: "approval", approvalId: "ap1" },
      { type: "approval-answered", ts: 2, approvalId: "ap1", decision: "approved" },
    ];
    const { outcome, events } = await runGraph(asked, { journal });
    expect(outcome.outputs["yes"]).toEqual({ total: 8412.5 });
    expect(types(events)).not.toContain("approval-requested");
  });
});

describe("effects", () => {
  const graph = (config: object = {}) => graphOf({ pay: { kind: "pay", config }, after: { kind: "output" } }, ["pay.value > after.value"]);
  it("have their intent on disk before they start, and the same key at each try", async () => {
    const keys: string[] = [];
    const host = new MemoryHost();
    const kinds_ = withKind("pay", (attempt, _signal, key) => {
      expect(host.events.filter((event) => event.type === "effect-intent")).toHaveLength(attempt);
      keys.push(key);
      if (attempt === 1) throw new Error("no");
      return { value: 1 };
    }, "effect");
    const { outcome } = await runGraph(graph({ retry: { max: 1, baseMs: 1 } }), { host, kinds: kinds_ });
    expect([outcome.state, keys]).toEqual(["succeeded", ["r1/pay", "r1/pay"]]);
  });
  it.each([["fail", "failed", 0], ["skip", "succeeded", 0], ["retry", "succeeded", 1]] as const)("with an unknown outcome follow their rule: %s", async (onUnknown, state, calls) => {
    let called = 0;
    const kinds_ = withKind("pay", () => { called++; return { value: 1 }; }, "effect");
    const journal: JournalEvent[] = [{ type: "step-started", ts: 1, node: "pay" }, { type: "effect-intent", ts: 1, node: "pay", key: "r1/pay", what: "Pay" }];
    const { outcome } = await runGraph(graph({ onUnknown }), { kinds: kinds_, journal });
    expect([outcome.state, called, outcome.error?.outcomeUnknown]).toEqual([state, calls, state === "failed" ? true : undefined]);
  });
});

describe("cancel", () => {
  it("stops waits and running steps, and ends as cancelled", async () => {
    const kinds_ = withKind("stuck", (_attempt, signal) => new Promise((_, reject) => { signal.addEventListener("abort", () => reject(new Error("aborted"))); }));
    const graph = graphOf({ wait: { kind: "wait" }, stuck: { kind: "stuck" }, each: { kind: "for-each" }, list: { kind: "constant", config: { value: [1, 2] } }, inner: { kind: "wait", parent: "each" }, after: { kind: "map" } }, ["list.value > each.items", "each.item > inner.value", "wait.value > after.value"]);
    const { outcome, events } = await runGraph(graph, { kinds: kinds_, before: (run) => { setImmediate(() => run.cancel()); } });
    expect(outcome.state).toBe("cancelled");
    expect(["wait", "stuck", "each", "each:0|inner", "after"].map((key) => stateOf(events, key))).toEqual(["cancelled", "cancelled", "cancelled", "cancelled", undefined]);
  });
  it("ends after the grace even if a step does not listen; an effect is then in doubt", async () => {
    const kinds_ = withKind("deaf", () => new Promise(() => undefined), "effect");
    const host = new MemoryHost();
    const { outcome, events } = await runGraph(graphOf({ deaf: { kind: "deaf" } }, []), { kinds: kinds_, host, before: (run) => { host.onAppend = (all) => { if (all.some((event) => event.type === "effect-intent")) setImmediate(() => setImmediate(() => run.cancel())); }; } });
    expect(outcome.state).toBe("cancelled");
    expect(finished(events)[0]).toMatchObject({ state: "cancelled", error: { outcomeUnknown: true } });
  });
  it("of a run whose journal says so runs nothing and closes what was open", async () => {
    const journal: JournalEvent[] = [{ type: "step-started", ts: 1, node: "wait" }, { type: "run-cancelling", ts: 2 }];
    const { outcome, events } = await runGraph(graphOf({ wait: { kind: "wait" }, other: { kind: "constant" } }, []), { journal });
    expect([outcome.state, types(events), stateOf(events, "wait")]).toEqual(["cancelled", ["step-finished", "run-finished"], "cancelled"]);
  });
});

describe("the journal", () => {
  it("takes groups of 256, at most four at once, and a chain of 100,000 nodes", async () => {
    const { outcome, host } = await runGraph(chainOf(100_000));
    expect(outcome).toMatchObject({ state: "succeeded", outputs: { result: 299_998 }, counts: { total: 100_001, succeeded: 100_001 } });
    expect(host.mostInFlight).toBeLessThanOrEqual(4);
    expect(Math.max(...host.groups)).toBe(256);
    expect(host.events).toHaveLength(100_002);
  });
  it("that is lost stops the run", async () => {
    const host = new MemoryHost();
    host.onAppend = () => { throw new Error("disk full"); };
    await expect(runGraph(chainOf(1000), { host })).rejects.toThrow("disk full");
  });
  it("names large values by hash, and they come back when the run goes on", async () => {
    const graph = graphOf({ big: { kind: "map", config: { expression: "map(range(1, 9000), n, \"item \" + n)" } }, same: { kind: "map" }, count: { kind: "map", config: { expression: "size(value)" } }, out: { kind: "output" } }, ["big.value > same.value", "same.value > count.value", "count.value > out.value"]);
    const { host, events } = await runGraph(graph);
    expect(outputOf(events, "same")).toMatchObject({ value: { type: "blob", bytes: host.kept.values().next().value?.length } });
    expect(host.kept.size).toBe(1);
    const again = new MemoryHost();
    for (const [hash, json] of host.kept) again.kept.set(hash, json);
    const resumed = await runGraph(graph, { host: again, journal: events.slice(0, 2) });
    expect([resumed.outcome.outputs, finished(resumed.events).map((event) => event.node)]).toEqual([{ result: 9000 }, ["count", "out"]]);
  });
  it("holds no lone surrogate", async () => {
    const { events } = await runGraph(graphOf({ a: { kind: "constant", config: { value: { "k\ud800": "x\udfff\\ud800", fine: "\u{1f600}" } } } }, []));
    expect(outputOf(events, "a")).toEqual({ value: { "k\ufffd": "x\ufffd\\ud800", fine: "\u{1f600}" } });
  });
});
