/** Edges go round what lies in their way, and only then. */
import { describe, expect, it } from 'vitest';
import type { Box } from '../model/types.ts';
import type { Scene, SceneEdge } from '../overlays/scene.ts';
import { lanePath, lanesOf } from './lanes.ts';

const box = (x: number, y: number, w = 174, h = 100): Box => ({ x, y, w, h });
const sceneOf = (boxes: Readonly<Record<string, Box>>, edges: readonly (readonly [string, string])[], parents: Readonly<Record<string, string>> = {}): Scene => ({
  items: Object.entries(boxes).map(([id, one]) => ({ id, box: one, container: Object.values(parents).includes(id) })),
  edges: edges.map(([from, to]): SceneEdge => {
    const a = boxes[from] as Box;
    const b = boxes[to] as Box;
    const inward = parents[to] === from;
    return { id: `${from}-${to}`, from, to, fromX: inward ? a.x : a.x + a.w, fromY: a.y + 50, toX: b.x, toY: b.y + 50 };
  }),
  boxes: new Map(Object.entries(boxes)),
  parent: new Map(Object.entries(parents)),
  bounds: null,
});

/** Points of an `M C L C` path. */
const pointsOf = (path: string): readonly (readonly [number, number])[] => {
  const numbers = (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  const at = (index: number): readonly [number, number] => [numbers[index * 2] as number, numbers[index * 2 + 1] as number];
  const curve = (a: number): readonly (readonly [number, number])[] => Array.from({ length: 41 }, (_, step) => {
    const t = step / 40;
    const u = 1 - t;
    const parts = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
    return [0, 1].map((axis) => parts.reduce((sum, part, index) => sum + part * (at(a + index)[axis] as number), 0)) as unknown as readonly [number, number];
  });
  return [...curve(0), ...curve(4)];
};

describe('lanes', () => {
  it('are not made where nothing is in the way', () => {
    expect(lanesOf(sceneOf({ a: box(0, 0), b: box(240, 0), c: box(480, 300) }, [['a', 'b'], ['b', 'c']])).size).toBe(0);
  });

  it('lead round a node between two on one level', () => {
    const scene = sceneOf({ a: box(0, 0), b: box(240, 0), c: box(480, 0) }, [['a', 'c']]);
    const lane = lanesOf(scene).get('a-c');
    expect(lane).toBeDefined();
    if (lane === undefined) return;
    for (const [x, y] of pointsOf(lanePath(lane.from, lane.to, lane))) {
      expect(x > 240 && x < 414 && y > 0 && y < 100, `${x},${y}`).toBe(false);
    }
  });

  it('of different sources do not lie on each other', () => {
    const scene = sceneOf({ a: box(0, 0), a2: box(0, 0, 174, 101), b: box(240, 0), c: box(480, 0), c2: box(480, 0, 174, 101) }, [['a', 'c'], ['a2', 'c2']]);
    const [one, two] = [...lanesOf(scene).values()];
    expect(Math.abs((one?.y ?? 0) - (two?.y ?? 0))).toBeGreaterThanOrEqual(8);
  });

  it('know levels: what lies in another container is not in the way, the container itself is', () => {
    const inside = sceneOf({ each: box(0, 0, 800, 300), a: box(20, 60), b: box(240, 60), c: box(480, 60) }, [['each', 'c']], { a: 'each', b: 'each', c: 'each' });
    expect(lanesOf(inside).has('each-c')).toBe(true);
    const outside = sceneOf({ a: box(0, 60), each: box(240, 0, 400, 300), inner: box(260, 60), b: box(700, 60) }, [['a', 'b']], { inner: 'each' });
    const lane = lanesOf(outside).get('a-b');
    expect(lane === undefined ? true : lane.y < 0 || lane.y > 300).toBe(true);
    expect(lane).toBeDefined();
  });

  it('are left out for graphs that are too large', () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`n${at}`, box(at * 240, 0)]));
    expect(lanesOf(sceneOf(many, [['n0', 'n1999']])).size).toBe(0);
  });
});
