// One line over what it concerns: a lost connection, a runner that stopped, a file that could not be read. It stays until it is untrue.

import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { StateGlyph } from '../state/StateGlyph.tsx';

export interface BannerProps {
  readonly means: 'plain' | 'waiting' | 'failed';
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly className?: string;
}

const tints = { plain: 'bg-hover', waiting: 'bg-tt-waiting', failed: 'bg-tt-failed' } as const;

export function Banner({ means, children, action, className }: BannerProps): JSX.Element {
  return (
    <div
      role={means === 'failed' ? 'alert' : 'status'}
      className={classNames('flex min-h-8 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line-1 px-4 py-1 text-ui text-fg', tints[means], className)}
    >
      {means !== 'plain' && <StateGlyph state={means} label={null} />}
      <span className="min-w-0 flex-1 break-words">{children}</span>
      {action}
    </div>
  );
}
