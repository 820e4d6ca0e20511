// The glyph of a run state on a 14 px grid. States differ by silhouette first, fill second, hue third, so each is told apart
// without colour. A glyph never stands alone: pass its name, or null where the word stands right beside it.

import type { ComponentProps, JSX } from 'react';
import { classNames } from '../classNames.ts';
import { type RunState, stateClasses } from './runState.ts';

export interface StateGlyphProps extends Omit<ComponentProps<'svg'>, 'children' | 'name'> {
  readonly state: RunState;
  /** The accessible name; null when the word or a count is beside the glyph. */
  readonly label: string | null;
  readonly size?: 12 | 14 | 16;
  /** Whether a running glyph may turn; a screen keeps at most 12 of them turning. */
  readonly turning?: boolean;
}

export function StateGlyph({ state, label, size = 14, turning = false, className, ...rest }: StateGlyphProps): JSX.Element {
  const named = label === null ? ({ 'aria-hidden': true } as const) : ({ role: 'img', 'aria-label': label } as const);
  return (
    <svg
      {...named}
      focusable={false}
      data-glyph={state}
      {...rest}
      width={size}
      height={size}
      viewBox="0 0 14 14"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      className={classNames('shrink-0', stateClasses[state].text, className)}
    >
      {drawings[state](turning)}
    </svg>
  );
}

const cut = 'stroke-glyph-cut';

const drawings: Readonly<Record<RunState, (turning: boolean) => JSX.Element>> = {
  idle: () => <circle cx="7" cy="7" r="5.25" />,
  queued: () => <circle cx="7" cy="7" r="5.4" strokeDasharray="1.6 1.793" strokeDashoffset="0.8" />,
  running: (turning) => (
    <>
      <circle cx="7" cy="7" r="5.25" opacity="0.35" />
      <path d="M7 1.75A5.25 5.25 0 0 1 12.25 7" strokeWidth="1.8" className={turning ? 'origin-center animate-turn' : undefined} />
      <circle cx="7" cy="7" r="1.9" fill="currentColor" stroke="none" />
    </>
  ),
  waiting: () => (
    <>
      <path d="M7 1.2 12.8 7 7 12.8 1.2 7Z" fill="currentColor" strokeWidth="1" strokeLinejoin="round" />
      <path d="M5.8 5v4M8.2 5v4" className={cut} strokeWidth="1.3" />
    </>
  ),
  retrying: () => (
    <>
      <path d="M12 8.3A5.1 5.1 0 1 1 11.3 4.2" strokeWidth="1.7" />
      <path d="M12.6 1.2v3.6H9" strokeWidth="1.7" />
    </>
  ),
  succeeded: () => (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" stroke="none" />
      <path d="M4.2 7.2 6.2 9.2 9.9 5.1" className={cut} strokeWidth="1.6" />
    </>
  ),
  cached: () => (
    <>
      <circle cx="7" cy="7" r="5.25" strokeWidth="1.4" />
      <path d="M4.6 7.1 6.3 8.8 9.5 5.3" strokeWidth="1.4" />
    </>
  ),
  pinned: () => <path d="M4 .9h6v1.5H9.2v3.3l2.2 2.1v1.4H7.6V13H6.4V9.2H2.6V7.8l2.2-2.1V2.4H4Z" fill="currentColor" stroke="none" />,
  skipped: () => (
    <>
      <path d="M2.6 3.1 8.2 7 2.6 10.9Z" strokeWidth="1.4" strokeLinejoin="round" />
      <path d="M11.3 2.6v8.8" />
    </>
  ),
  failed: () => (
    <>
      <path d="M4.5 1h5L13 4.5v5L9.5 13h-5L1 9.5v-5Z" fill="currentColor" stroke="none" />
      <path d="m5 5 4 4M9 5 5 9" className={cut} strokeWidth="1.5" />
    </>
  ),
  cancelled: () => (
    <>
      <rect x="1.4" y="1.4" width="11.2" height="11.2" rx="2.2" strokeWidth="1.4" />
      <rect x="4.9" y="4.9" width="4.2" height="4.2" rx="0.5" fill="currentColor" stroke="none" />
    </>
  ),
};
