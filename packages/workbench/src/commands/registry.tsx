// All commands that exist now. A screen registers its own while it is mounted; the palette, the list of shortcuts and the one
// key handler of the window read them here, so that a command is written once.

import { type IconName, type Platform, PlatformContext } from '@axion/ui';
import { createContext, type JSX, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import type { MessageKey } from '../messages/translate.ts';
import { isTyping, shortcutOf } from './shortcut.ts';

export type CommandGroup = Extract<MessageKey, `group.${string}`>;

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: CommandGroup;
  readonly icon?: IconName;
  /** `Mod+Shift+R`; one with no modifier does not act while the person types. */
  readonly shortcut?: string;
  /** More ways to the same, that are not shown: `Mod+Y` beside `Mod+Shift+Z`. */
  readonly alsoOn?: readonly string[];
  /** False: known and shown in the list of shortcuts, but not to be had now. */
  readonly enabled?: boolean;
  /** Only its key; not worth a row in the palette. */
  readonly hidden?: boolean;
  readonly run: () => void;
}

interface Registry {
  /** By the mounted screen, the newest last: its commands win over older ones with the same key. */
  readonly sets: readonly (readonly [token: symbol, commands: readonly Command[]])[];
}

const RegistryContext = createContext<StoreApi<Registry> | null>(null);

export function CommandRegistry({ children }: { readonly children: ReactNode }): JSX.Element {
  const store = useMemo(() => createStore<Registry>(() => ({ sets: [] })), []);
  const platform = useContext(PlatformContext);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const command = commandFor(store.getState(), event, platform);
      if (command === null) return;
      event.preventDefault();
      // The list of toasts takes F6 for itself while there is one, whoever has handled it.
      event.stopImmediatePropagation();
      command.run();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [store, platform]);
  return <RegistryContext value={store}>{children}</RegistryContext>;
}

/** Under a dialog nothing acts; one that is closed and only fades is none. A toast has the role of a dialog, too, and takes no keys. */
const DIALOG = '[role="dialog"]:not([data-toast], [data-closed])';
/** In one of these, bare keys choose by name. */
const LIST = '[role="menu"], [role="listbox"]';

function commandFor(registry: Registry, event: KeyboardEvent, platform: Platform): Command | null {
  const pressed = shortcutOf(event, platform === 'mac');
  const bare = !event.ctrlKey && !event.metaKey && !event.altKey && !/^F\d+$/.test(event.key);
  if (document.querySelector(DIALOG) !== null) return null;
  if (bare && (isTyping(event.target) || (event.target instanceof Element && event.target.closest(LIST) !== null))) return null;
  for (const [, commands] of registry.sets.toReversed()) {
    for (const command of commands) {
      if (command.enabled !== false && (command.shortcut === pressed || command.alsoOn?.includes(pressed))) return command;
    }
  }
  return null;
}

function useRegistry(): StoreApi<Registry> {
  const store = useContext(RegistryContext);
  if (store === null) throw new Error('No command registry around this component.');
  return store;
}

/** Registers commands while the component is mounted. The list may be new on each render. */
export function useCommands(commands: readonly Command[]): void {
  const store = useRegistry();
  const token = useRef(Symbol('commands')).current;
  useEffect(() => {
    store.setState(({ sets }) => {
      const at = sets.findIndex(([other]) => other === token);
      return { sets: at < 0 ? [...sets, [token, commands]] : sets.with(at, [token, commands]) };
    });
  }, [store, token, commands]);
  useEffect(() => () => store.setState(({ sets }) => ({ sets: sets.filter(([other]) => other !== token) })), [store, token]);
}

/** Every command, the newest screen's first. */
export function useAllCommands(): readonly Command[] {
  const sets = useStore(useRegistry(), (state) => state.sets);
  return useMemo(() => sets.toReversed().flatMap(([, commands]) => commands), [sets]);
}
