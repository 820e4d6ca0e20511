// The problems of a graph, read a moment after the last edit: typing a letter does not wait for them, and in a huge graph neither
// does a row of edits.

import type { GraphModel } from '@axion/client';
import type { Problem } from '@axion/protocol';
import { useEffect, useState } from 'react';
import { useClient } from '../../session/context.ts';
import { problemsOf } from './model/problems.ts';

const AFTER_MS = 250;
const LARGE = 5_000;
const AFTER_LARGE_MS = 2_000;
const none: readonly Problem[] = [];

export function useGraphProblems(model: GraphModel): readonly Problem[] {
  const { environment } = useClient();
  const [problems, setProblems] = useState(none);
  const { nodes, edges, slots } = model;
  // Names and notes of the graph are no reason to look again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => environment.after(nodes.size > LARGE ? AFTER_LARGE_MS : AFTER_MS, () => setProblems(problemsOf(model))), [environment, nodes, edges, slots]);
  return problems;
}
