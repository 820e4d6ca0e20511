// How wide the window is, in the four steps of the design. One listener for the whole window.

import { useSyncExternalStore } from 'react';

export type LayoutClass = 'wide' | 'normal' | 'narrow' | 'phone';

export function layoutClassOf(width: number): LayoutClass {
  if (width >= 1280) return 'wide';
  if (width >= 900) return 'normal';
  return width >= 600 ? 'narrow' : 'phone';
}

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
};
const read = (): LayoutClass => layoutClassOf(window.innerWidth);

export function useLayoutClass(): LayoutClass {
  return useSyncExternalStore(subscribe, read);
}
