// The 1 px line between two regions, with a 7 px target: drag, arrow keys by 16 px, double click to reset. It owns no size.

import { type ComponentProps, type JSX, type PointerEvent, useRef } from 'react';
import { classNames } from '../classNames.ts';

const STEP = 16;

export interface ResizerProps extends Omit<ComponentProps<'div'>, 'children' | 'onResize'> {
  readonly label: string;
  readonly size: number;
  readonly min: number;
  readonly max: number;
  /** The edge of the region that this line moves: its region lies on that side of the line. */
  readonly region: 'start' | 'end' | 'bottom';
  readonly onSize: (size: number) => void;
  readonly onReset: () => void;
}

export function Resizer({ label, size, min, max, region, onSize, onReset, className, ...rest }: ResizerProps): JSX.Element {
  const origin = useRef<{ readonly at: number; readonly size: number } | null>(null);
  const upright = region !== 'bottom';
  const sign = region === 'start' ? 1 : -1;
  const clamp = (next: number) => Math.round(Math.min(max, Math.max(min, next)));
  const place = (event: PointerEvent) => (upright ? event.clientX : event.clientY);

  return (
    <div
      {...rest}
      role="separator"
      aria-label={label}
      aria-orientation={upright ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        origin.current = { at: place(event), size };
      }}
      onPointerMove={(event) => {
        if (origin.current === null) return;
        onSize(clamp(origin.current.size + sign * (place(event) - origin.current.at)));
      }}
      onPointerUp={() => {
        origin.current = null;
      }}
      onPointerCancel={() => {
        origin.current = null;
      }}
      onDoubleClick={onReset}
      onKeyDown={(event) => {
        const towardsEnd = upright ? 'ArrowRight' : 'ArrowDown';
        const towardsStart = upright ? 'ArrowLeft' : 'ArrowUp';
        if (event.key === towardsEnd) onSize(clamp(size + sign * STEP));
        else if (event.key === towardsStart) onSize(clamp(size - sign * STEP));
        else if (event.key === 'Home') onSize(min);
        else if (event.key === 'End') onSize(max);
        else if (event.key === 'Enter') onReset();
        else return;
        event.preventDefault();
      }}
      className={classNames(
        'relative z-20 shrink-0 touch-none bg-line-1 outline-offset-0 after:absolute hover:bg-line-control focus-visible:bg-focus',
        upright ? 'w-px cursor-col-resize after:inset-y-0 after:-inset-x-[3px]' : 'h-px cursor-row-resize after:inset-x-0 after:-inset-y-[3px]',
        className,
      )}
    />
  );
}
