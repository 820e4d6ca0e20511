// The tree of a value: names at the left, values in mono, types as port shapes; arrows open and close.

import { type JSX, type KeyboardEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import { PortShape, type ValueType } from '../state/PortShape.tsx';
import { useRowWindow } from './useRowWindow.ts';
import { type JsonKind, type ValueRow, valueRows } from './valueTree.ts';
import { rowOffsets } from './virtualRows.ts';

export interface ValueTreeLabels {
  readonly keys: (count: number) => string;
  readonly items: (count: number) => string;
  readonly leftOut: (count: number) => string;
}

const ROW = 22;
const shapes: Readonly<Record<JsonKind, { readonly type: ValueType; readonly list: boolean }>> = {
  object: { type: 'object', list: false },
  list: { type: 'any', list: true },
  text: { type: 'text', list: false },
  number: { type: 'number', list: false },
  bool: { type: 'bool', list: false },
  null: { type: 'any', list: false },
};

export function ValueTree({ label, value, labels }: { readonly label: string; readonly value: unknown; readonly labels: ValueTreeLabels }): JSX.Element {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [focus, setFocus] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => valueRows(value, (path, depth) => (depth < 1) !== toggled.has(path)), [value, toggled]);
  const offsets = useMemo(() => rowOffsets(rows.map(() => ROW)), [rows]);
  const view = useRowWindow(scroller, offsets);

  // The row may not be drawn yet: it is focused when it is.
  const pendingFocus = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (pendingFocus.current === null) return;
    const row = scroller.current?.querySelector(`[data-path="${CSS.escape(pendingFocus.current)}"]`);
    if (!(row instanceof HTMLElement)) return;
    pendingFocus.current = null;
    row.focus({ preventScroll: true });
  });

  const toggle = (path: string) =>
    setToggled((old) => {
      const next = new Set(old);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  const go = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setFocus(row.path);
    pendingFocus.current = row.path;
    const element = scroller.current;
    if (element === null) return;
    const top = rows.indexOf(row) * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW - element.clientHeight;
  };
  const onKeyDown = (event: KeyboardEvent, index: number, row: ValueRow) => {
    if (event.key === 'ArrowDown') go(index + 1);
    else if (event.key === 'ArrowUp') go(index - 1);
    else if (event.key === 'ArrowRight' && row.size > 0 && !row.open) toggle(row.path);
    else if (event.key === 'ArrowLeft' && row.open) toggle(row.path);
    else if (event.key === 'ArrowLeft') {
      let parent = index - 1;
      while (parent > 0 && (rows[parent]?.depth ?? 0) >= row.depth) parent--;
      go(parent);
    } else if (event.key === 'Enter' && row.size > 0) toggle(row.path);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focused = rows.some((row) => row.path === focus) ? focus : '';

  return (
    <div ref={scroller} role="tree" aria-label={label} className="max-h-96 min-h-0 overflow-auto rounded-field border border-line-1 bg-sunken py-1">
      <div className="relative" style={{ height: offsets[rows.length] ?? 0 }}>
        {rows.slice(view.first, view.end).map((row, slot) => {
          const index = view.first + slot;
          return (
            <div
              key={row.path}
              role="treeitem"
              aria-level={row.depth + 1}
              aria-expanded={row.size > 0 ? row.open : undefined}
              data-path={row.path}
              tabIndex={row.path === focused ? 0 : -1}
              onFocus={() => setFocus(row.path)}
              onClick={() => row.size > 0 && toggle(row.path)}
              onKeyDown={(event) => onKeyDown(event, index, row)}
              className="ring-inside absolute inset-x-0 flex items-center gap-1.5 pe-2 font-mono text-mono-small hover:bg-hover"
              style={{ top: index * ROW, height: ROW, paddingInlineStart: 6 + row.depth * 14 }}
            >
              <RowContent row={row} labels={labels} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function RowContent({ row, labels }: { readonly row: ValueRow; readonly labels: ValueTreeLabels }): JSX.Element {
  if (row.leftOut !== undefined) return <span className="ps-5 font-sans text-caption text-fg-3">{labels.leftOut(row.leftOut)}</span>;
  const shape = shapes[row.kind];
  const inside = row.kind === 'object' ? labels.keys(row.size) : row.kind === 'list' ? labels.items(row.size) : null;
  return (
    <>
      <span className="inline-flex w-3 shrink-0 text-fg-3">{row.size > 0 && <Icon name={row.open ? 'chevron-down' : 'chevron-right'} size={12} />}</span>
      <PortShape type={shape.type} list={shape.list} label={null} className="mx-1 scale-75" />
      {row.name !== '' && <span className="max-w-[50%] shrink-0 truncate text-fg-2">{row.name}</span>}
      {inside === null ? (
        <span className={classNames('min-w-0 truncate', row.kind === 'null' ? 'text-fg-3' : 'text-fg')} title={row.text}>
          {row.kind === 'text' ? `"${row.text}"` : row.text}
        </span>
      ) : (
        <span className="font-sans text-caption text-fg-3">{inside}</span>
      )}
    </>
  );
}
