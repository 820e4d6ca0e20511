// What is wrong with a graph: the compiler's own words, so that the list and a refused run say the same. Compiling executes nothing.

import { documentOf, type GraphModel } from '@axion/client';
import { compile } from '@axion/engine';
import type { Problem } from '@axion/protocol';

export function problemsOf(graph: GraphModel): readonly Problem[] {
  if (graph.nodes.size === 0) return [];
  return compile(documentOf(graph)).problems ?? [];
}

/** One sentence for each node that has a problem, for its card. The same map as before when nothing changed. */
export function problemByNode(problems: readonly Problem[], before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const problem of problems) if (problem.node !== undefined && !first.has(problem.node)) first.set(problem.node, problem.message);
  const same = first.size === before.size && [...first].every(([node, message]) => before.get(node) === message);
  return same ? before : first;
}
