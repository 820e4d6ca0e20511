/** Counting instances by state, and the one state that stands for many. */
import type { StepState } from "@axion/protocol";
import type { RunCounts } from "./view.ts";

export type MutableCounts = Record<StepState, number>;

export const emptyCounts = (): MutableCounts => ({
  idle: 0, queued: 0, running: 0, waiting: 0, retrying: 0, succeeded: 0, cached: 0, pinned: 0, skipped: 0, failed: 0, cancelled: 0,
});

const live: ReadonlyArray<StepState> = ["waiting", "retrying", "running", "queued"];
const settled: ReadonlyArray<StepState> = ["failed", "cancelled", "succeeded", "cached", "pinned", "skipped"];

/** What needs a look first: somebody waited for, then work, then how it ended (worst first). */
export const leadingState = (counts: Readonly<MutableCounts>): StepState => {
  for (const state of live) if (counts[state] > 0) return state;
  for (const state of settled) if (counts[state] > 0) return state;
  return "idle";
};

export const runCounts = (counts: Readonly<MutableCounts>, total: number): RunCounts => ({
  succeeded: counts.succeeded + counts.cached + counts.pinned,
  failed: counts.failed,
  skipped: counts.skipped,
  cancelled: counts.cancelled,
  running: counts.running + counts.retrying,
  waiting: counts.waiting,
  queued: counts.queued,
  total,
});

/** Median of the first `length` numbers of a list that only grows. */
export const median = (values: ReadonlyArray<number>, length: number): number | undefined => {
  if (length === 0) return undefined;
  const copy = Float64Array.from({ length }, (_, index) => values[index] ?? 0);
  copy.sort();
  const middle = length >> 1;
  const upper = copy[middle] ?? 0;
  return length % 2 === 1 ? upper : (upper + (copy[middle - 1] ?? 0)) / 2;
};
