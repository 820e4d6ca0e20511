// The frame of a place: the document in the middle and, if there is one, a panel beside it that becomes a drawer when the window
// is narrow.

import { Drawer, SplitPane } from '@axion/ui';
import type { JSX, ReactNode } from 'react';
import { useT } from '../messages/context.ts';
import { useLayoutClass } from './layoutClass.ts';
import { type PanelName, usePanel } from './panels.ts';

export interface PageProps {
  readonly label: string;
  readonly panel?: PanelName;
  readonly panelLabel?: string;
  readonly region?: 'start' | 'end';
  /** The panel's content; null when there is nothing to show beside. */
  readonly beside?: ReactNode | null;
  /** When narrow: the panel lies over the document while this is true. */
  readonly drawerOpen?: boolean;
  readonly onDrawerClose?: () => void;
  readonly children: ReactNode;
}

export function Page({ label, panel = 'runDetail', panelLabel = '', region = 'end', beside = null, drawerOpen = false, onDrawerClose, children }: PageProps): JSX.Element {
  const t = useT();
  const layout = useLayoutClass();
  const shape = usePanel(panel);
  const narrow = layout === 'narrow' || layout === 'phone';
  const document = (
    <main id="document" tabIndex={-1} data-region="document" aria-label={label} className="flex min-h-0 min-w-0 flex-1 flex-col bg-panel outline-none">
      {children}
    </main>
  );
  if (narrow) {
    return (
      <>
        {document}
        <Drawer open={drawerOpen && beside !== null} onClose={() => onDrawerClose?.()} label={panelLabel} from={layout === 'phone' ? 'bottom' : region}>
          {beside}
        </Drawer>
      </>
    );
  }
  return (
    <SplitPane
      region={region}
      size={shape.size}
      min={shape.min}
      max={shape.max}
      initial={shape.initial}
      onSize={shape.setSize}
      resizerLabel={region === 'start' ? t('frame.resizeSide') : t('frame.resizeDetail')}
      sideLabel={panelLabel}
      sideRegion={region === 'start' ? 'side' : 'inspector'}
      side={beside === null ? null : <div className="flex min-h-0 flex-1 flex-col bg-frame">{beside}</div>}
    >
      {document}
    </SplitPane>
  );
}
