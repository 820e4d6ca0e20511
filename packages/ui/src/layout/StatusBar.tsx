// The status bar: each item is a button that opens its place. Items at the end give way first when there is no room.

import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';
import type { RunState } from '../state/runState.ts';
import { StateGlyph } from '../state/StateGlyph.tsx';

export interface StatusBarProps {
  readonly label: string;
  readonly start: ReactNode;
  readonly end: ReactNode;
  readonly className?: string;
}

export function StatusBar({ label, start, end, className }: StatusBarProps): JSX.Element {
  return (
    <footer role="contentinfo" aria-label={label} className={classNames('flex h-(--h-status) shrink-0 items-stretch justify-between gap-2 overflow-hidden border-t border-line-1 bg-frame px-1.5 text-caption', className)}>
      <div className="flex min-w-0 items-stretch">{start}</div>
      <div className="flex min-w-0 items-stretch">{end}</div>
    </footer>
  );
}

export interface StatusItemProps {
  readonly icon?: IconName;
  readonly state?: RunState;
  /** A 6 px dot: green when well, amber when degraded, red when broken, grey when absent. */
  readonly dot?: 'well' | 'degraded' | 'broken' | 'absent';
  readonly emphasis?: boolean;
  readonly onOpen: () => void;
  readonly title?: string;
  /** Left out when the window is narrow. */
  readonly spare?: boolean;
  readonly children: ReactNode;
}

const dots = { well: 'bg-sf-succeeded', degraded: 'bg-sf-waiting', broken: 'bg-sf-failed', absent: 'bg-line-control' } as const;

export function StatusItem({ icon, state, dot, emphasis = false, onOpen, title, spare = false, children }: StatusItemProps): JSX.Element {
  return (
    <button
      type="button"
      onClick={onOpen}
      title={title}
      className={classNames(
        'ring-inside flex min-w-0 items-center gap-1.5 rounded-mark px-1.5 hover:bg-hover',
        spare && 'max-md:hidden',
        emphasis ? 'font-medium text-st-waiting' : 'text-fg-2 hover:text-fg',
      )}
    >
      {dot && <span aria-hidden className={classNames('size-1.5 shrink-0 rounded-full', dots[dot])} />}
      {icon && <Icon name={icon} size={12} />}
      {state && <StateGlyph state={state} label={null} size={12} />}
      <span className="truncate">{children}</span>
    </button>
  );
}
