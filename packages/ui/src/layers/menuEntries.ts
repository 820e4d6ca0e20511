// What a menu holds, as data, so that every menu and context menu looks and behaves the same.

import type { IconName } from '../icons/icons.ts';

export interface MenuItemEntry {
  readonly kind?: 'item';
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly shortcut?: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Present on an entry that is on or off. */
  readonly checked?: boolean;
  readonly onSelect: () => void;
}

export interface SubmenuEntry {
  readonly kind: 'submenu';
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly disabled?: boolean;
  readonly entries: readonly MenuEntry[];
}

export type MenuEntry = MenuItemEntry | SubmenuEntry | { readonly kind: 'separator'; readonly id: string } | { readonly kind: 'heading'; readonly id: string; readonly label: string };
