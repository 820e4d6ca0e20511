// The mark of Axion: an axis through a ring with two ends, in one ink.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';

export interface MarkProps extends Omit<ComponentProps<'svg'>, 'children'> {
  readonly size?: number;
}

export function Mark({ size = 18, className, ...rest }: MarkProps): JSX.Element {
  return (
    <svg aria-hidden focusable={false} {...rest} width={size} height={size} viewBox="0 0 18 18" fill="none" stroke="currentColor" strokeWidth={1.6} className={classNames('shrink-0', className)}>
      <circle cx="9" cy="9" r="3.6" />
      <path d="M6.4 11.6 4.3 13.7M11.6 6.4l2.1-2.1" strokeLinecap="round" />
      <circle cx="3.2" cy="14.8" r="1.9" fill="currentColor" stroke="none" />
      <circle cx="14.8" cy="3.2" r="1.9" fill="currentColor" stroke="none" />
    </svg>
  );
}
