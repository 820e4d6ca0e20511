/** Colours for what is painted by hand: read from the page's tokens, read again when the theme changes. */
import { type RunState, runStates } from '@axion/ui';

export interface PaintColours {
  readonly fill: Readonly<Record<RunState, string>>;
  readonly edge: string;
  readonly line: string;
  readonly frame: string;
  readonly panel: string;
  readonly selected: string;
  readonly focus: string;
}

export function readColours(element: Element): PaintColours {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const fill = {} as Record<RunState, string>;
  for (const state of runStates) fill[state] = token(`--sf-${state}`);
  return {
    fill: { ...fill, idle: token('--line-2') }, edge: token('--edge'), line: token('--line-2'), frame: token('--text-3'),
    panel: token('--panel'), selected: token('--accent-solid'), focus: token('--focus'),
  };
}

/** Calls back when anything that could change a token changes on the document. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class', 'style', 'data-contrast'] });
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    scheme.removeEventListener('change', listener);
  };
}
