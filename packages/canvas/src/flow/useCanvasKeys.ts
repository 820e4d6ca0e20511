/** Keys of the canvas as actions on it. What a key means is in `keyboard/keys`; where an arrow leads is in `keyboard/navigate`. */
import { type ClipboardEvent, type KeyboardEvent, useRef } from 'react';
import { type CanvasCommand, commandOf } from '../keyboard/keys.ts';
import { type Direction, step, stepInto, stepOut } from '../keyboard/navigate.ts';
import { SNAP } from '../model/geometry.ts';
import { type GraphIndex, withDescendants } from '../model/graphIndex.ts';
import type { Box, CanvasSelection, OnIntent, Point } from '../model/types.ts';

export interface KeyActions {
  readonly index: GraphIndex;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly selection: CanvasSelection;
  readonly cursor: string | null;
  readonly readOnly: boolean;
  readonly onIntent: OnIntent;
  readonly select: (selection: CanvasSelection) => void;
  /** Puts the keyboard on a node and brings it into view. */
  readonly focusNode: (id: string, extend: boolean) => void;
  readonly fit: (ids: Iterable<string> | null) => void;
  readonly zoom: (by: 'in' | 'out' | '100') => void;
  readonly openPalette: () => void;
  readonly openMenu: () => void;
  readonly startConnect: () => void;
  readonly rename: (id: string) => void;
  readonly find: () => void;
  readonly outline: () => void;
  readonly escape: () => boolean;
  /** Where a paste goes, and into which container. */
  readonly pastePlace: () => { readonly at: Point; readonly parent: string | null };
}

const directions: Readonly<Record<string, Direction>> = { left: 'left', right: 'right', up: 'up', down: 'down' };
const shifts: Readonly<Record<Direction, Point>> = { left: { x: -SNAP, y: 0 }, right: { x: SNAP, y: 0 }, up: { x: 0, y: -SNAP }, down: { x: 0, y: SNAP } };
/** Commands that change the graph: not there when it may only be looked at. */
const editing = new Set<CanvasCommand>([
  'palette', 'rename', 'connect', 'delete', 'cut', 'paste', 'duplicate', 'undo', 'redo', 'off', 'collapse',
  'nudge-left', 'nudge-right', 'nudge-up', 'nudge-down',
]);

export interface CanvasKeys {
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onPaste: (event: ClipboardEvent) => void;
}

export function useCanvasKeys(actions: KeyActions): CanvasKeys {
  const latest = useRef(actions);
  latest.current = actions;
  const pasteTimer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const keys = useRef<CanvasKeys>({
    onKeyDown: (event) => {
      if (event.defaultPrevented || !isForCanvas(event)) return;
      const command = commandOf(event);
      const now = latest.current;
      if (command === null || (now.readOnly && editing.has(command))) return;
      if (command === 'paste') {
        // The browser's own paste event brings the text without asking for a right. Where none comes, the editor's own copy is used.
        pasteTimer.current = setTimeout(() => {
          pasteTimer.current = undefined;
          latest.current.onIntent({ type: 'paste', text: null, ...latest.current.pastePlace() });
        });
        return;
      }
      if (!perform(command, now)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    onPaste: (event) => {
      if (isTyping(event.target) || latest.current.readOnly) return;
      clearTimeout(pasteTimer.current);
      pasteTimer.current = undefined;
      event.preventDefault();
      latest.current.onIntent({ type: 'paste', text: event.clipboardData.getData('text/plain'), ...latest.current.pastePlace() });
    },
  });
  return keys.current;
}

/** A button over the canvas has keys of its own: Enter presses it and does not open a node. The outline's rows are the canvas by other means. */
function isForCanvas(event: KeyboardEvent): boolean {
  if (event.target === event.currentTarget) return true;
  return event.target instanceof HTMLElement && event.target.getAttribute('role') === 'tree';
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement);
}

/** Whether the command did something; if not, the key goes on to whoever else wants it. */
function perform(command: CanvasCommand, now: KeyActions): boolean {
  const { selection, index, boxes, cursor, onIntent } = now;
  const some = selection.nodes.size + selection.edges.size + selection.notes.size > 0;
  const [verb, way] = command.split('-');
  const direction = directions[way ?? ''] ?? directions[verb ?? ''];
  if (direction !== undefined && verb === 'nudge') return nudge(now, direction);
  if (direction !== undefined && (verb === 'extend' || way === undefined)) {
    const next = step(index, boxes, cursor, direction);
    if (next !== null) now.focusNode(next, verb === 'extend');
    return true;
  }
  switch (command) {
    case 'into': {
      const next = cursor === null ? null : stepInto(index, boxes, cursor);
      if (next !== null) now.focusNode(next, false);
      return true;
    }
    case 'out': {
      const next = cursor === null ? null : stepOut(index, cursor);
      if (next !== null) now.focusNode(next, false);
      return true;
    }
    case 'palette': now.openPalette(); return true;
    case 'menu': now.openMenu(); return true;
    case 'connect': if (cursor !== null) now.startConnect(); return true;
    case 'edit': if (cursor !== null) onIntent({ type: 'edit', id: cursor }); return cursor !== null;
    case 'rename': if (cursor !== null) now.rename(cursor); return cursor !== null;
    case 'delete': if (some) onIntent({ type: 'delete', selection }); return some;
    case 'copy': case 'cut': case 'duplicate': if (some) onIntent({ type: command, selection }); return some || command === 'duplicate';
    case 'select-all': now.select({ nodes: new Set(index.drawn.map((node) => node.id)), edges: new Set(), notes: new Set(index.model.notes.map((note) => note.id)) }); return true;
    case 'toggle-select': {
      if (cursor === null) return true;
      const nodes = new Set(selection.nodes);
      if (!nodes.delete(cursor)) nodes.add(cursor);
      now.select({ ...selection, nodes });
      return true;
    }
    case 'off': if (selection.nodes.size > 0) onIntent({ type: 'toggle-off', ids: [...selection.nodes] }); return true;
    case 'collapse': {
      const node = cursor === null ? undefined : index.node.get(cursor);
      if (node?.container) onIntent({ type: 'collapse', id: node.id, collapsed: !node.collapsed });
      return true;
    }
    case 'undo': case 'redo': case 'run': onIntent({ type: command }); return true;
    case 'fit': now.fit(null); return true;
    case 'fit-selection': now.fit(selection.nodes.size > 0 ? withDescendants(index, selection.nodes) : null); return true;
    case 'zoom-in': now.zoom('in'); return true;
    case 'zoom-out': now.zoom('out'); return true;
    case 'zoom-100': now.zoom('100'); return true;
    case 'find': now.find(); return true;
    case 'outline': now.outline(); return true;
    case 'escape': return now.escape();
    default: return false;
  }
}

function nudge({ selection, index, onIntent }: KeyActions, direction: Direction): boolean {
  const by = shifts[direction];
  // A child of something that moves moves with it.
  const nodes = [...selection.nodes].flatMap((id) => {
    const node = index.node.get(id);
    return node === undefined || isInside(index, id, selection.nodes) ? [] : [{ id, x: node.x + by.x, y: node.y + by.y }];
  });
  const notes = index.model.notes.filter((note) => selection.notes.has(note.id)).map((note) => ({ id: note.id, x: note.x + by.x, y: note.y + by.y }));
  if (nodes.length + notes.length > 0) onIntent({ type: 'move', nodes, notes });
  return true;
}

export function isInside(index: GraphIndex, id: string, holders: ReadonlySet<string>): boolean {
  for (let parent = index.parent.get(id); parent !== undefined; parent = index.parent.get(parent)) if (holders.has(parent)) return true;
  return false;
}
