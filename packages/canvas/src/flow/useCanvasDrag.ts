/**
 * Dragging: where things are while they are dragged is the canvas' own matter; only the place where they are dropped is an edit.
 * A selection change that comes with the drag is passed on at once.
 */
import type { EdgeChange, NodeChange } from '@xyflow/react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { snap } from '../model/geometry.ts';
import type { GraphIndex } from '../model/graphIndex.ts';
import type { Box, CanvasSelection, OnIntent, Point } from '../model/types.ts';
import { movesOfDrop } from './dropRules.ts';
import { type FlowEdge, type FlowNode, noteOfFlowId } from './flowElements.ts';
import { isInside } from './useCanvasKeys.ts';

const still: ReadonlyMap<string, Point> = new Map();

export interface CanvasDrag {
  readonly dragged: ReadonlyMap<string, Point>;
  readonly onNodesChange: (changes: NodeChange<FlowNode>[]) => void;
  readonly onEdgesChange: (changes: EdgeChange<FlowEdge>[]) => void;
  readonly onDragStop: (nodes: readonly FlowNode[]) => void;
}

export interface DragInput {
  readonly index: GraphIndex;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly selection: CanvasSelection;
  readonly select: (selection: CanvasSelection) => void;
  readonly onIntent: OnIntent;
}

export function useCanvasDrag(input: DragInput): CanvasDrag {
  const [dragged, setDragged] = useState(still);
  const latest = useRef(input);
  latest.current = input;
  // React Flow tells one gesture in several calls; the second must see what the first chose.
  const chosen = useRef(input.selection);
  chosen.current = input.selection;

  const choose = useCallback((change: (next: { nodes: Set<string>; edges: Set<string>; notes: Set<string> }) => void) => {
    const next = { nodes: new Set(chosen.current.nodes), edges: new Set(chosen.current.edges), notes: new Set(chosen.current.notes) };
    change(next);
    chosen.current = next;
    latest.current.select(next);
  }, []);

  const onNodesChange = useCallback((changes: NodeChange<FlowNode>[]) => {
    const selects = changes.filter((change) => change.type === 'select');
    if (selects.length > 0) {
      choose((next) => {
        for (const change of selects) {
          const note = noteOfFlowId(change.id);
          const set = note === null ? next.nodes : next.notes;
          if (change.selected) set.add(note ?? change.id);
          else set.delete(note ?? change.id);
        }
      });
    }
    const positions = changes.filter((change) => change.type === 'position' && change.dragging === true && change.position !== undefined);
    if (positions.length > 0) {
      setDragged((old) => {
        const next = new Map(old);
        for (const change of positions) if (change.type === 'position' && change.position) next.set(change.id, change.position);
        return next;
      });
    }
  }, [choose]);

  const onEdgesChange = useCallback((changes: EdgeChange<FlowEdge>[]) => {
    const selects = changes.filter((change) => change.type === 'select');
    if (selects.length === 0) return;
    choose((next) => {
      for (const change of selects) {
        if (change.selected) next.edges.add(change.id);
        else next.edges.delete(change.id);
      }
    });
  }, [choose]);

  const onDragStop = useCallback((nodes: readonly FlowNode[]) => {
    const { index, boxes, onIntent } = latest.current;
    const ids = new Set(nodes.map((node) => node.id));
    const notes: { id: string; x: number; y: number }[] = [];
    const dropped: { id: string; position: Point }[] = [];
    for (const node of nodes) {
      const note = noteOfFlowId(node.id);
      if (note !== null) notes.push({ id: note, x: snap(node.position.x), y: snap(node.position.y) });
      else if (!isInside(index, node.id, ids)) dropped.push({ id: node.id, position: node.position });
    }
    const moves = movesOfDrop(index, boxes, dropped);
    if (moves.length + notes.length > 0) onIntent({ type: 'move', nodes: moves, notes });
    setDragged(still);
  }, []);

  return useMemo(() => ({ dragged, onNodesChange, onEdgesChange, onDragStop }), [dragged, onNodesChange, onEdgesChange, onDragStop]);
}
