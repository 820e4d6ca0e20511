/**
 * `npm run bench -- events`: what the page does with the events of a run before anything is drawn.
 *
 * Method. The 100,000 events of three steps for each of 33,333 items, taken in by the reducer in batches of 1,000 with a view after each, as a stream
 * brings them. The floor, in the same process: `JSON.parse` of the same events in the same batches, which every page has to do as well. In turns,
 * best and median of 9, after one of each that is not counted; processor time of this process, so that others on the machine count less.
 */
import { loadavg } from "node:os";
import { RunReducer } from "@axion/client";
import { median } from "./chain/figures.mjs";

const COUNT = 100_000;
const BATCH = 1_000;
const drafts = [
  { type: "run-started", graphName: "G", graphHash: "0".repeat(64), input: null, grants: [], runner: { mode: "process", jail: "none", node: "24", readyMs: 1 } },
  { type: "step-started", node: "each", items: 33_333 },
];
for (let item = 0; drafts.length < COUNT; item += 1)
  for (const node of ["a", "b", "c"]) drafts.push({ type: "step-finished", node, scope: `each:${item}`, state: "succeeded", ms: item % 7, outputs: {} });
const events = drafts.map((draft, index) => ({ ...draft, runId: "r1", seq: index + 1, ts: 1_700_000_000_000 + index }));
const batches = Array.from({ length: Math.ceil(events.length / BATCH) }, (_, at) => events.slice(at * BATCH, (at + 1) * BATCH));
const texts = batches.map((batch) => JSON.stringify(batch));

const spent = (work) => {
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
};
const ways = {
  parse: () => { for (const text of texts) JSON.parse(text); },
  reduce: () => {
    const reducer = new RunReducer();
    for (const batch of batches) { reducer.apply(batch); reducer.view(); }
    if (reducer.seq !== events.length) throw new Error(`${reducer.seq} of ${events.length} were taken in`);
  },
};
const times = { parse: [], reduce: [] };
for (let round = 0; round < 10; round += 1)
  for (const [name, work] of Object.entries(ways)) {
    const ms = spent(work);
    if (round > 0) times[name].push(ms);
  }
console.log(`${events.length} events; load ${loadavg()[0].toFixed(1)} at the end`);
for (const [name, all] of Object.entries(times)) console.log(`  ${name.padEnd(7)} best ${Math.min(...all).toFixed(0)} ms   median ${median(all).toFixed(0)} ms`);
console.log(`  taken in: ${(median(times.reduce) / median(times.parse)).toFixed(2)} × reading their JSON (best ${(Math.min(...times.reduce) / Math.min(...times.parse)).toFixed(2)} ×)`);
