// How a run stands, in one line of words.

import type { RunSummary } from '@axion/protocol';
import { useMemo } from 'react';
import { useMessages } from '../../messages/context.ts';

export interface RunWords {
  /** "Running, 26 of 38", "Run 12, 41 s", "Run 125 failed: …". */
  readonly outcome: (run: RunSummary) => string;
  readonly startedBy: (run: RunSummary) => string;
  readonly runner: (run: RunSummary) => string;
  /** The steps as a sentence, for the strip. */
  readonly steps: (run: RunSummary) => string;
}

export function finishedSteps(run: RunSummary): number {
  return run.steps.succeeded + run.steps.failed + run.steps.skipped + run.steps.cancelled;
}

export function useRunWords(): RunWords {
  const { t, formats } = useMessages();
  return useMemo(
    () => ({
      outcome: (run) => {
        const { number } = run;
        if (run.waitingApprovals > 0) return t('home.runWaiting', { number });
        switch (run.state) {
          case 'queued':
            return t('state.queued');
          case 'running':
          case 'waiting':
            return t('home.runningCount', { done: finishedSteps(run), total: run.steps.total });
          case 'failed':
            return t('home.runFailed', { number, reason: run.error?.message ?? t('state.failed') });
          case 'cancelled':
            return t('home.runStopped', { number });
          case 'succeeded':
            return t('home.runDone', { number, time: formats.duration(run.ms ?? 0) });
        }
      },
      startedBy: (run) => (run.startedBy === 'cli' ? t('runs.byCli') : run.startedBy === 'browser' ? t('runs.byBrowser') : t('runs.byWindow')),
      runner: (run) => (run.runner === undefined ? '' : run.runner === 'docker' ? t('runs.docker') : t('runs.process')),
      steps: (run) =>
        t('runs.strip', { done: run.steps.succeeded, failed: run.steps.failed, skipped: run.steps.skipped, left: Math.max(0, run.steps.total - finishedSteps(run)) }),
    }),
    [t, formats],
  );
}
