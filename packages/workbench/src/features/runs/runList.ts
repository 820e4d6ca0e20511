// Filters, day groups and the histogram of the list of runs. Pure: the time is passed in.

import type { RunSummary } from '@axion/protocol';
import type { HistogramBar, HistogramTick, RunState, StepsShare, TableEntry } from '@axion/ui';
import type { Formats } from '../../messages/formats.ts';
import { startOfDay } from '../../messages/formats.ts';
import type { Translate } from '../../messages/translate.ts';
import { runStateOf } from '../../session/words.ts';

export type Span = '1' | '7' | '14' | 'all';

export interface RunFilter {
  readonly typed: string;
  readonly graph: string | null;
  readonly state: RunState | null;
  readonly span: Span;
}

export const anyRun: RunFilter = { typed: '', graph: null, state: null, span: '14' };
const DAY = 86_400_000;
const BUCKET = 4 * 3_600_000;

export function spanStart(span: Span, now: number): number {
  if (span === 'all') return 0;
  // By the calendar, so that a change of clocks does not move a day.
  const day = new Date(startOfDay(now));
  day.setDate(day.getDate() - Number(span) + 1);
  return day.getTime();
}

export function filterRuns(runs: readonly RunSummary[], filter: RunFilter, now: number): readonly RunSummary[] {
  const from = spanStart(filter.span, now);
  const typed = filter.typed.trim().toLowerCase();
  return runs.filter(
    (run) =>
      run.createdAt >= from &&
      (filter.graph === null || graphKey(run) === filter.graph) &&
      (filter.state === null || runStateOf(run) === filter.state) &&
      (typed === '' || run.graphName.toLowerCase().includes(typed) || String(run.number) === typed || (run.error?.message.toLowerCase().includes(typed) ?? false)),
  );
}

/** Runs of a file have no graph in the library; they go together by name. */
export function graphKey(run: RunSummary): string {
  return run.graphId ?? `name:${run.graphName}`;
}

export function groupByDay(runs: readonly RunSummary[], now: number, t: Translate, formats: Formats): readonly TableEntry<RunSummary>[] {
  const days: { readonly day: number; readonly runs: RunSummary[] }[] = [];
  for (const run of runs) {
    const day = startOfDay(run.createdAt);
    const last = days.at(-1);
    if (last?.day === day) last.runs.push(run);
    else days.push({ day, runs: [run] });
  }
  return days.flatMap(({ day, runs: inside }): TableEntry<RunSummary>[] => [
    { kind: 'group', key: `day-${day}-${inside[0]?.runId ?? ''}`, label: formats.dayHeading(day, now), detail: t('runs.groupCount', { count: inside.length }) },
    ...inside.map((run): TableEntry<RunSummary> => ({ kind: 'row', key: run.runId, row: run })),
  ]);
}

export interface RunHistogram {
  readonly bars: readonly HistogramBar[];
  readonly ticks: readonly HistogramTick[];
}

/** Bars of four hours over the span; a span of all time shows the last 14 days. */
export function histogramOf(runs: readonly RunSummary[], span: Span, now: number, t: Translate, formats: Formats): RunHistogram {
  const from = spanStart(span === 'all' ? '14' : span, now);
  const count = Math.max(1, Math.ceil((startOfDay(now) + DAY - from) / BUCKET));
  const totals = new Array<number>(count).fill(0);
  const failed = new Array<number>(count).fill(0);
  for (const run of runs) {
    const at = Math.floor((run.createdAt - from) / BUCKET);
    if (at < 0 || at >= count) continue;
    totals[at] = (totals[at] ?? 0) + 1;
    if (run.state === 'failed') failed[at] = (failed[at] ?? 0) + 1;
  }
  const bars = totals.map((total, index): HistogramBar => {
    const at = from + index * BUCKET;
    return { key: String(at), total, failed: failed[index] ?? 0, label: t('runs.bar', { when: formats.moment(at), count: total, failed: failed[index] ?? 0 }) };
  });
  const ticks: HistogramTick[] = [];
  const day = new Date(from);
  for (let index = 0; day.getTime() <= now; index++) {
    const at = day.getTime();
    const today = startOfDay(now) === at;
    ticks.push({ key: String(at), at: (at - from) / (count * BUCKET), label: today ? t('runs.today') : formats.dayShort(at, index === 0 || day.getDate() === 1) });
    day.setDate(day.getDate() + 1);
  }
  return { bars, ticks };
}

/** What of a run's steps is in which state, in the order of the strip. */
export function stepShares(run: RunSummary): readonly StepsShare[] {
  const { steps } = run;
  const known = steps.succeeded + steps.failed + steps.skipped + steps.cancelled + steps.running + steps.waiting;
  const left = Math.max(0, steps.total - known);
  const over = run.finishedAt !== undefined;
  return [
    { state: 'succeeded', count: steps.succeeded },
    { state: 'waiting', count: steps.waiting },
    { state: 'running', count: steps.running },
    { state: 'failed', count: steps.failed },
    { state: 'cancelled', count: steps.cancelled },
    // What an ended run never came to was skipped, too.
    { state: 'skipped', count: steps.skipped + (over ? left : 0) },
    { state: 'idle', count: over ? 0 : left },
  ];
}
