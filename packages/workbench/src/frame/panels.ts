// The panels of the editor and the side panels of other places: open or not, and how large. Remembered per window.

import { useCallback, useMemo } from 'react';
import { useClient, useView } from '../session/context.ts';
import { type LayoutClass, useLayoutClass } from './layoutClass.ts';

export type PanelName = 'side' | 'run' | 'inspector' | 'settingsIndex' | 'runDetail' | 'chats' | 'chatPanel';

interface PanelShape {
  /** Widths at which the panel would leave too little room for the document: there it starts closed, and that is remembered apart. */
  readonly folds: readonly LayoutClass[];
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly open: boolean;
}

export const panelShapes: Readonly<Record<PanelName, PanelShape>> = {
  side: { folds: ['normal', 'narrow', 'phone'], initial: 200, min: 160, max: 360, open: true },
  run: { folds: ['narrow', 'phone'], initial: 240, min: 120, max: 720, open: true },
  inspector: { folds: ['narrow', 'phone'], initial: 296, min: 260, max: 480, open: true },
  settingsIndex: { folds: [], initial: 216, min: 180, max: 360, open: true },
  chats: { folds: ['narrow', 'phone'], initial: 248, min: 200, max: 400, open: true },
  chatPanel: { folds: ['normal', 'narrow', 'phone'], initial: 280, min: 240, max: 480, open: true },
  runDetail: { folds: [], initial: 352, min: 280, max: 560, open: true },
};

export interface Panel {
  readonly open: boolean;
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  readonly setSize: (size: number) => void;
  readonly setOpen: (open: boolean) => void;
  readonly toggle: () => void;
}

export function usePanel(name: PanelName): Panel {
  const { view } = useClient();
  const shape = panelShapes[name];
  const folded = shape.folds.includes(useLayoutClass());
  const openKey = folded ? `${name}.open.folded` : `${name}.open`;
  const keptOpen = useView((state) => state.panels[openKey]);
  const keptSize = useView((state) => state.panels[`${name}.size`]);
  const open = typeof keptOpen === 'boolean' ? keptOpen : shape.open && !folded;
  const size = typeof keptSize === 'number' ? Math.min(shape.max, Math.max(shape.min, keptSize)) : shape.initial;
  const setSize = useCallback((next: number) => view.setPanel(`${name}.size`, next), [view, name]);
  const setOpen = useCallback((next: boolean) => view.setPanel(openKey, next), [view, openKey]);
  return useMemo(
    () => ({ open, size, min: shape.min, max: shape.max, initial: shape.initial, setSize, setOpen, toggle: () => setOpen(!open) }),
    [open, size, shape, setSize, setOpen],
  );
}
