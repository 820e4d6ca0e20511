/**
 * The editor's gestures as lists of operations. Pure: models and new ids come in, drafts go out; nothing is applied here.
 */
import type { EdgeRecord, Endpoint, Note, Slot } from "@axion/protocol";
import { fieldsOf } from "./fields.ts";
import type { DraftOp, GraphModel, GraphNode, Json } from "./model.ts";

export interface Selection {
  readonly nodes?: Iterable<string>;
  readonly edges?: Iterable<string>;
  readonly notes?: Iterable<string>;
}

const set = (entity: DraftOp["entity"], id: string, fields: Iterable<readonly [string, Json]>): DraftOp[] =>
  Array.from(fields, ([field, value]) => ({ entity, id, field, value }));
/** Revives an id that was deleted before, and does nothing to a new one. */
const alive = (entity: DraftOp["entity"], id: string): DraftOp => ({ entity, id, field: "deleted", value: null });

const nodeFields = (node: GraphNode): [string, Json][] => {
  const { id: _, config, ...rest } = node;
  return [
    ...Object.entries(rest).filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined),
    ...Object.entries(config).map(([key, value]): [string, Json] => [`config.${key}`, value]),
  ];
};
const endpoint = (end: Endpoint): Json => ({ node: end.node, port: end.port });

export const addNode = (node: GraphNode): DraftOp[] => set("node", node.id, nodeFields(node));
export const addEdge = (edge: EdgeRecord): DraftOp[] => set("edge", edge.id, [["from", endpoint(edge.from)], ["to", endpoint(edge.to)]]);
export const addNote = (note: Note): DraftOp[] =>
  set("note", note.id, [["text", note.text], ["x", note.x], ["y", note.y], ["w", note.w], ["h", note.h]]);
export const putSlot = (model: GraphModel, slot: Slot): DraftOp[] => [
  ...set("slot", slot.id, [["access", slot.access], ["description", slot.description ?? null]]),
  ...(model.slots.has(slot.id) ? [] : [alive("slot", slot.id)]),
];
export const removeSlot = (id: string): DraftOp[] => set("slot", id, [["deleted", true]]);

export const renameGraph = (name: string): DraftOp[] => set("graph", "graph", [["name", name]]);
export const describeGraph = (description: string | undefined): DraftOp[] => set("graph", "graph", [["description", description ?? null]]);
export const renameNode = (id: string, name: string): DraftOp[] => set("node", id, [["name", name]]);
/** `undefined` takes the key out, so that the kind's default holds. */
export const setConfig = (id: string, key: string, value: Json | undefined): DraftOp[] => set("node", id, [[`config.${key}`, value ?? null]]);
export const setOff = (ids: Iterable<string>, off: boolean): DraftOp[] => Array.from(ids, (id) => ({ entity: "node", id, field: "off", value: off ? true : null }));
export const setCollapsed = (id: string, collapsed: boolean): DraftOp[] => set("node", id, [["collapsed", collapsed ? true : null]]);
export const setParent = (id: string, parent: string | undefined): DraftOp[] => set("node", id, [["parent", parent ?? null]]);
export const editNote = (id: string, text: string): DraftOp[] => set("note", id, [["text", text]]);

/** Positions of nodes and notes; only what differs is written. */
export const move = (model: GraphModel, places: Iterable<{ readonly id: string; readonly x: number; readonly y: number }>): DraftOp[] => {
  const ops: DraftOp[] = [];
  for (const { id, x, y } of places) {
    const entity = model.nodes.has(id) ? "node" : "note";
    const old = model.nodes.get(id) ?? model.notes.get(id);
    if (old === undefined) continue;
    if (old.x !== x) ops.push({ entity, id, field: "x", value: x });
    if (old.y !== y) ops.push({ entity, id, field: "y", value: y });
  }
  return ops;
};
export const resize = (model: GraphModel, id: string, w: number, h: number): DraftOp[] =>
  set(model.nodes.has(id) ? "node" : "note", id, [["w", w], ["h", h]]);

/** Children of the given nodes at any depth, and the nodes themselves. */
export const withDescendants = (model: GraphModel, ids: Iterable<string>): Set<string> => {
  const children = new Map<string, string[]>();
  for (const node of model.nodes.values()) {
    if (node.parent === undefined) continue;
    const list = children.get(node.parent);
    if (list === undefined) children.set(node.parent, [node.id]);
    else list.push(node.id);
  }
  const found = new Set<string>();
  const open = [...ids].filter((id) => model.nodes.has(id));
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    for (const child of children.get(id) ?? []) open.push(child);
  }
  return found;
};

/** Deletes what is selected, what is inside it, and the edges that would dangle. */
export const remove = (model: GraphModel, selection: Selection): DraftOp[] => {
  const nodes = withDescendants(model, selection.nodes ?? []);
  const edges = new Set([...(selection.edges ?? [])].filter((id) => model.edges.has(id)));
  for (const edge of model.edges.values()) if (nodes.has(edge.from.node) || nodes.has(edge.to.node)) edges.add(edge.id);
  const gone = (entity: DraftOp["entity"], ids: Iterable<string>): DraftOp[] => Array.from(ids, (id) => ({ entity, id, field: "deleted", value: true }));
  return [...gone("edge", edges), ...gone("node", nodes), ...gone("note", [...(selection.notes ?? [])].filter((id) => model.notes.has(id)))];
};

/** A piece of a graph, as the clipboard holds it. */
export interface Fragment {
  readonly axionFragment: 1;
  readonly nodes: ReadonlyArray<GraphNode>;
  readonly edges: ReadonlyArray<EdgeRecord>;
  readonly notes: ReadonlyArray<Note>;
}

export const copy = (model: GraphModel, selection: Selection): Fragment => {
  const ids = withDescendants(model, selection.nodes ?? []);
  return {
    axionFragment: 1,
    nodes: [...ids].flatMap((id) => model.nodes.get(id) ?? []),
    edges: [...model.edges.values()].filter((edge) => ids.has(edge.from.node) && ids.has(edge.to.node)),
    notes: [...(selection.notes ?? [])].flatMap((id) => model.notes.get(id) ?? []),
  };
};

export interface Pasted {
  readonly ops: ReadonlyArray<DraftOp>;
  /** The new ids, to be selected. */
  readonly nodes: ReadonlyArray<string>;
  readonly notes: ReadonlyArray<string>;
}

/** New entities with new ids. A node whose container is not part of the fragment goes to `parent`, or to the top level. */
export const paste = (
  fragment: Fragment, options: { readonly newId: () => string; readonly dx: number; readonly dy: number; readonly parent?: string },
): Pasted => {
  const fresh = new Map(fragment.nodes.map((node) => [node.id, options.newId()]));
  const ops: DraftOp[] = [];
  for (const node of fragment.nodes) {
    const { parent, ...rest } = node;
    const inside = parent === undefined ? undefined : fresh.get(parent);
    const top = inside === undefined;
    const home = inside ?? options.parent;
    ops.push(...addNode({
      ...rest, id: fresh.get(node.id) ?? node.id, ...(home === undefined ? {} : { parent: home }),
      // Places inside a container are relative to it and stay.
      x: top ? node.x + options.dx : node.x, y: top ? node.y + options.dy : node.y,
    }));
  }
  for (const edge of fragment.edges) {
    const from = fresh.get(edge.from.node);
    const to = fresh.get(edge.to.node);
    if (from !== undefined && to !== undefined)
      ops.push(...addEdge({ id: options.newId(), from: { node: from, port: edge.from.port }, to: { node: to, port: edge.to.port } }));
  }
  const notes = fragment.notes.map((note) => ({ ...note, id: options.newId(), x: note.x + options.dx, y: note.y + options.dy }));
  for (const note of notes) ops.push(...addNote(note));
  return { ops, nodes: [...fresh.values()], notes: notes.map((note) => note.id) };
};

/** The operations that make the entity as it is in the model: for tests and for moving things between graphs. */
export const recreate = (model: GraphModel, entity: DraftOp["entity"], id: string): DraftOp[] => set(entity, id, fieldsOf(model, entity, id) ?? []);
