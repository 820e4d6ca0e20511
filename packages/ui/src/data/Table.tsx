// A table of rows with sticky column heads and optional group heads; only the rows in view are drawn. One row is chosen at a
// time: arrows move, Enter opens, and the caller adds its own keys. The name column takes the slack, numbers align right.

import { type JSX, type KeyboardEvent, type ReactNode, useLayoutEffect, useMemo, useRef } from 'react';
import { classNames } from '../classNames.ts';
import { useRowWindow } from './useRowWindow.ts';
import { rowOffsets } from './virtualRows.ts';

export interface TableColumn<Row> {
  readonly id: string;
  readonly head: string;
  /** The head is said but not shown: for columns of glyphs and of buttons. */
  readonly headHidden?: boolean;
  /** A CSS grid track: `64px`, `minmax(120px, 1fr)`. */
  readonly track: string;
  readonly numbers?: boolean;
  /** Leaves the column out; for narrow windows. */
  readonly hidden?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

export type TableEntry<Row> = { readonly kind: 'row'; readonly key: string; readonly row: Row } | { readonly kind: 'group'; readonly key: string; readonly label: string; readonly detail?: string };

export interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly entries: readonly TableEntry<Row>[];
  readonly rowHeight: number;
  readonly selected: string | null;
  readonly onSelect: (key: string) => void;
  readonly onOpen?: (key: string) => void;
  readonly onRowKey?: (event: KeyboardEvent, key: string) => void;
  /** After the last row: more to read. */
  readonly foot?: ReactNode;
  readonly className?: string;
}

const GROUP_HEIGHT = 26;
const HEAD_HEIGHT = 28;

export function Table<Row>({ label, columns, entries, rowHeight, selected, onSelect, onOpen, onRowKey, foot, className }: TableProps<Row>): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const offsets = useMemo(() => rowOffsets(entries.map((entry) => (entry.kind === 'group' ? GROUP_HEIGHT : rowHeight))), [entries, rowHeight]);
  const view = useRowWindow(scroller, offsets, HEAD_HEIGHT);
  const shown = columns.filter((column) => column.hidden !== true);
  const template = shown.map((column) => column.track).join(' ');
  const height = offsets[entries.length] ?? 0;
  const firstRow = entries.find((entry) => entry.kind === 'row')?.key ?? null;
  const focusable = entries.some((entry) => entry.kind === 'row' && entry.key === selected) ? selected : firstRow;

  const pendingFocus = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (pendingFocus.current === null) return;
    const row = scroller.current?.querySelector(`[data-row="${CSS.escape(pendingFocus.current)}"]`);
    if (!(row instanceof HTMLElement)) return;
    pendingFocus.current = null;
    row.focus({ preventScroll: true });
  });

  const move = (from: number, step: number) => {
    let at = from + step;
    while (at >= 0 && at < entries.length && entries[at]?.kind !== 'row') at += Math.sign(step);
    const target = entries[Math.max(0, Math.min(entries.length - 1, at))];
    if (target === undefined || target.kind !== 'row') return;
    onSelect(target.key);
    const element = scroller.current;
    if (element === null) return;
    const top = offsets[at] ?? 0;
    const visibleTop = element.scrollTop;
    const visibleHeight = element.clientHeight - HEAD_HEIGHT;
    if (top < visibleTop + GROUP_HEIGHT) element.scrollTop = Math.max(0, top - GROUP_HEIGHT);
    else if (top + rowHeight > visibleTop + visibleHeight) element.scrollTop = top + rowHeight - visibleHeight;
    // The row may not be drawn yet; focus waits in the table and moves on when it is.
    pendingFocus.current = target.key;
    element.focus({ preventScroll: true });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>, index: number, key: string) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'ArrowDown') move(index, 1);
    else if (event.key === 'ArrowUp') move(index, -1);
    else if (event.key === 'PageDown') move(index, 15);
    else if (event.key === 'PageUp') move(index, -15);
    else if (event.key === 'Home') move(-1, 1);
    else if (event.key === 'End') move(entries.length, -1);
    else if (event.key === 'Enter' && onOpen) onOpen(key);
    else {
      onRowKey?.(event, key);
      return;
    }
    event.preventDefault();
  };

  return (
    <div ref={scroller} role="grid" tabIndex={-1} aria-label={label} aria-rowcount={entries.length + 1} className={classNames('min-h-0 flex-1 overflow-auto outline-none', className)}>
      <div role="row" aria-rowindex={1} className="sticky top-0 z-10 grid items-center gap-x-4 border-b border-line-1 bg-panel px-4 text-caption text-fg-3" style={{ gridTemplateColumns: template, height: HEAD_HEIGHT }}>
        {shown.map((column) => (
          <div key={column.id} role="columnheader" className={classNames('truncate', column.numbers && 'text-end')}>
            {column.headHidden === true ? <span className="sr-only">{column.head}</span> : column.head}
          </div>
        ))}
      </div>
      <div role="rowgroup" className="relative" style={{ height }}>
        {entries.slice(view.first, view.end).map((entry, slot) => {
          const index = view.first + slot;
          const top = offsets[index] ?? 0;
          if (entry.kind === 'group') {
            return (
              <div key={entry.key} role="row" aria-rowindex={index + 2} className="absolute inset-x-0 flex items-center border-b border-line-1 bg-frame px-4 text-caption text-fg-2" style={{ top, height: GROUP_HEIGHT }}>
                <div role="gridcell" className="flex min-w-0 flex-1 items-baseline">
                  <span className="min-w-0 flex-1 truncate">{entry.label}</span>
                  {entry.detail !== undefined && <span className="text-fg-3">{entry.detail}</span>}
                </div>
              </div>
            );
          }
          const chosen = entry.key === selected;
          return (
            <div
              key={entry.key}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={chosen}
              data-row={entry.key}
              tabIndex={entry.key === focusable ? 0 : -1}
              onClick={() => onSelect(entry.key)}
              onDoubleClick={() => onOpen?.(entry.key)}
              onKeyDown={(event) => onKeyDown(event, index, entry.key)}
              className={classNames(
                'ring-inside absolute inset-x-0 grid items-center gap-x-4 border-b border-line-1 px-4 text-ui',
                chosen ? 'bg-accent-tint' : 'hover:bg-hover',
              )}
              style={{ top, height: rowHeight, gridTemplateColumns: template }}
            >
              {shown.map((column) => (
                <div key={column.id} role="gridcell" className={classNames('min-w-0 truncate', column.numbers && 'numbers')}>
                  {column.cell(entry.row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {foot}
    </div>
  );
}
