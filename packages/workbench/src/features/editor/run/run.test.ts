import { RunReducer, type GraphModel, modelOf, type RunView } from '@axion/client';
import { graphOf, runEvents } from '@axion/testkit';
import { describe, expect, it } from 'vitest';
import { createRunDrawer, type ViewWords } from './nodeViews.ts';
import { countOf, oneLine, previewLines, shownOutput } from './preview.ts';
import { instancesOf, stepOf } from './steps.ts';
import { barsOf, fitScale, followScale, labelPlace, ticksOf, toMs, toX, zoomScale } from './timelineModel.ts';

const words: ViewWords = {
  state: (state) => state, duration: (ms) => `${ms}ms`, median: (time) => `~${time}`, ofTotal: (done, total) => `${done}/${total}`, retryIn: (time) => `in ${time}`,
  tries: (count) => `${count} tries`, unknownOutcome: 'unknown', more: (count) => `${count} more`, items: (count) => `${count} items`,
};
const START = 1_700_000_000_000;
const value = (json: unknown) => ({ type: 'inline', value: json }) as never;
const runner = { mode: 'process', jail: 'test', node: '24', readyMs: 1 } as const;
const begin = { type: 'run-started', graphName: 'g', graphHash: 'a'.repeat(64), input: null, grants: [], runner } as const;

function runOf(drafts: Parameters<typeof runEvents>[1]): RunView {
  const reducer = new RunReducer();
  reducer.apply(runEvents('r', [begin, ...drafts], START));
  return reducer.view();
}
const graph = (...args: Parameters<typeof graphOf>): GraphModel => modelOf(graphOf(...args), undefined);

describe('cards of a run', () => {
  const flow = graph('g', [{ id: 'a', kind: 'constant' }, { id: 'if', kind: 'if' }, { id: 'yes', kind: 'map' }, { id: 'no', kind: 'map' }], ['a.value > if.value', 'if.else > yes.value', 'if.then > no.value']);

  it('show state, time, count and a preview; edges show which way a value went', () => {
    const run = runOf([
      { type: 'step-finished', node: 'a', state: 'succeeded', ms: 4, outputs: { value: value(['x', 'y', 'z', 'w']) } },
      { type: 'step-finished', node: 'if', state: 'succeeded', ms: 1, outputs: { else: value(1) } },
      { type: 'step-finished', node: 'no', state: 'skipped', ms: 0, reason: 'not on the way taken' },
      { type: 'step-started', node: 'yes' },
    ]);
    const { views, looks } = createRunDrawer(words)(flow, run, START + 5_000);
    expect(views.get('a')).toEqual({ state: 'succeeded', word: 'succeeded', time: '4ms', count: '4 items', preview: ['x', 'y', '2 more'] });
    expect(views.get('no')).toMatchObject({ state: 'skipped', count: 'not on the way taken' });
    expect(views.get('no')?.time).toBe(undefined);
    expect(views.get('yes')).toMatchObject({ state: 'running', time: '4000ms' });
    expect(Object.fromEntries(looks)).toEqual({ e1: 'passed', e2: 'running', e3: 'dead' });
  });

  it('keep their identity while nothing happened, and only those', () => {
    const reducer = new RunReducer();
    reducer.apply(runEvents('r', [begin, { type: 'step-finished', node: 'a', state: 'succeeded', ms: 4, outputs: { value: value(1) } }, { type: 'step-started', node: 'if' }], START));
    const draw = createRunDrawer(words);
    const first = draw(flow, reducer.view(), START + 100);
    const again = draw(flow, reducer.view(), START + 200);
    expect(again.views).toBe(first.views);
    expect(again.looks).toBe(first.looks);
    reducer.apply([{ ...runEvents('r', [{ type: 'step-finished', node: 'if', state: 'succeeded', ms: 2, outputs: { else: value(1) } }], START)[0], seq: 4 } as never]);
    const later = draw(flow, reducer.view(), START + 300);
    expect(later.views.get('a')).toBe(first.views.get('a'));
    expect(later.views.get('if')).not.toBe(first.views.get('if'));
    expect(later.looks).not.toBe(first.looks);
  });

  it('call what was in flight when the run ended stopped', () => {
    const run = runOf([
      { type: 'step-started', node: 'a' },
      { type: 'run-finished', state: 'cancelled', ms: 9, outputs: {}, steps: { total: 4, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, running: 0, waiting: 0 } },
    ]);
    expect(createRunDrawer(words)(flow, run, START + 9).views.get('a')?.state).toBe('cancelled');
  });

  it('show items of a container one by one', () => {
    const loop = graph('g', [{ id: 'l', kind: 'constant' }, { id: 'each', kind: 'for-each' }, { id: 'x', kind: 'map', parent: 'each' }], ['l.value > each.items', 'each.item > x.value', 'x.value > each.result']);
    const run = runOf([
      { type: 'step-started', node: 'each', items: 4 },
      { type: 'step-finished', node: 'x', scope: 'each:0', state: 'succeeded', ms: 10, outputs: { value: value(1) } },
      { type: 'step-finished', node: 'x', scope: 'each:1', state: 'failed', ms: 20, error: { code: 'no', message: 'No.' } },
      { type: 'step-started', node: 'x', scope: 'each:2' },
    ]);
    const view = createRunDrawer(words)(loop, run, START + 1_000).views;
    expect(view.get('each')?.instances).toEqual({ total: 4, each: ['succeeded', 'failed', 'running', 'idle'] });
    expect(view.get('each')?.count).toBe('2/4');
    expect(view.get('x')?.time).toBe('~15ms');
  });
});

describe('preview', () => {
  it.each([
    [['a', 'b'], ['a', 'b']],
    [[{ path: 'in/a.csv', slot: 's' }], ['in/a.csv']],
    [{ vendor: 'Nordlys', total: 1284, lines: [1] }, ['vendor: Nordlys', 'total: 1284', 'lines: [1]']],
    ['one\n\ntwo\nthree\nfour', ['one', 'two', 'three']],
    [null, ['null']],
    [{}, ['{ }']],
    [[], []],
  ])('%j', (json, lines) => expect(previewLines(value(json), words)).toEqual(lines));

  it('never walks into a value, however deep or wide it is', () => {
    let deep: unknown = 1;
    for (let at = 0; at < 50_000; at += 1) deep = [deep];
    expect(oneLine(deep as never)).toBe('[[…]]');
    expect(previewLines(value(Array.from({ length: 100_000 }, (_, at) => at)), words)).toEqual(['0', '1', '99998 more']);
    expect(previewLines({ type: 'blob', hash: 'a'.repeat(64), bytes: 9, preview: 'x\ny' }, words)).toEqual(['x', 'y']);
  });

  it('shows what came out before what went wrong', () => {
    expect(shownOutput({ error: value(1), text: value(2) })?.[0]).toBe('text');
    expect(shownOutput({})).toBe(null);
    expect(countOf(value('x'), words)).toBe(null);
  });
});

describe('timeline', () => {
  it('maps moments to places and back, with round ticks', () => {
    const scale = fitScale(72_000, 548);
    expect(toMs(scale, toX(scale, 20_000))).toBeCloseTo(20_000);
    expect(ticksOf(scale).map((tick) => tick.ms)).toEqual([0, 20_000, 40_000, 60_000]);
    for (const total of [1, 40, 999, 5_000, 61_000, 3_600_000, 86_400_000 * 3]) {
      const count = ticksOf(fitScale(total, 600)).length;
      expect(count).toBeGreaterThanOrEqual(2);
      expect(count).toBeLessThanOrEqual(14);
    }
  });

  it('keeps the moment under the pointer while it zooms, and now at nine tenths while it follows', () => {
    const scale = fitScale(10_000, 500);
    const zoomed = zoomScale(scale, 4, 250, 10_000);
    expect(toMs(zoomed, 250)).toBeCloseTo(toMs(scale, 250), 5);
    expect(zoomScale(scale, 0.1, 250, 10_000).pxPerMs).toBeCloseTo(scale.pxPerMs);
    expect(toX(followScale(zoomed, 60_000), 60_000)).toBeCloseTo(450);
  });

  it('draws what waits hatched, what runs open at now, tries as blocks, what was skipped as a tick', () => {
    const scale = fitScale(10_000, 1008);
    const step = (more: object) => ({ kind: 'step', key: 'a', depth: 0, expandable: false, expanded: false, step: { key: 'a', node: 'a', scope: undefined, tries: [], attempts: 1, startedAt: START, endedAt: undefined, ms: undefined, ...more } }) as never;
    const kinds = (row: never) => barsOf(row, START, 5_000, scale).map((bar) => bar.kind);
    expect(kinds(step({ state: 'waiting' }))).toEqual(['hatch']);
    expect(barsOf(step({ state: 'running' }), START, 5_000, scale)).toMatchObject([{ kind: 'open', x: 0, w: 500 }]);
    expect(kinds(step({ state: 'skipped', startedAt: undefined, endedAt: START + 100, ms: 0 }))).toEqual(['tick']);
    expect(kinds(step({ state: 'failed', endedAt: START + 3_000, attempts: 2, tries: [{ attempt: 1, at: START + 1_000, error: {} }] }))).toEqual(['try', 'gap', 'failed']);
    expect(kinds(step({ state: 'cached', endedAt: START + 10 }))).toEqual(['outline']);
  });

  it('never draws a bar wider than what is seen', () => {
    const scale = zoomScale(fitScale(1e12, 600), 1e9, 300, 1e12);
    const row = { kind: 'item', key: 'i', depth: 0, container: 'c', index: 0, scope: 'c:0', state: 'succeeded', startedAt: START, endedAt: START + 1e12, expandable: true, expanded: false } as const;
    for (const bar of barsOf(row, START, 1e12, scale)) expect(bar.w).toBeLessThanOrEqual(616);
  });

  it('puts the words left of a bar that reaches the end', () => {
    expect(labelPlace([{ kind: 'solid', state: 'succeeded', x: 10, w: 20 }], 600)).toEqual({ x: 36, side: 'right' });
    expect(labelPlace([{ kind: 'solid', state: 'succeeded', x: 400, w: 190 }], 600)).toEqual({ x: 394, side: 'left' });
  });
});

describe('steps', () => {
  it('are found by their key; those that need a look come first', () => {
    const run = runOf([
      { type: 'step-started', node: 'each', items: 3 },
      { type: 'step-finished', node: 'x', scope: 'each:0', state: 'succeeded', ms: 1 },
      { type: 'step-finished', node: 'x', scope: 'each:1', state: 'failed', ms: 1, error: { code: 'no', message: 'No.' } },
      { type: 'step-started', node: 'x', scope: 'each:2' },
    ]);
    expect(stepOf(run, 'x@each:1')?.state).toBe('failed');
    expect(stepOf(run, 'each')?.items).toBe(3);
    expect(stepOf(run, null)).toBe(undefined);
    expect(instancesOf(run, 'x', 2).map((step) => step.state)).toEqual(['failed', 'running']);
  });
});
