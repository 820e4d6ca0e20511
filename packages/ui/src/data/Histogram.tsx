// Counts over time as bars, grey, with the failed ones red at the base. The numbers are also a table for a screen reader.

import type { JSX } from 'react';
import { classNames } from '../classNames.ts';

/** One run alone is not a full bar. */
const FEWEST_FULL = 4;

export interface HistogramBar {
  readonly key: string;
  readonly total: number;
  readonly failed: number;
  /** The whole bar in words: "18 November, 16:00: 4 runs, 1 failed". */
  readonly label: string;
}

export interface HistogramTick {
  readonly key: string;
  /** 0 to 1, along the axis. */
  readonly at: number;
  readonly label: string;
}

export interface HistogramProps {
  readonly label: string;
  readonly bars: readonly HistogramBar[];
  readonly ticks: readonly HistogramTick[];
  readonly height?: number;
  readonly className?: string;
}

export function Histogram({ label, bars, ticks, height = 36, className }: HistogramProps): JSX.Element {
  const most = bars.reduce((max, bar) => Math.max(max, bar.total), FEWEST_FULL);
  return (
    <figure aria-label={label} className={classNames('min-w-0', className)}>
      <div aria-hidden className="flex items-end gap-px border-b border-line-1" style={{ height }}>
        {bars.map((bar) => (
          <div key={bar.key} title={bar.total > 0 ? bar.label : undefined} className="flex h-full min-w-0 flex-1 flex-col justify-end">
            {bar.total > 0 && (
              <div className="flex flex-col justify-end overflow-hidden rounded-t-[1px] bg-sf-queued" style={{ height: `${Math.max(8, (bar.total / most) * 100)}%` }}>
                {bar.failed > 0 && <div className="bg-sf-failed" style={{ height: `${Math.max(20, (bar.failed / bar.total) * 100)}%` }} />}
              </div>
            )}
          </div>
        ))}
      </div>
      <div aria-hidden className="relative h-5 text-caption text-fg-3">
        {ticks.map((tick) => (
          <span key={tick.key} className="absolute top-0.5 whitespace-nowrap" style={{ insetInlineStart: `${tick.at * 100}%` }}>
            {tick.label}
          </span>
        ))}
      </div>
      <ul className="sr-only">
        {bars
          .filter((bar) => bar.total > 0)
          .map((bar) => (
            <li key={bar.key}>{bar.label}</li>
          ))}
      </ul>
    </figure>
  );
}
