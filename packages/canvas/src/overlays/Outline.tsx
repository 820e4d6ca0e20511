/**
 * The graph as a tree: the same nodes, states and edges as text, for a screen reader, a small screen or a preference. It selects,
 * opens, renames, connects and deletes by the same keys as the drawing. Only the rows in view are in the page.
 */
import { Icon, rowOffsets, StateGlyph, useRowWindow } from '@axion/ui';
import { type JSX, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useCanvas, useEntry } from '../flow/canvasContext.ts';
import { type GraphIndex, childrenOf, edgesFrom, edgesTo } from '../model/graphIndex.ts';
import type { CanvasEdge, CanvasNode } from '../model/types.ts';

export interface OutlineRow {
  readonly node: CanvasNode;
  readonly level: number;
  readonly place: number;
  readonly siblings: number;
}

/** All rows in reading order, containers before what they hold. A stack of its own, so depth is no matter. */
export function outlineRows(index: GraphIndex, folded: ReadonlySet<string>): readonly OutlineRow[] {
  const rows: OutlineRow[] = [];
  const stack: OutlineRow[] = [];
  const add = (parent: string | null, level: number): void => {
    const children = [...childrenOf(index, parent)].sort((a, b) => a.x - b.x || a.y - b.y || (a.id < b.id ? -1 : 1));
    for (let at = children.length - 1; at >= 0; at -= 1) stack.push({ node: children[at] as CanvasNode, level, place: at + 1, siblings: children.length });
  };
  add(null, 1);
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    rows.push(row);
    if (row.node.container && !folded.has(row.node.id)) add(row.node.id, row.level + 1);
  }
  return rows;
}

export interface OutlineProps {
  readonly index: GraphIndex;
  readonly selected: ReadonlySet<string>;
  readonly current: string | null;
  readonly onCurrent: (id: string, extend: boolean) => void;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onClose: () => void;
}

const ROW = 26;

export function Outline({ index, selected, current, onCurrent, onKey, onClose }: OutlineProps): JSX.Element {
  const { words, domId, onIntent } = useCanvas();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => outlineRows(index, folded), [index, folded]);
  const scroller = useRef<HTMLDivElement>(null);
  const offsets = useMemo(() => rowOffsets(rows.map(() => ROW)), [rows]);
  const view = useRowWindow(scroller, offsets);
  const at = Math.max(0, rows.findIndex((row) => row.node.id === current));
  const go = (to: number, extend: boolean): void => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, to))];
    const element = scroller.current;
    if (row === undefined || element === null) return;
    const top = Math.min(rows.length - 1, Math.max(0, to)) * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW - element.clientHeight;
    onCurrent(row.node.id, extend);
  };
  const fold = (id: string, close: boolean): void => setFolded((old) => {
    const next = new Set(old);
    if (close) next.add(id);
    else next.delete(id);
    return next;
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at];
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain && event.key === 'ArrowDown') go(at + 1, event.shiftKey);
    else if (plain && event.key === 'ArrowUp') go(at - 1, event.shiftKey);
    else if (plain && event.key === 'Home') go(0, false);
    else if (plain && event.key === 'End') go(rows.length - 1, false);
    else if (plain && event.key === 'ArrowRight' && row?.node.container) {
      if (folded.has(row.node.id)) fold(row.node.id, false);
      else go(at + 1, false);
    } else if (plain && event.key === 'ArrowLeft' && row !== undefined) {
      const parent = index.parent.get(row.node.id);
      if (row.node.container && !folded.has(row.node.id)) fold(row.node.id, true);
      else if (parent !== undefined) go(rows.findIndex((one) => one.node.id === parent), false);
    } else if (event.key === 'Escape') onClose();
    else return onKey(event);
    event.preventDefault();
    event.stopPropagation();
  };
  const shown = rows.slice(view.first, view.end);
  return (
    <div className="ax-outline">
      <div className="ax-outline-head">
        <span>{words.outline}</span>
        <button type="button" aria-label={words.closeOutline} title={words.closeOutline} onClick={onClose}><Icon name="x" size={14} /></button>
      </div>
      <div
        ref={scroller}
        role="tree"
        aria-label={words.outline}
        aria-multiselectable
        aria-description={words.outlineHelp}
        tabIndex={0}
        aria-activedescendant={rows[at] === undefined ? undefined : `${domId}-row-${rows[at].node.id}`}
        className="ax-outline-rows"
        onKeyDown={onKeyDown}
      >
        <div style={{ height: rows.length * ROW }} role="presentation">
          <div style={{ transform: `translateY(${view.first * ROW}px)` }} role="presentation">
            {shown.map((row) => (
              <OutlineItem
                key={row.node.id}
                row={row}
                index={index}
                selected={selected.has(row.node.id)}
                current={rows[at]?.node.id === row.node.id}
                folded={folded.has(row.node.id)}
                onSelect={(extend) => onCurrent(row.node.id, extend)}
                onOpen={() => onIntent({ type: 'edit', id: row.node.id })}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

interface OutlineItemProps {
  readonly row: OutlineRow;
  readonly index: GraphIndex;
  readonly selected: boolean;
  readonly current: boolean;
  readonly folded: boolean;
  readonly onSelect: (extend: boolean) => void;
  readonly onOpen: () => void;
}

function OutlineItem({ row, index, selected, current, folded, onSelect, onOpen }: OutlineItemProps): JSX.Element {
  const { words, domId, views, idle } = useCanvas();
  const { node, level, place, siblings } = row;
  const view = useEntry(views, node.id) ?? idle;
  const titleOf = (id: string): string => index.node.get(id)?.title ?? id;
  const ports = [
    ...node.inputs.map((port) => words.portIn(port.name, port.typeName, sourceName(edgesTo(index, node.id), port.id, titleOf))),
    ...node.outputs.map((port) => words.portOut(port.name, port.typeName, edgesFrom(index, node.id).filter((edge) => edge.from.port === port.id).length)),
  ];
  return (
    <div
      id={`${domId}-row-${node.id}`}
      role="treeitem"
      aria-level={level}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-selected={selected}
      aria-expanded={node.container ? !folded : undefined}
      aria-label={`${words.nodeName(node.title, node.kindName, node.off ? words.nodeOff : view.word)}. ${ports.join('. ')}`}
      className="ax-outline-row"
      data-cursor={current || undefined}
      data-selected={selected || undefined}
      style={{ paddingInlineStart: 12 + (level - 1) * 18 }}
      onClick={(event) => onSelect(event.ctrlKey || event.metaKey)}
      onDoubleClick={onOpen}
    >
      <Icon name={node.icon} size={14} className="ax-node-icon" />
      <span className="ax-outline-title">{node.title}</span>
      <span className="ax-outline-kind">{node.kindName}</span>
      <StateGlyph state={view.state} label={null} />
      <span className="ax-outline-state">{view.word}</span>
      <span className="ax-outline-time">{view.time}</span>
    </div>
  );
}

function sourceName(edges: readonly CanvasEdge[], port: string, titleOf: (id: string) => string): string | null {
  const edge = edges.find((one) => one.to.port === port);
  return edge === undefined ? null : titleOf(edge.from.node);
}
