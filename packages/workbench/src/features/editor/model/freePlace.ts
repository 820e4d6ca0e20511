// Where something new goes: as near as can be to where it was wanted, and never over what is there. Sizes by the rule of the canvas,
// as good as is needed to keep clear of them.

import { boxSize, NODE_WIDTH, snap } from '@axion/canvas';
import type { GraphModel, GraphNode } from '@axion/client';
import { infoOf } from './kindInfo.ts';

export interface Spot {
  readonly at: { readonly x: number; readonly y: number };
  readonly parent: string | null;
}
interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const STEP = 24;
const CLEAR = 16;
/** In steps: so far is looked in each direction. */
const REACH = 40;
/** Of more neighbours than this only their corners are kept clear. */
const MANY = 2000;

/** Steps from the wanted place, the nearest first; down before right, right before up and left, as one reads. */
const rings: readonly (readonly [number, number])[] = (() => {
  const all: [number, number, number][] = [];
  for (let dx = -REACH; dx <= REACH; dx += 1) {
    for (let dy = -REACH; dy <= REACH; dy += 1) all.push([dx, dy, Math.hypot(dx, dy) + (dx < 0 ? 2 : 0) + (dy < 0 ? 1 : 0) + (dx !== 0 ? 0.5 : 0)]);
  }
  return all.sort((a, b) => a[2] - b[2]).map(([dx, dy]) => [dx, dy] as const);
})();

export function freePlace(graph: GraphModel, { at, parent }: Spot, node: GraphNode): { readonly x: number; readonly y: number } {
  const wanted = { x: snap(at.x), y: snap(at.y) };
  const taken = boxesIn(graph, parent);
  if (taken.length > MANY) return stepAside(wanted, taken);
  const { w, h } = sizeOf(node, []);
  // Inside a container, its head and border are not a place.
  const least = parent === null ? Number.NEGATIVE_INFINITY : 0;
  for (const [dx, dy] of rings) {
    const x = wanted.x + dx * STEP;
    const y = wanted.y + dy * STEP;
    if (x < Math.min(least, wanted.x) || y < Math.min(least, wanted.y)) continue;
    if (!taken.some((box) => x < box.x + box.w + CLEAR && x + w + CLEAR > box.x && y < box.y + box.h + CLEAR && y + h + CLEAR > box.y)) return { x, y };
  }
  return stepAside(wanted, taken);
}

/** Not exactly on top of another one. */
function stepAside(wanted: { readonly x: number; readonly y: number }, taken: readonly Box[]): { readonly x: number; readonly y: number } {
  const corners = new Set(taken.map((box) => `${box.x},${box.y}`));
  let { x, y } = wanted;
  while (corners.has(`${x},${y}`)) {
    x += STEP;
    y += STEP;
  }
  return { x, y };
}

function boxesIn(graph: GraphModel, parent: string | null): readonly Box[] {
  const children = new Map<string | null, GraphNode[]>();
  for (const node of graph.nodes.values()) {
    const list = children.get(node.parent ?? null);
    if (list === undefined) children.set(node.parent ?? null, [node]);
    else list.push(node);
  }
  return (children.get(parent) ?? []).map((node) => ({ x: node.x, y: node.y, ...sizeOf(node, children.get(node.id) ?? []) }));
}

function sizeOf(node: GraphNode, children: readonly GraphNode[]): { readonly w: number; readonly h: number } {
  const info = infoOf(node);
  const open = info.kind?.container !== undefined && node.collapsed !== true;
  return boxSize({
    open, w: node.w ?? NODE_WIDTH, h: node.h ?? 0,
    rows: Math.max(info.inputs.length, info.outputs.length) + (open || info.summary === '' ? 0 : 1),
    inside: children.map((child) => ({ x: child.x, y: child.y, ...sizeOf(child, []) })),
  });
}
