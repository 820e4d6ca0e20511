// The waterfall of a run: a tree of steps at the left, their bars on a time axis at the right. Only rows in view are in the page; the
// numbers come from `run/timelineModel`.

import type { TimelineRow } from '@axion/client';
import { EmptyState, rowOffsets, useRowWindow } from '@axion/ui';
import { type JSX, type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useIsTouch } from '../../../frame/useAppearance.ts';
import { useMessages } from '../../../messages/context.ts';
import { useNow } from '../../../session/clock.ts';
import { useRun } from '../../../session/context.ts';
import { useEditor } from '../EditorContext.ts';
import { nodeOfKey } from '../run/steps.ts';
import { fitScale, followScale, ticksOf, type TimeScale, toX, zoomScale } from '../run/timelineModel.ts';
import { TimelineRuler } from './TimelineRuler.tsx';
import { TimelineRowView } from './TimelineRowView.tsx';
import { useRowWords } from './useRowWords.ts';

export const LABELS = 312;
const HEAD = 22;
const NOW_AT = 0.9;

export function TimelineView({ follow, onFollow }: { readonly follow: boolean; readonly onFollow: (follow: boolean) => void }): JSX.Element {
  const { t } = useMessages();
  const editor = useEditor();
  const run = useRun(editor.runId);
  const state = run?.view.state;
  const live = state === 'queued' || state === 'running' || state === 'waiting';
  const tick = useNow(live ? 200 : 60_000);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState(0);
  const [width, setWidth] = useState(600);
  const [free, setFree] = useState<TimeScale | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useIsTouch() ? 40 : 23;
  const version = run?.view.version;
  // The version stands for everything that the view says.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const rows = useMemo(() => run?.view.timeline(expanded) ?? [], [run, expanded, version]);
  const offsets = useMemo(() => rowOffsets(rows.map(() => rowHeight)), [rows, rowHeight]);
  const window_ = useRowWindow(scroller, offsets, HEAD);
  const words = useRowWords(run?.view ?? null);

  const shown = run !== null;
  // The element is there only while a run is shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(80, element.clientWidth - labelWidth(element.clientWidth))));
    observer.observe(element);
    return () => observer.disconnect();
  }, [shown]);
  // A run that was just chosen begins at the whole of it, with its containers open.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is the reason, not an input
  useEffect(() => {
    setFree(null);
    setCurrent(0);
    setExpanded(new Set());
  }, [editor.runId]);

  if (run === null) return <EmptyState title={t('editor.noRunShown')} detail={t('editor.noRunShownDetail')} className="flex-1" />;
  // The axis begins where the first step does: a cold run waits for its runner before that, which is no step's time.
  const first = rows[0];
  const origin = (first?.kind === 'step' ? first.step.startedAt : first?.startedAt) ?? run.view.startedAt ?? run.snapshot?.summary.createdAt ?? tick;
  const now = Math.max(0, (live ? tick : (run.view.endedAt ?? origin + (run.view.ms ?? 0))) - origin);
  const whole = fitScale(live ? now / NOW_AT : now, width);
  const scale = free === null ? whole : live && follow ? followScale({ ...free, width }, now) : { ...free, width };
  const zoom = (factor: number, x = width / 2): void => {
    const next = zoomScale(scale, factor, x, live ? now / NOW_AT : now);
    setFree(next.pxPerMs <= whole.pxPerMs ? null : next);
  };
  const toggle = (row: TimelineRow, open?: boolean): void => {
    const isOpen = expanded.has(row.key);
    if (open === isOpen) return;
    const next = new Set(expanded);
    if (isOpen) next.delete(row.key);
    else next.add(row.key);
    setExpanded(next);
  };
  const choose = (at: number): void => {
    const row = rows[at];
    if (row === undefined) return;
    setCurrent(at);
    scrollTo(scroller.current, at * rowHeight, rowHeight);
    const node = row.kind === 'step' ? row.step.node : row.container;
    editor.showStep(row.kind === 'step' ? row.step.key : null);
    if (editor.model.nodes.has(node)) editor.select({ nodes: new Set([node]), edges: new Set(), notes: new Set() });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[current];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown') choose(Math.min(rows.length - 1, current + 1));
    else if (event.key === 'ArrowUp') choose(Math.max(0, current - 1));
    else if (event.key === 'Home') choose(0);
    else if (event.key === 'End') choose(rows.length - 1);
    else if (event.key === 'ArrowRight' && row?.expandable) toggle(row, true);
    else if (event.key === 'ArrowLeft' && row?.expandable && row.expanded) toggle(row, false);
    else if (event.key === 'ArrowLeft' && row !== undefined) choose(Math.max(0, rows.findLastIndex((one, at) => at < current && one.depth < row.depth)));
    else if (event.key === 'Enter' && row !== undefined) {
      choose(current);
      editor.showRunTab('values');
    } else if (event.key === '+' || event.key === '=') zoom(1.5);
    else if (event.key === '-') zoom(1 / 1.5);
    else if (event.key === '0') setFree(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const labels = labelWidth(width + LABELS);
  const selectedNode = editor.stepKey === null ? null : nodeOfKey(editor.stepKey);
  return (
    <div
      ref={scroller}
      onWheel={(event) => {
        if (event.ctrlKey || event.metaKey) zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.nativeEvent.offsetX);
        else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          if (free === null) return;
          onFollow(false);
          setFree({ ...scale, from: Math.max(0, scale.from + (event.deltaX || event.deltaY) / scale.pxPerMs) });
        }
      }}
      className="relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto"
    >
      <TimelineRuler labels={labels} scale={scale} ticks={ticksOf(scale)} now={live ? now : null} onZoom={zoom} onFit={() => setFree(null)} />
      <div
        role="tree"
        aria-label={t('editor.timeline')}
        tabIndex={0}
        aria-activedescendant={rows[current] === undefined ? undefined : rowId(current)}
        onKeyDown={onKeyDown}
        className="relative outline-none"
        style={{ height: rows.length * rowHeight, minHeight: `calc(100% - ${HEAD}px)` }}
      >
        {ticksOf(scale).map((one) => (
          <i key={one.ms} aria-hidden className="pointer-events-none absolute inset-y-0 w-px bg-line-1" style={{ left: labels + one.x }} />
        ))}
        <div role="presentation" style={{ transform: `translateY(${window_.first * rowHeight}px)` }}>
          {rows.slice(window_.first, window_.end).map((row, offset) => {
            const at = window_.first + offset;
            return (
              <TimelineRowView
                key={row.key}
                id={rowId(at)}
                row={row}
                height={rowHeight}
                labels={labels}
                scale={scale}
                origin={origin}
                now={now}
                words={words(row)}
                current={at === current}
                selected={row.kind === 'step' && (row.step.key === editor.stepKey || (editor.stepKey === null && at === current && editor.selection.nodes.has(row.step.node) && selectedNode === null))}
                onChoose={() => choose(at)}
                onToggle={() => toggle(row)}
              />
            );
          })}
        </div>
        {live && <i aria-hidden className="pointer-events-none absolute inset-y-0 w-px bg-st-running" style={{ left: labels + Math.min(width, toX(scale, now)) }} />}
      </div>
    </div>
  );
}

const rowId = (at: number): string => `timeline-row-${at}`;
const labelWidth = (width: number): number => Math.min(LABELS, Math.max(160, Math.round(width * 0.42)));

function scrollTo(element: HTMLElement | null, top: number, height: number): void {
  if (element === null) return;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + height > element.scrollTop + element.clientHeight - HEAD) element.scrollTop = top + height - element.clientHeight + HEAD;
}
