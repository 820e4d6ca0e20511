// Why a run was not started, what is wrong where, and the way to it. Nothing was executed.

import type { Problem } from '@axion/protocol';
import { Button, Dialog, StateGlyph } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient, useView } from '../../session/context.ts';

const MOST_PROBLEMS = 50;

export interface NotStartedDialogProps {
  readonly graphId: string;
  readonly name: string;
  readonly reason: string;
  readonly problems: readonly Problem[];
  /** There is no runner: the way out is the page of the runner. */
  readonly runner: boolean;
  readonly onClose: () => void;
}

export function NotStartedDialog({ graphId, name, reason, problems, runner, onClose }: NotStartedDialogProps): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const here = useView((state) => state.route.place === 'graph' && state.route.graphId === graphId);
  const go = (act: () => void) => {
    onClose();
    act();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('start.notStarted', { name })}
      actions={
        <>
          <Button onClick={onClose}>{t('act.close')}</Button>
          {runner && (
            <Button look="ink" onClick={() => go(() => view.go({ place: 'settings', page: 'runner' }))}>
              {t('start.seeRunner')}
            </Button>
          )}
          {!runner && !here && (
            <Button look="ink" onClick={() => go(() => view.openGraph(graphId))}>
              {t('start.seeGraph')}
            </Button>
          )}
        </>
      }
    >
      <p className="text-fg">{reason}</p>
      {problems.length > 0 && (
        <ul className="mt-3">
          {problems.slice(0, MOST_PROBLEMS).map((problem) => (
            <li key={`${problem.code} ${problem.node ?? ''} ${problem.edge ?? ''} ${problem.field ?? ''} ${problem.message}`} className="flex gap-2 border-t border-line-1 py-1.5">
              <StateGlyph state="failed" label={null} className="mt-[3px]" />
              <span className="min-w-0 break-words">
                {problem.node !== undefined && <code className="me-1.5 font-mono text-mono text-fg">{problem.node}</code>}
                {problem.message}
                {problem.hint !== undefined && <span className="block text-small text-fg-3">{problem.hint}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {problems.length > MOST_PROBLEMS && <p className="mt-2 text-caption">{t('start.moreProblems', { count: problems.length - MOST_PROBLEMS })}</p>}
      <p className="mt-3 text-caption text-fg-3">{t('start.nothingRan')}</p>
    </Dialog>
  );
}
