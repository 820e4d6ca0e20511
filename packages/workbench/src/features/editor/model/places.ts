// Places for nodes that have none: a file without a layout, or a part of a graph that another program wrote. They are drawn at
// once and become part of the graph with the first edit that a person makes, so that opening a graph changes nothing.

import { indexGraph, tidy } from '@axion/canvas';
import { type DraftOp, edits, type GraphModel } from '@axion/client';
import { createCanvasModelBuilder, type Place } from './canvasModel.ts';

const none: ReadonlyMap<string, Place> = new Map();
const KEPT_MOST = 5_000;

/** Nodes of one level that lie exactly on each other at the origin were never placed. */
export function unplacedNodes(graph: GraphModel): ReadonlySet<string> {
  const atOrigin = new Map<string | undefined, string[]>();
  for (const node of graph.nodes.values()) {
    if (node.x !== 0 || node.y !== 0) continue;
    const list = atOrigin.get(node.parent);
    if (list === undefined) atOrigin.set(node.parent, [node.id]);
    else list.push(node.id);
  }
  // A child at the very corner would lie under the header of its container, so even a single one was not placed there by hand.
  return new Set([...atOrigin].flatMap(([parent, ids]) => (ids.length > 1 || parent !== undefined ? ids : [])));
}

/** `before` are the places of the last time: what was placed once is not laid out again with each edit. */
export function placesFor(graph: GraphModel, before: ReadonlyMap<string, Place> = none): ReadonlyMap<string, Place> {
  const unplaced = unplacedNodes(graph);
  if (unplaced.size === 0) return none;
  if ([...unplaced].every((id) => before.has(id))) return unplaced.size === before.size ? before : new Map([...before].filter(([id]) => unplaced.has(id)));
  return tidyPlaces(graph, unplaced.size === graph.nodes.size ? undefined : unplaced);
}

/** Places from auto-tidy, for all nodes or only some. */
export function tidyPlaces(graph: GraphModel, only?: ReadonlySet<string>): ReadonlyMap<string, Place> {
  const model = createCanvasModelBuilder({ unknownKind: '', effect: '' }).build(graph, none, new Map());
  const moves = tidy(indexGraph(model), only === undefined ? {} : { only });
  return new Map(moves.map((move) => [move.id, { x: move.x, y: move.y }]));
}

/** Sizes of containers belong to what they held before; after a tidy they follow their content again. */
export function tidyOps(graph: GraphModel, only?: ReadonlySet<string>): readonly DraftOp[] {
  const places = tidyPlaces(graph, only);
  const ops = edits.move(graph, [...places].map(([id, place]) => ({ id, ...place })));
  if (only !== undefined) return ops;
  for (const node of graph.nodes.values()) {
    if (node.w !== undefined) ops.push({ entity: 'node', id: node.id, field: 'w', value: null });
    if (node.h !== undefined) ops.push({ entity: 'node', id: node.id, field: 'h', value: null });
  }
  return ops;
}

/** The drawn places as edits, for all but the nodes that the edit places itself. */
export function keepPlaces(graph: GraphModel, places: ReadonlyMap<string, Place>, ops: readonly DraftOp[]): readonly DraftOp[] {
  // A huge file without a layout keeps being laid out when it is opened: writing 100,000 places would make the first edit wait.
  if (places.size === 0 || places.size > KEPT_MOST) return ops;
  const placed = new Set(ops.filter((op) => op.entity === 'node' && (op.field === 'x' || op.field === 'y')).map((op) => op.id));
  return [...edits.move(graph, [...places].filter(([id]) => !placed.has(id)).map(([id, place]) => ({ id, ...place }))), ...ops];
}
