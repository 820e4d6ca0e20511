/** − 100 % + · fit · map. The number is a button too: it goes back to life size. */
import { Icon } from '@axion/ui';
import { useStore } from '@xyflow/react';
import { type JSX, memo } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';

export interface ZoomBarProps {
  readonly zoom: (by: 'in' | 'out' | '100') => void;
  readonly fit: () => void;
  readonly mapShown: boolean;
  readonly toggleMap: () => void;
}

export const ZoomBar = memo(function ZoomBar({ zoom, fit, mapShown, toggleMap }: ZoomBarProps): JSX.Element {
  const { words } = useCanvas();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="ax-zoombar" role="toolbar" aria-label={words.zoomTo100}>
      <button type="button" aria-label={words.zoomOut} title={words.zoomOut} onClick={() => zoom('out')}><Icon name="minus" size={14} /></button>
      <button type="button" className="ax-zoom-value" title={words.zoomTo100} onClick={() => zoom('100')}>{percent} %</button>
      <button type="button" aria-label={words.zoomIn} title={words.zoomIn} onClick={() => zoom('in')}><Icon name="plus" size={14} /></button>
      <i className="ax-bar-line" />
      <button type="button" aria-label={words.fit} title={words.fit} onClick={fit}><Icon name="maximize" size={14} /></button>
      <button type="button" aria-label={words.minimap} title={words.minimap} aria-pressed={mapShown} onClick={toggleMap}><Icon name="map" size={14} /></button>
    </div>
  );
});
