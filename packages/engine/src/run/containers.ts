/** Goes through containers: opens a frame for each item, collects what they give, and closes the container. */
import type { StepError } from "@axion/protocol";
import { setupOf } from "../compile/plan.ts";
import { StepFailure } from "../failure.ts";
import { type Json, emptyRecord, isList, nameOfType } from "../json.ts";
import type { Outputs } from "../kind.ts";
import type { ForEachConfig } from "../kinds/for-each.ts";
import * as events from "./events.ts";
import { Box, type Failure, Frame } from "./frame.ts";
import { instanceKey } from "./history.ts";
import { inputsOf } from "./ports.ts";
import type { Run } from "./run.ts";

const errorValue = ({ error, node, name }: Failure): Json => {
  const value = emptyRecord();
  Object.assign(value, { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }), node, name });
  return value;
};

const forEachConfig = (run: Run, entry: number) => setupOf(run.plan, entry).config as ForEachConfig;
const isForEach = (run: Run, entry: number) => run.plan.kinds[entry]?.container === "for-each";

export const openBox = (run: Run, frame: Frame, entry: number): void => {
  const now = run.now();
  const inputs = inputsOf(run.plan, frame, entry);
  let items: readonly Json[] = [(inputs["value"] ?? null) as Json];
  if (isForEach(run, entry)) {
    const given = inputs["items"] as Json | undefined;
    if (!isList(given)) {
      run.fail(frame, entry, failureOf(new StepFailure("wrong_type", `For each needs a list, but got ${nameOfType(given)}.`)), 0);
      return;
    }
    items = given;
  }
  const past = run.history.instances.get(instanceKey(run.plan.ids[entry] as string, frame.scope));
  const box = new Box(frame, entry, items, past?.startedAt ?? now);
  frame.boxes.add(box);
  if (past?.startedAt === undefined) {
    run.write(events.stepStarted(now, run.plan.ids[entry] as string, frame.scope, 1, isForEach(run, entry) ? items.length : undefined));
  }
  goOn(run, box);
};

const failureOf = (failure: StepFailure): StepError => ({ code: failure.code, message: failure.message });

/** Starts items up to the container's limit; finishes the container when none is left. */
const goOn = (run: Run, box: Box): void => {
  const { frame, entry } = box;
  const limit = isForEach(run, entry) ? forEachConfig(run, entry).concurrency : 1;
  while (!frame.stopping && box.failure === undefined && box.next < box.items.length && box.active < limit) openItem(run, box);
  if (box.active === 0) finishBox(run, box);
};

const openItem = (run: Run, box: Box): void => {
  const { plan } = run;
  const index = box.next++;
  const level = plan.levels[plan.inside[box.entry] as number];
  if (level === undefined) return;
  const id = `${plan.ids[box.entry]}:${index}`;
  const scope = box.frame.scope === undefined ? id : `${box.frame.scope}/${id}`;
  const item = box.items[index] as Json;
  const given: Outputs = isForEach(run, box.entry) ? { item, index } : { value: item };
  const child = new Frame(plan, level, box, index, scope, given);
  box.active++;
  box.frames.add(child);
  run.enter(child);
};

/** An item's frame is over. */
export const closeItem = (run: Run, child: Frame): void => {
  const box = child.box;
  if (box === undefined) return;
  box.frames.delete(child);
  box.active--;
  if (child.failure !== undefined) {
    box.failures.push({ index: child.index, failure: child.failure });
    if (isForEach(run, box.entry) && forEachConfig(run, box.entry).onError === "fail" && box.failure === undefined) {
      box.failure = child.failure;
      for (const other of [...box.frames]) run.stop(other);
    }
  } else if (child.stopping) box.cut = true;
  else box.results[child.index] = child.result;
  // Stopping others may have closed them, and the last of them finished the container.
  if (box.frame.boxes.has(box)) goOn(run, box);
};

const finishBox = (run: Run, box: Box): void => {
  const { frame, entry } = box;
  frame.boxes.delete(box);
  const ms = run.now() - box.startedAt;
  if (box.failure !== undefined) { run.fail(frame, entry, box.failure.error, ms, box.failure); return; }
  if (box.cut || box.next < box.items.length) { run.cancelStep(frame, entry, ms, undefined); return; }
  box.failures.sort((a, b) => a.index - b.index);
  run.finishContainer(frame, entry, isForEach(run, entry) ? eachOutputs(box) : tryOutputs(box), ms);
};

const eachOutputs = (box: Box): Outputs => {
  const results: Json[] = [];
  for (let index = 0; index < box.items.length; index++) {
    const result = box.results[index];
    if (result !== undefined) results.push(result);
  }
  const errors = box.failures.map(({ index, failure }): Json => ({ index, item: box.items[index] as Json, ...(errorValue(failure) as object) }));
  return { results, errors };
};

const tryOutputs = (box: Box): Outputs => {
  const caught = box.failures[0];
  if (caught !== undefined) return { error: errorValue(caught.failure) };
  const result = box.results[0];
  return result === undefined ? {} : { result };
};
