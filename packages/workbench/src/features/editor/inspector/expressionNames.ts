// The names that an expression of a node can use: its inputs, the fields of the value that arrived last, what the run was started
// with. Only for offering them; the engine alone decides what a name means. Pure.

import type { GraphModel, GraphNode } from '@axion/client';
import type { PortValue } from '@axion/protocol';
import { infoOf } from '../model/kindInfo.ts';

const FIELDS = 40;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const inRows = new Set(['table.filter']);

export function namesFor(graph: GraphModel, node: GraphNode, startFields: readonly string[], last: (node: string, port: string) => PortValue | undefined): readonly string[] {
  const info = infoOf(node);
  const names = new Set<string>();
  for (const port of info.inputs) if (NAME.test(port.id)) names.add(port.id);
  const rows = inRows.has(node.kind);
  if (rows) for (const name of ['row', 'index']) names.add(name);
  for (const edge of graph.edges.values()) {
    if (edge.to.node !== node.id) continue;
    const value = last(edge.from.node, edge.from.port);
    const main = edge.to.port === info.inputs[0]?.id;
    if (value?.type !== 'inline') continue;
    // Rows are seen one by one, so it is the fields of a row that have names.
    const inner = Array.isArray(value.value) ? (value.value as readonly unknown[])[0] : value.value;
    if (Array.isArray(value.value) && !rows) continue;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
    for (const key of Object.keys(inner).slice(0, FIELDS)) if (NAME.test(key)) names.add(main ? key : `${edge.to.port}.${key}`);
  }
  names.add('input');
  for (const field of startFields) if (NAME.test(field)) names.add(`input.${field}`);
  return [...names];
}

export interface Word {
  readonly from: number;
  readonly text: string;
}

/** The name that ends at the caret, with its dots. */
export function wordAt(text: string, caret: number): Word {
  const begun = /[A-Za-z_][A-Za-z0-9_.]*$/.exec(text.slice(0, caret));
  return begun === null ? { from: caret, text: '' } : { from: begun.index, text: begun[0] };
}

export function completions(names: readonly string[], begun: string): readonly string[] {
  const wanted = begun.toLowerCase();
  const starting = names.filter((name) => name.toLowerCase().startsWith(wanted));
  return wanted === '' ? starting : [...starting, ...names.filter((name) => !starting.includes(name) && name.toLowerCase().includes(wanted))];
}
