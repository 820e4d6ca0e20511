/**
 * Reads a document that may be anything into columns. Knows the format, not the kinds: what a node means is checked later.
 * Names are looked up in Maps, so keys such as `__proto__` are names like any other.
 */
import { isRecord, own } from "../json.ts";
import { depthOf } from "../depth.ts";
import { type Problems, isId, quoted } from "./problems.ts";

export const MAX_NODES = 500_000;
export const MAX_EDGES = 2_000_000;
const MAX_CONFIG_DEPTH = 200;
const kindShape = /^[a-z][a-z0-9]*([._-][a-z0-9]+)*$/;

export interface ReadNode {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly off: boolean;
  readonly config: unknown;
}
/** `from` and `to` are places in `nodes`. */
export interface ReadEdge { readonly id: string; readonly from: number; readonly fromPort: string; readonly to: number; readonly toPort: string }
export interface ReadGraph {
  readonly name: string;
  readonly slots: ReadonlyMap<string, "ro" | "rw">;
  readonly nodes: readonly ReadNode[];
  readonly byId: ReadonlyMap<string, number>;
  readonly edges: readonly ReadEdge[];
}

const listOf = (document: object, key: string, most: number, problems: Problems): readonly unknown[] => {
  const value = own(document, key) as unknown;
  if (!Array.isArray(value)) {
    problems.add("bad_document", value === undefined ? `The list "${key}" is missing.` : `"${key}" must be a list.`, { field: key });
    return [];
  }
  if (value.length > most) {
    problems.add("too_large", `"${key}" has ${value.length} entries; at most ${most} are allowed.`, { field: key });
    return [];
  }
  return value;
};

const readSlots = (document: object, problems: Problems): Map<string, "ro" | "rw"> => {
  const slots = new Map<string, "ro" | "rw">();
  for (const [index, slot] of listOf(document, "slots", 1000, problems).entries()) {
    const field = `slots[${index}]`;
    const id = isRecord(slot) ? own(slot, "id") : undefined;
    const access = isRecord(slot) ? own(slot, "access") : undefined;
    if (!isId(id)) problems.add("bad_slot", `${quoted(id)} cannot be the id of a slot.`, { field: `${field}.id` });
    else if (access !== "ro" && access !== "rw") problems.add("bad_slot", `The slot ${id} must say "ro" or "rw".`, { field: `${field}.access` });
    else if (slots.has(id)) problems.add("duplicate_id", `Two slots are called ${id}.`, { field: `${field}.id` });
    else slots.set(id, access);
  }
  return slots;
};

const readNode = (value: unknown, index: number, problems: Problems): ReadNode | undefined => {
  if (!isRecord(value)) { problems.add("bad_node", `Node ${index + 1} is not an object.`, { field: `nodes[${index}]` }); return undefined; }
  const id = own(value, "id");
  if (!isId(id)) {
    problems.add("bad_id", `${quoted(id)} cannot be the id of a node.`, { field: `nodes[${index}].id`, hint: "An id has letters, digits, _ and -, begins with a letter or digit and has at most 64 characters." });
    return undefined;
  }
  const kind = own(value, "kind");
  if (typeof kind !== "string" || !kindShape.test(kind) || kind.length > 100) { problems.add("bad_kind", `${quoted(kind)} is not the name of a kind.`, { node: id, field: "kind" }); return undefined; }
  const parent = own(value, "parent");
  if (parent !== undefined && parent !== null && !isId(parent)) problems.add("bad_id", `${quoted(parent)} cannot be the id of a container.`, { node: id, field: "parent" });
  const name = own(value, "name");
  if (name !== undefined && typeof name !== "string") problems.add("bad_node", "The name must be text.", { node: id, field: "name" });
  const off = own(value, "off");
  if (off !== undefined && off !== null && typeof off !== "boolean") problems.add("bad_node", "off must be true or false.", { node: id, field: "off" });
  const config = own(value, "config");
  if (depthOf(config, MAX_CONFIG_DEPTH) > MAX_CONFIG_DEPTH) {
    problems.add("too_deep", `The settings are nested more than ${MAX_CONFIG_DEPTH} levels deep.`, { node: id, field: "config" });
    return undefined;
  }
  return { id, kind, name: typeof name === "string" ? name : id, parent: isId(parent) ? parent : undefined, off: off === true, config };
};

const readEdge = (value: unknown, index: number, byId: ReadonlyMap<string, number>, problems: Problems): ReadEdge | undefined => {
  if (!isRecord(value)) { problems.add("bad_edge", `Edge ${index + 1} is not an object.`, { field: `edges[${index}]` }); return undefined; }
  const id = own(value, "id");
  if (!isId(id)) { problems.add("bad_id", `${quoted(id)} cannot be the id of an edge.`, { field: `edges[${index}].id` }); return undefined; }
  const from = readEnd(value, "from", id, byId, problems);
  const to = readEnd(value, "to", id, byId, problems);
  return from === undefined || to === undefined ? undefined : { id, from: from.node, fromPort: from.port, to: to.node, toPort: to.port };
};

const readEnd = (edge: object, end: "from" | "to", id: string, byId: ReadonlyMap<string, number>, problems: Problems): { node: number; port: string } | undefined => {
  const endpoint = own(edge, end);
  const name = isRecord(endpoint) ? own(endpoint, "node") : undefined;
  const port = isRecord(endpoint) ? own(endpoint, "port") : undefined;
  if (typeof name !== "string" || typeof port !== "string") { problems.add("bad_edge", `The end "${end}" must name a node and a port.`, { edge: id, field: end }); return undefined; }
  const node = byId.get(name);
  if (node === undefined) { problems.add("dangling_edge", `The edge ${id} ${end === "from" ? "comes from" : "leads to"} the node ${quoted(name)}, which is not in the graph.`, { edge: id, field: `${end}.node` }); return undefined; }
  return { node, port };
};

export const readGraph = (document: unknown, problems: Problems): ReadGraph | undefined => {
  if (!isRecord(document)) { problems.add("bad_document", "A graph is a JSON object."); return undefined; }
  const version = own(document, "axion");
  if (version !== 1) {
    problems.add("unknown_version", version === undefined ? "This is not a graph of Axion: the field \"axion\" is missing." : `This graph has format ${quoted(version)}; this Axion reads format 1.`,
      { field: "axion", ...(typeof version === "number" && version > 1 && { hint: "Open it with a newer Axion." }) });
    return undefined;
  }
  const name = own(document, "name");
  if (typeof name !== "string") problems.add("bad_document", "The name of the graph must be text.", { field: "name" });
  const slots = readSlots(document, problems);
  const nodes: ReadNode[] = [];
  const byId = new Map<string, number>();
  const givenNodes = listOf(document, "nodes", MAX_NODES, problems);
  for (let index = 0; index < givenNodes.length; index++) {
    const node = readNode(givenNodes[index], index, problems);
    if (node === undefined) continue;
    if (byId.has(node.id)) { problems.add("duplicate_id", `Two nodes have the id ${node.id}.`, { node: node.id, field: "id" }); continue; }
    byId.set(node.id, nodes.length);
    nodes.push(node);
  }
  const edges: ReadEdge[] = [];
  const edgeIds = new Set<string>();
  const givenEdges = listOf(document, "edges", MAX_EDGES, problems);
  for (let index = 0; index < givenEdges.length; index++) {
    const edge = readEdge(givenEdges[index], index, byId, problems);
    if (edge === undefined) continue;
    edgeIds.add(edge.id);
    if (edgeIds.size === edges.length) { problems.add("duplicate_id", `Two edges have the id ${edge.id}.`, { edge: edge.id, field: "id" }); continue; }
    edges.push(edge);
  }
  return { name: typeof name === "string" ? name : "", slots, nodes, byId, edges };
};
