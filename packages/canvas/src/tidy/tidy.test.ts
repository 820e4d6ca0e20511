import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absoluteBoxes, CONTAINER, measureAll } from '../model/geometry.ts';
import { indexGraph } from '../model/graphIndex.ts';
import type { Box, CanvasModel, CanvasNode } from '../model/types.ts';
import { plainNode } from '../testing/models.ts';
import { tidy } from './tidy.ts';

function laidOut(model: CanvasModel): { readonly boxes: ReadonlyMap<string, Box>; readonly model: CanvasModel } {
  const moves = new Map(tidy(indexGraph(model)).map((move) => [move.id, move]));
  const placed = { ...model, nodes: model.nodes.map((node) => ({ ...node, x: moves.get(node.id)?.x ?? node.x, y: moves.get(node.id)?.y ?? node.y })) };
  const index = indexGraph(placed);
  return { boxes: absoluteBoxes(index, measureAll(index, new Map(), 'compact')), model: placed };
}
const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('tidy', () => {
  it('puts what follows to the right of what it follows, and lets nothing overlap', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 80 }), (count, pairs) => {
      const nodes = Array.from({ length: count }, (_, at) => plainNode(`n${at}`));
      const edges = pairs.filter(([a, b]) => a < b && b < count).map(([a, b], at) => ({ id: `e${at}`, from: { node: `n${a}`, port: 'out' }, to: { node: `n${b}`, port: 'in' } }));
      const { boxes } = laidOut({ nodes, edges, notes: [] });
      for (const edge of edges) {
        const from = boxes.get(edge.from.node) as Box;
        const to = boxes.get(edge.to.node) as Box;
        expect(to.x).toBeGreaterThanOrEqual(from.x + from.w);
      }
      const all = [...boxes.values()];
      all.forEach((one, at) => { for (const other of all.slice(at + 1)) expect(overlap(one, other)).toBe(false); });
    }), { numRuns: 60, seed: 7 });
  });

  it('keeps children inside their container and containers apart', () => {
    const nodes: CanvasNode[] = [
      plainNode('start'),
      { ...plainNode('each'), container: true },
      { ...plainNode('a'), parent: 'each' }, { ...plainNode('b'), parent: 'each' },
      { ...plainNode('inner'), parent: 'each', container: true }, { ...plainNode('deep'), parent: 'inner' },
      plainNode('end'),
    ];
    const edges = [
      { id: 'e1', from: { node: 'start', port: 'out' }, to: { node: 'each', port: 'in' } },
      { id: 'e2', from: { node: 'each', port: 'item' }, to: { node: 'a', port: 'in' } },
      { id: 'e3', from: { node: 'a', port: 'out' }, to: { node: 'b', port: 'in' } },
      { id: 'e4', from: { node: 'b', port: 'out' }, to: { node: 'inner', port: 'in' } },
      { id: 'e5', from: { node: 'each', port: 'out' }, to: { node: 'end', port: 'in' } },
    ];
    const { boxes } = laidOut({ nodes, edges, notes: [] });
    const inside = (child: Box, box: Box): void => {
      expect(child.x).toBeGreaterThanOrEqual(box.x + CONTAINER.left);
      expect(child.x + child.w).toBeLessThanOrEqual(box.x + box.w - CONTAINER.right);
      expect(child.y + child.h).toBeLessThanOrEqual(box.y + box.h - CONTAINER.bottom);
    };
    const box = (id: string): Box => boxes.get(id) as Box;
    for (const id of ['a', 'b', 'inner']) inside(box(id), box('each'));
    inside(box('deep'), box('inner'));
    expect(box('end').x).toBeGreaterThan(box('each').x + box('each').w);
  });

  it('survives a ring, an edge to itself and an edge to nowhere', () => {
    const nodes = ['a', 'b', 'c'].map((id) => plainNode(id));
    const edge = (id: string, from: string, to: string) => ({ id, from: { node: from, port: 'out' }, to: { node: to, port: 'in' } });
    const { boxes } = laidOut({ nodes, edges: [edge('1', 'a', 'b'), edge('2', 'b', 'c'), edge('3', 'c', 'a'), edge('4', 'a', 'a'), edge('5', 'a', 'ghost')], notes: [] });
    expect(boxes.size).toBe(3);
    expect(new Set([...boxes.values()].map((box) => `${box.x},${box.y}`)).size).toBe(3);
  });

  it('lays out a chain of 100,000 nodes in bands that fit a screen', () => {
    const count = 100_000;
    const nodes = Array.from({ length: count }, (_, at) => plainNode(`n${at}`));
    const edges = Array.from({ length: count - 1 }, (_, at) => ({ id: `e${at}`, from: { node: `n${at}`, port: 'out' }, to: { node: `n${at + 1}`, port: 'in' } }));
    const moves = tidy(indexGraph({ nodes, edges, notes: [] }));
    expect(moves.length).toBe(count);
    const right = moves.reduce((most, move) => Math.max(most, move.x), 0);
    const bottom = moves.reduce((most, move) => Math.max(most, move.y), 0);
    expect(right / bottom).toBeGreaterThan(0.4);
    expect(right / bottom).toBeLessThan(4);
  });

  it('moves only what it was asked to move, and starts where that stood', () => {
    const nodes = [{ ...plainNode('a'), x: 400, y: 80 }, { ...plainNode('b'), x: 160, y: 320 }, { ...plainNode('c'), x: 8, y: 8 }];
    const edges = [{ id: 'e', from: { node: 'a', port: 'out' }, to: { node: 'b', port: 'in' } }];
    const moves = tidy(indexGraph({ nodes, edges, notes: [] }), { only: new Set(['a', 'b']) });
    expect(moves.map((move) => move.id).sort()).toEqual(['a', 'b']);
    expect(moves.find((move) => move.id === 'a')).toMatchObject({ x: 160, y: 80 });
  });
});
