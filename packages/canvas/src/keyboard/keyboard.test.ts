import { describe, expect, it } from 'vitest';
import { absoluteBoxes, measureAll } from '../model/geometry.ts';
import { indexGraph } from '../model/graphIndex.ts';
import type { CanvasModel } from '../model/types.ts';
import { gridModel, plainNode } from '../testing/models.ts';
import { commandOf, type KeyPress } from './keys.ts';
import { letterCodes } from './letters.ts';
import { type Direction, step, stepInto, stepOut } from './navigate.ts';

const walk = (model: CanvasModel) => {
  const index = indexGraph(model);
  const boxes = absoluteBoxes(index, measureAll(index, new Map(), 'compact'));
  return { index, boxes, go: (from: string | null, way: Direction) => step(index, boxes, from, way) };
};
const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({ key, code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

describe('arrow keys', () => {
  it('follow edges, not only places', () => {
    const nodes = [plainNode('a'), plainNode('near', { x: 210 }), plainNode('far', { x: 210, y: 600 })];
    const { go } = walk({ nodes, edges: [{ id: 'e', from: { node: 'a', port: 'out' }, to: { node: 'far', port: 'in' } }], notes: [] });
    expect(go(null, 'right')).toBe('a');
    expect(go('a', 'right')).toBe('far');
    expect(go('far', 'left')).toBe('a');
    expect(go('far', 'up')).toBe('near');
  });

  it('reach every node of a level from the first one', () => {
    const { go } = walk(gridModel(60, 8));
    const seen = new Set(['n0']);
    const queue = ['n0'];
    for (let at = 0; at < queue.length; at += 1) {
      for (const way of ['left', 'right', 'up', 'down'] as const) {
        const next = go(queue[at] as string, way);
        if (next !== null && !seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
      }
    }
    expect(seen.size).toBe(60);
  });

  it('go into a container and out again, and pass it at its own level', () => {
    const nodes = [plainNode('each', { container: true }), plainNode('child', { parent: 'each', x: 32, y: 56 }), plainNode('next', { x: 600 })];
    const edges = [
      { id: '1', from: { node: 'each', port: 'item' }, to: { node: 'child', port: 'in' } },
      { id: '2', from: { node: 'each', port: 'out' }, to: { node: 'next', port: 'in' } },
    ];
    const { index, boxes, go } = walk({ nodes, edges, notes: [] });
    expect(go('each', 'right')).toBe('next');
    expect(stepInto(index, boxes, 'each')).toBe('child');
    expect(stepOut(index, 'child')).toBe('each');
    expect(go('child', 'left')).toBe('each');
  });
});

describe('keys', () => {
  it.each([
    [press('a'), 'palette'], [press(' '), 'palette'], [press('a', { ctrlKey: true }), 'select-all'], [press('z', { metaKey: true, shiftKey: true }), 'redo'],
    [press('ArrowLeft', { altKey: true }), 'nudge-left'], [press('ArrowLeft', { shiftKey: true }), 'extend-left'], [press('Enter'), 'edit'], [press('Enter', { ctrlKey: true }), 'run'],
    [press('F', { shiftKey: true }), 'fit-selection'], [press('с', { code: 'KeyC', ctrlKey: true }), 'copy'], [press('Tab'), null], [press('a', { altKey: true }), null],
  ])('%o is %s', (key, command) => expect(commandOf(key)).toBe(command));
});

describe('letter codes', () => {
  it.each([0, 1, 26, 27, 300])('makes %d codes, none the beginning of another', (count) => {
    const codes = letterCodes(count);
    expect(codes.length).toBe(count);
    expect(new Set(codes).size).toBe(count);
    expect(new Set(codes.map((code) => code.length)).size).toBeLessThanOrEqual(1);
  });
});
