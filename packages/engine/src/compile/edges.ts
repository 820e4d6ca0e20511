/** Joins edges to ports: the right level, ports that exist, one edge for each input, types that fit. */
import type { InputPort, OutputPort, Ports } from "../kind.ts";
import type { Registry } from "../kinds/catalogue.ts";
import { type Fit, fit } from "../types.ts";
import type { Layout } from "./layout.ts";
import type { Problems } from "./problems.ts";
import { quoted } from "./problems.ts";
import type { ReadEdge, ReadGraph } from "./read.ts";

/** The joined edges as columns; `order` is by edge id, which is the order of values at a `many` port. */
export interface Joined { readonly fromOut: Int32Array; readonly toSlot: Int32Array; readonly toEntry: Int32Array; readonly count: number;
  /** Slots that an edge leads to, be it a wrong one: that they lack an edge need not be said as well. */
  readonly tried: Uint8Array }

const portList = (ports: readonly { readonly id: string }[]) => ports.length === 0 ? "It has none." : `It has ${ports.slice(0, 12).map((port) => port.id).join(", ")}.`;
const none: Ports = { inputs: [], outputs: [] };

export const conversionHint = (result: Fit, kinds: Registry): string | undefined =>
  result.ok || result.conversion === undefined ? undefined : `Put a ${kinds.get(result.conversion.kind)?.title ?? result.conversion.kind} node between them: ${result.conversion.label.toLowerCase()}.`;

export const joinEdges = (graph: ReadGraph, layout: Layout, kinds: Registry, problems: Problems): Joined => {
  const size = graph.edges.length;
  const fromOut = new Int32Array(size);
  const toSlot = new Int32Array(size);
  const toEntry = new Int32Array(size);
  const taken = new Int32Array(layout.slotPort.length).fill(-1);
  const tried = new Uint8Array(layout.slotPort.length);
  let count = 0;
  const edges = layout.needsOrder ? [...graph.edges].sort((a, b) => (a.id < b.id ? -1 : 1)) : graph.edges;
  for (let number = 0; number < edges.length; number++) {
    const edge = edges[number] as ReadEdge;
    const place = placeOf(edge, graph, layout, problems);
    if (place === undefined) continue;
    const { from, to, outputs, inputs } = place;
    const out = outputs.findIndex((port) => port.id === edge.fromPort);
    const slot = inputs.findIndex((port) => port.id === edge.toPort);
    if (out < 0) problems.add("unknown_port", `${layout.names[from]} has no output ${quoted(edge.fromPort)}.`, { node: layout.ids[from] as string, edge: edge.id, field: "from.port", hint: portList(outputs) });
    if (slot < 0) problems.add("unknown_port", `${layout.names[to]} has no input ${quoted(edge.toPort)}.`, { node: layout.ids[to] as string, edge: edge.id, field: "to.port", hint: portList(inputs) });
    if (slot >= 0) tried[(layout.slotStart[to] as number) + slot] = 1;
    if (out < 0 || slot < 0) continue;
    const input = inputs[slot] as InputPort;
    const place_ = (layout.slotStart[to] as number) + slot;
    if (input.many !== true) {
      const other = taken[place_] as number;
      if (other >= 0) {
        problems.add("input_taken", `Two edges lead to the input ${input.label} of ${layout.names[to]}: ${edges[other]?.id} and ${edge.id}.`, { node: layout.ids[to] as string, edge: edge.id, field: "to.port", hint: "Bring them together with a Join." });
        continue;
      }
      taken[place_] = number;
    }
    const result = fit(outputs[out] as OutputPort, input);
    if (!result.ok) {
      const hint = conversionHint(result, kinds);
      problems.add("type_mismatch", `${layout.names[from]} cannot feed the input ${input.label} of ${layout.names[to]}. ${result.reason}`, { node: layout.ids[to] as string, edge: edge.id, field: "to.port", ...(hint !== undefined && { hint }) });
      continue;
    }
    fromOut[count] = (layout.outStart[from] as number) + out;
    toSlot[count] = place_;
    toEntry[count] = to;
    count++;
  }
  return { fromOut, toSlot, toEntry, count, tried };
};

interface Place { readonly from: number; readonly to: number; readonly outputs: readonly OutputPort[]; readonly inputs: readonly InputPort[] }

const placeOf = (edge: ReadEdge, graph: ReadGraph, layout: Layout, problems: Problems): Place | undefined => {
  const fromNode = edge.from;
  const toNode = edge.to;
  const [source, target] = [layout.setups[fromNode], layout.setups[toNode]];
  // What is wrong with the node itself has been said; its ports are not known.
  if (source === undefined || target === undefined) return undefined;
  if (fromNode === toNode) {
    problems.add("cycle", `${graph.nodes[fromNode]?.name} leads to itself.`, { node: graph.nodes[fromNode]?.id ?? "", edge: edge.id });
    return undefined;
  }
  const [fromParent, toParent] = [layout.parents[fromNode] as number, layout.parents[toNode] as number];
  if (toParent === fromNode) return { from: layout.sourceOf[fromNode] as number, to: layout.entryOf[toNode] as number, outputs: (source.inner ?? none).outputs, inputs: target.ports.inputs };
  if (fromParent === toNode) return { from: layout.entryOf[fromNode] as number, to: layout.sinkOf[toNode] as number, outputs: source.ports.outputs, inputs: (target.inner ?? none).inputs };
  if (fromParent === toParent) return { from: layout.entryOf[fromNode] as number, to: layout.entryOf[toNode] as number, outputs: source.ports.outputs, inputs: target.ports.inputs };
  problems.add("crosses_container", `The edge from ${graph.nodes[fromNode]?.name} to ${graph.nodes[toNode]?.name} crosses the border of a container.`, { edge: edge.id, hint: "Lead it through a port of the container." });
  return undefined;
};
