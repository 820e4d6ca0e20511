// Draws menu entries inside a Base UI menu popup: item, on/off item, submenu, heading, separator.

import { Menu as Base } from '@base-ui/react/menu';
import type { JSX } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';
import { Kbd } from '../text/Kbd.tsx';
import type { MenuEntry, MenuItemEntry } from './menuEntries.ts';
import { menuRow, popupSurface } from './popupClasses.ts';

export const menuPopupClass = classNames(popupSurface, 'min-w-44 max-w-80 max-h-(--available-height) overflow-y-auto p-1');

export function MenuRows({ entries }: { readonly entries: readonly MenuEntry[] }): JSX.Element {
  const anyIcon = entries.some((entry) => 'icon' in entry && entry.icon !== undefined);
  return <>{entries.map((entry) => drawEntry(entry, anyIcon))}</>;
}

function drawEntry(entry: MenuEntry, anyIcon: boolean): JSX.Element {
  if (entry.kind === 'separator') return <Base.Separator key={entry.id} className="-mx-1 my-1 h-px bg-line-1" />;
  if (entry.kind === 'heading') {
    return (
      <div key={entry.id} role="presentation" className="px-2 pt-2 pb-1 text-caption text-fg-3">
        {entry.label}
      </div>
    );
  }
  if (entry.kind === 'submenu') {
    return (
      <Base.SubmenuRoot key={entry.id}>
        <Base.SubmenuTrigger disabled={entry.disabled ?? false} className={menuRow}>
          <LeadingIcon name={entry.icon} reserve={anyIcon} />
          <span className="min-w-0 flex-1 truncate">{entry.label}</span>
          <Icon name="chevron-right" size={14} className="text-fg-3" />
        </Base.SubmenuTrigger>
        <Base.Portal>
          <Base.Positioner sideOffset={2} collisionPadding={6} className="z-65">
            <Base.Popup className={menuPopupClass}>
              <MenuRows entries={entry.entries} />
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.SubmenuRoot>
    );
  }
  return <ItemRow key={entry.id} entry={entry} anyIcon={anyIcon} />;
}

function ItemRow({ entry, anyIcon }: { readonly entry: MenuItemEntry; readonly anyIcon: boolean }): JSX.Element {
  const inside = (
    <>
      {entry.checked === undefined ? (
        <LeadingIcon name={entry.icon} reserve={anyIcon} />
      ) : (
        <span className="inline-flex size-4 shrink-0 items-center justify-center">{entry.checked && <Icon name="check" size={14} />}</span>
      )}
      <span className="min-w-0 flex-1 truncate">{entry.label}</span>
      {entry.shortcut && <Kbd shortcut={entry.shortcut} className="ms-4" />}
    </>
  );
  const look = classNames(menuRow, entry.danger && !entry.disabled && 'text-st-failed');
  if (entry.checked !== undefined) {
    return (
      <Base.CheckboxItem
        checked={entry.checked}
        disabled={entry.disabled ?? false}
        label={entry.label}
        closeOnClick
        onCheckedChange={() => entry.onSelect()}
        data-menu-item={entry.id}
        className={look}
      >
        {inside}
      </Base.CheckboxItem>
    );
  }
  return (
    <Base.Item disabled={entry.disabled ?? false} label={entry.label} onClick={() => entry.onSelect()} data-menu-item={entry.id} className={look}>
      {inside}
    </Base.Item>
  );
}

function LeadingIcon({ name, reserve }: { readonly name: IconName | undefined; readonly reserve: boolean }): JSX.Element | null {
  if (name !== undefined) return <Icon name={name} className="text-fg-2" />;
  return reserve ? <span aria-hidden className="size-4 shrink-0" /> : null;
}
