// Tells that a run came to its end: aloud always, and as a toast with the way to it when the person is looking at something else.

import type { RunSummary } from '@axion/protocol';
import { useAnnounce, useToasts } from '@axion/ui';
import { useEffect, useRef } from 'react';
import { useMessages } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { isLive } from '../../session/words.ts';
import { finishedSince } from './finishedSince.ts';

export function useRunNews(): void {
  const { view } = useClient();
  const { t, formats } = useMessages();
  const announce = useAnnounce();
  const toasts = useToasts();
  const ready = useWorkspace((state) => state.status === 'ready');
  const runs = useWorkspace((state) => state.runs);
  const live = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!ready) return;
    const before = live.current;
    live.current = new Set(runs.filter(isLive).map((run) => run.runId));
    for (const run of before === null ? [] : finishedSince(before, runs)) {
      const facts = { number: run.number, name: run.graphName };
      const failed = run.state === 'failed';
      const title =
        run.state === 'succeeded' ? t('run.newsDone', { ...facts, time: formats.duration(run.ms ?? 0) }) : failed ? t('run.newsFailed', facts) : t('run.newsStopped', facts);
      if (failed) announce.assertively(title);
      else announce.politely(`run-${run.runId}`, title);
      if (isShown(view.store.getState(), run)) continue;
      toasts.show({
        id: `run-${run.runId}`,
        title,
        state: run.state,
        action: { label: t('act.open'), act: () => view.go({ place: 'runs', runId: run.runId }) },
      });
    }
  }, [ready, runs, view, t, formats, announce, toasts]);
}

function isShown({ route, graphs }: ReturnType<ReturnType<typeof useClient>['view']['store']['getState']>, run: RunSummary): boolean {
  if (route.place === 'runs') return true;
  return route.place === 'graph' && graphs[route.graphId]?.runId === run.runId;
}
