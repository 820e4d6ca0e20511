// Says aloud, once, that something new waits for the person. What waited when the window opened is on the screen already.

import { useAnnounce } from '@axion/ui';
import { useEffect, useRef } from 'react';
import { useT } from '../../messages/context.ts';
import { useWorkspace } from '../../session/context.ts';
import { usePendingApprovals } from './usePendingApprovals.ts';

export function useApprovalNews(): void {
  const t = useT();
  const announce = useAnnounce();
  const ready = useWorkspace((state) => state.status === 'ready');
  const pending = usePendingApprovals();
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!ready) return;
    const before = known.current;
    known.current = new Set(pending.map((approval) => approval.approvalId));
    const news = before === null ? undefined : pending.find((approval) => !before.has(approval.approvalId));
    if (news !== undefined) announce.assertively(t('approval.announce', { name: news.graphName, title: news.title }));
  }, [ready, pending, announce, t]);
}
