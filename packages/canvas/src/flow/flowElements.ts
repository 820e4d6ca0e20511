/**
 * From the model to what React Flow draws. Keeps the object of every node and edge about which nothing changed, because React Flow
 * and React skip what is identical; sizes, handles and layers are given, so nothing is measured.
 */
import { type Edge, type Node, Position } from '@xyflow/react';
import { type CanvasDensity, isOpenContainer, measures, type PortPlace, portPlaces } from '../model/geometry.ts';
import { type GraphIndex, isInnerEdge, portKey } from '../model/graphIndex.ts';
import type { GraphWindow } from './useWindow.ts';
import type { Lane } from '../edges/lanes.ts';
import type { CanvasEdge, CanvasNode, CanvasNote, CanvasPort, CanvasSelection, Point } from '../model/types.ts';

export interface NodeData extends Record<string, unknown> {
  readonly node: CanvasNode;
  readonly places: readonly PortPlace[];
  /** Which of the places carry an edge, in their order. */
  readonly used: readonly boolean[];
}
export interface NoteData extends Record<string, unknown> {
  readonly note: CanvasNote;
}
export interface EdgeData extends Record<string, unknown> {
  readonly port: CanvasPort | undefined;
  readonly name: string;
  /** The way round what lies between its ends. */
  readonly lane: Lane | undefined;
}
export type FlowNode = Node<NodeData, 'card' | 'container'> | Node<NoteData, 'note'>;
export type FlowEdge = Edge<EdgeData, 'edge'>;

const NOTE = 'note:';
export const noteFlowId = (id: string): string => NOTE + id;
export const noteOfFlowId = (id: string): string | null => (id.startsWith(NOTE) ? id.slice(NOTE.length) : null);

/** Containers lie under the edges of their level, and other nodes over them; each level lies over the one that holds it. */
const LEVEL = 10;
const layerOf = (depth: number, kind: 'container' | 'edge' | 'card'): number => depth * LEVEL + (kind === 'container' ? 0 : kind === 'edge' ? 4 : 8);

interface NodeEntry {
  readonly source: CanvasNode;
  readonly signature: string;
  readonly flow: FlowNode;
}
interface NoteEntry {
  readonly source: CanvasNote;
  readonly signature: string;
  readonly flow: FlowNode;
}
interface EdgeEntry {
  readonly source: CanvasEdge;
  readonly signature: string;
  readonly flow: FlowEdge;
}

export interface FlowInput {
  readonly index: GraphIndex;
  readonly sizes: ReadonlyMap<string, { readonly w: number; readonly h: number }>;
  readonly selection: CanvasSelection;
  readonly density: CanvasDensity;
  /** Where things are dragged to just now, before that is an edit. */
  readonly dragged: ReadonlyMap<string, Point>;
  readonly edgeName: (edge: CanvasEdge) => string;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** The part of the graph that is wanted. */
  readonly part: GraphWindow;
}

export interface FlowElements {
  readonly nodes: FlowNode[];
  readonly edges: FlowEdge[];
}

/** A builder that remembers what it made last time. */
export function createFlowBuilder(): (input: FlowInput) => FlowElements {
  let nodeEntries = new Map<string, NodeEntry>();
  let noteEntries = new Map<string, NoteEntry>();
  let edgeEntries = new Map<string, EdgeEntry>();
  return (input) => {
    const nextNodes = new Map<string, NodeEntry>();
    const nextNotes = new Map<string, NoteEntry>();
    const nextEdges = new Map<string, EdgeEntry>();
    const nodes: FlowNode[] = [];
    const edges: FlowEdge[] = [];
    for (const note of input.index.model.notes) {
      const flowId = noteFlowId(note.id);
      const at = input.dragged.get(flowId) ?? note;
      const signature = `${at.x},${at.y},${input.selection.notes.has(note.id)}`;
      const kept = noteEntries.get(note.id);
      const entry = kept?.source === note && kept.signature === signature ? kept : { source: note, signature, flow: noteNode(note, at, input) };
      nextNotes.set(note.id, entry);
      nodes.push(entry.flow);
    }
    for (const node of input.index.drawn) {
      const size = input.sizes.get(node.id);
      const hidden = input.part.outside.has(node.id);
      if (size === undefined || (input.part.nodes !== null && !hidden && !input.part.nodes.has(node.id))) continue;
      const at = input.dragged.get(node.id) ?? node;
      const places = portPlaces(node, size.w, input.density);
      const used = places.map((place) => input.index.usedPorts.has(portKey(place.side, node.id, place.port.id)));
      const depth = input.index.depth.get(node.id) ?? 0;
      const signature = `${at.x},${at.y},${size.w},${size.h},${depth},${input.density},${input.index.parent.get(node.id) ?? ''},${input.selection.nodes.has(node.id)},${used.join('')},${hidden}`;
      const kept = nodeEntries.get(node.id);
      const entry = kept?.source === node && kept.signature === signature ? kept : { source: node, signature, flow: cardNode(node, at, size, depth, places, used, hidden, input) };
      nextNodes.set(node.id, entry);
      nodes.push(entry.flow);
    }
    for (const edge of input.index.drawnEdges) {
      if (input.part.edges !== null && !input.part.edges.has(edge.id)) continue;
      const name = input.edgeName(edge);
      const depth = (input.index.depth.get(edge.from.node) ?? 0) + (input.index.parent.get(edge.to.node) === edge.from.node ? 1 : 0);
      const port = sourcePort(input.index, edge);
      const known = port !== undefined && targetPort(input.index, edge) !== undefined;
      const lane = input.lanes.get(edge.id);
      const way = lane === undefined ? '' : `${lane.left},${lane.right},${lane.y},${lane.from.x},${lane.from.y},${lane.to.x},${lane.to.y}`;
      const signature = `${depth},${input.selection.edges.has(edge.id)},${port?.type},${port?.list},${known},${way},${name}`;
      const kept = edgeEntries.get(edge.id);
      // An edge to a port that the kind does not have cannot be drawn; it stays in the document and is told as a problem.
      if (!known) continue;
      const entry = kept?.source === edge && kept.signature === signature ? kept : { source: edge, signature, flow: flowEdge(edge, depth, port, name, lane, input) };
      nextEdges.set(edge.id, entry);
      edges.push(entry.flow);
    }
    nodeEntries = nextNodes;
    noteEntries = nextNotes;
    edgeEntries = nextEdges;
    return { nodes, edges };
  };
}

export function sourcePort(index: GraphIndex, edge: CanvasEdge): CanvasPort | undefined {
  const node = index.node.get(edge.from.node);
  const inner = index.parent.get(edge.to.node) === edge.from.node;
  return (inner ? node?.innerSources : node?.outputs)?.find((port) => port.id === edge.from.port);
}

export function targetPort(index: GraphIndex, edge: CanvasEdge): CanvasPort | undefined {
  const node = index.node.get(edge.to.node);
  const inner = isInnerEdge(index, edge) && index.parent.get(edge.from.node) === edge.to.node;
  return (inner ? node?.innerSinks : node?.inputs)?.find((port) => port.id === edge.to.port);
}

function cardNode(
  node: CanvasNode, at: Point, size: { readonly w: number; readonly h: number }, depth: number,
  places: readonly PortPlace[], used: readonly boolean[], hidden: boolean, input: FlowInput,
): FlowNode {
  const open = isOpenContainer(node);
  const parent = input.index.parent.get(node.id);
  const { hit } = measures[input.density];
  return {
    id: node.id,
    type: open ? 'container' : 'card',
    position: { x: at.x, y: at.y },
    width: size.w,
    height: size.h,
    ...(parent === undefined ? {} : { parentId: parent }),
    selected: input.selection.nodes.has(node.id),
    ...(hidden ? { hidden } : {}),
    zIndex: layerOf(depth, open ? 'container' : 'card'),
    handles: places.map((place) => ({
      id: place.port.id,
      type: place.side === 'in' ? 'target' : 'source',
      position: place.faces === 'left' ? Position.Left : Position.Right,
      ...handleBox(place, open, hit),
    })),
    data: { node, places, used },
  };
}

/** The border of an open container is shared: its outer half belongs to the outer port, the inner half to the inner one. */
export function handleBox(place: PortPlace, open: boolean, hit: number): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  const half = hit / 2;
  if (!open) return { x: place.x - half, y: place.y - half, width: hit, height: hit };
  const toTheLeft = place.faces === 'left';
  return { x: toTheLeft ? place.x - half : place.x, y: place.y - half, width: half, height: hit };
}

function noteNode(note: CanvasNote, at: Point, input: FlowInput): FlowNode {
  return {
    id: noteFlowId(note.id),
    type: 'note',
    position: { x: at.x, y: at.y },
    width: note.w,
    height: note.h,
    selected: input.selection.notes.has(note.id),
    zIndex: 0,
    handles: [],
    connectable: false,
    data: { note },
  };
}

function flowEdge(edge: CanvasEdge, depth: number, port: CanvasPort | undefined, name: string, lane: Lane | undefined, input: FlowInput): FlowEdge {
  return {
    id: edge.id,
    type: 'edge',
    source: edge.from.node,
    sourceHandle: edge.from.port,
    target: edge.to.node,
    targetHandle: edge.to.port,
    selected: input.selection.edges.has(edge.id),
    reconnectable: input.selection.edges.has(edge.id),
    zIndex: layerOf(depth, 'edge'),
    data: { port, name, lane },
  };
}
