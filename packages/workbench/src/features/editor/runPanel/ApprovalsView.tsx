// What waits for the person in the shown run, each with its whole question; J and K go between them. Below, what was answered.

import { EmptyState, StateGlyph, Text } from '@axion/ui';
import type { JSX, KeyboardEvent } from 'react';
import { useMessages } from '../../../messages/context.ts';
import { useRun } from '../../../session/context.ts';
import { ApprovalCard } from '../../approvals/ApprovalCard.tsx';
import { usePendingApprovals } from '../../approvals/usePendingApprovals.ts';
import { useEditor } from '../EditorContext.ts';

export function ApprovalsView(): JSX.Element {
  const { t, formats } = useMessages();
  const { runId } = useEditor();
  const run = useRun(runId);
  const pending = usePendingApprovals(runId ?? '');
  const answered = (run?.view.approvals ?? []).filter((approval) => approval.status !== 'pending');
  if (pending.length === 0 && answered.length === 0) return <EmptyState title={t('editor.approvalsNone')} className="h-full" />;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (typing || event.ctrlKey || event.metaKey || event.altKey || (event.key !== 'j' && event.key !== 'k')) return;
    const cards = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-approval]')];
    const at = cards.findIndex((card) => card.contains(document.activeElement));
    cards[(at + (event.key === 'j' ? 1 : -1) + cards.length) % Math.max(1, cards.length)]?.focus();
    event.preventDefault();
  };
  return (
    <div onKeyDown={onKeyDown} className="flex flex-col">
      {pending.map((approval) => (
        <div key={approval.approvalId} className="border-b border-line-1">
          <ApprovalCard approval={approval} />
        </div>
      ))}
      {answered.length > 0 && (
        <section aria-label={t('editor.answeredBefore')} className="px-4 py-2">
          <Text as="h3" type="section">
            {t('editor.answeredBefore')}
          </Text>
          {answered.map((approval) => (
            <div key={approval.approvalId} className="flex h-(--h-row) items-center gap-2">
              <StateGlyph state={approval.status === 'approved' ? 'succeeded' : 'cancelled'} label={null} />
              <span className="min-w-0 flex-1 truncate">{approval.title}</span>
              {approval.note !== undefined && <span className="min-w-0 truncate text-fg-3">{approval.note}</span>}
              <span className="shrink-0 text-fg-2">{approval.status === 'approved' ? t('approval.approved') : approval.status === 'rejected' ? t('approval.rejected') : t('approval.withdrawn')}</span>
              {approval.answeredAt !== undefined && <span className="shrink-0 text-caption text-fg-3 tabular-nums">{formats.clockWithSeconds(approval.answeredAt)}</span>}
            </div>
          ))}
        </section>
      )}
    </div>
  );
}
