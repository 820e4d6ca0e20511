/** The items of a container by state: a segment for each up to 200, then shares. One path a state, however many items. */
import { type RunState, runStates } from '@axion/ui';
import { type JSX, memo } from 'react';
import type { InstanceStates } from '../model/types.ts';

const HEIGHT = 5;
const GAP_FROM = 3;
export const SEGMENTS_MAX = 200;

/** What each state covers of a bar `width` wide, as the path of its rectangles. */
export function instancePaths(states: InstanceStates, width: number): readonly { readonly state: RunState; readonly path: string }[] {
  const paths = new Map<RunState, string>();
  const add = (state: RunState, from: number, to: number): void => {
    paths.set(state, `${paths.get(state) ?? ''}M${round(from)} 0H${round(to)}V${HEIGHT}H${round(from)}Z`);
  };
  if (states.each !== undefined && states.total <= SEGMENTS_MAX) {
    const step = width / Math.max(1, states.total);
    const gap = step >= GAP_FROM ? 1 : 0;
    for (let at = 0; at < states.total; at += 1) add(states.each[at] ?? 'idle', at * step, (at + 1) * step - gap);
  } else {
    let left = 0;
    for (const state of order) {
      const share = ((states.shares?.[state] ?? 0) / Math.max(1, states.total)) * width;
      if (share <= 0) continue;
      // Something that happened is seen even if it happened once in 100,000.
      const wide = Math.min(width - left, Math.max(1.5, share));
      add(state, left, left + wide);
      left += wide;
    }
    if (left < width) add('idle', left, width);
  }
  return [...paths].map(([state, path]) => ({ state, path }));
}

const order: readonly RunState[] = ['failed', 'waiting', 'retrying', 'succeeded', 'cached', 'pinned', 'running', 'cancelled', 'skipped', 'queued', ...runStates.filter((state) => state === 'idle')];
const round = (value: number): number => Math.round(value * 100) / 100;

export interface InstanceBarProps {
  readonly states: InstanceStates;
  readonly width: number;
  readonly className?: string;
}

export const InstanceBar = memo(function InstanceBar({ states, width, className }: InstanceBarProps): JSX.Element {
  return (
    <svg className={className} width={Math.max(0, width)} height={HEIGHT} aria-hidden focusable="false">
      {instancePaths(states, Math.max(0, width)).map(({ state, path }) => <path key={state} d={path} className={`ax-fill-${state}`} />)}
    </svg>
  );
});
