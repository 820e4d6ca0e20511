// The title bar: it drags the window wherever it is not a control. Window buttons are drawn only where the host has a window
// of ours (the browser and macOS bring their own).

import type { JSX, MouseEvent, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Mark } from '../icons/Mark.tsx';

export interface WindowControls {
  readonly minimise: { readonly label: string; readonly act: () => void };
  readonly maximise: { readonly label: string; readonly act: () => void };
  readonly close: { readonly label: string; readonly act: () => void };
}

export interface TitleBarProps {
  readonly label: string;
  readonly start?: ReactNode;
  readonly centre?: ReactNode;
  readonly end?: ReactNode;
  readonly controls?: WindowControls | undefined;
  /** Room for the lights that macOS draws itself. */
  readonly nativeLights?: boolean;
  /** The pointer went down on the bar itself: the window may be dragged. */
  readonly onDrag?: (() => void) | undefined;
  /** Double click on the bar itself. */
  readonly onToggleSize?: (() => void) | undefined;
  readonly className?: string;
}

export function TitleBar({ label, start, centre, end, controls, nativeLights = false, onDrag, onToggleSize, className }: TitleBarProps): JSX.Element {
  return (
    <div
      role="banner"
      aria-label={label}
      onMouseDown={(event) => event.button === 0 && event.detail === 1 && onBar(event) && onDrag?.()}
      onDoubleClick={(event) => onBar(event) && onToggleSize?.()}
      className={classNames('grid h-(--h-title) shrink-0 grid-cols-[1fr_auto_1fr] items-center border-b border-line-1 bg-frame text-fg', nativeLights && 'ps-[76px]', className)}
    >
      <div className="flex min-w-0 items-center">
        {!nativeLights && (
          <span className="flex w-12 shrink-0 justify-center">
            <Mark className="pointer-events-none" />
          </span>
        )}
        {start}
      </div>
      <div className="flex min-w-0 justify-center">
        {centre}
      </div>
      <div className="flex h-full min-w-0 items-center justify-end">
        <div className="flex items-center gap-0.5 px-2">{end}</div>
        {controls && (
          <div className="flex h-full">
            <WindowButton {...controls.minimise} glyph="M0 5h10" />
            <WindowButton {...controls.maximise} glyph="M.5.5h9v9h-9Z" />
            <WindowButton {...controls.close} glyph="m0 0 10 10M10 0 0 10" closes />
          </div>
        )}
      </div>
    </div>
  );
}

/** Not on a control that lies on the bar. */
function onBar(event: MouseEvent): boolean {
  return event.target instanceof Element && event.target.closest('button, a, input, [role="menu"]') === null;
}

function WindowButton({ label, act, glyph, closes = false }: { readonly label: string; readonly act: () => void; readonly glyph: string; readonly closes?: boolean }): JSX.Element {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={act}
      className={classNames('inline-flex w-11 items-center justify-center text-fg-2 outline-offset-[-2px]', closes ? 'hover:bg-sf-failed hover:text-knob' : 'hover:bg-hover hover:text-fg')}
    >
      <svg aria-hidden width="10" height="10" viewBox="0 0 10 10" fill="none" stroke="currentColor" className="overflow-visible">
        <path d={glyph} />
      </svg>
    </button>
  );
}
