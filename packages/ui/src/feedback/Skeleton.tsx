// Still shapes in the place of rows that are on their way. They appear only after 150 ms, so a fast answer never flashes one.

import type { JSX } from 'react';
import { classNames } from '../classNames.ts';

const widths = ['w-36', 'w-28', 'w-44', 'w-32', 'w-24'] as const;

export interface SkeletonProps {
  readonly rows?: number;
  readonly label: string;
  readonly className?: string;
}

export function Skeleton({ rows = 3, label, className }: SkeletonProps): JSX.Element {
  return (
    <div role="status" aria-busy aria-label={label} className={classNames('animate-appear', className)}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the shapes have no other identity and never move
        <div key={row} aria-hidden className="flex h-(--h-row) items-center gap-2.5">
          <span className="size-3.5 rounded-mark bg-active" />
          <span className={classNames('h-2.5 rounded-mark bg-active', widths[row % widths.length])} />
          <span className="h-2.5 w-16 rounded-mark bg-active" />
        </div>
      ))}
    </div>
  );
}
