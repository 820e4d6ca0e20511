// May these two ports be joined? Asked while an edge is drawn, so an answer must be quick also in a large graph: what lies upstream
// of the port where the edge began is walked once for a gesture.

import type { CanvasEndpoint, CheckConnection, ConnectionCheck } from '@axion/canvas';
import type { GraphModel } from '@axion/client';
import { type Conversion, type Fit, fit, type InputPort, type OutputPort } from '@axion/engine';
import { infoOf } from './kindInfo.ts';

export interface ConnectionWords {
  readonly sameNode: string;
  readonly otherLevel: string;
  readonly ring: string;
  readonly noPort: string;
  readonly already: string;
}

export interface Joint {
  readonly from: OutputPort;
  readonly to: InputPort;
}

/** The two ports of a possible edge, or why there is none. Outer and inner ports of a container are told apart by the other end. */
export function jointOf(graph: GraphModel, from: CanvasEndpoint, to: CanvasEndpoint): Joint | 'noPort' | 'sameNode' | 'otherLevel' {
  const source = graph.nodes.get(from.node);
  const target = graph.nodes.get(to.node);
  if (source === undefined || target === undefined) return 'noPort';
  if (source.id === target.id) return 'sameNode';
  const inward = target.parent === source.id;
  const outward = source.parent === target.id;
  if (!inward && !outward && source.parent !== target.parent) return 'otherLevel';
  const sourceInfo = infoOf(source);
  const targetInfo = infoOf(target);
  const output = (inward ? sourceInfo.innerSources : sourceInfo.outputs).find((port) => port.id === from.port);
  const input = (outward ? targetInfo.innerSinks : targetInfo.inputs).find((port) => port.id === to.port);
  if (output === undefined || input === undefined) {
    // The port is there, but on the other side of the container's border.
    const elsewhere = sourceInfo.innerSources.some((port) => port.id === from.port) || targetInfo.innerSinks.some((port) => port.id === to.port);
    return elsewhere ? 'otherLevel' : 'noPort';
  }
  return { from: output, to: input };
}

export function fitOf(graph: GraphModel, from: CanvasEndpoint, to: CanvasEndpoint): Fit | null {
  const joint = jointOf(graph, from, to);
  return typeof joint === 'string' ? null : fit(joint.from, joint.to);
}

export function conversionOf(graph: GraphModel, from: CanvasEndpoint, to: CanvasEndpoint): Conversion | null {
  const answer = fitOf(graph, from, to);
  return answer === null || answer.ok ? null : (answer.conversion ?? null);
}

export function createCheck(graph: GraphModel, words: ConnectionWords): CheckConnection {
  const upstream = createUpstream(graph);
  return (from, to): ConnectionCheck => {
    const joint = jointOf(graph, from, to);
    if (typeof joint === 'string') return { ok: false, reason: words[joint] };
    const source = graph.nodes.get(from.node);
    const target = graph.nodes.get(to.node);
    const samelevel = source?.parent === target?.parent;
    if (samelevel && upstream(from.node).has(to.node)) return { ok: false, reason: words.ring };
    for (const edge of graph.edges.values()) {
      if (edge.to.node === to.node && edge.to.port === to.port && edge.from.node === from.node && edge.from.port === from.port) return { ok: false, reason: words.already };
    }
    const answer = fit(joint.from, joint.to);
    if (answer.ok) return answer;
    return { ok: false, reason: answer.reason, ...(answer.conversion === undefined ? {} : { proposal: { label: answer.conversion.label, kind: answer.conversion.kind } }) };
  };
}

/** All nodes of the same level from which a node can be reached, and itself; remembered for the last node that was asked for. */
function createUpstream(graph: GraphModel): (node: string) => ReadonlySet<string> {
  let sources: Map<string, string[]> | null = null;
  let last: { readonly node: string; readonly found: ReadonlySet<string> } | null = null;
  return (node) => {
    if (last?.node === node) return last.found;
    if (sources === null) {
      sources = new Map();
      for (const edge of graph.edges.values()) {
        const one = graph.nodes.get(edge.from.node);
        const other = graph.nodes.get(edge.to.node);
        if (one === undefined || other === undefined || one.parent !== other.parent) continue;
        const list = sources.get(edge.to.node);
        if (list === undefined) sources.set(edge.to.node, [edge.from.node]);
        else list.push(edge.from.node);
      }
    }
    const found = new Set([node]);
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const source of sources.get(next) ?? []) {
        if (found.has(source)) continue;
        found.add(source);
        open.push(source);
      }
    }
    last = { node, found };
    return found;
  };
}
