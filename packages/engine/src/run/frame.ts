/**
 * A frame: one pass through a level of the plan, the top or one item of a container. It holds what is still awaited and
 * the values that have arrived; `busy` counts what is queued or in flight, and a frame is over when nothing is.
 */
import type { StepError } from "@axion/protocol";
import type { Json } from "../json.ts";
import type { Outputs } from "../kind.ts";
import type { Level, Plan } from "../compile/plan.ts";
import type { Flight } from "./flight.ts";

/** Why an input carries nothing. The larger one wins. */
export const LIVE = 0;
export const NOT_TAKEN = 1;
export const INPUT_FAILED = 2;

/** A failure and the step that it happened in. */
export interface Failure { readonly error: StepError; readonly node: string; readonly name: string }

/** Nodes of a level, without the two ends of a container's inside. */
export const nodesOf = (level: Level): number => level.source < 0 ? level.count : level.count - 2;

export class Frame {
  readonly level: Level;
  readonly box: Box | undefined;
  readonly index: number;
  readonly scope: string | undefined;
  /** Edges that each entry still waits for. */
  readonly pending: Int32Array;
  readonly dead: Uint8Array;
  readonly values: unknown[];
  /** What the inner source gives. */
  readonly given: Outputs;
  busy = 0;
  /** Nodes that have not come to an end. */
  left: number;
  /** Nothing new starts here: it failed, or what it is part of did, or the run is cancelled. */
  stopping = false;
  failure: Failure | undefined;
  result: Json | undefined;
  readonly flights = new Set<Flight>();
  readonly boxes = new Set<Box>();

  constructor(plan: Plan, level: Level, box: Box | undefined, index: number, scope: string | undefined, given: Outputs) {
    this.level = level;
    this.box = box;
    this.index = index;
    this.scope = scope;
    this.given = given;
    this.left = nodesOf(level);
    this.pending = plan.indegree.slice(level.first, level.first + level.count);
    this.dead = new Uint8Array(level.count);
    this.values = new Array<unknown>(level.slotCount);
  }
}

/** A container that is being gone through. */
export class Box {
  readonly frame: Frame;
  readonly entry: number;
  readonly items: readonly Json[];
  readonly startedAt: number;
  next = 0;
  active = 0;
  /** Ends the container: an item failed and the container does not collect. */
  failure: Failure | undefined;
  /** Some item was stopped from outside, so the container is not complete. */
  cut = false;
  readonly results: (Json | undefined)[] = [];
  readonly failures: { readonly index: number; readonly failure: Failure }[] = [];
  readonly frames = new Set<Frame>();

  constructor(frame: Frame, entry: number, items: readonly Json[], startedAt: number) {
    this.frame = frame;
    this.entry = entry;
    this.items = items;
    this.startedAt = startedAt;
  }
}
