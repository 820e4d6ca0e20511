// Which runs were going on before and are over now. Pure.

import type { RunSummary } from '@axion/protocol';
import { isLive } from '../../session/words.ts';

export function finishedSince(liveBefore: ReadonlySet<string>, runs: readonly RunSummary[]): readonly RunSummary[] {
  return runs.filter((run) => liveBefore.has(run.runId) && !isLive(run));
}
