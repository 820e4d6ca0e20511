/** Going on from a journal: finished steps give again what they gave, and what was in flight goes on by its own rule. */
import { NODE, type Plan } from "../compile/plan.ts";
import type { Outputs } from "../kind.ts";
import { Flight } from "./flight.ts";
import { type Failure, type Frame, NOT_TAKEN } from "./frame.ts";
import type { Counts } from "./events.ts";
import { type History, type Past, instanceKey } from "./history.ts";
import { errorPortTaken, propagate } from "./ports.ts";
import type { Run } from "./run.ts";

const entriesOf = (plan: Plan): Map<string, number> => {
  const entries = new Map<string, number>();
  for (const [entry, id] of plan.ids.entries()) if (plan.role[entry] === NODE) entries.set(id, entry);
  return entries;
};

/** Scopes in which a step failed before: nothing new starts there. */
export const failuresOf = (plan: Plan, history: History): Map<string, Failure> => {
  const failing = new Map<string, Failure>();
  const entries = entriesOf(plan);
  for (const { node, scope, finished } of history.instances.values()) {
    const entry = entries.get(node);
    if (finished?.state !== "failed" || entry === undefined || errorPortTaken(plan, entry)) continue;
    const error = finished.error ?? { code: "failed", message: "The step failed." };
    if (!failing.has(scope ?? "")) failing.set(scope ?? "", { error, node, name: plan.names[entry] as string });
  }
  return failing;
};

/** Is the scope inside a container that finished? Such a container is not gone through again. */
const isClosed = (scope: string, history: History): boolean => {
  let outer: string | undefined;
  for (const part of scope.split("/")) {
    if (history.instances.get(instanceKey(part.slice(0, part.lastIndexOf(":")), outer))?.finished !== undefined) return true;
    outer = outer === undefined ? part : `${outer}/${part}`;
  }
  return false;
};

/** Counts the steps inside finished containers, because nothing else will come by them. */
export const countClosed = (plan: Plan, history: History, counts: Counts): void => {
  const entries = entriesOf(plan);
  const scopes = new Map<string, boolean>();
  for (const { scope, finished } of history.instances.values()) {
    if (scope === undefined) continue;
    let closed = scopes.get(scope);
    if (closed === undefined) {
      closed = isClosed(scope, history);
      scopes.set(scope, closed);
      const last = scope.slice(scope.lastIndexOf("/") + 1);
      const level = plan.levels[plan.inside[entries.get(last.slice(0, last.lastIndexOf(":"))) ?? -1] ?? -1];
      if (closed && level !== undefined) counts.total += level.count - 2;
    }
    if (!closed || finished === undefined) continue;
    if (finished.state === "failed" || finished.state === "skipped" || finished.state === "cancelled") counts[finished.state]++;
    else counts.succeeded++;
  }
};

/** A step that finished before: its values arrive again, and nothing is recorded anew. */
export const replay = (run: Run, frame: Frame, entry: number, finished: NonNullable<Past["finished"]>): void => {
  let outputs: Outputs;
  try { outputs = run.values.read(finished.outputs); } catch (thrown) { run.lose(thrown); return; }
  switch (finished.state) {
    case "skipped": {
      run.counts.skipped++;
      propagate(run, frame, entry, undefined, Math.max(frame.dead[entry - frame.level.first] as number, NOT_TAKEN));
      run.release(frame);
      return;
    }
    case "cancelled": run.counts.cancelled++; run.release(frame); return;
    case "failed": {
      run.counts.failed++;
      const error = finished.error ?? { code: "failed", message: "The step failed." };
      run.failed(frame, entry, { error, node: run.plan.ids[entry] as string, name: run.plan.names[entry] as string }, errorPortTaken(run.plan, entry) ? outputs : undefined);
      return;
    }
    default: run.arrive(frame, entry, outputs);
  }
};

/** An instance that was in flight when the last runner was lost. */
export const resume = (run: Run, frame: Frame, entry: number, past: Past): void => {
  const started = past.startedAt ?? run.now();
  if (past.unknown) {
    const policy = run.plan.setups[entry]?.rules.onUnknown;
    const message = "The runner was lost while this step had an effect. Whether it happened is not known.";
    if (policy === "skip") { run.skip(frame, entry, NOT_TAKEN, "outcome unknown"); return; }
    if (policy !== "retry") {
      run.fail(frame, entry, { code: "outcome_unknown", message, hint: "Look at what the step works on, then run again. The rule \"After a crash in the middle\" of the node decides what happens next time.", outcomeUnknown: true }, run.now() - started);
      return;
    }
  }
  new Flight(run, frame, entry, started, past.attempt).resume(past);
};
