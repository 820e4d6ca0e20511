// Menus in three forms: under a button, on right click over an area, and at a point that the caller knows (a port, a canvas).

import { ContextMenu as BaseContext } from '@base-ui/react/context-menu';
import { Menu as Base } from '@base-ui/react/menu';
import { type JSX, type ReactElement, useMemo } from 'react';
import type { MenuEntry } from './menuEntries.ts';
import { MenuRows, menuPopupClass } from './MenuRows.tsx';

export interface MenuProps {
  /** The accessible name of the menu itself. */
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** The button that opens it: one element that takes a ref and spreads its props. */
  readonly trigger: ReactElement;
  readonly side?: 'top' | 'bottom' | 'left' | 'right';
  readonly align?: 'start' | 'center' | 'end';
}

export function Menu({ label, entries, trigger, side = 'bottom', align = 'start' }: MenuProps): JSX.Element {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={4} collisionPadding={6} className="z-65">
          <Base.Popup aria-label={label} className={menuPopupClass}>
            <MenuRows entries={entries} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ContextMenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** The area: one element that takes a ref and spreads its props. */
  readonly children: ReactElement;
}

export function ContextMenu({ label, entries, children }: ContextMenuProps): JSX.Element {
  return (
    <BaseContext.Root>
      <BaseContext.Trigger render={children} />
      <BaseContext.Portal>
        <BaseContext.Positioner collisionPadding={6} className="z-65">
          <BaseContext.Popup aria-label={label} className={menuPopupClass}>
            <MenuRows entries={entries} />
          </BaseContext.Popup>
        </BaseContext.Positioner>
      </BaseContext.Portal>
    </BaseContext.Root>
  );
}

export interface PointMenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** Where the pointer is, in the window; null closes the menu. */
  readonly at: { readonly x: number; readonly y: number } | null;
  readonly onClose: () => void;
}

export function PointMenu({ label, entries, at, onClose }: PointMenuProps): JSX.Element {
  const x = at?.x ?? 0;
  const y = at?.y ?? 0;
  const anchor = useMemo(() => ({ getBoundingClientRect: () => new DOMRect(x, y, 0, 0) }), [x, y]);
  return (
    <Base.Root open={at !== null} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} side="bottom" align="start" sideOffset={2} collisionPadding={6} className="z-65">
          <Base.Popup aria-label={label} className={menuPopupClass}>
            <MenuRows entries={entries} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
