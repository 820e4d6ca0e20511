// A run in 8 px: the share of its steps in each state, in the order they stand in the list. What failed pokes out above and
// below; what came from cache is an outline; what was skipped is a line.

import type { JSX } from 'react';
import { classNames } from '../classNames.ts';
import { type RunState, stateClasses } from '../state/runState.ts';

export interface StepsShare {
  readonly state: RunState;
  readonly count: number;
}

export interface StepsStripProps {
  readonly shares: readonly StepsShare[];
  /** "17 done, 1 failed, 25 skipped". */
  readonly label: string;
  readonly className?: string;
}

export function StepsStrip({ shares, label, className }: StepsStripProps): JSX.Element {
  const drawn = shares.filter((share) => share.count > 0);
  return (
    <div role="img" aria-label={label} title={label} className={classNames('flex h-3 min-w-0 items-center gap-px', className)}>
      {drawn.map((share) => (
        <span key={share.state} className={classNames('min-w-[3px]', shapeOf(share.state))} style={{ flex: `${share.count} 1 0` }} />
      ))}
    </div>
  );
}

function shapeOf(state: RunState): string {
  switch (state) {
    case 'failed':
      return 'h-3 min-w-[5px] bg-sf-failed';
    case 'cached':
      return 'h-2 rounded-[1px] border border-sf-cached';
    case 'pinned':
      return 'h-2 rounded-[1px] border border-s-2 border-st-pinned';
    case 'skipped':
      return 'h-0.5 bg-sf-skipped';
    case 'queued':
      return 'h-2 rounded-[1px] border border-dashed border-sf-queued';
    case 'idle':
      return 'h-0.5 bg-line-2';
    case 'waiting':
      return 'h-2 rounded-[1px] bg-sf-waiting hatch';
    default:
      return classNames('h-2 rounded-[1px]', stateClasses[state].fill);
  }
}
