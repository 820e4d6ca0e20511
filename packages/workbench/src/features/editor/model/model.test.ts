import { emptySelection } from '@axion/canvas';
import { type DraftOp, type GraphModel, GraphRegisters, emptyModel, modelOf } from '@axion/client';
import { registry } from '@axion/engine';
import { graphOf } from '@axion/testkit';
import { describe, expect, it } from 'vitest';
import { createCanvasModelBuilder } from './canvasModel.ts';
import { connect, convert, copyText, duplicate, editNote, insert, moveNodes, paste, takesEnd } from './changes.ts';
import { createCheck } from './connections.ts';
import { readClip } from '@axion/canvas';
import { infoOf, missingOf } from './kindInfo.ts';
import { paletteGroups, withRecent } from './palette.ts';
import { keepPlaces, placesFor, tidyOps } from './places.ts';
import { problemByNode, problemsOf } from './problems.ts';

const words = { sameNode: 'same', otherLevel: 'level', ring: 'ring', noPort: 'port', already: 'already' };
const counter = () => {
  let at = 0;
  return () => {
    at += 1;
    return `id${at}`;
  };
};
const model = (...args: Parameters<typeof graphOf>): GraphModel => modelOf(graphOf(...args), undefined);
const kind = (id: string) => {
  const found = registry.get(id);
  if (found === undefined) throw new Error(id);
  return found;
};

/** What the graph is after the operations, by the store's own reading of them. */
function after(graph: GraphModel, ops: readonly DraftOp[]): GraphModel {
  const registers = new GraphRegisters(graph);
  registers.apply(ops.map((op, at) => ({ ...op, stamp: `${String(1_800_000_000_000 + at)}-0000-test` })));
  return registers.model;
}

/** New nodes that lie on another one of their level; each is at least so large. */
function overlaps(graph: GraphModel, parent: string | null): readonly string[] {
  const level = [...graph.nodes.values()].filter((node) => (node.parent ?? null) === parent);
  return level.flatMap((one) => level.filter((other) => one !== other && one.id.startsWith('id') && Math.abs(one.x - other.x) < 174 && Math.abs(one.y - other.y) < 72).map((other) => `${one.id} on ${other.id}`));
}

const sample = model('g', [
  { id: 'start', kind: 'start', config: { fields: [{ name: 'limit', type: 'number' }] } },
  { id: 'list', kind: 'file.list', config: { slot: 'in' } },
  { id: 'each', kind: 'for-each' },
  { id: 'read', kind: 'file.read', parent: 'each' },
  { id: 'text', kind: 'template', config: { template: 'x' } },
  { id: 'write', kind: 'file.write', config: { slot: 'out', path: 'a.txt' } },
], ['list.files > each.items', 'each.item > read.file', 'read.text > each.result'], [{ id: 'in', access: 'ro' }, { id: 'out', access: 'rw' }]);

describe('connections', () => {
  const check = createCheck(sample, words);
  const end = (text: string) => ({ node: text.split('.')[0] ?? '', port: text.split('.')[1] ?? '' });
  const ask = (from: string, to: string) => check(end(from), end(to));

  it('lets fit what fits, also through the border of a container', () => {
    expect(ask('text.text', 'write.text')).toEqual({ ok: true });
    expect(ask('each.item', 'read.file')).toEqual({ ok: false, reason: 'already' });
  });

  it('says why not, and what would make it fit', () => {
    const refused = ask('start.limit', 'write.text');
    expect(refused).toMatchObject({ ok: false, proposal: { kind: 'map' } });
    expect(refused.ok ? '' : refused.reason).toContain('text');
    expect(ask('list.files', 'read.file')).toMatchObject({ ok: false, reason: 'level' });
    expect(ask('text.text', 'text.text')).toMatchObject({ reason: 'same' });
    expect(ask('text.nothing', 'write.text')).toMatchObject({ reason: 'port' });
  });

  it('refuses a ring however long', () => {
    const count = 5000;
    const chain = model('c', Array.from({ length: count }, (_, at) => ({ id: `n${at}`, kind: 'map' })), Array.from({ length: count - 1 }, (_, at) => `n${at}.value > n${at + 1}.value` as const));
    const ring = createCheck(chain, words);
    expect(ring({ node: `n${count - 1}`, port: 'value' }, { node: 'n0', port: 'value' })).toMatchObject({ reason: 'ring' });
  });

  it('puts the proposed node between, joined on both sides', () => {
    const graph = after(sample, convert(sample, end('start.limit'), end('write.text'), kind('map'), counter()).ops);
    const made = [...graph.nodes.values()].find((node) => !sample.nodes.has(node.id));
    expect(made).toMatchObject({ kind: 'map', config: { expression: 'text(value)' } });
    expect([...graph.edges.values()].filter((edge) => edge.to.node === made?.id || edge.from.node === made?.id).length).toBe(2);
  });
});

describe('changes', () => {
  it('replaces the edge of an input that takes one, and keeps those of one that takes many', () => {
    const graph = model('g', [{ id: 'a', kind: 'constant' }, { id: 'b', kind: 'constant' }, { id: 'm', kind: 'map' }, { id: 'j', kind: 'join' }], ['a.value > m.value', 'a.value > j.in']);
    const one = after(graph, connect(graph, { id: 'x', from: { node: 'b', port: 'value' }, to: { node: 'm', port: 'value' } }));
    expect([...one.edges.values()].filter((edge) => edge.to.node === 'm').map((edge) => edge.from.node)).toEqual(['b']);
    const many = after(graph, connect(graph, { id: 'x', from: { node: 'b', port: 'value' }, to: { node: 'j', port: 'in' } }));
    expect([...many.edges.values()].filter((edge) => edge.to.node === 'j').length).toBe(2);
    expect(connect(sample, { id: 'x', from: { node: 'start', port: 'limit' }, to: { node: 'write', port: 'text' } })).toEqual([]);
  });

  it('inserts after a node with an edge, into the container that is meant, beside what is there', () => {
    const graph = after(sample, insert(sample, kind('file.write'), { at: { x: 3, y: 2 }, parent: null }, counter(), { after: 'text' }).ops);
    const made = graph.nodes.get('id1');
    expect(made).toMatchObject({ name: 'Write file' });
    expect(overlaps(graph, null)).toEqual([]);
    expect([...graph.edges.values()].some((edge) => edge.from.node === 'text' && edge.to.node === 'id1' && edge.to.port === 'text')).toBe(true);
    const inner = after(sample, insert(sample, kind('parse'), { at: { x: 0, y: 0 }, parent: 'each' }, counter(), { endpoint: { node: 'read', port: 'text' }, side: 'output' }).ops);
    expect(inner.nodes.get('id1')?.parent).toBe('each');
    expect([...inner.edges.values()].some((edge) => edge.from.node === 'read' && edge.to.node === 'id1')).toBe(true);
  });

  it('puts many of one kind, wanted at one place, side by side: none hides another', () => {
    let graph = sample;
    const newId = counter();
    for (const parent of [null, 'each']) {
      for (let times = 0; times < 12; times += 1) graph = after(graph, insert(graph, kind('wait'), { at: { x: 60, y: 60 }, parent }, newId).ops);
      expect(overlaps(graph, parent)).toEqual([]);
    }
    expect([...graph.nodes.values()].filter((node) => node.kind === 'wait').every((node) => Math.hypot(node.x - 60, node.y - 60) < 1200)).toBe(true);
  });

  it('offers for an open end only kinds that take it', () => {
    const open = { endpoint: { node: 'text', port: 'text' }, side: 'output' } as const;
    expect(takesEnd(sample, kind('parse'), open)).toBe(true);
    expect(takesEnd(sample, kind('table.sort'), open)).toBe(false);
    expect(takesEnd(sample, kind('start'), open)).toBe(false);
  });

  it('moves nodes between containers', () => {
    const graph = after(sample, moveNodes(sample, [{ id: 'text', x: 32, y: 56, parent: 'each' }], []));
    expect(graph.nodes.get('text')).toMatchObject({ parent: 'each', x: 32, y: 56 });
    expect(after(graph, moveNodes(graph, [{ id: 'text', x: 0, y: 0, parent: null }], [])).nodes.get('text')?.parent).toBe(undefined);
  });

  it('copies a container with what is in it, and pastes it under new ids', () => {
    const text = copyText(sample, { ...emptySelection, nodes: new Set(['each']) });
    const read = readClip(text ?? '');
    if (!read.ok) throw new Error(read.reason);
    const pasted = paste(read.clip, { at: { x: 400, y: 80 }, parent: null }, counter());
    const graph = after(sample, pasted.ops);
    expect(graph.nodes.size).toBe(sample.nodes.size + 2);
    const copies = (pasted.nodes ?? []).map((id) => graph.nodes.get(id));
    expect(copies.find((node) => node?.kind === 'for-each')).toMatchObject({ x: 400, y: 80 });
    expect(copies.find((node) => node?.kind === 'file.read')?.parent).toBe(copies.find((node) => node?.kind === 'for-each')?.id);
    expect(graph.edges.size).toBe(sample.edges.size + 2);
  });

  it('duplicates inside the same container', () => {
    const graph = after(sample, duplicate(sample, { ...emptySelection, nodes: new Set(['read']) }, counter()).ops);
    expect([...graph.nodes.values()].filter((node) => node.parent === 'each').length).toBe(2);
    expect(duplicate(sample, emptySelection, counter()).ops).toEqual([]);
  });
});

describe('notes', () => {
  it('grow with their text', () => {
    const graph = after(sample, [['text', 'a'], ['x', 0], ['y', 0], ['w', 192], ['h', 56]].map(([field, value]) => ({ entity: 'note', id: 'n', field: String(field), value: value ?? null })));
    const tall = after(graph, editNote(graph, 'n', 'one\ntwo\n'.repeat(6))).notes.get('n');
    expect(tall?.h).toBeGreaterThan(200);
    expect(after(graph, editNote(graph, 'n', 'short')).notes.get('n')?.h).toBe(32);
    expect(editNote(graph, 'gone', 'x')).toEqual([]);
  });
});

describe('drawing', () => {
  const builder = () => createCanvasModelBuilder({ unknownKind: 'Not available here', effect: 'effect' });
  const none = new Map<string, never>();

  it('keeps what did not change, by identity', () => {
    const build = builder();
    const first = build.build(sample, none, none);
    const moved = after(sample, moveNodes(sample, [{ id: 'text', x: 80, y: 8 }], []));
    const second = build.build(moved, none, none);
    const changed = second.nodes.filter((node, at) => node !== first.nodes[at]).map((node) => node.id);
    expect(changed).toEqual(['text']);
    expect(second.edges).toBe(first.edges);
    expect(build.build(moved, none, none)).toBe(second);
  });

  it('draws an unknown kind as a placeholder that keeps its name', () => {
    const graph = model('g', [{ id: 'x', kind: 'future.thing', name: 'Translate', config: { a: 1 } }]);
    const [node] = builder().build(graph, none, none).nodes;
    expect(node).toMatchObject({ title: 'Translate', unknown: 'Not available here', icon: 'box', inputs: [] });
  });

  it('still draws the ports of a node with a mistake in its settings', () => {
    const graph = model('g', [{ id: 's', kind: 'switch', config: { rules: [{ name: 'bad name!', when: 'true' }] } }]);
    const node = graph.nodes.get('s');
    if (node === undefined) throw new Error('gone');
    expect(infoOf(node).problems.length).toBeGreaterThan(0);
    expect(infoOf(node).inputs.map((port) => port.id)).toEqual(['value']);
    expect(infoOf(node).outputs.length).toBeGreaterThan(0);
  });

  it('says what a node still needs', () => {
    const graph = model('g', [{ id: 'w', kind: 'file.write', config: { slot: 'out' } }]);
    const node = graph.nodes.get('w');
    if (node === undefined) throw new Error('gone');
    expect(missingOf(node, () => false)).toMatchObject({ field: 'path' });
    expect(missingOf(node, () => true)).toBe(null);
  });
});

describe('places', () => {
  it('are made for a file without a layout, and kept with the first edit', () => {
    const places = placesFor(sample);
    expect(places.size).toBe(sample.nodes.size);
    expect(new Set([...places].filter(([id]) => id !== 'read').map(([, place]) => `${place.x},${place.y}`)).size).toBe(5);
    const ops = keepPlaces(sample, places, moveNodes(sample, [{ id: 'text', x: 999, y: 999 }], []));
    const graph = after(sample, ops);
    expect(graph.nodes.get('text')).toMatchObject({ x: 999, y: 999 });
    expect(graph.nodes.get('each')).toMatchObject(places.get('each') ?? {});
    expect(placesFor(graph).size).toBe(0);
  });

  it('are left alone where a person has put things', () => {
    const placed = after(sample, tidyOps(sample));
    expect(placesFor(placed).size).toBe(0);
    expect(keepPlaces(placed, new Map(), [])).toEqual([]);
  });

  it('are given to a chain of 20,000 nodes at once', () => {
    const count = 20_000;
    const chain = model('c', Array.from({ length: count }, (_, at) => ({ id: `n${at}`, kind: 'map' })), Array.from({ length: count - 1 }, (_, at) => `n${at}.value > n${at + 1}.value` as const));
    expect(placesFor(chain).size).toBe(count);
  });
});

describe('problems', () => {
  it('are the compiler’s, each with its node', () => {
    const graph = model('g', [{ id: 'w', kind: 'file.write', name: 'Write', config: {} }, { id: 'x', kind: 'future.thing' }]);
    const problems = problemsOf(graph);
    expect(problems.some((problem) => problem.node === 'x' && problem.code === 'unknown_kind')).toBe(true);
    expect(problems.some((problem) => problem.node === 'w')).toBe(true);
    const first = problemByNode(problems, new Map());
    expect(problemByNode(problemsOf(graph), first)).toBe(first);
    expect(problemsOf(emptyModel('e'))).toEqual([]);
  });
});

describe('palette', () => {
  it('has every kind once, and recent ones first', () => {
    const groups = paletteGroups('', ['map', 'gone'], 'Recent', () => true);
    expect(groups[0]).toMatchObject({ id: 'recent', kinds: [{ id: 'map' }] });
    expect(groups.slice(1).flatMap((group) => group.kinds).length).toBe(registry.size);
    expect(withRecent(['a', 'b', 'c', 'd'], 'c')).toEqual(['c', 'a', 'b', 'd']);
    expect(withRecent(['a', 'b', 'c', 'd'], 'e')).toEqual(['e', 'a', 'b', 'c']);
  });

  it('finds by name before it finds by description', () => {
    expect(paletteGroups('csv', [], 'Recent', () => true)[0]?.kinds.map((one) => one.id)).toContain('parse');
    expect(paletteGroups('filter', [], 'Recent', () => true)[0]?.kinds[0]?.id).toBe('table.filter');
    expect(paletteGroups('zzzz', [], 'Recent', () => true)).toEqual([]);
  });
});
