/** Puts nodes in the order of the plan, level by level, and counts their ports. (Not the layout on the canvas.) */
import type { Kind, Ports } from "../kind.ts";
import type { NodeSetup } from "../node-config.ts";
import { ACCEPTS_DEAD, MANY, NODE, SINK, SOURCE } from "./plan.ts";
import type { ReadGraph } from "./read.ts";

export interface Layout {
  readonly parents: Int32Array;
  /** By node: its setup, undefined where the node is wrong. */
  readonly setups: readonly (NodeSetup | undefined)[];
  readonly entryOf: Int32Array;
  readonly sourceOf: Int32Array;
  readonly sinkOf: Int32Array;
  /** By entry. */
  readonly nodeOf: Int32Array;
  readonly role: Uint8Array;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly levelOf: Int32Array;
  readonly slotStart: Int32Array;
  readonly slotPort: readonly string[];
  readonly slotFlags: Uint8Array;
  readonly outStart: Int32Array;
  readonly outPort: readonly string[];
  /** By level: container node (−1 top), first entry, number of entries. */
  readonly levels: readonly { readonly container: number; readonly first: number; readonly count: number }[];
  /** Some input takes several edges, so their order matters. */
  readonly needsOrder: boolean;
}

const nothing: Ports = { inputs: [], outputs: [] };

export const layOut = (graph: ReadGraph, kinds: readonly (Kind | undefined)[], parents: Int32Array, setups: readonly (NodeSetup | undefined)[]): Layout => {
  const nodes = graph.nodes.length;
  const children = new Map<number, number[]>([[-1, []]]);
  for (let node = 0; node < nodes; node++) if (kinds[node]?.container !== undefined) children.set(node, []);
  for (let node = 0; node < nodes; node++) children.get(parents[node] as number)?.push(node);
  const size = nodes + (children.size - 1) * 2;
  const entryOf = new Int32Array(nodes).fill(-1), sourceOf = new Int32Array(nodes).fill(-1), sinkOf = new Int32Array(nodes).fill(-1);
  const nodeOf = new Int32Array(size), levelOf = new Int32Array(size), role = new Uint8Array(size);
  const slotStart = new Int32Array(size + 1), outStart = new Int32Array(size + 1);
  const slotPort: string[] = [], outPort: string[] = [], ids: string[] = new Array<string>(size), names: string[] = new Array<string>(size);
  const flags: number[] = [];
  const levels: { container: number; first: number; count: number }[] = [];
  let needsOrder = false;
  let entry = 0;
  const put = (node: number, as: number, ports: Ports) => {
    nodeOf[entry] = node; role[entry] = as; levelOf[entry] = levels.length;
    ids[entry] = graph.nodes[node]?.id as string; names[entry] = graph.nodes[node]?.name as string;
    for (const port of ports.inputs) {
      slotPort.push(port.id);
      flags.push((port.many === true ? MANY : 0) | (port.acceptsDead === true ? ACCEPTS_DEAD : 0));
      needsOrder ||= port.many === true;
    }
    for (const port of ports.outputs) outPort.push(port.id);
    entry++;
    slotStart[entry] = slotPort.length; outStart[entry] = outPort.length;
  };
  for (const [container, members] of children) {
    const first = entry;
    if (container >= 0) {
      const inner = setups[container]?.inner ?? nothing;
      sourceOf[container] = entry;
      put(container, SOURCE, { inputs: [], outputs: inner.outputs });
      sinkOf[container] = entry;
      // The sink hears of skipped ends too, so that an item always comes to an end.
      put(container, SINK, { inputs: inner.inputs.map((port) => ({ ...port, acceptsDead: true })), outputs: [] });
    }
    for (const node of members) { entryOf[node] = entry; put(node, NODE, setups[node]?.ports ?? nothing); }
    levels.push({ container, first, count: entry - first });
  }
  return { parents, setups, entryOf, sourceOf, sinkOf, nodeOf, role, ids, names, levelOf, slotStart, slotPort, slotFlags: Uint8Array.from(flags), outStart, outPort, levels, needsOrder };
};
