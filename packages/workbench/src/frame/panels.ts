// The panels of the editor and the side panels of other places: open or not, and how large. Remembered per window.

import { useCallback, useMemo } from 'react';
import { useClient, useView } from '../session/context.ts';

export type PanelName = 'side' | 'run' | 'inspector' | 'settingsIndex' | 'runDetail';

interface PanelShape {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly open: boolean;
}

export const panelShapes: Readonly<Record<PanelName, PanelShape>> = {
  side: { initial: 200, min: 160, max: 360, open: true },
  run: { initial: 240, min: 120, max: 720, open: true },
  inspector: { initial: 296, min: 260, max: 480, open: true },
  settingsIndex: { initial: 216, min: 180, max: 360, open: true },
  runDetail: { initial: 352, min: 280, max: 560, open: true },
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
  const keptOpen = useView((state) => state.panels[`${name}.open`]);
  const keptSize = useView((state) => state.panels[`${name}.size`]);
  const open = typeof keptOpen === 'boolean' ? keptOpen : shape.open;
  const size = typeof keptSize === 'number' ? Math.min(shape.max, Math.max(shape.min, keptSize)) : shape.initial;
  const setSize = useCallback((next: number) => view.setPanel(`${name}.size`, next), [view, name]);
  const setOpen = useCallback((next: boolean) => view.setPanel(`${name}.open`, next), [view, name]);
  return useMemo(
    () => ({ open, size, min: shape.min, max: shape.max, initial: shape.initial, setSize, setOpen, toggle: () => setOpen(!open) }),
    [open, size, shape, setSize, setOpen],
  );
}
