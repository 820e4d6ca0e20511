import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clip, CLIP_LIMITS, clipCorner, clipText, readClip } from './clip.ts';

const clip: Clip = {
  axionFragment: 1,
  nodes: [
    { id: 'box', kind: 'flow.for-each', name: 'For each', config: {}, x: 80, y: 40, w: 400, h: 200 },
    { id: 'a', kind: 'data.map', name: 'A', parent: 'box', config: { expression: 'item.total' }, x: 32, y: 56 },
    { id: 'b', kind: 'data.map', name: 'B', parent: 'box', off: true, config: {}, x: 240, y: 56 },
  ],
  edges: [{ id: 'e1', from: { node: 'a', port: 'out' }, to: { node: 'b', port: 'in' } }, { id: 'e2', from: { node: 'box', port: 'item' }, to: { node: 'a', port: 'in' } }],
  notes: [{ id: 'n', text: 'hello', x: 0, y: 400, w: 160, h: 40 }],
};

describe('clip', () => {
  it('comes back as it went', () => {
    expect(readClip(clipText(clip))).toEqual({ ok: true, clip });
  });

  it('leaves out edges to what is not copied, and lifts a child whose container stays', () => {
    const part = readClip(clipText({ ...clip, nodes: clip.nodes.slice(1, 2), notes: [] }));
    expect(part.ok && part.clip.nodes[0]?.parent).toBe(undefined);
    expect(part.ok && part.clip.edges).toEqual([]);
  });

  it('knows its top left corner', () => expect(clipCorner(clip)).toEqual({ x: 0, y: 40 }));

  it.each([
    ['text', 'hello', 'not-a-clip'],
    ['other JSON', '{"nodes":[]}', 'not-a-clip'],
    ['a list', '[1]', 'not-a-clip'],
    ['a prototype key', '{"axionFragment":1,"nodes":[{"id":"a","kind":"k","name":"x","config":{"__proto__":{"polluted":1}}}]}', 'bad-key'],
    ['a hostile id', '{"axionFragment":1,"nodes":[{"id":"../x","kind":"k","name":"x","config":{}}]}', 'bad-node'],
    ['a hostile kind', '{"axionFragment":1,"nodes":[{"id":"a","kind":"K<script>","name":"x","config":{}}]}', 'bad-node'],
    ['two of one id', '{"axionFragment":1,"nodes":[{"id":"a","kind":"k","name":"x","config":{}},{"id":"a","kind":"k","name":"x","config":{}}]}', 'bad-node'],
    ['a ring of parents', '{"axionFragment":1,"nodes":[{"id":"a","kind":"k","name":"","parent":"b","config":{}},{"id":"b","kind":"k","name":"","parent":"a","config":{}}]}', 'bad-node'],
    ['an edge to nowhere', '{"axionFragment":1,"nodes":[],"edges":[{"id":"e","from":{"node":"x","port":"o"},"to":{"node":"y","port":"i"}}]}', 'bad-edge'],
    ['a place that is no number', '{"axionFragment":1,"nodes":[{"id":"a","kind":"k","name":"","config":{},"x":"1","y":2}]}', 'bad-node'],
    ['a place at infinity', '{"axionFragment":1,"nodes":[],"notes":[{"id":"a","text":"","x":1e300,"y":2,"w":8,"h":8}]}', 'bad-note'],
  ])('refuses %s', (_name, text, reason) => {
    expect(readClip(text)).toEqual({ ok: false, reason });
    expect(({} as { polluted?: number }).polluted).toBe(undefined);
  });

  it('refuses nesting that could exhaust a stack, and too much of anything', () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    expect(readClip(`{"axionFragment":1,"nodes":[{"id":"a","kind":"k","name":"x","config":{"v":${deep}}}]}`)).toEqual({ ok: false, reason: 'too-deep' });
    const many = JSON.stringify({ axionFragment: 1, nodes: Array.from({ length: CLIP_LIMITS.nodes + 1 }, (_, at) => ({ id: `n${at}`, kind: 'k', name: '', config: {} })) });
    expect(readClip(many)).toEqual({ ok: false, reason: 'too-large' });
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map((value) => JSON.stringify({ axionFragment: 1, nodes: [value], edges: value, notes: value }))), (text) => {
      expect(typeof readClip(text).ok).toBe('boolean');
    }), { seed: 11 });
  });
});
