// One row of the timeline: disclosure, glyph, name and time at the left; bars with their words at the right.

import type { TimelineRow } from '@axion/client';
import { classNames, Icon, StateGlyph, stateClasses } from '@axion/ui';
import { type JSX, memo } from 'react';
import { useMessages } from '../../../messages/context.ts';
import { stateWord } from '../../../session/words.ts';
import { type Bar, barsOf, labelPlace, type TimeScale } from '../run/timelineModel.ts';
import type { RowWords } from './useRowWords.ts';

export interface TimelineRowViewProps {
  readonly id: string;
  readonly row: TimelineRow;
  readonly height: number;
  readonly labels: number;
  readonly scale: TimeScale;
  readonly origin: number;
  readonly now: number;
  readonly words: RowWords;
  readonly current: boolean;
  readonly selected: boolean;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

const INDENT = 15;

export const TimelineRowView = memo(function TimelineRowView({ id, row, height, labels, scale, origin, now, words, current, selected, onChoose, onToggle }: TimelineRowViewProps): JSX.Element {
  const { t, formats } = useMessages();
  const state = row.kind === 'step' ? row.step.state : row.state;
  const bars = barsOf(row, origin, now, scale);
  const place = labelPlace(bars, scale.width);
  const startedAt = row.kind === 'step' ? row.step.startedAt : row.startedAt;
  const going = words.time === '' && startedAt !== undefined && (state === 'running' || state === 'waiting' || state === 'retrying');
  const time = going ? formats.duration(Math.max(0, Math.floor((now - (startedAt - origin)) / 100) * 100)) : words.time;
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={selected}
      aria-expanded={row.expandable ? row.expanded : undefined}
      data-row={row.key}
      data-state={state}
      onClick={onChoose}
      onDoubleClick={onToggle}
      className={classNames('relative flex items-center hover:bg-hover', selected && 'bg-accent-tint hover:bg-accent-tint', current && '[[role=tree]:focus-visible_&]:outline-2 [[role=tree]:focus-visible_&]:-outline-offset-2 [[role=tree]:focus-visible_&]:outline-focus')}
      style={{ height }}
    >
      <div className="flex h-full shrink-0 items-center gap-2 overflow-hidden pe-2" style={{ width: labels, paddingInlineStart: 6 + row.depth * INDENT }}>
        {row.expandable ? (
          <button
            type="button"
            tabIndex={-1}
            aria-label={row.expanded ? t('editor.close') : t('editor.open')}
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
            className="inline-flex size-5 shrink-0 items-center justify-center rounded-mark text-fg-2 hover:bg-active"
          >
            <Icon name={row.expanded ? 'chevron-down' : 'chevron-right'} size={12} />
          </button>
        ) : (
          <span className="w-5 shrink-0" />
        )}
        <StateGlyph state={state} label={stateWord(t, state)} />
        <span className="truncate" title={words.name}>
          {words.name}
        </span>
        <span className="min-w-0 flex-1 truncate text-caption text-fg-3">{words.detail}</span>
        <span className="shrink-0 text-small text-fg-2 tabular-nums">{time}</span>
      </div>
      <div aria-hidden className="relative h-full min-w-0 flex-1 overflow-hidden">
        {bars.map((bar, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in the row
          <BarShape key={at} bar={bar} />
        ))}
        {words.note !== '' && (
          <span
            className="absolute inset-y-0 flex items-center truncate text-caption text-fg-3"
            style={place.side === 'right' ? { left: place.x, maxWidth: Math.max(0, scale.width - place.x - 4) } : { right: scale.width - place.x, maxWidth: place.x }}
          >
            {words.note}
          </span>
        )}
      </div>
    </div>
  );
});

const shape: Readonly<Record<Bar['kind'], string>> = {
  solid: 'h-2.5 rounded-[2px]',
  open: 'h-2.5 rounded-s-[2px]',
  hatch: 'h-2.5 rounded-[2px] hatch',
  outline: 'h-2.5 rounded-[2px] border',
  dashed: 'h-2.5 rounded-[2px] border border-dashed border-sf-queued',
  tick: 'h-3 w-[1.5px]',
  failed: 'h-3.5',
  try: 'h-3.5',
  gap: 'h-px border-t border-dotted border-sf-retrying',
  cancelled: 'h-2.5 border-e-2 border-st-cancelled',
};

function BarShape({ bar }: { readonly bar: Bar }): JSX.Element {
  const filled = bar.kind !== 'outline' && bar.kind !== 'dashed' && bar.kind !== 'gap';
  return (
    <i
      className={classNames(
        'absolute top-1/2 -translate-y-1/2',
        shape[bar.kind],
        filled && stateClasses[bar.state].fill,
        bar.kind === 'outline' && (bar.state === 'pinned' ? 'border-s-4 border-st-pinned' : 'border-sf-cached'),
      )}
      style={{ left: bar.x, width: bar.kind === 'tick' ? undefined : bar.w }}
    />
  );
}
