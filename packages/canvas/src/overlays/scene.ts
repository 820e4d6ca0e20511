/** What the painted layers need of a graph, in one object that changes only with the model or the sizes. */
import { absoluteBoxes, boundsOf, isOpenContainer, portPlaces, type CanvasDensity } from '../model/geometry.ts';
import type { GraphIndex } from '../model/graphIndex.ts';
import type { Box } from '../model/types.ts';

export interface SceneItem {
  readonly id: string;
  readonly box: Box;
  readonly container: boolean;
}
export interface SceneEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}
export interface Scene {
  readonly items: readonly SceneItem[];
  readonly edges: readonly SceneEdge[];
  readonly boxes: ReadonlyMap<string, Box>;
  readonly parent: ReadonlyMap<string, string>;
  readonly bounds: Box | null;
}

export function sceneOf(index: GraphIndex, sizes: ReadonlyMap<string, { readonly w: number; readonly h: number }>, density: CanvasDensity): Scene {
  const boxes = absoluteBoxes(index, sizes);
  const items: SceneItem[] = [];
  const ends = new Map<string, { readonly left: Box; readonly y: ReadonlyMap<string, number> }>();
  for (const node of index.drawn) {
    const box = boxes.get(node.id);
    if (box === undefined) continue;
    items.push({ id: node.id, box, container: isOpenContainer(node) });
    const y = new Map<string, number>();
    for (const place of portPlaces(node, box.w, density)) y.set(`${place.side}${place.port.id}`, place.y);
    ends.set(node.id, { left: box, y });
  }
  const edges: SceneEdge[] = [];
  for (const edge of index.drawnEdges) {
    const from = ends.get(edge.from.node);
    const to = ends.get(edge.to.node);
    const fromY = from?.y.get(`out${edge.from.port}`);
    const toY = to?.y.get(`in${edge.to.port}`);
    if (!from || !to || fromY === undefined || toY === undefined) continue;
    const inward = index.parent.get(edge.to.node) === edge.from.node;
    const outward = index.parent.get(edge.from.node) === edge.to.node;
    edges.push({
      id: edge.id, from: edge.from.node, to: edge.to.node,
      fromX: from.left.x + (inward ? 0 : from.left.w), fromY: from.left.y + fromY,
      toX: to.left.x + (outward ? to.left.w : 0), toY: to.left.y + toY,
    });
  }
  const notes = index.model.notes;
  return { items, edges, boxes, parent: index.parent, bounds: boundsOf([...boxes.values(), ...notes]) };
}

/** Where the eye begins: the leftmost node that is not in another one, of those the uppermost. */
export function firstOf(scene: Scene): Box | null {
  let first: Box | null = null;
  for (const { id, box } of scene.items) {
    if (scene.parent.has(id)) continue;
    if (first === null || box.x < first.x || (box.x === first.x && box.y < first.y)) first = box;
  }
  return first;
}

/** The topmost node at a point; containers last. */
export function itemAt(scene: Scene, x: number, y: number): SceneItem | null {
  for (let at = scene.items.length - 1; at >= 0; at -= 1) {
    const item = scene.items[at] as SceneItem;
    const { box } = item;
    if (x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h) return item;
  }
  return null;
}
