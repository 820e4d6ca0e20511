/**
 * Sizes and port places of nodes, by rule and not by measuring: the canvas can cull, route and lay out before anything is drawn,
 * and a node has the same size on every machine. The stylesheet uses the same numbers through custom properties.
 */
import { type GraphIndex, childrenOf } from './graphIndex.ts';
import type { Box, CanvasNode, CanvasPort, NodeView, Point } from './types.ts';

export type CanvasDensity = 'compact' | 'touch';

export interface Measures {
  readonly head: number;
  readonly row: number;
  readonly strip: number;
  readonly hit: number;
  readonly line: number;
}
export const measures: Readonly<Record<CanvasDensity, Measures>> = {
  compact: { head: 28, row: 20, strip: 23, hit: 20, line: 15 },
  touch: { head: 40, row: 36, strip: 32, hit: 40, line: 17 },
};

export const SNAP = 8;
export const NODE_WIDTH = 174;
export const NODE_WIDTH_MAX = 320;
export const PREVIEW_LINES = 3;
export const CONTAINER = { head: 30, left: 32, top: 56, right: 32, bottom: 24, minWidth: 240, minHeight: 136 } as const;
const BORDER = 1;
/** Above the box 2, below it 8, and 5 inside at both. */
const PREVIEW_FRAME = 20;

export const snap = (value: number): number => Math.round(value / SNAP) * SNAP;

export const previewCount = (view: NodeView | undefined): number => Math.min(PREVIEW_LINES, view?.preview?.length ?? 0);

export function plainWidth(node: CanvasNode): number {
  const wanted = node.container ? NODE_WIDTH : (node.w ?? NODE_WIDTH);
  return Math.min(NODE_WIDTH_MAX, Math.max(NODE_WIDTH, wanted));
}

/** Height of a node that is not an open container. */
export function plainHeight(node: CanvasNode, preview: number, density: CanvasDensity): number {
  const { head, row, strip, line } = measures[density];
  const rows = Math.max(node.inputs.length, node.outputs.length) + (node.summary.length > 0 || node.unknown !== undefined ? 1 : 0);
  return BORDER + head + rows * row + (preview > 0 ? PREVIEW_FRAME + preview * line : 0) + strip;
}

/** The size of a node that is not drawn yet, for whoever looks for room for it. */
export function boxSize({ open, w, h, rows, inside }: { readonly open: boolean; readonly w: number; readonly h: number; readonly rows: number; readonly inside: readonly Box[] }): { readonly w: number; readonly h: number } {
  const { head, row, strip } = measures.compact;
  if (!open) return { w: Math.min(NODE_WIDTH_MAX, Math.max(NODE_WIDTH, w)), h: BORDER + head + rows * row + strip };
  const within = boundsOf(inside);
  return {
    w: Math.max(CONTAINER.minWidth, w, within === null ? 0 : within.x + within.w + CONTAINER.right),
    h: Math.max(CONTAINER.minHeight, h, within === null ? 0 : within.y + within.h + CONTAINER.bottom),
  };
}

export const isOpenContainer = (node: CanvasNode): boolean => node.container && !node.collapsed;

/** Sizes of all drawn nodes. A container is as large as it was made, and never smaller than what it holds. */
export function measureAll(index: GraphIndex, previews: ReadonlyMap<string, number>, density: CanvasDensity): Map<string, { readonly w: number; readonly h: number }> {
  const sizes = new Map<string, { readonly w: number; readonly h: number }>();
  // Children come after their containers in `drawn`, so backwards every child is measured before what holds it.
  for (let at = index.drawn.length - 1; at >= 0; at -= 1) {
    const node = index.drawn[at] as CanvasNode;
    if (!isOpenContainer(node)) {
      sizes.set(node.id, { w: plainWidth(node), h: plainHeight(node, previews.get(node.id) ?? 0, density) });
      continue;
    }
    let w = Math.max(CONTAINER.minWidth, node.w ?? 0);
    let h = Math.max(CONTAINER.minHeight, node.h ?? 0, portRowY(portRows(node), density) + CONTAINER.bottom);
    for (const child of childrenOf(index, node.id)) {
      const size = sizes.get(child.id);
      if (size === undefined) continue;
      w = Math.max(w, child.x + size.w + CONTAINER.right);
      h = Math.max(h, child.y + size.h + CONTAINER.bottom);
    }
    sizes.set(node.id, { w, h });
  }
  return sizes;
}

const portRows = (node: CanvasNode): number =>
  Math.max(node.inputs.length, node.outputs.length, node.innerSources.length, node.innerSinks.length) - 1;

/** The middle of a port row of an open container: level with the first port of a child that sits at the top. */
function portRowY(row: number, density: CanvasDensity): number {
  const size = measures[density];
  return CONTAINER.top + BORDER + size.head + size.row * (row + 0.5);
}

export interface PortPlace extends Point {
  readonly port: CanvasPort;
  readonly side: 'in' | 'out';
  /** Which way an edge leaves: ports inside a container face the other way. */
  readonly faces: 'left' | 'right';
  readonly inner: boolean;
}

/** Where each port sits, relative to the node's top left corner. */
export function portPlaces(node: CanvasNode, width: number, density: CanvasDensity): readonly PortPlace[] {
  const size = measures[density];
  const open = isOpenContainer(node);
  const y = (row: number): number => (open ? portRowY(row, density) : BORDER + size.head + size.row * (row + 0.5));
  const places: PortPlace[] = [];
  for (const [row, port] of node.inputs.entries()) places.push({ port, side: 'in', faces: 'left', inner: false, x: 0, y: y(row) });
  for (const [row, port] of node.outputs.entries()) places.push({ port, side: 'out', faces: 'right', inner: false, x: width, y: y(row) });
  if (open) {
    for (const [row, port] of node.innerSources.entries()) places.push({ port, side: 'out', faces: 'right', inner: true, x: 0, y: y(row) });
    for (const [row, port] of node.innerSinks.entries()) places.push({ port, side: 'in', faces: 'left', inner: true, x: width, y: y(row) });
  }
  return places;
}

/** Boxes of all drawn nodes in canvas coordinates. */
export function absoluteBoxes(index: GraphIndex, sizes: ReadonlyMap<string, { readonly w: number; readonly h: number }>): Map<string, Box> {
  const boxes = new Map<string, Box>();
  for (const node of index.drawn) {
    const size = sizes.get(node.id);
    if (size === undefined) continue;
    const parent = index.parent.get(node.id);
    const origin = parent === undefined ? undefined : boxes.get(parent);
    boxes.set(node.id, { x: node.x + (origin?.x ?? 0), y: node.y + (origin?.y ?? 0), w: size.w, h: size.h });
  }
  return boxes;
}

export function boundsOf(boxes: Iterable<Box>): Box | null {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.w);
    bottom = Math.max(bottom, box.y + box.h);
  }
  return left === Infinity ? null : { x: left, y: top, w: right - left, h: bottom - top };
}

export interface View extends Point {
  readonly zoom: number;
}

export const MIN_ZOOM = 0.1;
export const MAX_ZOOM = 2;

/** The viewport in which `bounds` is whole and centred, with room round it, never larger than life. */
export function fitView(bounds: Box, width: number, height: number, padding = 40, maxZoom = 1): View {
  const zoom = Math.min(maxZoom, Math.max(MIN_ZOOM, Math.min((width - 2 * padding) / Math.max(1, bounds.w), (height - 2 * padding) / Math.max(1, bounds.h))));
  return { zoom, x: Math.round(width / 2 - (bounds.x + bounds.w / 2) * zoom), y: Math.round(height / 2 - (bounds.y + bounds.h / 2) * zoom) };
}

/** Smaller than this, names cannot be read. */
export const READABLE_ZOOM = 0.6;

/**
 * The first look at a graph: all of it if it can be read like that, else its start at a size that can be. `start` is the box that the eye begins at;
 * a graph that is low enough is shown in its whole height.
 */
export function openingView(bounds: Box, start: Box, width: number, height: number, padding = 40): View {
  const whole = fitView(bounds, width, height, padding);
  if (whole.zoom >= READABLE_ZOOM) return whole;
  const zoom = READABLE_ZOOM;
  const along = (from: number, size: number, at: number, room: number): number => {
    if (size * zoom <= room - 2 * padding) return room / 2 - (from + size / 2) * zoom;
    // No further than the graph goes, so that no room is wasted beside it.
    return Math.max(room - padding - (from + size) * zoom, Math.min(padding - from * zoom, at));
  };
  return {
    zoom,
    x: Math.round(along(bounds.x, bounds.w, padding - start.x * zoom, width)),
    y: Math.round(along(bounds.y, bounds.h, height / 2 - (start.y + start.h / 2) * zoom, height)),
  };
}

/** The innermost open container under a point, leaving out some nodes (those that are being dragged). */
export function containerAt(index: GraphIndex, boxes: ReadonlyMap<string, Box>, point: Point, without: ReadonlySet<string>): string | null {
  for (let at = index.drawn.length - 1; at >= 0; at -= 1) {
    const node = index.drawn[at] as CanvasNode;
    if (!isOpenContainer(node) || without.has(node.id)) continue;
    const box = boxes.get(node.id);
    if (box && point.x >= box.x && point.x <= box.x + box.w && point.y >= box.y && point.y <= box.y + box.h) return node.id;
  }
  return null;
}
