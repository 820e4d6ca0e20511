// The head of the timeline: names of the columns, moments, and the clock of *now*. A drag over it measures a span.

import { IconButton } from '@axion/ui';
import { type JSX, type PointerEvent, useState } from 'react';
import { useMessages } from '../../../messages/context.ts';
import { type Tick, type TimeScale, toMs, toX } from '../run/timelineModel.ts';

export interface TimelineRulerProps {
  readonly labels: number;
  readonly scale: TimeScale;
  readonly ticks: readonly Tick[];
  readonly now: number | null;
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export function TimelineRuler({ labels, scale, ticks, now, onZoom, onFit }: TimelineRulerProps): JSX.Element {
  const { t, formats } = useMessages();
  const [span, setSpan] = useState<Span | null>(null);
  const moment = (event: PointerEvent<HTMLElement>): number => Math.max(0, toMs(scale, event.clientX - event.currentTarget.getBoundingClientRect().left));
  const measured = span === null || span.from === span.to ? null : { from: Math.min(span.from, span.to), to: Math.max(span.from, span.to) };
  const nowX = now === null ? null : toX(scale, now);
  return (
    <div role="presentation" className="sticky top-0 z-10 flex h-[22px] items-center border-b border-line-1 bg-panel text-caption text-fg-3">
      <div className="flex shrink-0 items-center ps-10 pe-2" style={{ width: labels }}>
        <span className="flex-1">{t('editor.colStep')}</span>
        <span>{t('editor.colTime')}</span>
      </div>
      <div
        className="relative h-full min-w-0 flex-1 cursor-text touch-none overflow-hidden select-none"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setSpan({ from: moment(event), to: moment(event) });
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) setSpan((old) => (old === null ? null : { ...old, to: moment(event) }));
        }}
      >
        {measured === null &&
          ticks.map((tick) =>
            tick.x > scale.width - 24 || (nowX !== null && Math.abs(tick.x - nowX) < 36) ? null : (
              <span key={tick.ms} className={tick.x < 12 ? 'absolute top-[3px]' : 'absolute top-[3px] -translate-x-1/2'} style={{ left: tick.x }}>
                {tick.ms === 0 ? '0' : formats.duration(tick.ms)}
              </span>
            ),
          )}
        {measured === null && nowX !== null && now !== null && (
          <span className="absolute top-[3px] -translate-x-1/2 font-medium text-st-running tabular-nums" style={{ left: nowX }}>
            {formats.duration(Math.floor(now / 1000) * 1000)}
          </span>
        )}
        {measured !== null && (
          <>
            <i className="absolute inset-y-0 bg-accent-tint" style={{ left: toX(scale, measured.from), width: toX(scale, measured.to) - toX(scale, measured.from) }} />
            <span className="absolute top-[3px] ps-1.5 text-fg" style={{ left: toX(scale, measured.from) }}>
              {t('editor.timeSpan', { time: formats.duration(measured.to - measured.from), from: formats.duration(measured.from), to: formats.duration(measured.to) })}
            </span>
          </>
        )}
      </div>
      <div className="absolute end-0 flex bg-panel opacity-0 focus-within:opacity-100 hover:opacity-100">
        <IconButton icon="minus" small label={t('editor.zoomTimeOut')} shortcut="-" onClick={() => onZoom(1 / 1.5)} />
        <IconButton icon="plus" small label={t('editor.zoomTimeIn')} shortcut="+" onClick={() => onZoom(1.5)} />
        <IconButton icon="maximize" small label={t('editor.zoomTimeFit')} shortcut="0" onClick={onFit} />
      </div>
    </div>
  );
}
