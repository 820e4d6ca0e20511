/**
 * Auto-tidy: every level of the graph is laid out by itself, inner levels first, so that a container has its size before the level
 * that holds it is placed. Also used for a file that comes without a layout. It only computes places; the caller makes edits of them.
 */
import { CONTAINER, type CanvasDensity, PREVIEW_LINES, isOpenContainer, measureAll } from '../model/geometry.ts';
import { type GraphIndex, childrenOf } from '../model/graphIndex.ts';
import type { CanvasNode, NodeMove } from '../model/types.ts';
import { type LayerNode, placeLayers } from './layers.ts';

const GAP = { column: 40, row: 24 } as const;

export interface TidyOptions {
  readonly density?: CanvasDensity;
  /** Only these nodes may move; the others keep their places. Absent: all. */
  readonly only?: ReadonlySet<string>;
}

/** New places of all nodes, children relative to their containers. */
export function tidy(index: GraphIndex, options: TidyOptions = {}): readonly NodeMove[] {
  const density = options.density ?? 'compact';
  // Room for a full preview is kept where one can come, so that a run does not push nodes over each other.
  const previews = new Map(index.drawn.map((node) => [node.id, node.outputs.length > 0 && !node.container ? PREVIEW_LINES : 0]));
  const sizes = measureAll(index, previews, density);
  const levels = index.drawn.filter(isOpenContainer).map((node) => node.id as string | null);
  levels.unshift(null);

  const moves: NodeMove[] = [];
  for (let at = levels.length - 1; at >= 0; at -= 1) {
    const level = levels[at] as string | null;
    const members = childrenOf(index, level).filter((node) => options.only === undefined || options.only.has(node.id));
    if (members.length === 0) {
      if (level !== null && options.only === undefined) sizes.set(level, { w: CONTAINER.minWidth, h: CONTAINER.minHeight });
      continue;
    }
    const placed = placeLevel(index, members, sizes);
    const origin = originOf(level, members, options.only !== undefined);
    let right = 0;
    let bottom = 0;
    members.forEach((node, row) => {
      const x = origin.x + (placed.x[row] as number);
      const y = origin.y + (placed.y[row] as number);
      const size = sizes.get(node.id) as LayerNode;
      right = Math.max(right, x + size.w);
      bottom = Math.max(bottom, y + size.h);
      moves.push({ id: node.id, x, y });
    });
    if (level !== null && options.only === undefined) {
      sizes.set(level, {
        w: Math.max(CONTAINER.minWidth, right + CONTAINER.right),
        h: Math.max(CONTAINER.minHeight, bottom + CONTAINER.bottom),
      });
    }
  }
  return moves;
}

function placeLevel(index: GraphIndex, members: readonly CanvasNode[], sizes: ReadonlyMap<string, LayerNode>): { readonly x: Float64Array; readonly y: Float64Array } {
  const row = new Map(members.map((node, at) => [node.id, at]));
  const from: number[] = [];
  const to: number[] = [];
  for (const node of members) {
    const start = row.get(node.id) as number;
    for (const edge of index.outgoing.get(node.id) ?? []) {
      const end = row.get(edge.to.node);
      if (end === undefined || end === start) continue;
      from.push(start);
      to.push(end);
    }
  }
  return placeLayers(members.map((node) => ({ ...(sizes.get(node.id) ?? { w: CONTAINER.minWidth, h: CONTAINER.minHeight }), anchor: isOpenContainer(node) ? CONTAINER.top : 0 })), Int32Array.from(from), Int32Array.from(to), GAP);
}

/** A part of a level stays where its top left corner was; a whole level starts at the corner. */
function originOf(level: string | null, members: readonly CanvasNode[], part: boolean): { readonly x: number; readonly y: number } {
  if (part) {
    let x = Infinity;
    let y = Infinity;
    for (const node of members) {
      x = Math.min(x, node.x);
      y = Math.min(y, node.y);
    }
    return { x, y };
  }
  return level === null ? { x: 0, y: 0 } : { x: CONTAINER.left, y: CONTAINER.top };
}
