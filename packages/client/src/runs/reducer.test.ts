import { runEvents, runHistory, type RunDraft } from "@axion/testkit";
import type { RunEvent } from "@axion/protocol";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logLimit, RunReducer } from "./reducer.ts";
import type { RunView } from "./view.ts";

const runner = { mode: "process" as const, jail: "none", node: "24", readyMs: 1 };
const started: RunDraft = { type: "run-started", graphName: "G", graphHash: "0".repeat(64), input: null, grants: [], runner };
const steps = { total: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, running: 0, waiting: 0 };

/** Everything that a view shows, as plain data. */
const plain = (view: RunView) => {
  const { version: _, node: _n, nodes, step: _s, steps: all, timeline, ...head } = view;
  const nodeViews = [...nodes()].map(({ medianMs, ...rest }) => ({ ...rest, median: medianMs() }));
  const rows = timeline(new Set(["each", "each:0", "inner@each:0", "each:0/inner:0", "each:1"]));
  return { head, nodes: nodeViews, steps: [...all()], rows };
};
const viewOf = (...drafts: RunDraft[]): RunView => {
  const reducer = new RunReducer();
  expect(reducer.apply(runEvents("r1", [started, ...drafts]))).toBe(true);
  return reducer.view();
};

describe("any way of getting the events gives the same view", () => {
  test("split, repeated from any earlier place, with views taken in between", () => {
    fc.assert(
      fc.property(runHistory, fc.array(fc.tuple(fc.nat(80), fc.nat(20), fc.boolean()), { maxLength: 20 }), (events, cuts) => {
        const whole = new RunReducer();
        whole.apply(events);
        const parts = new RunReducer();
        let at = 0;
        for (const [length, back, look] of cuts) {
          const from = Math.max(0, at - back);
          const to = Math.min(events.length, at + length);
          expect(parts.apply(events.slice(from, to))).toBe(true);
          at = Math.max(at, to);
          if (look) plain(parts.view());
        }
        parts.apply(events.slice(at));
        expect(plain(parts.view())).toEqual(plain(whole.view()));
      }),
    );
  });

  test("a gap stops the batch and is told", () => {
    const events = runEvents("r1", [started, { type: "log", level: "info", text: "a" }, { type: "log", level: "info", text: "b" }]);
    const reducer = new RunReducer();
    expect(reducer.apply([events[0], events[2]].filter((event) => event !== undefined))).toBe(false);
    expect(reducer.seq).toBe(1);
    expect(reducer.apply(events)).toBe(true);
    expect(reducer.view().log).toHaveLength(3);
  });

  test("counts are those of the steps", () => {
    fc.assert(
      fc.property(runHistory, (events) => {
        const reducer = new RunReducer();
        reducer.apply(events);
        const view = reducer.view();
        const all = [...view.steps()];
        const count = (...states: string[]) => all.filter((step) => states.includes(step.state)).length;
        expect(view.counts).toEqual({
          succeeded: count("succeeded", "cached", "pinned"), failed: count("failed"), skipped: count("skipped"), cancelled: count("cancelled"),
          running: count("running", "retrying"), waiting: count("waiting"), queued: count("queued"), total: all.length,
        });
        for (const node of view.nodes()) {
          const own = all.filter((step) => step.node === node.node);
          expect(node.instances).toBe(own.length);
          for (const [state, number] of Object.entries(node.counts)) expect(number).toBe(own.filter((step) => step.state === state).length);
        }
        if (events.at(-1)?.type === "run-finished") expect(view.counts.running + view.counts.waiting + view.counts.queued).toBe(0);
      }),
    );
  });
});

describe("what a view shows", () => {
  test("a step that only finishes has its start, and its node its aggregate", () => {
    const view = viewOf(
      { type: "step-finished", node: "a", state: "succeeded", ms: 0.5, outputs: { out: { type: "inline", value: 7 } } },
    );
    const step = view.step("a");
    expect(step).toMatchObject({ state: "succeeded", ms: 0.5, attempts: 1, outputs: { out: { value: 7 } } });
    expect((step?.endedAt ?? 0) - (step?.startedAt ?? 0)).toBe(0.5);
    expect(view.node("a")).toMatchObject({ state: "succeeded", instances: 1 });
    expect(view.node("b")).toBeUndefined();
  });

  test("a loop: counts by state, median, rows by item", () => {
    const view = viewOf(
      { type: "step-started", node: "each", items: 3 },
      { type: "step-finished", node: "p", scope: "each:0", state: "succeeded", ms: 10 },
      { type: "step-finished", node: "p", scope: "each:2", state: "failed", ms: 30, error: { code: "x", message: "bad" } },
      { type: "step-finished", node: "p", scope: "each:1", state: "succeeded", ms: 20 },
    );
    const p = view.node("p");
    expect(p).toMatchObject({ state: "failed", instances: 3, error: { message: "bad" } });
    expect(p?.counts).toMatchObject({ succeeded: 2, failed: 1 });
    expect(p?.medianMs()).toBe(20);
    expect(view.node("each")?.last.items).toBe(3);
    expect(view.timeline(new Set()).map((row) => row.key)).toEqual(["each"]);
    expect(view.timeline(new Set(["each", "each:2"])).map((row) => [row.kind, row.key, row.depth])).toEqual([
      ["step", "each", 0], ["item", "each:0", 1], ["item", "each:1", 1], ["item", "each:2", 1], ["step", "p@each:2", 2],
    ]);
  });

  test("nested scopes whose containers were not heard of yet have rows for each level", () => {
    const view = viewOf({ type: "step-finished", node: "p", scope: "each:4/inner:1", state: "succeeded", ms: 1 }, { type: "step-started", node: "each" }, { type: "step-started", node: "inner", scope: "each:4" });
    const rows = view.timeline(new Set(["each", "each:4", "inner@each:4", "each:4/inner:1"]));
    expect(rows.map((row) => row.key)).toEqual(["each", "each:4", "inner@each:4", "each:4/inner:1", "p@each:4/inner:1"]);
  });

  test("waits for the person only when nothing else goes on", () => {
    const ask: RunDraft = { type: "approval-requested", node: "ask", scope: "each:0", approvalId: "p1", title: "May I?", facts: [] };
    const loop: RunDraft = { type: "step-started", node: "each", items: 2 };
    expect(viewOf(loop, ask).state).toBe("waiting");
    expect(viewOf(loop, ask, { type: "step-started", node: "other" }).state).toBe("running");
    const answered = viewOf(loop, ask, { type: "approval-answered", approvalId: "p1", decision: "rejected", note: "no" });
    expect(answered.state).toBe("running");
    expect(answered.approvals).toMatchObject([{ status: "rejected", note: "no" }]);
    expect(answered.step("ask", "each:0")?.state).toBe("running");
  });

  test("a lost runner: what was in flight waits its turn, questions stay, finished steps stay", () => {
    const view = viewOf(
      { type: "step-finished", node: "done", state: "succeeded", ms: 1 },
      { type: "step-started", node: "busy" },
      { type: "approval-requested", node: "ask", approvalId: "p1", title: "May I?", facts: [] },
      { type: "run-interrupted", reason: "The runner stopped." },
    );
    expect(view.interrupted).toBe("The runner stopped.");
    expect([view.step("done")?.state, view.step("busy")?.state, view.step("ask")?.state]).toEqual(["succeeded", "queued", "waiting"]);
  });

  test("a run that was killed leaves nothing open", () => {
    const view = viewOf(
      { type: "step-started", node: "busy" },
      { type: "approval-requested", node: "ask", approvalId: "p1", title: "May I?", facts: [] },
      { type: "run-cancelling" },
      { type: "run-finished", state: "cancelled", ms: 9, outputs: {}, steps },
    );
    expect([view.state, view.cancelling, view.step("busy")?.state, view.approvals[0]?.status]).toEqual(["cancelled", false, "cancelled", "withdrawn"]);
  });

  test("steps and nodes that nothing happened to keep their identity", () => {
    const reducer = new RunReducer();
    const events = runEvents("r1", [started, { type: "step-started", node: "a" }, { type: "step-started", node: "b" }]);
    reducer.apply(events.slice(0, 2));
    const before = reducer.view();
    const [step, node] = [before.step("a"), before.node("a")];
    reducer.apply(events);
    const after = reducer.view();
    expect(after).not.toBe(before);
    expect(after.step("a")).toBe(step);
    expect(after.node("a")).toBe(node);
    expect(reducer.view()).toBe(after);
  });

  test("the log keeps the newest lines and counts the others", () => {
    const lines = Array.from({ length: logLimit * 3 }, (_, index): RunDraft => ({ type: "log", level: "info", text: String(index) }));
    const view = viewOf(...lines);
    expect(view.log).toHaveLength(logLimit);
    expect(view.logDropped).toBe(lines.length + 1 - logLimit);
    const last = view.log.at(-1)?.event;
    expect(last?.type === "log" && last.text).toBe(String(lines.length - 1));
  });
});

test("100,000 events in batches are all counted", () => {
  const drafts: RunDraft[] = [started, { type: "step-started", node: "each", items: 33_333 }];
  for (let item = 0; drafts.length < 100_000; item += 1)
    for (const node of ["a", "b", "c"]) drafts.push({ type: "step-finished", node, scope: `each:${item}`, state: "succeeded", ms: item % 7, outputs: {} });
  const events: RunEvent[] = runEvents("r1", drafts);
  const reducer = new RunReducer();
  for (let at = 0; at < events.length; at += 1_000) {
    expect(reducer.apply(events.slice(at, at + 1_000))).toBe(true);
    reducer.view();
  }
  const node = reducer.view().node("b");
  expect([node?.instances, node?.counts.succeeded, node?.medianMs()]).toEqual([33_333, 33_333, 3]);
});
