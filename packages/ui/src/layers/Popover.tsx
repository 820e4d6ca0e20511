// An anchored layer for a little content: it flips where there is no room, and only one is open at a time.

import { Popover as Base } from '@base-ui/react/popover';
import type { JSX, ReactElement, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { popupSurface } from './popupClasses.ts';

export interface PopoverProps {
  readonly label: string;
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly side?: 'top' | 'bottom' | 'left' | 'right';
  readonly align?: 'start' | 'center' | 'end';
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  /** `false`: closing leaves the focus alone, because the act that closed it moves it elsewhere. */
  readonly finalFocus?: () => boolean;
  readonly className?: string;
}

export function Popover({ label, trigger, children, side = 'bottom', align = 'start', open, onOpenChange, finalFocus, className }: PopoverProps): JSX.Element {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange?.(next)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={4} collisionPadding={6} className="z-65">
          <Base.Popup aria-label={label} {...(finalFocus === undefined ? {} : { finalFocus })} className={classNames(popupSurface, 'max-h-(--available-height) max-w-96 overflow-auto p-3 text-ui', className)}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
