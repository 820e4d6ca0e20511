// What is wrong with a graph, by node: settings that the kind does not take, inputs that are needed, kinds that are not known. The
// compiler says the rest when a run is asked for; those problems come with its answer.

import type { GraphModel } from '@axion/client';
import type { Problem } from '@axion/protocol';
import { titleOf } from './canvasModel.ts';
import { jointOf } from './connections.ts';
import { infoOf, missingOf } from './kindInfo.ts';

export interface ProblemWords {
  readonly unknownKind: (kind: string) => string;
  readonly unknownHint: string;
  readonly needsInput: (port: string) => string;
  readonly brokenEdge: (from: string, to: string) => string;
}

export function problemsOf(graph: GraphModel, words: ProblemWords): readonly Problem[] {
  const problems: Problem[] = [];
  const connected = new Set<string>();
  for (const edge of graph.edges.values()) {
    connected.add(`${edge.to.node} ${edge.to.port}`);
    if (typeof jointOf(graph, edge.from, edge.to) !== 'string') continue;
    const from = graph.nodes.get(edge.from.node);
    const to = graph.nodes.get(edge.to.node);
    // An edge at a kind that is not known here is told with the node.
    if ((from !== undefined && infoOf(from).kind === undefined) || (to !== undefined && infoOf(to).kind === undefined)) continue;
    problems.push({
      code: 'broken_edge', edge: edge.id, ...(to === undefined ? {} : { node: to.id }),
      message: words.brokenEdge(from === undefined ? edge.from.node : titleOf(from), to === undefined ? edge.to.node : titleOf(to)),
    });
  }
  for (const node of graph.nodes.values()) {
    if (node.off === true) continue;
    const info = infoOf(node);
    if (info.kind === undefined) {
      problems.push({ code: 'unknown_kind', node: node.id, message: words.unknownKind(node.kind), hint: words.unknownHint });
      continue;
    }
    for (const problem of info.problems) problems.push({ code: 'bad_setting', node: node.id, field: problem.field, message: problem.message, ...(problem.hint === undefined ? {} : { hint: problem.hint }) });
    const missing = missingOf(node, (port) => connected.has(`${node.id} ${port}`));
    if (missing === null) continue;
    problems.push({ code: 'missing', node: node.id, field: missing.field, message: missing.field === '' ? words.needsInput(missing.message) : missing.message });
  }
  return problems;
}

/** One sentence for each node that has a problem, for its card. The same map as before when nothing changed. */
export function problemByNode(problems: readonly Problem[], before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const problem of problems) if (problem.node !== undefined && !first.has(problem.node)) first.set(problem.node, problem.message);
  const same = first.size === before.size && [...first].every(([node, message]) => before.get(node) === message);
  return same ? before : first;
}
