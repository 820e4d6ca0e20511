// From the graph of the store to what the canvas draws. Keeps the drawn object of every node and edge that did not change, so that
// an edit of one field redraws one card.

import type { CanvasEdge, CanvasModel, CanvasNode, CanvasNote, CanvasPort, SummaryPart } from '@axion/canvas';
import type { GraphModel, GraphNode } from '@axion/client';
import { describeType, type OutputPort } from '@axion/engine';
import { iconNamed } from '@axion/ui';
import { infoOf, type NodeInfo } from './kindInfo.ts';

export interface DrawingWords {
  readonly unknownKind: string;
  readonly effect: string;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

const MONO = new Set(['slot', 'path', 'expression', 'code', 'json', 'template']);

export interface CanvasModelBuilder {
  /** `places` are for nodes that have none of their own; `problems` is one sentence for each node that has a mistake. */
  readonly build: (graph: GraphModel, places: ReadonlyMap<string, Place>, problems: ReadonlyMap<string, string>) => CanvasModel;
}

interface Kept {
  readonly source: GraphNode;
  readonly place: Place | undefined;
  readonly problem: string | undefined;
  readonly drawn: CanvasNode;
}

export function createCanvasModelBuilder(words: DrawingWords): CanvasModelBuilder {
  let kept = new Map<string, Kept>();
  let nodes: { readonly from: GraphModel['nodes']; readonly places: unknown; readonly problems: unknown; readonly drawn: readonly CanvasNode[] } | null = null;
  let edges: { readonly from: GraphModel['edges']; readonly drawn: readonly CanvasEdge[] } | null = null;
  let notes: { readonly from: GraphModel['notes']; readonly drawn: readonly CanvasNote[] } | null = null;
  let last: CanvasModel | null = null;
  return {
    build: (graph, places, problems) => {
      if (nodes === null || nodes.from !== graph.nodes || nodes.places !== places || nodes.problems !== problems) {
        const next = new Map<string, Kept>();
        const drawn: CanvasNode[] = [];
        for (const source of graph.nodes.values()) {
          const old = kept.get(source.id);
          const place = places.get(source.id);
          const problem = problems.get(source.id);
          const entry = old?.source === source && old.place === place && old.problem === problem ? old : { source, place, problem, drawn: drawNode(source, place, problem, words) };
          next.set(source.id, entry);
          drawn.push(entry.drawn);
        }
        kept = next;
        nodes = { from: graph.nodes, places, problems, drawn };
      }
      if (edges?.from !== graph.edges) edges = { from: graph.edges, drawn: [...graph.edges.values()] };
      if (notes?.from !== graph.notes) notes = { from: graph.notes, drawn: [...graph.notes.values()] };
      if (last?.nodes !== nodes.drawn || last.edges !== edges.drawn || last.notes !== notes.drawn) last = { nodes: nodes.drawn, edges: edges.drawn, notes: notes.drawn };
      return last;
    },
  };
}

function drawNode(node: GraphNode, place: Place | undefined, problem: string | undefined, words: DrawingWords): CanvasNode {
  const info = infoOf(node);
  return {
    id: node.id,
    kind: node.kind,
    kindName: info.kind?.title ?? node.kind,
    icon: info.kind === undefined ? 'box' : iconNamed(info.kind.icon),
    title: titleOf(node),
    ...(node.parent === undefined ? {} : { parent: node.parent }),
    x: place?.x ?? node.x,
    y: place?.y ?? node.y,
    ...(node.w === undefined ? {} : { w: node.w }),
    ...(node.h === undefined ? {} : { h: node.h }),
    container: info.kind?.container !== undefined,
    collapsed: node.collapsed === true,
    off: node.off === true,
    ...(info.kind === undefined ? { unknown: words.unknownKind } : {}),
    inputs: info.inputs.map(drawPort),
    outputs: info.outputs.map(drawPort),
    innerSources: info.innerSources.map(drawPort),
    innerSinks: info.innerSinks.map(drawPort),
    summary: summaryParts(info, words.effect),
    ...(problem === undefined ? {} : { problem }),
  };
}

export function titleOf(node: { readonly name: string; readonly kind: string; readonly config: GraphNode['config'] }): string {
  if (node.name.trim() !== '') return node.name;
  return infoOf({ id: '', ...node }).kind?.title ?? node.kind;
}

function drawPort(port: OutputPort & { readonly many?: boolean }): CanvasPort {
  return { id: port.id, name: port.label, type: port.type, list: port.list === true, typeName: describeType(port), ...(port.many === true ? { many: true } : {}) };
}

function summaryParts(info: NodeInfo, effect: string): readonly SummaryPart[] {
  if (info.kind === undefined || info.summary === '') return [];
  // The first setting of a kind is what its summary begins with; a path or an expression is set in mono, prose is not.
  const first = info.kind.form[0]?.control;
  const [head, ...rest] = info.summary.split(' · ');
  const parts: SummaryPart[] = [{ text: head ?? '', mono: first !== undefined && MONO.has(first) && !/^No /.test(head ?? '') }];
  if (rest.length > 0) parts.push({ text: ` · ${rest.join(' · ')}` });
  if (info.effect) parts.push({ text: ` · ${effect}` });
  return parts;
}
