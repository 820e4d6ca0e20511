// A side panel that lies over the document when the window is narrow: from the left, from the right, or as a sheet from below.

import { Dialog as Base } from '@base-ui/react/dialog';
import { type JSX, type ReactNode, useRef } from 'react';
import { classNames } from '../classNames.ts';

export interface DrawerProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly label: string;
  readonly from: 'start' | 'end' | 'bottom';
  readonly children: ReactNode;
  readonly className?: string;
}

const place = {
  start: 'inset-y-0 start-0 w-72 border-e',
  end: 'inset-y-0 end-0 w-80 border-s',
  bottom: 'inset-x-0 bottom-0 h-[90%] border-t',
} as const;

export function Drawer({ open, onClose, label, from, children, className }: DrawerProps): JSX.Element {
  // Focus goes to the drawer itself: its first button is seldom what the person came for.
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          ref={popup}
          initialFocus={popup}
          aria-label={label}
          className={classNames(
            'fixed z-40 flex max-w-full flex-col border-line-2 bg-frame text-fg outline-none transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0',
            place[from],
            className,
          )}
        >
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
