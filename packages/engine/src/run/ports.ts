/** Values between steps: what a step takes from its slots, and what it sends along its edges. */
import { ACCEPTS_DEAD, MANY, type Plan } from "../compile/plan.ts";
import type { Json } from "../json.ts";
import type { Inputs, Outputs } from "../kind.ts";
import { type Frame, LIVE, NOT_TAKEN } from "./frame.ts";
import type { Run } from "./run.ts";

export const inputsOf = (plan: Plan, frame: Frame, entry: number): Inputs => {
  const inputs: { [port: string]: Inputs[string] } = {};
  const end = plan.slotStart[entry + 1] as number;
  for (let slot = plan.slotStart[entry] as number; slot < end; slot++) {
    const value = frame.values[slot - frame.level.slotFirst] as Inputs[string];
    if (value !== undefined) inputs[plan.slotPort[slot] as string] = value;
  }
  return inputs;
};

/** Does an edge take the node's failure? */
export const errorPortTaken = (plan: Plan, entry: number): boolean => {
  for (let out = plan.outStart[entry] as number; out < (plan.outStart[entry + 1] as number); out++) {
    if (plan.outPort[out] === "error" && plan.kinds[entry]?.container === undefined) return (plan.edgeStart[out + 1] as number) > (plan.edgeStart[out] as number);
  }
  return false;
};

/** Sends values (or that there are none) along the edges; queues what became ready. */
export const propagate = (run: Run, frame: Frame, entry: number, outputs: Outputs | undefined, cause: number): void => {
  const { plan } = run;
  const { first, slotFirst } = frame.level;
  const lastOut = plan.outStart[entry + 1] as number;
  for (let out = plan.outStart[entry] as number; out < lastOut; out++) {
    const lastEdge = plan.edgeStart[out + 1] as number;
    let edge = plan.edgeStart[out] as number;
    if (edge === lastEdge) continue;
    const port = plan.outPort[out] as string;
    const value = outputs !== undefined && Object.hasOwn(outputs, port) ? outputs[port] : undefined;
    const why = cause === LIVE ? NOT_TAKEN : cause;
    for (; edge < lastEdge; edge++) {
      const slot = plan.edgeSlot[edge] as number;
      const target = plan.edgeEntry[edge] as number;
      const flags = plan.slotFlags[slot] as number;
      if ((flags & MANY) !== 0) {
        const given = frame.values[slot - slotFirst] as (Json | undefined)[] | undefined;
        const list = given ?? new Array<Json | undefined>(plan.slotEdges[slot] as number).fill(undefined);
        frame.values[slot - slotFirst] = list;
        list[plan.edgePlace[edge] as number] = value;
      } else if (value !== undefined) frame.values[slot - slotFirst] = value;
      if (value === undefined && (flags & ACCEPTS_DEAD) === 0 && (frame.dead[target - first] as number) < why) frame.dead[target - first] = why;
      const left = (frame.pending[target - first] as number) - 1;
      frame.pending[target - first] = left;
      if (left === 0) run.enqueue(frame, target);
    }
  }
};
