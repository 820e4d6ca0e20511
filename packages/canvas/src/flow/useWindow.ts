/**
 * Which part of a large graph React Flow is given: what is in view, and some more round it, so that a pan moves a picture and draws
 * nothing until the edge of that part comes near. Edges that only pass by bring their ends along, which are not drawn.
 */
import { useStore, useStoreApi } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Box } from '../model/types.ts';
import type { Scene } from '../overlays/scene.ts';

/** Smaller graphs are given whole. */
const WHOLE = 160;
/** In pixels of the screen: how much more is drawn, and how near its edge the view may come. */
const MARGIN = 200;
const NEAR = 40;
/** Edges that have no end in the part; more of them than this would be a grey area, not lines. */
const PASSING_MOST = 400;

export interface GraphWindow {
  /** Null: everything. */
  readonly nodes: ReadonlySet<string> | null;
  /** Ends of edges that lie outside: needed to draw the edges, not drawn themselves. */
  readonly outside: ReadonlySet<string>;
  readonly edges: ReadonlySet<string> | null;
}
const everything: GraphWindow = { nodes: null, outside: new Set(), edges: null };

export interface WindowState {
  readonly shown: GraphWindow;
  /** Told of each move of the view. */
  readonly onMove: () => void;
}

export function useWindow(scene: Scene, always: ReadonlySet<string>): WindowState {
  const api = useStoreApi();
  const [area, setArea] = useState<Box | null>(null);
  const onMove = useCallback(() => {
    const { transform: [x, y, zoom], width, height } = api.getState();
    if (width === 0) return;
    setArea((old) => (old !== null && covers(old, viewBox(x, y, zoom, width, height, NEAR)) && old.w * zoom < 3 * (width + 2 * MARGIN) ? old : viewBox(x, y, zoom, width, height, MARGIN)));
  }, [api]);
  // The size of the canvas is known a moment after it is drawn, and changes with the panels round it.
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => {
    if (width > 0 && height > 0) onMove();
  }, [width, height, onMove]);
  const small = scene.items.length <= WHOLE;
  const shown = useMemo(() => (small ? everything : area === null ? { ...everything, nodes: new Set<string>(), edges: new Set<string>() } : windowOf(scene, area, always)), [small, scene, area, always]);
  return { shown, onMove };
}

const viewBox = (x: number, y: number, zoom: number, width: number, height: number, room: number): Box => ({
  x: (-x - room) / zoom, y: (-y - room) / zoom, w: (width + 2 * room) / zoom, h: (height + 2 * room) / zoom,
});
const covers = (outer: Box, inner: Box): boolean => inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;

/** `always` are drawn wherever they are: what is being dragged must not vanish under the pointer. */
export function windowOf(scene: Scene, area: Box, always: ReadonlySet<string>): GraphWindow {
  const right = area.x + area.w;
  const bottom = area.y + area.h;
  const nodes = new Set<string>();
  for (const { id, box } of scene.items) {
    if (always.has(id) || (box.x < right && box.x + box.w > area.x && box.y < bottom && box.y + box.h > area.y)) nodes.add(id);
  }
  const edges = new Set<string>();
  const outside = new Set<string>();
  let passing = 0;
  for (const edge of scene.edges) {
    const joined = nodes.has(edge.from) || nodes.has(edge.to);
    if (!joined) {
      const away = Math.max(edge.fromX, edge.toX) < area.x || Math.min(edge.fromX, edge.toX) > right || Math.max(edge.fromY, edge.toY) < area.y || Math.min(edge.fromY, edge.toY) > bottom;
      if (away || passing >= PASSING_MOST) continue;
      passing += 1;
    }
    edges.add(edge.id);
    if (!nodes.has(edge.from)) outside.add(edge.from);
    if (!nodes.has(edge.to)) outside.add(edge.to);
  }
  // A child is placed by its container, so containers come along too.
  for (const id of [...nodes, ...outside]) {
    for (let parent = scene.parent.get(id); parent !== undefined && !nodes.has(parent) && !outside.has(parent); parent = scene.parent.get(parent)) outside.add(parent);
  }
  return { nodes, outside, edges };
}
