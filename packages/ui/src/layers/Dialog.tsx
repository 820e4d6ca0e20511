// A dialog: the title asks what the button does, the body says the consequence, the safe answer is on Esc. Buttons go into
// `actions`, safe one first. It is the only place where focus is trapped.

import { Dialog as Base } from '@base-ui/react/dialog';
import type { JSX, ReactNode, RefObject } from 'react';
import { classNames } from '../classNames.ts';

export interface DialogProps {
  readonly open: boolean;
  /** Called on Esc and on a click outside: the safe answer. */
  readonly onClose: () => void;
  readonly title: string;
  readonly width?: 'small' | 'normal' | 'large';
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** A click on the scrim does nothing; for dialogs with typed text. */
  readonly stayOnOutsideClick?: boolean;
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly className?: string;
}

const widths = { small: 'w-[360px]', normal: 'w-[440px]', large: 'w-[640px]' } as const;

/** At once and not with the next frame: a key pressed right after belongs to what the dialog offers. */
function focused(element: HTMLElement | null): HTMLElement | true {
  element?.focus();
  return element ?? true;
}

export function Dialog({ open, onClose, title, width = 'normal', children, actions, stayOnOutsideClick = false, initialFocus, className }: DialogProps): JSX.Element {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()} disablePointerDismissal={stayOnOutsideClick}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-60 bg-scrim transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-0 z-60 flex items-center justify-center p-4">
          <Base.Popup
            {...(initialFocus ? { initialFocus: () => focused(initialFocus.current) } : {})}
            className={classNames(
              'flex max-h-full max-w-full flex-col rounded-card border border-line-2 bg-raised text-fg shadow-layer outline-none transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0',
              widths[width],
              className,
            )}
          >
            <Base.Title className="px-4 pt-4 text-heading">{title}</Base.Title>
            <div className="min-h-0 flex-1 overflow-y-auto px-4 pt-2 pb-4 text-ui text-fg-2">{children}</div>
            {actions && <div className="flex flex-wrap justify-end gap-2 px-4 pb-4">{actions}</div>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
