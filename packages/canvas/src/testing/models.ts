/** Builders of canvas models for the tests and the bench of this room. Not exported from the package. */
import type { CanvasModel, CanvasNode, CanvasPort } from '../model/types.ts';

export const port = (id: string, more: Partial<CanvasPort> = {}): CanvasPort => ({ id, name: id, type: 'any', list: false, typeName: 'any', ...more });

export function plainNode(id: string, more: Partial<CanvasNode> = {}): CanvasNode {
  return {
    id, kind: 'test.plain', kindName: 'Plain', icon: 'box', title: id, x: 0, y: 0, container: false, collapsed: false, off: false,
    inputs: [port('in')], outputs: [port('out')], innerSources: [], innerSinks: [], summary: [], ...more,
  };
}

/** `count` nodes in rows of `columns`, each joined to the next. */
export function gridModel(count: number, columns: number): CanvasModel {
  const nodes = Array.from({ length: count }, (_, at) => plainNode(`n${at}`, {
    title: `Step ${at}`, x: (at % columns) * 216, y: Math.floor(at / columns) * 128,
    summary: [{ text: 'item.total > ' }, { text: String(at), mono: true }],
  }));
  const edges = Array.from({ length: Math.max(0, count - 1) }, (_, at) => ({ id: `e${at}`, from: { node: `n${at}`, port: 'out' }, to: { node: `n${at + 1}`, port: 'in' } }));
  return { nodes, edges, notes: [] };
}
