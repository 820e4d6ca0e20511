/**
 * One level of a layered drawing: columns by longest path from the sources, an order in each column with few crossings, and places.
 * Everything is a loop over flat arrays: a chain of 100,000 nodes is as good as one of ten. A ring of edges (which the compiler
 * refuses, but a file may hold) is cut where it is met.
 */
import { SNAP, snap } from '../model/geometry.ts';

export interface LayerNode {
  readonly w: number;
  readonly h: number;
  /** How far below its top a node's first port is: ports are put in one line, not tops. */
  readonly anchor?: number;
}

export interface LayerGap {
  readonly column: number;
  readonly row: number;
}

/** More columns than this are folded into bands below each other, like lines of text. */
export const FOLD_AFTER = 80;
const SWEEPS = 4;

/** Places of `nodes`, top left at 0,0. `from[i]` and `to[i]` are the ends of edge i. */
export function placeLayers(nodes: readonly LayerNode[], from: Int32Array, to: Int32Array, gap: LayerGap): { readonly x: Float64Array; readonly y: Float64Array } {
  const count = nodes.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  if (count === 0) return { x, y };
  const after = neighbours(count, from, to);
  const before = neighbours(count, to, from);
  const layer = longestPaths(count, after, before);
  pullTowardsUse(layer, after, before);

  const columns: number[][] = [];
  let depth = 0;
  for (const at of layer) depth = Math.max(depth, at + 1);
  for (let column = 0; column < depth; column += 1) columns.push([]);
  for (let node = 0; node < count; node += 1) columns[layer[node] as number]?.push(node);

  const rank = new Float64Array(count);
  for (const column of columns) column.forEach((node, row) => { rank[node] = row; });
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forwards = sweep % 2 === 0;
    for (let step = 1; step < columns.length; step += 1) {
      const column = columns[forwards ? step : columns.length - 1 - step] as number[];
      orderByNeighbours(column, forwards ? before : after, rank);
    }
  }
  placeRows(columns, nodes, before, after, gap.row, y);
  placeColumns(columns, nodes, gap, x, y);
  return { x, y };
}

interface Adjacency {
  readonly start: Int32Array;
  readonly list: Int32Array;
}

function neighbours(count: number, from: Int32Array, to: Int32Array): Adjacency {
  const start = new Int32Array(count + 1);
  for (const node of from) start[node + 1] = (start[node + 1] as number) + 1;
  for (let node = 0; node < count; node += 1) start[node + 1] = (start[node + 1] as number) + (start[node] as number);
  const fill = start.slice(0, count);
  const list = new Int32Array(from.length);
  for (let edge = 0; edge < from.length; edge += 1) {
    const node = from[edge] as number;
    const at = fill[node] as number;
    list[at] = to[edge] as number;
    fill[node] = at + 1;
  }
  return { start, list };
}

function longestPaths(count: number, after: Adjacency, before: Adjacency): Int32Array {
  const layer = new Int32Array(count);
  const waitsFor = new Int32Array(count);
  const done = new Uint8Array(count);
  const queue = new Int32Array(count);
  let tail = 0;
  for (let node = 0; node < count; node += 1) {
    waitsFor[node] = (before.start[node + 1] as number) - (before.start[node] as number);
    if (waitsFor[node] === 0) {
      done[node] = 1;
      queue[tail++] = node;
    }
  }
  let next = 0;
  for (let head = 0; head < count; head += 1) {
    if (head === tail) {
      // What is left waits for itself: cut the ring at its first node.
      while (done[next]) next += 1;
      done[next] = 1;
      queue[tail++] = next;
    }
    const node = queue[head] as number;
    for (let at = after.start[node] as number; at < (after.start[node + 1] as number); at += 1) {
      const target = after.list[at] as number;
      if (done[target]) continue;
      layer[target] = Math.max(layer[target] as number, (layer[node] as number) + 1);
      waitsFor[target] = (waitsFor[target] as number) - 1;
      if (waitsFor[target] === 0) {
        done[target] = 1;
        queue[tail++] = target;
      }
    }
  }
  return layer;
}

/** A source that is used far to the right stands right before its first use, so that its edge is short. */
function pullTowardsUse(layer: Int32Array, after: Adjacency, before: Adjacency): void {
  for (let node = 0; node < layer.length; node += 1) {
    if (before.start[node] !== before.start[node + 1] || after.start[node] === after.start[node + 1]) continue;
    let nearest = Infinity;
    for (let at = after.start[node] as number; at < (after.start[node + 1] as number); at += 1) nearest = Math.min(nearest, layer[after.list[at] as number] as number);
    if (nearest - 1 > (layer[node] as number)) layer[node] = nearest - 1;
  }
}

function orderByNeighbours(column: number[], around: Adjacency, rank: Float64Array): void {
  const wanted = new Map<number, number>();
  for (const node of column) {
    let sum = 0;
    const first = around.start[node] as number;
    const end = around.start[node + 1] as number;
    for (let at = first; at < end; at += 1) sum += rank[around.list[at] as number] as number;
    wanted.set(node, end > first ? sum / (end - first) : (rank[node] as number));
  }
  column.sort((a, b) => (wanted.get(a) as number) - (wanted.get(b) as number) || (rank[a] as number) - (rank[b] as number));
  column.forEach((node, row) => { rank[node] = row; });
}

const anchorOf = (nodes: readonly LayerNode[], node: number): number => nodes[node]?.anchor ?? 0;

/** Each node as near as it can be to the middle of what feeds it; what would overlap is pushed down, then all are drawn to their users once. */
function placeRows(columns: readonly number[][], nodes: readonly LayerNode[], before: Adjacency, after: Adjacency, gap: number, y: Float64Array): void {
  const settle = (column: readonly number[], around: Adjacency): void => {
    if (column.length === 0) return;
    let floor = -Infinity;
    let shift = 0;
    const wish = new Float64Array(column.length);
    column.forEach((node, row) => {
      const first = around.start[node] as number;
      const end = around.start[node + 1] as number;
      let sum = 0;
      for (let at = first; at < end; at += 1) sum += (y[around.list[at] as number] as number) + anchorOf(nodes, around.list[at] as number);
      const wanted = end > first ? sum / (end - first) - anchorOf(nodes, node) : (y[node] as number);
      wish[row] = wanted;
      const placed = Math.max(wanted, floor);
      y[node] = placed;
      floor = placed + (nodes[node] as LayerNode).h + gap;
    });
    column.forEach((node, row) => { shift += (wish[row] as number) - (y[node] as number); });
    shift /= column.length;
    for (const node of column) y[node] = snap((y[node] as number) + shift);
  };
  for (const column of columns) {
    let top = 0;
    for (const node of column) {
      y[node] = top;
      top += (nodes[node] as LayerNode).h + gap;
    }
  }
  for (let column = 1; column < columns.length; column += 1) settle(columns[column] as number[], before);
  for (let column = columns.length - 2; column >= 0; column -= 1) settle(columns[column] as number[], after);
  for (let column = 1; column < columns.length; column += 1) settle(columns[column] as number[], before);
}

function placeColumns(columns: readonly number[][], nodes: readonly LayerNode[], gap: LayerGap, x: Float64Array, y: Float64Array): void {
  const bandLength = columns.length > FOLD_AFTER ? Math.max(24, Math.ceil(Math.sqrt(columns.length) * 1.1)) : columns.length;
  let bandTop = 0;
  for (let first = 0; first < columns.length; first += bandLength) {
    let left = 0;
    let top = Infinity;
    let bottom = -Infinity;
    const end = Math.min(columns.length, first + bandLength);
    for (let column = first; column < end; column += 1) {
      let width = 0;
      for (const node of columns[column] as number[]) {
        const size = nodes[node] as LayerNode;
        x[node] = left;
        width = Math.max(width, size.w);
        top = Math.min(top, y[node] as number);
        bottom = Math.max(bottom, (y[node] as number) + size.h);
      }
      if (width > 0) left = Math.ceil((left + width + gap.column) / SNAP) * SNAP;
    }
    for (let column = first; column < end; column += 1) {
      for (const node of columns[column] as number[]) y[node] = snap((y[node] as number) - top + bandTop);
    }
    if (bottom > top) bandTop = snap(bandTop + bottom - top + gap.row * 2);
  }
}
