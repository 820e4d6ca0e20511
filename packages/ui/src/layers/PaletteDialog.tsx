// The frame of the command palette: 560 wide, in the top third, over a scrim that does not hide what is selected.

import { Dialog as Base } from '@base-ui/react/dialog';
import { type JSX, type ReactNode, useRef } from 'react';

export interface PaletteDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly label: string;
  readonly children: ReactNode;
}

export function PaletteDialog({ open, onClose, label, children }: PaletteDialogProps): JSX.Element {
  const popup = useRef<HTMLDivElement>(null);
  // At once and not with the next frame: letters typed right after the shortcut belong to the field.
  const focusField = () => {
    const field = popup.current?.querySelector('input');
    field?.focus();
    return field ?? true;
  };
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-60 bg-transparent" />
        <Base.Popup
          ref={popup}
          initialFocus={focusField}
          aria-label={label}
          className="fixed inset-x-0 top-[12vh] z-60 mx-auto flex max-h-[60vh] w-[560px] max-w-[calc(100vw-24px)] flex-col overflow-hidden rounded-card border border-line-2 bg-raised text-fg shadow-layer outline-none transition-opacity duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0"
        >
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
