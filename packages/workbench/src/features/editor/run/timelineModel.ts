// The waterfall as numbers: a span of time on a width, ticks of the ruler, and the bars of a row. Pure; the screen only draws.

import type { StepView, TimelineRow } from '@axion/client';
import type { StepState } from '@axion/protocol';

export interface TimeScale {
  /** What the left edge shows, in milliseconds since the run began. */
  readonly from: number;
  readonly pxPerMs: number;
  readonly width: number;
}

export interface Tick {
  readonly ms: number;
  readonly x: number;
}

export interface Bar {
  readonly kind: 'solid' | 'open' | 'hatch' | 'outline' | 'dashed' | 'tick' | 'failed' | 'try' | 'gap' | 'cancelled';
  readonly state: StepState;
  readonly x: number;
  readonly w: number;
}

const LEAST = 2;
const RULER_TICKS = 6;
const steps = [1, 2, 5];

export const toX = (scale: TimeScale, ms: number): number => (ms - scale.from) * scale.pxPerMs;
export const toMs = (scale: TimeScale, x: number): number => x / scale.pxPerMs + scale.from;

/** The whole run, with a little air at the right. */
export function fitScale(totalMs: number, width: number): TimeScale {
  return { from: 0, pxPerMs: Math.max(1e-9, (width - 8) / Math.max(1, totalMs)), width };
}

/** Keeps *now* at 90 % of the width once the run is longer than what the zoom shows. */
export function followScale(scale: TimeScale, nowMs: number): TimeScale {
  const span = scale.width / scale.pxPerMs;
  return { ...scale, from: Math.max(0, nowMs - span * 0.9) };
}

/** Zooms so that the moment under `x` stays there. */
export function zoomScale(scale: TimeScale, factor: number, x: number, totalMs: number): TimeScale {
  const least = fitScale(totalMs, scale.width).pxPerMs;
  const pxPerMs = Math.min(100, Math.max(least, scale.pxPerMs * factor));
  return { ...scale, pxPerMs, from: Math.max(0, toMs(scale, x) - x / pxPerMs) };
}

/** Round moments, five to eight of them. */
export function ticksOf(scale: TimeScale): readonly Tick[] {
  const span = scale.width / scale.pxPerMs;
  const step = roundStep(span / RULER_TICKS);
  const ticks: Tick[] = [];
  for (let ms = Math.ceil(scale.from / step) * step; ms <= scale.from + span; ms += step) ticks.push({ ms, x: toX(scale, ms) });
  return ticks;
}

function roundStep(raw: number): number {
  const minutes = [60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000];
  if (raw > 30_000) return minutes.find((step) => step >= raw) ?? Math.ceil(raw / 86_400_000) * 86_400_000;
  const power = 10 ** Math.floor(Math.log10(Math.max(1e-3, raw)));
  return Math.max(1, (steps.find((step) => step * power >= raw) ?? 10) * power);
}

/** The bars of one row; `nowMs` ends what is not over. Times of the run are relative to `origin`. */
export function barsOf(row: TimelineRow, origin: number, nowMs: number, scale: TimeScale): readonly Bar[] {
  if (row.kind === 'item') return spanBar(row.state, row.startedAt, row.endedAt, origin, nowMs, scale);
  return stepBars(row.step, origin, nowMs, scale);
}

function stepBars(step: StepView, origin: number, nowMs: number, scale: TimeScale): readonly Bar[] {
  const { startedAt } = step;
  const end = step.endedAt;
  if (step.tries.length === 0) return spanBar(step.state, startedAt ?? (end === undefined ? undefined : end - (step.ms ?? 0)), end, origin, nowMs, scale);
  // Tries as blocks, with what was waited between them.
  const bars: Bar[] = [];
  let from = (startedAt ?? step.tries[0]?.at ?? origin) - origin;
  for (const attempt of step.tries) {
    const to = attempt.at - origin;
    bars.push(block('failed', 'try', from, to, scale));
    from = to;
    const resumed = step.state === 'retrying' && attempt === step.tries.at(-1) ? nowMs : Math.min(nowMs, to + gapAfter(step, attempt.attempt));
    bars.push(block('retrying', 'gap', to, resumed, scale));
    from = resumed;
  }
  if (step.state !== 'retrying') bars.push(...spanBar(step.state, from + origin, end, origin, nowMs, scale));
  return bars;
}

/** How long was waited after a try: what is left between it and the next, evenly, since only ends are journaled. */
function gapAfter(step: StepView, attempt: number): number {
  const at = step.tries.find((one) => one.attempt === attempt)?.at;
  const next = step.tries.find((one) => one.attempt === attempt + 1)?.at ?? step.endedAt;
  return at === undefined || next === undefined ? 0 : (next - at) / 2;
}

function spanBar(state: StepState, startedAt: number | undefined, endedAt: number | undefined, origin: number, nowMs: number, scale: TimeScale): readonly Bar[] {
  if (state === 'idle') return [];
  if (startedAt === undefined) {
    if (endedAt === undefined) return state === 'queued' ? [{ kind: 'dashed', state, x: Math.max(0, toX(scale, nowMs) - 24), w: 24 }] : [];
    return [block(state, kindOf(state), endedAt - origin, endedAt - origin, scale)];
  }
  return [block(state, endedAt === undefined && state === 'running' ? 'open' : kindOf(state), startedAt - origin, (endedAt ?? origin + nowMs) - origin, scale)];
}

function kindOf(state: StepState): Bar['kind'] {
  switch (state) {
    case 'waiting': return 'hatch';
    case 'cached': case 'pinned': return 'outline';
    case 'queued': return 'dashed';
    case 'skipped': return 'tick';
    case 'failed': return 'failed';
    case 'cancelled': return 'cancelled';
    default: return 'solid';
  }
}

function block(state: StepState, kind: Bar['kind'], fromMs: number, toMs_: number, scale: TimeScale): Bar {
  const x = toX(scale, fromMs);
  const wide = kind === 'tick' ? 1.5 : Math.max(LEAST, toX(scale, toMs_) - x);
  // Nothing is drawn beyond what can be seen: a bar of a year would be a million pixels.
  const left = Math.max(-8, x);
  const right = Math.min(scale.width + 8, x + wide);
  return { kind, state, x: left, w: Math.max(0, right - left) };
}

/** Where the words of a row stand: right of its bar, or left where there is no room. */
export function labelPlace(bars: readonly Bar[], width: number): { readonly x: number; readonly side: 'right' | 'left' } {
  const last = bars.at(-1);
  if (last === undefined) return { x: 4, side: 'right' };
  const right = last.x + last.w + 6;
  return right < width - 120 ? { x: right, side: 'right' } : { x: Math.max(0, (bars[0]?.x ?? 0) - 6), side: 'left' };
}
