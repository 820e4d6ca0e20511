// The run that is shown, as the canvas draws it. The only part of the editor beside the run panel that hears each event of a run.

import type { EdgeLook, NodeView } from '@axion/canvas';
import type { GraphModel } from '@axion/client';
import { useMemo } from 'react';
import { useMessages } from '../../../messages/context.ts';
import { useNow } from '../../../session/clock.ts';
import { useRun } from '../../../session/context.ts';
import { stateWord } from '../../../session/words.ts';
import { createRunDrawer, type RunDrawing, type ViewWords } from './nodeViews.ts';

const noDrawing: RunDrawing = { views: new Map<string, NodeView>(), looks: new Map<string, EdgeLook>() };

export function useRunDrawing(runId: string | null, model: GraphModel): RunDrawing {
  const words = useViewWords();
  const run = useRun(runId);
  const state = run?.view.state;
  const live = state === 'queued' || state === 'running' || state === 'waiting';
  const now = useNow(live ? 1000 : 60_000);
  // A drawer belongs to one run: it keeps what did not change since the last frame. `runId` makes a new one for another run.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const draw = useMemo(() => createRunDrawer(words), [words, runId]);
  if (run === null || run.view.version === 0) return noDrawing;
  return draw(model, run.view, now);
}

export function useViewWords(): ViewWords {
  const { t, formats } = useMessages();
  return useMemo<ViewWords>(
    () => ({
      state: (state) => stateWord(t, state),
      duration: formats.duration,
      median: (time) => t('editor.median', { time }),
      ofTotal: (done, total) => t('editor.ofTotal', { done: formats.number(done), total: formats.number(total) }),
      retryIn: (time) => t('editor.retryIn', { time }),
      tries: (count) => t('editor.tries', { count }),
      unknownOutcome: t('editor.unknownOutcome'),
      more: (count) => t('editor.moreItems', { count }),
      items: (count) => t('editor.itemCount', { count }),
    }),
    [t, formats],
  );
}
