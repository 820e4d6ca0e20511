/** Finds what goes round in a circle, and names it. Works on the plan's arrays, without recursion. */
import type { Plan } from "./plan.ts";

type Arrays = Pick<Plan, "ids" | "indegree" | "outStart" | "edgeStart" | "edgeEntry">;

/** One circle as a list of entries in the direction of the edges; undefined if there is none. */
export const findCycle = (plan: Arrays): number[] | undefined => {
  const size = plan.ids.length;
  const waiting = plan.indegree.slice();
  const ready = new Int32Array(size);
  let filled = 0;
  for (let entry = 0; entry < size; entry++) if (waiting[entry] === 0) ready[filled++] = entry;
  for (let done = 0; done < filled; done++) {
    const entry = ready[done] as number;
    const end = plan.edgeStart[plan.outStart[entry + 1] as number] as number;
    for (let edge = plan.edgeStart[plan.outStart[entry] as number] as number; edge < end; edge++) {
      const target = plan.edgeEntry[edge] as number;
      waiting[target] = (waiting[target] as number) - 1;
      if (waiting[target] === 0) ready[filled++] = target;
    }
  }
  if (filled === size) return undefined;
  // Each entry left over has a predecessor left over: walking back must meet itself.
  const before = new Int32Array(size).fill(-1);
  let at = -1;
  for (let entry = 0; entry < size; entry++) {
    if (waiting[entry] === 0) continue;
    at = entry;
    const end = plan.edgeStart[plan.outStart[entry + 1] as number] as number;
    for (let edge = plan.edgeStart[plan.outStart[entry] as number] as number; edge < end; edge++) {
      if (waiting[plan.edgeEntry[edge] as number] !== 0) before[plan.edgeEntry[edge] as number] = entry;
    }
  }
  const seen = new Map<number, number>();
  const walk: number[] = [];
  while (!seen.has(at)) { seen.set(at, walk.length); walk.push(at); at = before[at] as number; }
  return walk.slice(seen.get(at)).reverse();
};
