/**
 * What a finished drag means. A node that is joined to others of its level stays in its container, because an edge cannot cross a
 * container's border; one that is free, or that moves together with all it is joined to, goes where it was dropped.
 */
import { CONTAINER, containerAt, SNAP, snap } from '../model/geometry.ts';
import { type GraphIndex, edgesFrom, edgesTo, withDescendants } from '../model/graphIndex.ts';
import type { Box, NodeMove, Point } from '../model/types.ts';

/** `dropped` are the new places of the dragged nodes, each relative to its present container. */
export function movesOfDrop(index: GraphIndex, boxes: ReadonlyMap<string, Box>, dropped: readonly { readonly id: string; readonly position: Point }[]): readonly NodeMove[] {
  const ids = new Set(dropped.map((one) => one.id));
  const moving = withDescendants(index, ids);
  const mayLeave = dropped.every(({ id }) => isFree(index, id, moving));
  const moves: NodeMove[] = [];
  for (const { id, position } of dropped) {
    const box = boxes.get(id);
    if (box === undefined) continue;
    const parent = index.parent.get(id) ?? null;
    const origin = parent === null ? { x: 0, y: 0 } : (boxes.get(parent) ?? { x: 0, y: 0 });
    const x = origin.x + position.x;
    const y = origin.y + position.y;
    const under = containerAt(index, boxes, { x: x + box.w / 2, y: y + Math.min(box.h / 2, 40) }, moving);
    if (mayLeave && under !== parent && !(parent !== null && ids.has(parent))) {
      const target = under === null ? { x: 0, y: 0 } : (boxes.get(under) ?? { x: 0, y: 0 });
      const place = keptInside(under, snap(x - target.x), snap(y - target.y));
      moves.push({ id, ...place, parent: under });
    } else {
      moves.push({ id, ...keptInside(parent, snap(position.x), snap(position.y)) });
    }
  }
  return moves.filter((move) => {
    const node = index.node.get(move.id);
    return move.parent !== undefined || node?.x !== move.x || node.y !== move.y;
  });
}

function isFree(index: GraphIndex, id: string, moving: ReadonlySet<string>): boolean {
  return edgesFrom(index, id).every((edge) => moving.has(edge.to.node)) && edgesTo(index, id).every((edge) => moving.has(edge.from.node));
}

/** Children stay below the header and right of the border of what holds them. */
function keptInside(parent: string | null, x: number, y: number): Point {
  return parent === null ? { x, y } : { x: Math.max(SNAP * 2, x), y: Math.max(CONTAINER.top - SNAP, y) };
}
