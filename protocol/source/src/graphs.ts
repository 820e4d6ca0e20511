/**
 * Graphs: what a file holds, and how an edit travels.
 *
 * An edit is a list of operations on single fields, each a last-writer-wins register with a stamp; never a whole document.
 * Deleting sets the register `deleted`, so undo, history and sync need nothing else. Layout is kept apart from the
 * document: the file format writes it beside the graph.
 */
import { EdgeId, GraphId, KindId, NodeId, NoteId, OpsId, PortId, ProjectId, SlotId, Stamp, ClientId } from "./ids.ts";
import { Millis, array, boolean, integer, json, literal, literals, number, optional, record, struct, text } from "./shapes.ts";

export const Access = literals("Access", ["ro", "rw"], "Read-only or read-write.");

export const Slot = struct("Slot", { id: SlotId, access: Access, description: optional(text(500)) });

export const Endpoint = struct("Endpoint", { node: NodeId, port: PortId });

export const NodeRecord = struct("NodeRecord", {
  id: NodeId,
  kind: KindId,
  name: text(200),
  parent: optional(NodeId),
  off: optional(boolean),
  config: record(json),
});

export const EdgeRecord = struct("EdgeRecord", { id: EdgeId, from: Endpoint, to: Endpoint });

export const GraphDocument = struct(
  "GraphDocument",
  {
    axion: literal(1),
    id: GraphId,
    name: text(200),
    description: optional(text(4000)),
    slots: array(Slot),
    nodes: array(NodeRecord),
    edges: array(EdgeRecord),
  },
  "What a run depends on, and the content of a .axion file. `axion` is the version of the format.",
);

export const NodeLayout = struct("NodeLayout", {
  id: NodeId, x: number, y: number, w: optional(number), h: optional(number), collapsed: optional(boolean),
});
export const Note = struct("Note", { id: NoteId, text: text(10_000), x: number, y: number, w: number, h: number });
export const GraphLayout = struct("GraphLayout", { axion: literal(1), nodes: array(NodeLayout), notes: array(Note) });

export const Entity = literals("Entity", ["graph", "slot", "node", "edge", "note"]);

/**
 * Fields by entity. graph (id `graph`): name, description. slot: access, description, deleted.
 * node: kind, name, parent, off, config.KEY, x, y, w, h, collapsed, deleted. edge: from, to, deleted. note: text, x, y, w, h, deleted.
 * A value of null clears an optional field.
 */
export const GraphOp = struct("GraphOp", {
  entity: Entity,
  id: text(64),
  field: text(200),
  value: json,
  stamp: Stamp,
  prev: optional(Stamp),
}, "`prev` is the stamp that the write replaced; Core fills it in, so that a concurrent write can be seen later.");

export const GraphSummary = struct("GraphSummary", {
  graphId: GraphId,
  projectId: ProjectId,
  name: text(200),
  nodeCount: integer(),
  createdAt: Millis,
  updatedAt: Millis,
  deleted: optional(boolean),
});

export const GraphSnapshot = struct("GraphSnapshot", {
  summary: GraphSummary,
  document: GraphDocument,
  layout: GraphLayout,
  epoch: text(64),
  seq: integer(),
  /** The greatest stamp of a write in it: a client's own go on from there, also when its clock went back. Absent if nothing was ever written. */
  maxStamp: optional(Stamp),
});

export const GraphEdited = struct("GraphEdited", {
  type: literal("graph-edited"),
  graphId: GraphId,
  seq: integer(),
  ts: Millis,
  opsId: OpsId,
  clientId: ClientId,
  ops: array(GraphOp),
});

export const Example = struct("Example", { exampleId: text(64), name: text(200), description: text(1000), nodeCount: integer() });
