// What a gesture on the canvas means for the graph, as operations. Pure: the graph and new ids come in, operations go out.

import { type CanvasEndpoint, type CanvasSelection, type Clip, clipCorner, clipText, type NodeMove, NODE_WIDTH, type OpenEnd, snap } from '@axion/canvas';
import { type DraftOp, edits, type GraphModel, type GraphNode } from '@axion/client';
import { fit, type Kind } from '@axion/engine';
import type { EdgeRecord } from '@axion/protocol';
import { conversionOf, jointOf } from './connections.ts';
import { freePlace, type Spot } from './freePlace.ts';
import { infoOf } from './kindInfo.ts';

export interface Change {
  readonly ops: readonly DraftOp[];
  /** What is selected after it. */
  readonly nodes?: readonly string[];
  readonly notes?: readonly string[];
}
export type { Spot };

const STEP_ASIDE = 24;
const COLUMN = NODE_WIDTH + 40;

/** An edge into a port that takes one edge replaces the one that is there. */
export function connect(graph: GraphModel, edge: EdgeRecord): readonly DraftOp[] {
  const joint = jointOf(graph, edge.from, edge.to);
  if (typeof joint === 'string' || !fit(joint.from, joint.to).ok) return [];
  const replaced = joint.to.many === true ? [] : edgesInto(graph, edge.to);
  return [...edits.remove(graph, { edges: replaced }), ...edits.addEdge(edge)];
}

export function reconnect(graph: GraphModel, edge: string, from: CanvasEndpoint, to: CanvasEndpoint, newId: () => string): readonly DraftOp[] {
  const added = connect(graph, { id: newId(), from, to });
  return added.length === 0 ? [] : [...edits.remove(graph, { edges: [edge] }), ...added];
}

const edgesInto = (graph: GraphModel, to: CanvasEndpoint): readonly string[] =>
  [...graph.edges.values()].filter((edge) => edge.to.node === to.node && edge.to.port === to.port).map((edge) => edge.id);

/** A new node of a kind, under a name that the graph does not have yet, where there is room. */
export function newNode(graph: GraphModel, kind: Kind, spot: Spot, id: string): GraphNode {
  const names = new Set([...graph.nodes.values()].map((node) => node.name));
  let name = kind.title;
  for (let number = 2; names.has(name); number += 1) name = `${kind.title} ${number}`;
  const node: GraphNode = { id, kind: kind.id, name, ...(spot.parent === null ? {} : { parent: spot.parent }), config: {}, x: spot.at.x, y: spot.at.y };
  return { ...node, ...freePlace(graph, spot, node) };
}

/** Adds a node, and joins it to the open end of an edge or to the node that it was put after, where a port fits. */
export function insert(graph: GraphModel, kind: Kind, spot: Spot, newId: () => string, from?: OpenEnd | { readonly after: string }): Change {
  const node = newNode(graph, kind, spot, newId());
  const ops = [...edits.addNode(node)];
  const edge = from === undefined ? null : 'after' in from ? edgeAfter(graph, from.after, node, newId) : edgeToEnd(graph, from, node, newId);
  if (edge !== null) {
    const many = infoOf(graph.nodes.get(edge.to.node) ?? node).inputs.find((port) => port.id === edge.to.port)?.many === true;
    if (edge.to.node !== node.id && !many) ops.push(...edits.remove(graph, { edges: edgesInto(graph, edge.to) }));
    ops.push(...edits.addEdge(edge));
  }
  return { ops, nodes: [node.id] };
}

function withNode(graph: GraphModel, node: GraphNode): GraphModel {
  return { ...graph, nodes: new Map(graph.nodes).set(node.id, node) };
}

function edgeToEnd(graph: GraphModel, end: OpenEnd, node: GraphNode, newId: () => string): EdgeRecord | null {
  const next = withNode(graph, node);
  const { inputs, outputs } = infoOf(node);
  for (const port of end.side === 'output' ? inputs : outputs) {
    const other = { node: node.id, port: port.id };
    const [from, to] = end.side === 'output' ? [end.endpoint, other] : [other, end.endpoint];
    const joint = jointOf(next, from, to);
    if (typeof joint !== 'string' && fit(joint.from, joint.to).ok) return { id: newId(), from, to };
  }
  return null;
}

/** From the first free output that fits the new node's first input. */
function edgeAfter(graph: GraphModel, after: string, node: GraphNode, newId: () => string): EdgeRecord | null {
  const source = graph.nodes.get(after);
  if (source === undefined || source.parent !== node.parent) return null;
  const used = new Set([...graph.edges.values()].filter((edge) => edge.from.node === after).map((edge) => edge.from.port));
  const input = infoOf(node).inputs[0];
  if (input === undefined) return null;
  for (const output of infoOf(source).outputs) {
    if (used.has(output.id) || output.type === 'error' || !fit(output, input).ok) continue;
    return { id: newId(), from: { node: after, port: output.id }, to: { node: node.id, port: input.id } };
  }
  return null;
}

/** Would a node of this kind take the open end of an edge? */
export function takesEnd(graph: GraphModel, kind: Kind, end: OpenEnd): boolean {
  const node: GraphNode = { id: 'new', kind: kind.id, name: '', config: {}, x: 0, y: 0, ...parentFor(graph, end) };
  return edgeToEnd(graph, end, node, () => 'edge') !== null;
}

function parentFor(graph: GraphModel, end: OpenEnd): { readonly parent?: string } {
  const node = graph.nodes.get(end.endpoint.node);
  if (node === undefined) return {};
  const info = infoOf(node);
  const inner = (end.side === 'output' ? info.innerSources : info.innerSinks).some((port) => port.id === end.endpoint.port);
  const outer = (end.side === 'output' ? info.outputs : info.inputs).some((port) => port.id === end.endpoint.port);
  if (inner && !outer) return { parent: node.id };
  return node.parent === undefined ? {} : { parent: node.parent };
}

/** Puts the engine's proposed node between two ports that do not fit. */
export function convert(graph: GraphModel, from: CanvasEndpoint, to: CanvasEndpoint, kind: Kind, newId: () => string): Change {
  const conversion = conversionOf(graph, from, to);
  const source = graph.nodes.get(from.node);
  const target = graph.nodes.get(to.node);
  if (conversion === null || conversion.kind !== kind.id || source === undefined || target === undefined) return { ops: [] };
  const inward = target.parent === source.id;
  const outward = source.parent === target.id;
  const parent = inward ? source.id : outward ? target.id : (source.parent ?? null);
  const before = inward ? { x: 0, y: target.y } : source;
  const after = outward ? { x: source.x + 2 * COLUMN, y: source.y } : target;
  const node = newNode(graph, kind, { at: { x: (before.x + after.x) / 2, y: (before.y + after.y) / 2 }, parent }, newId());
  return {
    ops: [
      ...edits.addNode({ ...node, name: conversion.label, config: conversion.config }),
      ...edits.remove(graph, { edges: edgesInto(graph, to) }),
      ...edits.addEdge({ id: newId(), from, to: { node: node.id, port: conversion.inPort } }),
      ...edits.addEdge({ id: newId(), from: { node: node.id, port: conversion.outPort }, to }),
    ],
    nodes: [node.id],
  };
}

export function moveNodes(graph: GraphModel, moves: readonly NodeMove[], notes: readonly { readonly id: string; readonly x: number; readonly y: number }[]): readonly DraftOp[] {
  const ops: DraftOp[] = [];
  for (const move of moves) {
    if (move.parent === undefined || move.parent === (graph.nodes.get(move.id)?.parent ?? null)) continue;
    ops.push(...edits.setParent(move.id, move.parent ?? undefined));
  }
  return [...ops, ...edits.move(graph, [...moves, ...notes])];
}

export function copyText(graph: GraphModel, selection: CanvasSelection): string | null {
  const { nodes, edges, notes } = edits.copy(graph, selection);
  return nodes.length + notes.length === 0 ? null : clipText({ axionFragment: 1, nodes, edges, notes });
}

/** Pastes with its corner at a place; without one a little aside of where it was. */
export function paste(clip: Clip, spot: Spot | null, newId: () => string): Change {
  const corner = clipCorner(clip);
  const by = spot === null ? { x: STEP_ASIDE, y: STEP_ASIDE } : { x: snap(spot.at.x) - corner.x, y: snap(spot.at.y) - corner.y };
  const pasted = edits.paste({ axionFragment: 1, nodes: [...clip.nodes], edges: [...clip.edges], notes: [...clip.notes] }, {
    newId, dx: by.x, dy: by.y, ...(spot === null || spot.parent === null ? {} : { parent: spot.parent }),
  });
  return { ops: pasted.ops, nodes: pasted.nodes, notes: pasted.notes };
}

/** A copy beside the original, in the same container. */
export function duplicate(graph: GraphModel, selection: CanvasSelection, newId: () => string): Change {
  const fragment = edits.copy(graph, selection);
  if (fragment.nodes.length + fragment.notes.length === 0) return { ops: [] };
  const copied = new Set(fragment.nodes.map((node) => node.id));
  const outer = fragment.nodes.find((node) => node.parent === undefined || !copied.has(node.parent))?.parent;
  const pasted = edits.paste(fragment, { newId, dx: STEP_ASIDE, dy: STEP_ASIDE, ...(outer === undefined ? {} : { parent: outer }) });
  return { ops: pasted.ops, nodes: pasted.nodes, notes: pasted.notes };
}

const NOTE = { line: 17, char: 6.4, inset: 12, edge: 8 } as const;

/** A note with a new text, as tall as the text needs: there is nothing to scroll on a canvas. */
export function editNote(graph: GraphModel, id: string, text: string): readonly DraftOp[] {
  const note = graph.notes.get(id);
  if (note === undefined) return [];
  const room = Math.max(1, Math.floor((note.w - NOTE.inset) / NOTE.char));
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / room)), 0);
  return [...edits.editNote(id, text), ...edits.resize(graph, id, note.w, Math.ceil((lines * NOTE.line + NOTE.edge) / 8) * 8)];
}
