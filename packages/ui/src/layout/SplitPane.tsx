// Two regions with a resizer between: one has a size that the caller remembers, the other takes the rest.

import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Resizer } from './Resizer.tsx';

export interface SplitPaneProps {
  /** Where the sized region lies. */
  readonly region: 'start' | 'end' | 'bottom';
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  readonly onSize: (size: number) => void;
  readonly resizerLabel: string;
  /** The sized region; null when it is closed. */
  readonly side: ReactNode | null;
  readonly children: ReactNode;
  readonly className?: string;
}

export function SplitPane({ region, size, min, max, initial, onSize, resizerLabel, side, children, className }: SplitPaneProps): JSX.Element {
  const upright = region !== 'bottom';
  const shown = Math.min(max, Math.max(min, size));
  const sized = side !== null && (
    <div className="flex min-h-0 min-w-0 shrink-0 flex-col overflow-hidden" style={upright ? { width: shown } : { height: shown }}>
      {side}
    </div>
  );
  const line = side !== null && (
    <Resizer label={resizerLabel} size={shown} min={min} max={max} region={region} onSize={onSize} onReset={() => onSize(initial)} />
  );
  return (
    <div className={classNames('flex min-h-0 min-w-0 flex-1', upright ? 'flex-row' : 'flex-col', className)}>
      {region === 'start' && sized}
      {region === 'start' && line}
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">{children}</div>
      {region !== 'start' && line}
      {region !== 'start' && sized}
    </div>
  );
}
