/** Random runs: event sequences with loops, retries, approvals, crashes and logs, in an order that a runner could write. */
import type { RunEvent } from "@axion/protocol";
import * as fc from "fast-check";
import { runEvents } from "../builders.ts";
import type { RunDraft } from "../memory/script.ts";

const runner = { mode: "process" as const, jail: "none", node: "24", readyMs: 1 };
const error = { code: "boom", message: "It broke." };
const scope = fc.constantFrom(undefined, "each:0", "each:1", "each:12", "each:0/inner:0", "each:2/inner:3");
const place = fc.record({ node: fc.constantFrom("a", "b", "each", "inner", "c"), scope }).map(({ node, scope: at }) => (at === undefined ? { node } : { node, scope: at }));
const end = fc.constantFrom("succeeded", "cached", "pinned", "skipped", "failed", "cancelled");
const ms = fc.double({ min: 0, max: 1_000, noNaN: true });

const step: fc.Arbitrary<RunDraft> = fc.oneof(
  place.map((at): RunDraft => ({ type: "step-started", ...at })),
  place.map((at): RunDraft => ({ type: "step-started", ...at, items: 3, attempt: 2 })),
  place.map((at): RunDraft => ({ type: "effect-intent", ...at, key: "k", what: "writes a file" })),
  place.map((at): RunDraft => ({ type: "step-waiting", ...at, reason: "timer", until: 1_700_000_009_000 })),
  place.map((at): RunDraft => ({ type: "step-retrying", ...at, attempt: 2, error, nextAt: 1_700_000_009_000 })),
  fc.tuple(place, end, ms).map(([at, state, took]): RunDraft => ({ type: "step-finished", ...at, state, ms: took, ...(state === "failed" ? { error } : { outputs: { out: { type: "inline", value: 1 } } }) })),
  fc.tuple(place, fc.constantFrom("p1", "p2")).map(([at, approvalId]): RunDraft => ({ type: "approval-requested", ...at, approvalId, title: "May I?", facts: [] })),
  fc.constantFrom("p1", "p2").map((approvalId): RunDraft => ({ type: "approval-answered", approvalId, decision: "approved" })),
  fc.constantFrom("debug", "info", "warn", "error").map((level): RunDraft => ({ type: "log", level, text: "line" })),
  fc.constant<RunDraft>({ type: "run-interrupted", reason: "lost" }),
  fc.constant<RunDraft>({ type: "run-resumed", reason: "again", attempt: 2, runner }),
  fc.constant<RunDraft>({ type: "run-cancelling" }),
);
const steps = { total: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, running: 0, waiting: 0 };

export const runHistory: fc.Arbitrary<RunEvent[]> = fc
  .tuple(fc.array(step, { maxLength: 60 }), fc.option(fc.constantFrom("succeeded", "failed", "cancelled")))
  .map(([middle, outcome]) =>
    runEvents("r1", [
      { type: "run-started", graphName: "G", graphHash: "0".repeat(64), input: null, grants: [], runner },
      ...middle,
      ...(outcome === null ? [] : [{ type: "run-finished", state: outcome, ms: 5, outputs: {}, steps } satisfies RunDraft]),
    ]),
  );
