// What comes first in the inspector: an approval that waits at this node, or what went wrong in it. Full width, tinted, with its acts.

import type { GraphNode } from '@axion/client';
import { Button, Problem, useToasts } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useRun } from '../../../session/context.ts';
import { ApprovalCard } from '../../approvals/ApprovalCard.tsx';
import { usePendingApprovals } from '../../approvals/usePendingApprovals.ts';
import { useEditor } from '../EditorContext.ts';
import { titleOf } from '../model/canvasModel.ts';

export function Attention({ node }: { readonly node: GraphNode }): JSX.Element | null {
  const { runId } = useEditor();
  const run = useRun(runId);
  if (runId === null || run === null) return null;
  const view = run.view.node(node.id);
  return (
    <>
      <Waiting runId={runId} node={node.id} />
      {view?.error !== undefined && (view.state === 'failed' || view.counts.failed > 0) && <Failed node={node} code={view.error.code} message={view.error.message} hint={view.error.hint} unknown={view.error.outcomeUnknown === true} kept={run.view.counts.succeeded} />}
    </>
  );
}

function Waiting({ runId, node }: { readonly runId: string; readonly node: string }): JSX.Element | null {
  const t = useT();
  const all = usePendingApprovals(runId);
  const [at, setAt] = useState(0);
  const pending = all.filter((approval) => approval.node === node);
  const index = Math.min(at, pending.length - 1);
  const approval = pending[index];
  if (approval === undefined) return null;
  return (
    <div className="border-b border-line-1">
      <ApprovalCard
        key={approval.approvalId}
        approval={approval}
        {...(pending.length > 1 ? { position: t('approval.position', { index: index + 1, total: pending.length }), onNext: () => setAt((index + 1) % pending.length) } : {})}
      />
    </div>
  );
}

interface FailedProps {
  readonly node: GraphNode;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly unknown: boolean;
  readonly kept: number;
}

function Failed({ node, code, message, hint, unknown, kept }: FailedProps): JSX.Element {
  const t = useT();
  const toasts = useToasts();
  const { showInspectorTab } = useEditor();
  const name = titleOf(node);
  const copy = (): void => {
    void navigator.clipboard?.writeText(`${name} (${code}): ${message}`).then(() => toasts.show({ id: 'editor-error', title: t('editor.copied') }), () => undefined);
  };
  return (
    <Problem
      title={unknown ? t('editor.unknownTitle', { name }) : t('editor.failedTitle', { name })}
      what={message}
      kept={t('editor.keptBefore', { count: kept })}
      next={hint ?? (unknown ? t('editor.nextUnknown') : t('editor.nextDefault'))}
      labels={{ what: t('problem.what'), kept: t('problem.kept'), next: t('problem.next') }}
      actions={
        <>
          <Button small onClick={() => showInspectorTab('setup')}>
            {t('editor.showSettings')}
          </Button>
          <Button small look="ghost" onClick={copy}>
            {t('editor.copyError')}
          </Button>
        </>
      }
      className="border-b border-line-1"
    />
  );
}
