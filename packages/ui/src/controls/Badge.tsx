// A count. Amber for what waits for a person, red for what failed, grey for anything else.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';

export interface BadgeProps extends Omit<ComponentProps<'span'>, 'children'> {
  readonly count: number;
  readonly means?: 'plain' | 'waiting' | 'failed';
  /** What is counted, for a screen reader; null where the word is beside the badge. */
  readonly label: string | null;
  /** Solid on an icon of the rail, tinted in a tab. */
  readonly solid?: boolean;
}

const tinted = { plain: 'bg-active text-fg-2', waiting: 'bg-tt-waiting text-st-waiting', failed: 'bg-tt-failed text-st-failed' } as const;
const filled = { plain: 'bg-active text-fg', waiting: 'bg-sf-waiting text-badge-ink', failed: 'bg-sf-failed text-knob' } as const;

export function Badge({ count, means = 'plain', label, solid = false, className, ...rest }: BadgeProps): JSX.Element {
  const shown = count > 99 ? '99+' : String(count);
  return (
    <span
      {...rest}
      {...(label === null ? {} : { role: 'img', 'aria-label': label })}
      className={classNames(
        'inline-flex h-4 min-w-4 shrink-0 items-center justify-center rounded-full px-1 text-caption font-medium tabular-nums',
        (solid ? filled : tinted)[means],
        className,
      )}
    >
      {shown}
    </span>
  );
}
