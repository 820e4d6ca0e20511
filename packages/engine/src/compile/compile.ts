/**
 * From a document that may be anything to a plan, or to the list of what is wrong with it. Nothing is executed here, and
 * nothing is recursive: a chain of 100,000 nodes compiles like one of ten.
 */
import { FieldProblem } from "../failure.ts";
import { type Json, emptyRecord, isRecord } from "../json.ts";
import type { Kind } from "../kind.ts";
import { type Registry, registry as allKinds } from "../kinds/catalogue.ts";
import { fieldValue } from "../kinds/start.ts";
import { type ConfigProblem, type NodeSetup, setUp } from "../node-config.ts";
import { findCycle } from "./cycles.ts";
import { type Joined, joinEdges } from "./edges.ts";
import { type Layout, layOut } from "./layout.ts";
import { parentsOf } from "./levels.ts";
import { type Compiled, type Level, NODE, type Plan, setupOf } from "./plan.ts";
import { Problems } from "./problems.ts";
import { type ReadGraph, readGraph } from "./read.ts";

const kindsOf = (graph: ReadGraph, kinds: Registry, problems: Problems): (Kind | undefined)[] =>
  graph.nodes.map((node) => {
    const kind = kinds.get(node.kind);
    if (kind === undefined) {
      problems.add("unknown_kind", `${node.name} is of the kind ${node.kind}, which is not available here. Its settings are kept.`, { node: node.id, field: "kind", hint: "Open the graph with an Axion that has this kind, or remove the node." });
    }
    return kind;
  });

/** Sets up each node; equal settings of one kind are set up once. */
const setupsOf = (graph: ReadGraph, kinds: readonly (Kind | undefined)[], problems: Problems): (NodeSetup | undefined)[] => {
  const known = new Map<Kind, Map<string, NodeSetup | readonly ConfigProblem[]>>();
  return graph.nodes.map((node, index) => {
    const kind = kinds[index];
    if (kind === undefined) return undefined;
    let ofKind = known.get(kind);
    if (ofKind === undefined) { ofKind = new Map(); known.set(kind, ofKind); }
    const key = JSON.stringify(node.config) ?? "";
    let result = ofKind.get(key);
    if (result === undefined) {
      const made = setUp(kind, node.config);
      result = "setup" in made ? made.setup : made.problems;
      ofKind.set(key, result);
    }
    if ("ports" in result) return result;
    for (const problem of result) {
      problems.add("bad_config", `${node.name}: ${problem.message}`, { node: node.id, field: problem.field === "" ? "config" : `config.${problem.field}`.replace("config.config", "config"), ...(problem.hint !== undefined && { hint: problem.hint }) });
    }
    return undefined;
  });
};

/** What depends on the node's place: its slots, its connected inputs, its role. */
const checkNodes = (graph: ReadGraph, kinds: readonly (Kind | undefined)[], layout: Layout, joined: Joined, slotEdges: Int32Array, problems: Problems): void => {
  const outputs = new Map<string, string>();
  let start: string | undefined;
  for (let index = 0; index < graph.nodes.length; index++) {
    const node = graph.nodes[index];
    const kind = kinds[index];
    const setup = layout.setups[index];
    if (node === undefined || kind === undefined || setup === undefined) continue;
    if (kind.role !== undefined && (layout.parents[index] as number) >= 0) problems.add("bad_place", `${kind.title} belongs at the top level, not inside a container.`, { node: node.id, field: "parent" });
    if (kind.role === "start") {
      if (start !== undefined) problems.add("two_starts", `A graph has one Start; ${node.name} is a second one.`, { node: node.id, field: "kind" });
      start = node.id;
    }
    if (kind.role === "output") {
      const name = (setup.config as { readonly name: string }).name;
      const other = outputs.get(name);
      if (other !== undefined) problems.add("duplicate_output", `Two outputs are called ${name}.`, { node: node.id, field: "config.name", hint: `The other is ${other}.` });
      outputs.set(name, node.name);
    }
    for (const use of kind.slots?.(setup.config) ?? []) {
      const access = graph.slots.get(use.slot);
      if (access === undefined) problems.add("slot_undeclared", `${node.name} uses the folder "${use.slot}", which the graph does not declare.`, { node: node.id, field: `config.${use.field}`, hint: "Add it to the folders of the graph." });
      else if (use.access === "rw" && access === "ro") problems.add("slot_read_only", `${node.name} writes to the folder "${use.slot}", which the graph declares read-only.`, { node: node.id, field: `config.${use.field}`, hint: "Declare it read-write." });
    }
    if (node.off) continue;
    const first = layout.slotStart[layout.entryOf[index] as number] as number;
    for (let place = 0; place < setup.ports.inputs.length; place++) {
      const port = setup.ports.inputs[place] as (typeof setup.ports.inputs)[number];
      if (port.required === true && slotEdges[first + place] === 0 && joined.tried[first + place] === 0) problems.add("input_missing", `The input ${port.label} of ${node.name} is not connected.`, { node: node.id, field: `inputs.${port.id}` });
    }
    if (kind.check === undefined) continue;
    try {
      kind.check(setup.config, (port) => { const place = setup.ports.inputs.findIndex((each) => each.id === port); return place >= 0 && slotEdges[first + place] !== 0; });
    } catch (thrown) {
      if (!(thrown instanceof FieldProblem)) throw thrown;
      problems.add("bad_config", `${node.name}: ${thrown.message}`, { node: node.id, field: `config.${thrown.field}`, ...(thrown.hint !== undefined && { hint: thrown.hint }) });
    }
  }
};

const build = (graph: ReadGraph, kinds: readonly (Kind | undefined)[], layout: Layout, joined: Joined, slotEdges: Int32Array): Plan => {
  const size = layout.ids.length;
  const { count } = joined;
  const edgeStart = new Int32Array(layout.outPort.length + 1);
  for (let edge = 0; edge < count; edge++) { const out = (joined.fromOut[edge] as number) + 1; edgeStart[out] = (edgeStart[out] as number) + 1; }
  for (let out = 0; out < layout.outPort.length; out++) edgeStart[out + 1] = (edgeStart[out + 1] as number) + (edgeStart[out] as number);
  const next = edgeStart.slice();
  const edgeSlot = new Int32Array(count), edgeEntry = new Int32Array(count), edgePlace = new Int32Array(count);
  const indegree = new Int32Array(size);
  const placed = new Int32Array(layout.slotPort.length);
  for (let edge = 0; edge < count; edge++) {
    const out = joined.fromOut[edge] as number, slot = joined.toSlot[edge] as number, entry = joined.toEntry[edge] as number;
    const at = next[out] as number;
    next[out] = at + 1;
    edgeSlot[at] = slot; edgeEntry[at] = entry;
    edgePlace[at] = placed[slot] as number;
    placed[slot] = (placed[slot] as number) + 1;
    indegree[entry] = (indegree[entry] as number) + 1;
  }
  const inside = new Int32Array(size).fill(-1);
  const levels = layout.levels.map((level, index): Level => {
    const container = level.container < 0 ? -1 : (layout.entryOf[level.container] as number);
    if (container >= 0) inside[container] = index;
    const slotFirst = layout.slotStart[level.first] as number;
    const roots: number[] = [];
    for (let entry = level.first; entry < level.first + level.count; entry++) if (indegree[entry] === 0) roots.push(entry);
    return {
      container, first: level.first, count: level.count, slotFirst, slotCount: (layout.slotStart[level.first + level.count] as number) - slotFirst, roots,
      source: level.container < 0 ? -1 : (layout.sourceOf[level.container] as number), sink: level.container < 0 ? -1 : (layout.sinkOf[level.container] as number),
    };
  });
  const byEntry = <T>(of: (node: number) => T): T[] => Array.from(layout.nodeOf, of);
  return {
    graphName: graph.name, nodeCount: graph.nodes.length, ids: layout.ids, names: layout.names, role: layout.role,
    kinds: byEntry((node) => kinds[node] as Kind), setups: byEntry((node) => layout.setups[node] as NodeSetup),
    off: Uint8Array.from(layout.nodeOf, (node, entry) => layout.role[entry] === NODE && graph.nodes[node]?.off === true ? 1 : 0),
    levelOf: layout.levelOf, inside, levels, indegree, slotStart: layout.slotStart, slotPort: layout.slotPort, slotFlags: layout.slotFlags, slotEdges,
    outStart: layout.outStart, outPort: layout.outPort, edgeStart, edgeSlot, edgeEntry, edgePlace, slots: graph.slots,
    start: layout.nodeOf.findIndex((node, entry) => layout.role[entry] === NODE && kinds[node]?.role === "start"),
  };
};

export const compile = (document: unknown, kinds: Registry = allKinds): Compiled => {
  const problems = new Problems();
  const graph = readGraph(document, problems);
  if (graph === undefined) return { problems: problems.result() };
  const nodeKinds = kindsOf(graph, kinds, problems);
  const parents = parentsOf(graph, nodeKinds, problems);
  const setups = setupsOf(graph, nodeKinds, problems);
  const layout = layOut(graph, nodeKinds, parents, setups);
  const joined = joinEdges(graph, layout, kinds, problems);
  const slotEdges = new Int32Array(layout.slotPort.length);
  for (let edge = 0; edge < joined.count; edge++) { const slot = joined.toSlot[edge] as number; slotEdges[slot] = (slotEdges[slot] as number) + 1; }
  checkNodes(graph, nodeKinds, layout, joined, slotEdges, problems);
  const plan = build(graph, nodeKinds, layout, joined, slotEdges);
  const circle = findCycle(plan);
  if (circle !== undefined) {
    const names = circle.slice(0, 8).map((entry) => plan.names[entry]).join(" → ");
    problems.add("cycle", `These nodes lead back to themselves: ${names} → ${circle.length > 8 ? "… → " : ""}${plan.names[circle[0] as number]}.`, { node: plan.ids[circle[0] as number] as string, hint: "Take one of the edges away. Repetition is made with For each." });
  }
  return problems.any ? { problems: problems.result() } : { plan };
};

type StartFields = readonly Parameters<typeof fieldValue>[0][];
const startFields = (plan: Plan): StartFields => plan.start < 0 ? [] : (setupOf(plan, plan.start).config as { readonly fields: StartFields }).fields;

/** What is wrong with the values that a run is started with. */
export const checkInput = (plan: Plan, input: Json): readonly { readonly code: string; readonly message: string; readonly node: string; readonly field: string }[] =>
  startFields(plan).flatMap((field) => {
    const read = fieldValue(field, input);
    return "problem" in read ? [{ code: "bad_input", message: read.problem, node: plan.ids[plan.start] as string, field: `input.${field.name}` }] : [];
  });

/** The run's input with the defaults of the Start fields, as expressions see it under `input`. */
export const completeInput = (plan: Plan, input: Json): Json => {
  const fields = startFields(plan);
  if (fields.length === 0) return input;
  const complete = emptyRecord();
  if (isRecord(input)) for (const [key, value] of Object.entries(input)) complete[key] = value;
  for (const field of fields) {
    const read = fieldValue(field, input);
    if ("value" in read) complete[field.name] = read.value;
  }
  return complete;
};
