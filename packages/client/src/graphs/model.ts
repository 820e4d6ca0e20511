/**
 * A graph as the editor sees it: document and layout in one, by id. Immutable: an edit gives a new model that shares all
 * entities that it did not touch, so identity tells what changed.
 */
import type { EdgeRecord, GraphDocument, GraphLayout, GraphOp, NodeRecord, Note, Slot } from "@axion/protocol";

export type Json = GraphOp["value"];

export interface GraphNode extends NodeRecord {
  readonly x: number;
  readonly y: number;
  readonly w?: number;
  readonly h?: number;
  readonly collapsed?: boolean;
}

export interface GraphModel {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: ReadonlyMap<string, EdgeRecord>;
  readonly notes: ReadonlyMap<string, Note>;
}

/** An operation before it has its stamp. */
export interface DraftOp {
  readonly entity: GraphOp["entity"];
  readonly id: string;
  readonly field: string;
  readonly value: Json;
}

export const emptyModel = (id: string, name = ""): GraphModel => ({ id, name, slots: new Map(), nodes: new Map(), edges: new Map(), notes: new Map() });

export const modelOf = (document: GraphDocument, layout: GraphLayout | undefined): GraphModel => {
  const places = new Map((layout?.nodes ?? []).map((place) => [place.id, place]));
  return {
    id: document.id,
    name: document.name,
    ...(document.description === undefined ? {} : { description: document.description }),
    slots: new Map(document.slots.map((slot) => [slot.id, slot])),
    nodes: new Map(document.nodes.map((node) => [node.id, { x: 0, y: 0, ...places.get(node.id), ...node }])),
    edges: new Map(document.edges.map((edge) => [edge.id, edge])),
    notes: new Map((layout?.notes ?? []).map((note) => [note.id, note])),
  };
};

/** The document of a model: what a run depends on. */
export const documentOf = (model: GraphModel): GraphDocument => ({
  axion: 1,
  id: model.id,
  name: model.name,
  ...(model.description === undefined ? {} : { description: model.description }),
  slots: [...model.slots.values()],
  nodes: [...model.nodes.values()].map(({ x: _x, y: _y, w: _w, h: _h, collapsed: _c, ...record }) => record),
  edges: [...model.edges.values()],
});
