// ‹ 2/3 ›: the messages that stand at the same place, where there is more than one.

import type { Message } from '@axion/protocol';
import { IconButton } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { useMessageActs } from './useMessageActs.ts';

export function BranchSwitch({ message }: { readonly message: Message }): JSX.Element | null {
  const t = useT();
  const acts = useMessageActs();
  const branches = message.branches ?? [];
  if (branches.length < 2) return null;
  const at = branches.indexOf(message.id);
  const go = (step: number) => {
    const next = branches[at + step];
    if (next !== undefined) acts.selectBranch(next);
  };
  return (
    <span data-branches className="flex items-center text-caption text-fg-2">
      <IconButton icon="chevron-left" label={t('chat.branchBefore')} small disabled={at <= 0} onClick={() => go(-1)} />
      <span className="tabular-nums">{t('chat.branch', { index: at + 1, total: branches.length })}</span>
      <IconButton icon="chevron-right" label={t('chat.branchAfter')} small disabled={at >= branches.length - 1} onClick={() => go(1)} />
    </span>
  );
}
