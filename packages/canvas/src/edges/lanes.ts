/**
 * Ways round nodes. An edge whose curve would run under another node of its level gets a lane: a level stretch above or below what lies in the way.
 * By rule and from boxes only, like sizes; where no free lane is found, or the graph is too large to look at as a whole, the curve stays as it is.
 */
import type { Box } from '../model/types.ts';
import type { Scene, SceneEdge } from '../overlays/scene.ts';

export interface Lane {
  readonly y: number;
  readonly left: number;
  readonly right: number;
  /** The ends that it was found for: an edge that is being dragged has others, and is drawn without it. */
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

/** More would take longer than a frame. */
const MOST_NODES = 600;
const MOST_EDGES = 1200;
const GAP = 14;
/** Between lanes of different sources. */
const APART = 8;
const TRIES = 3;
/** How far before what is in the way a lane begins. */
const ROOM = 10;
const CLEAR = 4;
const SAMPLES = 24;

export function lanesOf(scene: Scene): ReadonlyMap<string, Lane> {
  const lanes = new Map<string, Lane>();
  if (scene.items.length > MOST_NODES || scene.edges.length > MOST_EDGES) return lanes;
  const levels = new Map<string | undefined, Obstacle[]>();
  for (const { id, box } of scene.items) {
    const level = scene.parent.get(id);
    const list = levels.get(level);
    if (list === undefined) levels.set(level, [{ id, box }]);
    else list.push({ id, box });
  }
  const taken: { readonly source: string; readonly lane: Lane }[] = [];
  for (const edge of scene.edges) {
    const others = (levels.get(levelOf(edge, scene)) ?? []).filter(({ id }) => id !== edge.from && id !== edge.to).map(({ box }) => box);
    const lane = laneOf(edge, others, (candidate) => taken.some((one) => one.source !== edge.from && crowded(one.lane, candidate)));
    if (lane === null) continue;
    lanes.set(edge.id, lane);
    taken.push({ source: edge.from, lane });
  }
  return lanes;
}

interface Obstacle {
  readonly id: string;
  readonly box: Box;
}

/** The container that an edge is drawn in: an edge from or to its border is inside. */
function levelOf(edge: SceneEdge, scene: Scene): string | undefined {
  if (scene.parent.get(edge.to) === edge.from) return edge.from;
  if (scene.parent.get(edge.from) === edge.to) return edge.to;
  return scene.parent.get(edge.from);
}

const crowded = (one: Lane, other: Lane): boolean => Math.abs(one.y - other.y) < APART && one.left < other.right && other.left < one.right;

function laneOf(edge: SceneEdge, others: readonly Box[], isCrowded: (lane: Lane) => boolean): Lane | null {
  const from = { x: edge.fromX, y: edge.fromY };
  const to = { x: edge.toX, y: edge.toY };
  if (to.x - from.x < 4 * ROOM) return null;
  const near = others.filter((box) => box.x < to.x && box.x + box.w > from.x);
  let blocked = near.filter((box) => meets(from, to, box));
  if (blocked.length === 0) return null;
  let best: { readonly lane: Lane; readonly cost: number } | null = null;
  // What a lane passes by on its way may be in the way, too: then the lane is made longer and looked at again.
  for (let round = 0; round < near.length && best === null; round += 1) {
    const left = Math.max(from.x + ROOM, Math.min(...blocked.map((box) => box.x)) - ROOM);
    const right = Math.min(to.x - ROOM, Math.max(...blocked.map((box) => box.x + box.w)) + ROOM);
    const wider = new Set(blocked);
    for (const y of candidates(near)) {
      const lane: Lane = { y, left, right, from, to };
      const inTheWay = near.filter((box) => (box.y - CLEAR < y && box.y + box.h + CLEAR > y && box.x < right && box.x + box.w > left) || meets(from, { x: left, y }, box) || meets({ x: right, y }, to, box));
      if (inTheWay.length > 0) {
        for (const box of inTheWay) wider.add(box);
        continue;
      }
      const cost = Math.abs(y - from.y) + Math.abs(y - to.y) + (isCrowded(lane) ? GAP * 100 : 0);
      if (best === null || cost < best.cost) best = { lane, cost };
    }
    if (wider.size === blocked.length) break;
    blocked = [...wider];
  }
  return best?.lane ?? null;
}

function candidates(boxes: readonly Box[]): readonly number[] {
  const found = new Set<number>();
  for (const box of boxes) {
    for (let step = 0; step < TRIES; step += 1) {
      found.add(box.y - GAP - step * APART);
      found.add(box.y + box.h + GAP + step * APART);
    }
  }
  return [...found];
}

type End = { readonly x: number; readonly y: number };

/** Whether the level curve between two points runs through a box. */
function meets(from: End, to: End, box: Box): boolean {
  if (box.x > Math.max(from.x, to.x) || box.x + box.w < Math.min(from.x, to.x)) return false;
  const bend = (to.x - from.x) / 2;
  for (let step = 1; step < SAMPLES; step += 1) {
    const t = step / SAMPLES;
    const u = 1 - t;
    const x = u * u * u * from.x + 3 * u * u * t * (from.x + bend) + 3 * u * t * t * (to.x - bend) + t * t * t * to.x;
    const y = (u * u * u + 3 * u * u * t) * from.y + (3 * u * t * t + t * t * t) * to.y;
    if (x > box.x && x < box.x + box.w && y > box.y - CLEAR && y < box.y + box.h + CLEAR) return true;
  }
  return false;
}

/** The path along a lane. */
export function lanePath(from: End, to: End, lane: Lane): string {
  const into = (lane.left - from.x) / 2;
  const out = (to.x - lane.right) / 2;
  return `M${from.x},${from.y} C${from.x + into},${from.y} ${lane.left - into},${lane.y} ${lane.left},${lane.y} L${lane.right},${lane.y} C${lane.right + out},${lane.y} ${to.x - out},${to.y} ${to.x},${to.y}`;
}
