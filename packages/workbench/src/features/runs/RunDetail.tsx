// One run beside the list: what needs an answer or went wrong first, then facts, steps, outputs, files, and what can be done.

import type { RunSummary } from '@axion/protocol';
import { Button, type Fact, IconButton, KeyValue, MiddleCut, Problem, StateGlyph } from '@axion/ui';
import type { JSX } from 'react';
import { useMessages, useT } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useRun } from '../../session/context.ts';
import { isLive, runStateOf, stateWord } from '../../session/words.ts';
import { ApprovalCard } from '../approvals/ApprovalCard.tsx';
import { usePendingApprovals } from '../approvals/usePendingApprovals.ts';
import { Block } from './Block.tsx';
import { RunOutputs } from './RunOutputs.tsx';
import { stepShares } from './runList.ts';
import type { RunActions } from './useRunActions.tsx';
import { useRunWords } from './useRunWords.ts';

export interface RunDetailProps {
  readonly summary: RunSummary;
  readonly actions: RunActions;
  readonly onClose: () => void;
  readonly onStep: (by: number) => void;
}

export function RunDetail({ summary, actions, onClose, onStep }: RunDetailProps): JSX.Element {
  const t = useT();
  const state = useRun(summary.runId);
  const title = t('run.title', { name: summary.graphName, number: summary.number });
  const live = isLive(summary);
  return (
    <section aria-label={title} data-run={summary.runId} data-state={runStateOf(summary)} className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-[42px] shrink-0 items-center gap-2 border-b border-line-1 ps-4 pe-2">
        <StateGlyph state={runStateOf(summary)} label={stateWord(t, runStateOf(summary))} />
        <h2 className="min-w-0 flex-1 truncate text-ui font-semibold" title={title}>
          {title}
        </h2>
        <IconButton icon="arrow-up" label={t('run.previous')} small onClick={() => onStep(-1)} />
        <IconButton icon="arrow-down" label={t('run.next')} small onClick={() => onStep(1)} />
        <IconButton icon="x" label={t('run.close')} shortcut="Escape" small onClick={onClose} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Approvals runId={summary.runId} />
        {summary.error !== undefined && <Failure summary={summary} />}
        <Facts summary={summary} />
        <Steps summary={summary} />
        {state !== null && <RunOutputs state={state} runId={summary.runId} />}
      </div>
      <div className="flex shrink-0 flex-wrap items-center gap-1 border-t border-line-1 px-2 py-1.5">
        {summary.graphId !== undefined && (
          <Button look="ghost" icon="workflow" onClick={() => actions.open(summary)}>
            {t('run.open')}
          </Button>
        )}
        {live ? (
          <Button look="ghost" icon="square" onClick={() => actions.stop(summary)}>
            {t('run.stop')}
          </Button>
        ) : (
          <>
            {summary.graphId !== undefined && (
              <Button look="ghost" icon="rotate-cw" onClick={() => actions.again(summary)}>
                {t('run.again')}
              </Button>
            )}
            <IconButton icon="trash-2" label={t('run.delete')} shortcut="Delete" tooltipSide="top" className="ms-auto" onClick={() => actions.askDelete(summary)} />
          </>
        )}
      </div>
    </section>
  );
}

function Approvals({ runId }: { readonly runId: string }): JSX.Element | null {
  const t = useT();
  const pending = usePendingApprovals(runId);
  if (pending.length === 0) return null;
  return (
    <div>
      {pending.map((approval, index) => (
        <div key={approval.approvalId} className="border-b border-line-1">
          <ApprovalCard
            approval={approval}
            {...(pending.length > 1
              ? {
                  position: t('approval.position', { index: index + 1, total: pending.length }),
                  onNext: () => focusApproval(pending[(index + 1) % pending.length]?.approvalId),
                }
              : {})}
          />
        </div>
      ))}
    </div>
  );
}

function focusApproval(approvalId: string | undefined): void {
  if (approvalId === undefined) return;
  const card = document.querySelector(`[data-approval="${CSS.escape(approvalId)}"]`);
  if (card instanceof HTMLElement) card.focus();
}

function Failure({ summary }: { readonly summary: RunSummary }): JSX.Element | null {
  const t = useT();
  const { error } = summary;
  if (error === undefined || summary.state === 'cancelled') return null;
  return (
    <Problem
      title={error.outcomeUnknown === true ? t('run.unknownTitle') : t('run.failedTitle', { number: summary.number })}
      what={error.message}
      kept={t('run.keptSteps', { count: summary.steps.succeeded })}
      next={error.hint ?? t('run.nextDefault')}
      labels={{ what: t('problem.what'), kept: t('problem.kept'), next: t('problem.next') }}
    />
  );
}

function Facts({ summary }: { readonly summary: RunSummary }): JSX.Element {
  const { t, formats } = useMessages();
  const words = useRunWords();
  const now = useNow(isLive(summary) ? 1000 : 60_000);
  const state = useRun(summary.runId);
  const runner = state?.view.runner;
  const grants = state?.snapshot?.grants ?? [];
  const facts: Fact[] = [
    { name: t('run.started'), value: `${formats.moment(summary.createdAt)}, ${words.startedBy(summary).toLocaleLowerCase(formats.locale)}` },
    { name: t('run.time'), value: summary.ms === undefined ? t('run.soFar', { time: formats.duration(Math.max(0, now - summary.createdAt)) }) : formats.duration(summary.ms) },
    {
      name: t('run.graph'),
      value: (
        <span title={summary.graphHash} className="font-mono text-mono text-fg-2">
          {t('run.version', { hash: summary.graphHash.slice(0, 6) })}
        </span>
      ),
    },
    ...(runner === undefined ? [] : [{ name: t('run.runner'), value: <TwoLines first={words.runner(summary)} second={runner.fallback === undefined ? runner.jail : t('run.fallback', { jail: runner.jail, why: runner.fallback })} /> }]),
    ...(grants.length === 0
      ? []
      : [
          {
            name: t('run.folders'),
            value: grants.map((grant) => (
              <span key={grant.slot} className="block">
                {grant.access === 'rw' ? t('run.folderRw', { slot: grant.slot }) : t('run.folderRo', { slot: grant.slot })}
                <MiddleCut text={grant.path} className="font-mono text-mono text-fg-2" />
              </span>
            )),
          },
        ]),
  ];
  return (
    <Block>
      <KeyValue facts={facts} />
    </Block>
  );
}

function Steps({ summary }: { readonly summary: RunSummary }): JSX.Element {
  const { t, formats } = useMessages();
  return (
    <Block title={t('run.steps')} detail={formats.number(summary.steps.total)}>
      <ul>
        {stepShares(summary)
          .filter((share) => share.count > 0)
          .map((share) => (
            <li key={share.state} className="flex h-6 items-center gap-2.5">
              <StateGlyph state={share.state} label={null} />
              <span className="min-w-0 flex-1 truncate">{stateWord(t, share.state)}</span>
              <span className="numbers text-fg-2">{formats.number(share.count)}</span>
            </li>
          ))}
      </ul>
    </Block>
  );
}

function TwoLines({ first, second }: { readonly first: string; readonly second: string }): JSX.Element {
  return (
    <>
      {first}
      <span className="block text-small text-fg-2">{second}</span>
    </>
  );
}
