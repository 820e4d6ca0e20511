/**
 * Where an arrow key leads: along edges first, by place where no edge goes that way, so that every drawn node can be reached.
 * Pure: from an index and boxes to an id.
 */
import { type GraphIndex, childrenOf, edgesFrom, edgesTo } from '../model/graphIndex.ts';
import type { Box } from '../model/types.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The node that an arrow leads to from `current`, or null where nothing lies that way. Without a current one: the first in reading order. */
export function step(index: GraphIndex, boxes: ReadonlyMap<string, Box>, current: string | null, direction: Direction): string | null {
  const here = current === null ? undefined : boxes.get(current);
  if (current === null || here === undefined) return firstNode(index, boxes);
  if (direction === 'right' || direction === 'left') {
    const level = index.parent.get(current);
    const along = direction === 'right'
      ? edgesFrom(index, current).map((edge) => edge.to.node)
      : edgesTo(index, current).map((edge) => edge.from.node);
    // Within the level first; the container itself is where a level's edges come from and go to.
    const reachable = along.filter((id) => boxes.has(id) && id !== current);
    const sameLevel = reachable.filter((id) => index.parent.get(id) === level);
    const linked = nearest(sameLevel.length > 0 ? sameLevel : reachable, boxes, here);
    if (linked !== null) return linked;
  }
  return nearestByPlace(index, boxes, current, here, direction);
}

/** Into a container: its first child in reading order. */
export function stepInto(index: GraphIndex, boxes: ReadonlyMap<string, Box>, current: string): string | null {
  const children = childrenOf(index, current).map((node) => node.id).filter((id) => boxes.has(id));
  return inReadingOrder(children, boxes)[0] ?? null;
}

export function stepOut(index: GraphIndex, current: string): string | null {
  return index.parent.get(current) ?? null;
}

export function firstNode(index: GraphIndex, boxes: ReadonlyMap<string, Box>): string | null {
  const top = childrenOf(index, null).map((node) => node.id).filter((id) => boxes.has(id));
  return inReadingOrder(top, boxes)[0] ?? null;
}

/** Columns left to right, each from the top. */
function inReadingOrder(ids: readonly string[], boxes: ReadonlyMap<string, Box>): readonly string[] {
  return [...ids].sort((a, b) => {
    const one = boxes.get(a) as Box;
    const other = boxes.get(b) as Box;
    return one.x - other.x || one.y - other.y || (a < b ? -1 : 1);
  });
}

function nearest(ids: readonly string[], boxes: ReadonlyMap<string, Box>, here: Box): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const id of ids) {
    const box = boxes.get(id) as Box;
    const distance = Math.abs(box.y - here.y) * 2 + Math.abs(box.x - here.x);
    if (distance < bestDistance || (distance === bestDistance && best !== null && id < best)) {
      best = id;
      bestDistance = distance;
    }
  }
  return best;
}

/** The nearest node that way among those of the same level; then, at the edge of a level, of all. */
function nearestByPlace(index: GraphIndex, boxes: ReadonlyMap<string, Box>, current: string, here: Box, direction: Direction): string | null {
  const level = index.parent.get(current) ?? null;
  let best: string | null = null;
  let bestScore = Infinity;
  for (const { id } of childrenOf(index, level)) {
    const box = boxes.get(id);
    if (id === current || box === undefined) continue;
    const dx = box.x + box.w / 2 - (here.x + here.w / 2);
    const dy = box.y + box.h / 2 - (here.y + here.h / 2);
    const ahead = direction === 'right' ? dx : direction === 'left' ? -dx : direction === 'down' ? dy : -dy;
    const aside = Math.abs(direction === 'right' || direction === 'left' ? dy : dx);
    if (ahead <= 0) continue;
    // A node far to the side is not "that way" at all while a straighter one exists.
    const score = ahead + aside * 3;
    if (score < bestScore) {
      best = id;
      bestScore = score;
    }
  }
  return best;
}
