import type { RunSummary } from '@axion/protocol';
import { describe, expect, it } from 'vitest';
import { createMessages } from '../../messages/context.ts';
import { anyRun, filterRuns, groupByDay, histogramOf, stepShares } from './runList.ts';

const { t, formats } = createMessages('en-GB');
const now = new Date(2026, 10, 20, 12).getTime();
const run = (number: number, at: Date, rest: Partial<RunSummary> = {}): RunSummary => ({
  runId: `r${number}`,
  number,
  graphId: 'g1',
  graphName: 'invoices',
  graphHash: '0'.repeat(64),
  state: 'succeeded',
  startedBy: 'window',
  createdAt: at.getTime(),
  steps: { total: 4, succeeded: 4, failed: 0, skipped: 0, cancelled: 0, running: 0, waiting: 0 },
  waitingApprovals: 0,
  ...rest,
});
const runs = [
  run(4, new Date(2026, 10, 20, 9)),
  run(3, new Date(2026, 10, 20, 1), { state: 'failed', error: { code: 'x', message: 'The folder reports is read-only.' } }),
  run(2, new Date(2026, 10, 19, 23), { graphId: 'g2', graphName: 'month-close', state: 'running', waitingApprovals: 1 }),
  run(1, new Date(2026, 9, 1)),
];

describe('the list of runs', () => {
  it('filters by span, graph, state and words', () => {
    expect(filterRuns(runs, anyRun, now).map((one) => one.number)).toEqual([4, 3, 2]);
    expect(filterRuns(runs, { ...anyRun, span: 'all' }, now)).toHaveLength(4);
    expect(filterRuns(runs, { ...anyRun, span: '1' }, now).map((one) => one.number)).toEqual([4, 3]);
    expect(filterRuns(runs, { ...anyRun, state: 'waiting' }, now).map((one) => one.number)).toEqual([2]);
    expect(filterRuns(runs, { ...anyRun, graph: 'g2' }, now).map((one) => one.number)).toEqual([2]);
    expect(filterRuns(runs, { ...anyRun, typed: 'READ-ONLY' }, now).map((one) => one.number)).toEqual([3]);
  });

  it('groups by the calendar day, newest first', () => {
    const entries = groupByDay(filterRuns(runs, anyRun, now), now, t, formats);
    expect(entries.map((entry) => (entry.kind === 'group' ? `${entry.label}: ${entry.detail}` : entry.row.number))).toEqual([
      'Today, 20 November: 2 runs',
      4,
      3,
      'Yesterday, 19 November: 1 run',
      2,
    ]);
  });

  it('counts every run of the span once in the histogram', () => {
    const { bars, ticks } = histogramOf(runs, '14', now, t, formats);
    expect(bars).toHaveLength(84);
    expect(bars.reduce((sum, bar) => sum + bar.total, 0)).toBe(3);
    expect(bars.reduce((sum, bar) => sum + bar.failed, 0)).toBe(1);
    expect(ticks).toHaveLength(14);
    expect(ticks[0]?.label).toBe('7 Nov');
    expect(ticks.at(-1)?.label).toBe('Today');
  });

  it('accounts for every step in the strip', () => {
    const shares = stepShares(run(9, new Date(now), { steps: { total: 10, succeeded: 4, failed: 1, skipped: 0, cancelled: 0, running: 2, waiting: 1 } }));
    expect(shares.reduce((sum, share) => sum + share.count, 0)).toBe(10);
    expect(shares.at(-1)).toEqual({ state: 'idle', count: 2 });
  });
});
