// Puts the person's settings of appearance on the root element, where the stylesheet reads them. The first paint uses what the
// window knew last time, so that a dark window does not flash white.

import type { Environment } from '@axion/client';
import type { Settings } from '@axion/protocol';
import { useLayoutEffect, useSyncExternalStore } from 'react';
import { useClient, useWorkspace } from '../session/context.ts';

type Look = Pick<Settings, 'theme' | 'density' | 'motion' | 'strongLines' | 'systemFont' | 'fontSize' | 'language'>;
const KEPT = 'axion.look';
const plain: Look = { theme: 'system', density: 'auto', motion: 'system', strongLines: false, systemFont: false, fontSize: 13, language: 'en' };

const darkQuery = '(prefers-color-scheme: dark)';
const coarseQuery = '(pointer: coarse)';
const watch = (query: string) => (listener: () => void) => {
  const list = window.matchMedia(query);
  list.addEventListener('change', listener);
  return () => list.removeEventListener('change', listener);
};
const watchDark = watch(darkQuery);
const watchCoarse = watch(coarseQuery);

export function useIsDark(): boolean {
  const theme = useWorkspace((state) => state.settings?.theme);
  const system = useSyncExternalStore(watchDark, () => window.matchMedia(darkQuery).matches);
  return theme === 'dark' || (theme !== 'light' && system);
}

/** Rows and targets are sized for a finger. */
export function useIsTouch(): boolean {
  const density = useWorkspace((state) => state.settings?.density);
  const coarse = useSyncExternalStore(watchCoarse, () => window.matchMedia(coarseQuery).matches);
  return density === 'touch' || (density !== 'compact' && coarse);
}

/** Before anything is drawn: what was kept of the last time. */
export function applyKeptLook(root: HTMLElement, environment: Environment): void {
  const kept = environment.storage.read(KEPT)?.split(' ') ?? [];
  const theme = kept[0] === 'dark' || kept[0] === 'light' ? kept[0] : window.matchMedia(darkQuery).matches ? 'dark' : 'light';
  const density = kept[1] === 'touch' || kept[1] === 'compact' ? kept[1] : window.matchMedia(coarseQuery).matches ? 'touch' : 'compact';
  root.dataset.theme = theme;
  root.dataset.density = density;
}

export function useAppearance(): void {
  const { environment } = useClient();
  const settings = useWorkspace((state) => state.settings);
  const dark = useIsDark();
  const touch = useIsTouch();
  useLayoutEffect(() => {
    if (settings === undefined) return;
    const look: Look = { ...plain, ...settings };
    const root = document.documentElement;
    root.lang = look.language;
    root.dataset.theme = dark ? 'dark' : 'light';
    root.dataset.density = touch ? 'touch' : 'compact';
    root.dataset.size = String(look.fontSize);
    mark(root, 'motion', look.motion === 'reduced' ? 'reduced' : null);
    mark(root, 'contrast', look.strongLines ? 'more' : null);
    mark(root, 'font', look.systemFont ? 'system' : null);
    environment.storage.write(KEPT, `${look.theme === 'system' ? '-' : dark ? 'dark' : 'light'} ${look.density === 'auto' ? '-' : look.density}`);
  }, [settings, dark, touch, environment]);
}

function mark(root: HTMLElement, name: string, value: string | null): void {
  if (value === null) delete root.dataset[name];
  else root.dataset[name] = value;
}
