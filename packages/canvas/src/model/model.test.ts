import { describe, expect, it } from 'vitest';
import { windowOf } from '../flow/useWindow.ts';
import { sceneOf } from '../overlays/scene.ts';
import { gridModel, plainNode, port } from '../testing/models.ts';
import { absoluteBoxes, containerAt, fitView, measureAll, plainHeight, portPlaces } from './geometry.ts';
import { indexGraph, withDescendants } from './graphIndex.ts';

describe('geometry', () => {
  it('has the heights of the drawing', () => {
    const read = plainNode('a', { inputs: [], summary: [{ text: '~/inbox' }] });
    expect(plainHeight(read, 3, 'compact')).toBe(157);
    const validate = plainNode('b', { outputs: [port('valid'), port('errors')], summary: [{ text: '9 rules' }] });
    expect(plainHeight(validate, 0, 'compact')).toBe(112);
  });

  it('puts ports in the middle of their rows and lets inner ports face the other way', () => {
    const each = plainNode('each', { container: true, innerSources: [port('item'), port('index')], innerSinks: [port('result')] });
    const places = portPlaces(each, 440, 'compact');
    expect(places.find((place) => place.port.id === 'in')).toMatchObject({ x: 0, y: 95, faces: 'left', inner: false });
    expect(places.find((place) => place.port.id === 'index')).toMatchObject({ x: 0, y: 115, faces: 'right', side: 'out', inner: true });
    expect(places.find((place) => place.port.id === 'result')).toMatchObject({ x: 440, y: 95, faces: 'left', side: 'in', inner: true });
    expect(portPlaces({ ...each, collapsed: true }, 174, 'compact').some((place) => place.inner)).toBe(false);
  });

  it('grows a container round its children and finds the innermost under a point', () => {
    const index = indexGraph({
      nodes: [plainNode('out', { container: true, x: 100, y: 100 }), plainNode('in', { container: true, parent: 'out', x: 32, y: 56 }), plainNode('leaf', { parent: 'in', x: 400, y: 300 })],
      edges: [], notes: [],
    });
    const boxes = absoluteBoxes(index, measureAll(index, new Map(), 'compact'));
    const leaf = boxes.get('leaf');
    const outer = boxes.get('out');
    expect(leaf).toMatchObject({ x: 532, y: 456 });
    expect((outer?.x ?? 0) + (outer?.w ?? 0)).toBeGreaterThan((leaf?.x ?? 0) + (leaf?.w ?? 0));
    expect(containerAt(index, boxes, { x: 540, y: 460 }, new Set())).toBe('in');
    expect(containerAt(index, boxes, { x: 540, y: 460 }, new Set(['in']))).toBe('out');
    expect(containerAt(index, boxes, { x: 0, y: 0 }, new Set())).toBe(null);
  });

  it('fits bounds into a viewport', () => {
    const view = fitView({ x: 100, y: 100, w: 2000, h: 500 }, 1000, 600);
    expect(view.zoom).toBeCloseTo(0.46);
    expect(view.x + 1100 * view.zoom).toBeCloseTo(500, 0);
    expect(fitView({ x: 0, y: 0, w: 1e9, h: 1 }, 1000, 600).zoom).toBe(0.1);
  });
});

describe('index', () => {
  it('draws what hangs on a ring of parents, or on a parent that is no container, at the top', () => {
    const index = indexGraph({
      nodes: [plainNode('a', { container: true, parent: 'b' }), plainNode('b', { container: true, parent: 'a' }), plainNode('c', { parent: 'plain' }), plainNode('plain'), plainNode('d', { parent: 'ghost' })],
      edges: [], notes: [],
    });
    expect(index.drawn.length).toBe(5);
    expect(index.depth.get('c')).toBe(0);
  });

  it('hides what a collapsed container holds, and its edges', () => {
    const index = indexGraph({
      nodes: [plainNode('each', { container: true, collapsed: true }), plainNode('x', { parent: 'each' }), plainNode('y')],
      edges: [{ id: '1', from: { node: 'each', port: 'item' }, to: { node: 'x', port: 'in' } }, { id: '2', from: { node: 'each', port: 'out' }, to: { node: 'y', port: 'in' } }],
      notes: [],
    });
    expect(index.drawn.map((node) => node.id)).toEqual(['each', 'y']);
    expect(index.drawnEdges.map((edge) => edge.id)).toEqual(['2']);
    expect([...withDescendants(index, ['each'])]).toEqual(['each', 'x']);
  });
});

describe('the part of a large graph that is drawn', () => {
  const index = indexGraph(gridModel(2500, 50));
  const scene = sceneOf(index, measureAll(index, new Map(), 'compact'), 'compact');
  const view = { x: 1000, y: 1000, w: 1280, h: 800 };

  it('is what is in view, with the ends of its edges', () => {
    const part = windowOf(scene, view, new Set());
    for (const id of part.nodes ?? []) {
      const box = scene.boxes.get(id);
      expect(box !== undefined && box.x < 2280 && box.x + box.w > 1000).toBe(true);
    }
    expect(part.nodes?.size).toBeGreaterThan(30);
    expect(part.nodes?.size).toBeLessThan(80);
    for (const edge of scene.edges) {
      if (part.edges?.has(edge.id)) for (const end of [edge.from, edge.to]) expect((part.nodes?.has(end) ?? false) || part.outside.has(end)).toBe(true);
    }
    expect(part.outside.size).toBeLessThan(60);
  });

  it('keeps what is dragged, wherever it is, and brings containers along', () => {
    expect(windowOf(scene, view, new Set(['n0'])).nodes?.has('n0')).toBe(true);
    const nested = indexGraph({ nodes: [plainNode('box', { container: true, w: 9000, h: 9000 }), plainNode('in', { parent: 'box', x: 1100, y: 1100 }), plainNode('far', { parent: 'box', x: 8000, y: 8000 })], edges: [], notes: [] });
    const part = windowOf(sceneOf(nested, measureAll(nested, new Map(), 'compact'), 'compact'), view, new Set());
    expect([...(part.nodes ?? [])].sort()).toEqual(['box', 'in']);
  });
});
