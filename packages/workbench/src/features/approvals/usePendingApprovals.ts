// The approvals that wait, oldest first, with an identity that is steady while none changes.

import type { Approval } from '@axion/protocol';
import { useMemo } from 'react';
import { useWorkspace } from '../../session/context.ts';

export function usePendingApprovals(runId?: string): readonly Approval[] {
  const approvals = useWorkspace((state) => state.approvals);
  return useMemo(() => approvals.filter((approval) => approval.status === 'pending' && (runId === undefined || approval.runId === runId)), [approvals, runId]);
}
