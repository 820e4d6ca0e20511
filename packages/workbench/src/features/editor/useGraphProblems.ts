// The problems of a graph, read a moment after the last edit: typing a letter does not wait for them.

import type { GraphModel } from '@axion/client';
import type { Problem } from '@axion/protocol';
import { useEffect, useState } from 'react';
import { useClient } from '../../session/context.ts';
import { type ProblemWords, problemsOf } from './model/problems.ts';

const AFTER_MS = 250;

export function useGraphProblems(model: GraphModel, words: ProblemWords): readonly Problem[] {
  const { environment } = useClient();
  const [problems, setProblems] = useState<readonly Problem[]>(() => problemsOf(model, words));
  useEffect(() => environment.after(AFTER_MS, () => setProblems(problemsOf(model, words))), [environment, model, words]);
  return problems;
}
