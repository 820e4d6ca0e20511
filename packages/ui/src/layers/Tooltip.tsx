// A tooltip on hover (400 ms) and on focus. It never holds the only copy of anything: the control under it has the same name.

import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { JSX, ReactElement } from 'react';
import { Kbd } from '../text/Kbd.tsx';

export type TooltipSide = 'top' | 'bottom' | 'left' | 'right';

export interface TooltipProps {
  readonly label: string;
  readonly shortcut?: string;
  readonly side?: TooltipSide;
  /** The control: one element that takes a ref and spreads its props. */
  readonly children: ReactElement;
}

export function Tooltip({ label, shortcut, side = 'bottom', children }: TooltipProps): JSX.Element {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} collisionPadding={6} className="z-65">
          <Base.Popup
            role="tooltip"
            className="flex max-w-80 items-center gap-2 rounded-field border border-line-2 bg-raised px-2 py-1 text-small text-fg shadow-layer transition-opacity duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            <span className="min-w-0 break-words">{label}</span>
            {shortcut && <Kbd shortcut={shortcut} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
