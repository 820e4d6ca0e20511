// What can be done with a run from a list or its detail: open, run again, stop, delete (asks once, since it cannot be undone).

import type { RunSummary } from '@axion/protocol';
import { Button, Dialog, useToasts } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { useRunStarter } from '../folders/RunStarter.tsx';

export interface RunActions {
  readonly open: (run: RunSummary) => void;
  readonly again: (run: RunSummary) => void;
  readonly stop: (run: RunSummary) => void;
  readonly askDelete: (run: RunSummary) => void;
  readonly dialogs: JSX.Element;
}

export function useRunActions(): RunActions {
  const { commands, view } = useClient();
  const t = useT();
  const toasts = useToasts();
  const starter = useRunStarter();
  const [deleting, setDeleting] = useState<RunSummary | null>(null);
  const acts = useMemo(() => {
    const failed = (run: RunSummary) => (error: unknown) =>
      toasts.show({ title: t('run.notDone', { number: run.number, reason: reasonOf(t, error) }), state: 'failed' });
    return {
      open: (run: RunSummary) => {
        if (run.graphId === undefined) return;
        view.setGraphPlace(run.graphId, { runId: run.runId });
        view.openGraph(run.graphId);
      },
      again: (run: RunSummary) => {
        if (run.graphId === undefined) return;
        void starter.start({ graphId: run.graphId }).then((next) => next !== null && view.go({ place: 'runs', runId: next.runId }));
      },
      stop: (run: RunSummary) => void commands.cancelRun(run.runId).catch(failed(run)),
      askDelete: (run: RunSummary) => setDeleting(run),
      remove: (run: RunSummary) => {
        setDeleting(null);
        commands.deleteRun(run.runId).then(() => {
          toasts.show({ title: t('run.deleted', { number: run.number }), state: 'succeeded' });
          const { route } = view.store.getState();
          if (route.place === 'runs' && route.runId === run.runId) view.go({ place: 'runs' });
        }, failed(run));
      },
    };
  }, [commands, view, t, toasts, starter]);
  const dialogs = (
    <Dialog
      open={deleting !== null}
      onClose={() => setDeleting(null)}
      title={deleting === null ? '' : t('run.deleteTitle', { number: deleting.number })}
      actions={
        deleting !== null && (
          <>
            <Button onClick={() => setDeleting(null)}>{t('run.keepIt')}</Button>
            <Button look="danger" onClick={() => acts.remove(deleting)}>
              {t('run.deleteAct', { number: deleting.number })}
            </Button>
          </>
        )
      }
    >
      {deleting !== null && t('run.deleteText', { count: deleting.steps.total })}
    </Dialog>
  );
  const { open, again, stop, askDelete } = acts;
  return useMemo(() => ({ open, again, stop, askDelete, dialogs }), [open, again, stop, askDelete, dialogs]);
}
