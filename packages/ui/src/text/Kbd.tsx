// Key caps. A shortcut is written once, as `Mod+Shift+R`; how it looks depends on the platform.

import { type ComponentProps, createContext, type JSX, useContext } from 'react';
import { classNames } from '../classNames.ts';

export type Platform = 'mac' | 'other';
export const PlatformContext = createContext<Platform>('other');

const macNames: Readonly<Record<string, string>> = { Mod: '⌘', Ctrl: '⌃', Shift: '⇧', Alt: '⌥', Enter: '↵', Backspace: '⌫', Delete: '⌦', Escape: 'esc' };
const otherNames: Readonly<Record<string, string>> = { Mod: 'Ctrl', Enter: '↵', Delete: 'Del', Escape: 'Esc' };
const arrows: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };
const ariaNames: Readonly<Record<string, string>> = { Ctrl: 'Control' };

/** The caps of a shortcut, one text a key. A trailing `+` is the key itself: `Mod++`. */
export function keyCaps(shortcut: string, platform: Platform): readonly string[] {
  const names = platform === 'mac' ? macNames : otherNames;
  return splitKeys(shortcut).map((key) => (Object.hasOwn(names, key) ? names[key] : Object.hasOwn(arrows, key) ? arrows[key] : key) ?? key);
}

/** The same shortcut as `aria-keyshortcuts` wants it. */
export function ariaShortcut(shortcut: string, platform: Platform): string {
  return splitKeys(shortcut)
    .map((key) => (key === 'Mod' ? (platform === 'mac' ? 'Meta' : 'Control') : (ariaNames[key] ?? key)))
    .join('+');
}

function splitKeys(shortcut: string): readonly string[] {
  const keys = shortcut.endsWith('++') ? [...shortcut.slice(0, -2).split('+'), '+'] : shortcut.split('+');
  return keys.filter((key) => key !== '');
}

export interface KbdProps extends Omit<ComponentProps<'span'>, 'children'> {
  readonly shortcut: string;
  /** On a button: the keys without caps, for a button has an edge of its own. `inherit` takes its colour, for one that is filled or off. */
  readonly onButton?: 'quiet' | 'inherit';
}

export function Kbd({ shortcut, onButton, className, ...rest }: KbdProps): JSX.Element {
  const platform = useContext(PlatformContext);
  return (
    <span data-key-caps {...rest} className={classNames('inline-flex shrink-0', onButton === undefined ? 'gap-0.5' : 'gap-1', className)}>
      {keyCaps(shortcut, platform).map((cap) => (
        <kbd
          key={cap}
          className={classNames(
            'inline-flex h-4 items-center justify-center font-sans text-caption',
            onButton === undefined ? 'min-w-4 rounded-mark border border-line-2 px-1 text-fg-3' : onButton === 'quiet' ? 'font-normal text-fg-3' : 'font-normal opacity-80',
          )}
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}
