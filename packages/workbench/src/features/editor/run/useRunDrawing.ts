// The run that is shown, as the canvas draws it. The only part of the editor beside the run panel that hears each event of a run.

import type { EdgeLook, NodeView } from '@axion/canvas';
import type { GraphModel } from '@axion/client';
import { useEffect, useMemo, useReducer, useState } from 'react';
import { useMessages } from '../../../messages/context.ts';
import { useNow } from '../../../session/clock.ts';
import { useClient, useRun } from '../../../session/context.ts';
import { stateWord } from '../../../session/words.ts';
import { createHold } from './heldRunning.ts';
import { createRunDrawer, type RunDrawing, type ViewWords } from './nodeViews.ts';

/** A run that began while the editor was open and ended so short a time ago is one that the person has just started. */
const JUST_NOW_MS = 2000;
const noDrawing: RunDrawing = { views: new Map<string, NodeView>(), looks: new Map<string, EdgeLook>() };

export function useRunDrawing(runId: string | null, model: GraphModel): RunDrawing {
  const words = useViewWords();
  const run = useRun(runId);
  const state = run?.view.state;
  const live = state === 'queued' || state === 'running' || state === 'waiting';
  const now = useNow(live ? 1000 : 60_000);
  // A drawer belongs to one run: it keeps what did not change since the last frame. `runId` makes a new one for another run.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const { draw, hold } = useMemo(() => ({ draw: createRunDrawer(words), hold: createHold(words.state('running')) }), [words, runId]);
  const { environment } = useClient();
  const [opened] = useState(() => environment.now());
  const real = run === null || run.view.version === 0 ? noDrawing : draw(model, run.view, now);
  const exactly = environment.now();
  const fromStart = (run?.view.startedAt ?? 0) >= opened;
  const justNow = fromStart && exactly - (run?.view.endedAt ?? 0) < JUST_NOW_MS;
  const { drawing, nextAt } = hold(real, { fresh: live || justNow, fromStart }, exactly);
  const [, again] = useReducer((times: number) => times + 1, 0);
  useEffect(() => (nextAt === null ? undefined : environment.after(Math.max(0, nextAt - environment.now()), again)), [environment, nextAt]);
  return drawing;
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
