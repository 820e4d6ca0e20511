/** The end of a run: what is left is closed, the results are written, and the last event is on disk before anybody hears of it. */
import * as events from "./events.ts";
import type { Flight } from "./flight.ts";
import type { Frame } from "./frame.ts";
import { settleUnentered } from "./resume.ts";
import type { Run } from "./run.ts";

/** The grace after a cancel is over: what has not stopped is written off. */
export const finishNow = (run: Run, root: Frame): void => {
  if (run.over) return;
  const frames = [root];
  const flights: Flight[] = [];
  for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
    flights.push(...frame.flights);
    for (const box of frame.boxes) frames.push(...box.frames);
  }
  for (const flight of flights) flight.cancelled();
  finish(run, root);
};

export const finish = (run: Run, root: Frame): void => {
  if (run.over || run.finishing) return;
  run.finishing = true;
  const frames = [root];
  for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
    run.abandon(frame);
    for (const box of frame.boxes) frames.push(...box.frames);
  }
  if (run.hasPast) settleUnentered(run);
  const state = run.cancelled && root.stopping ? "cancelled" : root.failure !== undefined ? "failed" : "succeeded";
  const error = state === "failed" ? root.failure?.error : undefined;
  const now = run.now();
  const conclude = (outputs: string) => {
    run.write(events.runFinished(now, state, Math.max(0, now - run.startedAt), outputs, error, run.counts));
    run.over = true;
    run.journal.durable().then(() => run.resolve({ state, outputs: run.outputs, counts: run.counts, ...(error !== undefined && { error }) }), (reason: unknown) => run.reject(reason));
  };
  const written = run.values.write(run.outputs, Object.keys(run.outputs));
  if (typeof written === "string") conclude(written);
  else written.then(conclude, (reason: unknown) => run.lose(reason));
};
