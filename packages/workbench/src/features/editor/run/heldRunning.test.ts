import type { NodeView } from '@axion/canvas';
import { describe, expect, it } from 'vitest';
import { createHold, HOLD_MS } from './heldRunning.ts';
import type { RunDrawing } from './nodeViews.ts';

const drawing = (views: Readonly<Record<string, NodeView>>): RunDrawing => ({ views: new Map(Object.entries(views)), looks: new Map() });
const queued: NodeView = { state: 'queued', word: 'Queued' };
const running: NodeView = { state: 'running', word: 'Running' };
const done: NodeView = { state: 'succeeded', word: 'Done', time: '3 ms', count: '2 items', preview: ['a'] };

const seen = { fresh: true, fromStart: true };

describe('the look of running', () => {
  it('is kept for a moment by a step that ended before anybody could see it, without a duration', () => {
    const hold = createHold('Running');
    expect(hold(drawing({ a: queued }), seen, 0).nextAt).toBeNull();
    const ended = drawing({ a: done });
    const held = hold(ended, seen, 10);
    expect(held.drawing.views.get('a')).toEqual({ state: 'running', word: 'Running', preview: ['a'] });
    expect(held.nextAt).toBe(10 + HOLD_MS);
    expect(hold(ended, seen, 100)).toBe(held);
    const after = hold(ended, seen, 10 + HOLD_MS);
    expect(after.drawing).toBe(ended);
    expect(after.nextAt).toBeNull();
  });

  it('counts from when the running was seen', () => {
    const hold = createHold('Running');
    hold(drawing({ a: running }), seen, 0);
    expect(hold(drawing({ a: done }), seen, HOLD_MS - 1).drawing.views.get('a')?.state).toBe('running');
    const slow = createHold('Running');
    slow(drawing({ a: running }), seen, 0);
    expect(slow(drawing({ a: done }), seen, HOLD_MS).drawing.views.get('a')).toBe(done);
  });

  it('is not given to an old run, nor to what was skipped or came from before', () => {
    const hold = createHold('Running');
    const old = drawing({ a: done });
    expect(hold(old, { fresh: false, fromStart: true }, 0).drawing).toBe(old);
    const passed = drawing({ a: { state: 'skipped', word: 'Skipped' }, b: { state: 'cached', word: 'Kept' } });
    expect(createHold('Running')(passed, seen, 0).drawing).toBe(passed);
  });

  it('is not given to what had ended in a run that was already under way when it was looked at', () => {
    const hold = createHold('Running');
    const later = { fresh: true, fromStart: false };
    const found = drawing({ a: done, b: running });
    expect(hold(found, later, 0).drawing).toBe(found);
    expect(hold(drawing({ a: done, b: running, c: done }), later, 10).drawing.views.get('c')?.state).toBe('running');
  });

  it('keeps the identity of cards, so that only others are drawn again', () => {
    const hold = createHold('Running');
    const one = hold(drawing({ a: done, b: queued }), seen, 0).drawing.views.get('a');
    expect(hold(drawing({ a: done, b: running }), seen, 5).drawing.views.get('a')).toBe(one);
  });
});
