/**
 * The plan: a graph as flat arrays, made once and never changed. An *entry* is a node, or one of the two ends of a
 * container's inside (its source and its sink). Entries of one level stand together, so a frame is a slice.
 */
import type { Problem } from "@axion/protocol";
import type { Kind } from "../kind.ts";
import type { NodeSetup } from "../node-config.ts";

export const NODE = 0;
export const SOURCE = 1;
export const SINK = 2;

export const MANY = 1;
export const ACCEPTS_DEAD = 2;

export interface Level {
  /** Entry of the container, −1 for the top. */
  readonly container: number;
  readonly first: number;
  readonly count: number;
  readonly slotFirst: number;
  readonly slotCount: number;
  /** Entries that nothing leads to, in order. */
  readonly roots: readonly number[];
  /** Entry of the inner source and sink, −1 at the top. */
  readonly source: number;
  readonly sink: number;
}

export interface Plan {
  readonly graphName: string;
  /** Nodes of the graph, without the ends of containers. */
  readonly nodeCount: number;
  /** By entry. The ends of a container carry its id. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly role: Uint8Array;
  readonly kinds: readonly Kind[];
  readonly setups: readonly NodeSetup[];
  readonly off: Uint8Array;
  readonly levelOf: Int32Array;
  /** Level of a container's inside, else −1. */
  readonly inside: Int32Array;
  readonly levels: readonly Level[];
  /** Edges that lead to the entry. */
  readonly indegree: Int32Array;
  /** Input slots of entry e: slotStart[e] … slotStart[e + 1]. */
  readonly slotStart: Int32Array;
  readonly slotPort: readonly string[];
  readonly slotFlags: Uint8Array;
  /** Edges that lead to the slot. */
  readonly slotEdges: Int32Array;
  /** Output ports of entry e: outStart[e] … outStart[e + 1]; the edges of port o: edgeStart[o] … edgeStart[o + 1]. */
  readonly outStart: Int32Array;
  readonly outPort: readonly string[];
  readonly edgeStart: Int32Array;
  readonly edgeSlot: Int32Array;
  readonly edgeEntry: Int32Array;
  /** Place of the edge among those of a `many` slot. */
  readonly edgePlace: Int32Array;
  readonly slots: ReadonlyMap<string, "ro" | "rw">;
  /** Entry of the start node, −1 if there is none. */
  readonly start: number;
}

/** The setup of an entry that exists. */
export const setupOf = (plan: Plan, entry: number): NodeSetup => {
  const setup = plan.setups[entry];
  if (setup === undefined) throw new RangeError(`The plan has no entry ${entry}.`);
  return setup;
};

export type Compiled = { readonly plan: Plan; readonly problems?: never } | { readonly problems: readonly Problem[]; readonly plan?: never };
