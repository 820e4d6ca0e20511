// A known share as a bar, or, where the share is unknown, what is being done now in words. Never a spinner.

import { Progress as Base } from '@base-ui/react/progress';
import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';

export interface ProgressProps {
  readonly label: string;
  /** 0 to 1; null when the share is not known. */
  readonly share: number | null;
  readonly detail?: ReactNode;
  readonly className?: string;
}

export function Progress({ label, share, detail, className }: ProgressProps): JSX.Element {
  return (
    <Base.Root value={share === null ? null : share * 100} aria-label={label} className={classNames('flex min-w-0 flex-col gap-1', className)}>
      <div className="flex items-baseline gap-2 text-small">
        <Base.Label className="min-w-0 flex-1 truncate text-fg">{label}</Base.Label>
        {detail !== undefined && <span className="shrink-0 text-caption text-fg-3">{detail}</span>}
      </div>
      {share !== null && (
        <Base.Track className="h-1 overflow-hidden rounded-full bg-active">
          <Base.Indicator className="h-full bg-accent-solid" />
        </Base.Track>
      )}
    </Base.Root>
  );
}
