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
  /** Makes the sized region a landmark of that name, with its resizer in it. */
  readonly sideLabel?: string;
  /** The region's place in the F6 cycle. */
  readonly sideRegion?: string;
  readonly children: ReactNode;
  readonly className?: string;
}

export function SplitPane({ region, size, min, max, initial, onSize, resizerLabel, side, sideLabel, sideRegion, children, className }: SplitPaneProps): JSX.Element {
  const upright = region !== 'bottom';
  const shown = Math.min(max, Math.max(min, size));
  const across = upright ? 'flex-row' : 'flex-col';
  const Region = sideLabel === undefined ? 'div' : 'aside';
  const line = <Resizer label={resizerLabel} size={shown} min={min} max={max} region={region} onSize={onSize} onReset={() => onSize(initial)} />;
  const sized = side !== null && (
    <Region aria-label={sideLabel} data-region={sideRegion} className={classNames('flex min-h-0 min-w-0 shrink-0', across)}>
      {region !== 'start' && line}
      <div className="flex min-h-0 min-w-0 flex-col overflow-hidden" style={upright ? { width: shown } : { height: shown }}>
        {side}
      </div>
      {region === 'start' && line}
    </Region>
  );
  return (
    <div className={classNames('flex min-h-0 min-w-0 flex-1', across, className)}>
      {region === 'start' && sized}
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">{children}</div>
      {region !== 'start' && sized}
    </div>
  );
}
