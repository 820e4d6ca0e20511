/** Going on from a journal: finished steps give again what they gave, and what was in flight goes on by its own rule. */
import { type Level, NODE, type Plan } from "../compile/plan.ts";
import type { Outputs } from "../kind.ts";
import { Flight } from "./flight.ts";
import { type Failure, type Frame, INPUT_FAILED, NOT_TAKEN, nodesOf } from "./frame.ts";
import * as events from "./events.ts";
import { type History, type Past, instanceKey, unknownOutcome } from "./history.ts";
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

/** Something of the step itself was seen, not only a retry or an approval that belongs to it. */
const begun = (past: Past | undefined): boolean => past?.finished !== undefined || past?.startedAt !== undefined;

/** The level that a scope is an item of. */
const levelOf = (plan: Plan, entries: ReadonlyMap<string, number>, scope: string): Level | undefined => {
  const last = scope.slice(scope.lastIndexOf("/") + 1);
  return plan.levels[plan.inside[entries.get(last.slice(0, last.lastIndexOf(":"))) ?? -1] ?? -1];
};

/**
 * At the end: items that only the journal knows, because their container had finished or was stopped before it came to them again. Their
 * steps count like all others; what had begun in them is closed.
 */
export const settleUnentered = (run: Run): void => {
  const { counts, history, plan } = run;
  const entries = entriesOf(plan);
  const ended = new Map<string, number>();
  for (const past of history.instances.values()) {
    const { node, scope, finished, unknown } = past;
    if (scope === undefined || run.entered.has(scope)) continue;
    ended.set(scope, (ended.get(scope) ?? 0) + (begun(past) ? 1 : 0));
    if (!begun(past)) continue;
    if (finished === undefined) {
      run.write(events.stepEnded(run.now(), node, scope, "cancelled", 0, { ...(unknown && { error: unknownOutcome }), reason: run.cancelled ? "the run was cancelled" : "another step failed" }));
      counts.cancelled++;
    } else if (finished.state === "failed" || finished.state === "skipped" || finished.state === "cancelled") counts[finished.state]++;
    else counts.succeeded++;
  }
  for (const [scope, known] of ended) {
    const level = levelOf(plan, entries, scope);
    if (level === undefined) continue;
    counts.total += nodesOf(level);
    counts.skipped += nodesOf(level) - known;
    if (run.cancelled || known === nodesOf(level)) continue;
    for (let entry = level.first; entry < level.first + level.count; entry++) {
      const node = plan.ids[entry] as string;
      if (plan.role[entry] !== NODE || begun(history.instances.get(instanceKey(node, scope)))) continue;
      run.write(events.stepEnded(run.now(), node, scope, "skipped", 0, { reason: "another step failed" }));
    }
  }
};

/** A step that finished before: its values arrive again, and nothing is recorded anew. */
export const replay = (run: Run, frame: Frame, entry: number, finished: NonNullable<Past["finished"]>): void => {
  let outputs: Outputs;
  try { outputs = run.values.read(finished.outputs); } catch (thrown) { run.lose(thrown); return; }
  switch (finished.state) {
    case "skipped": {
      run.count(frame, "skipped");
      propagate(run, frame, entry, undefined, Math.max(frame.dead[entry - frame.level.first] as number, NOT_TAKEN));
      run.release(frame);
      return;
    }
    case "cancelled": {
      run.count(frame, "cancelled");
      if (!run.cancelled) propagate(run, frame, entry, undefined, INPUT_FAILED);
      run.release(frame);
      return;
    }
    case "failed": {
      run.count(frame, "failed");
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
