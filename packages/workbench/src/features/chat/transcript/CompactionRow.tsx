// Where the summary stands for what was said above it. What was said is still here and can be searched; the summary can be taken back.

import { Button, Icon, Link, useToasts } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { useSession, useSessionState } from '../session.ts';
import { SettledText } from './TextRow.tsx';

export function CompactionRow(): JSX.Element | null {
  const { chats } = useClient();
  const { sessionId } = useSession();
  const t = useT();
  const toasts = useToasts();
  const compaction = useSessionState((state) => state.compaction);
  const [open, setOpen] = useState(false);
  const compactionId = useSessionState((state) => state.compactionId);
  if (compactionId === undefined) return null;
  const undo = () =>
    void chats.undoCompaction(sessionId, compactionId).catch((error: unknown) => toasts.show({ title: t('chat.notDone', { reason: reasonOf(t, error) }), state: 'failed' }));
  return (
    <section aria-label={t('chat.compacted')} className="my-3 border-y border-line-1 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-small text-fg-2">
        <Icon name="layers" size={14} />
        <span className="min-w-0 flex-1">
          {compaction === undefined ? t('chat.compactedBefore') : t('chat.compactedLine', { count: compaction.messagesBefore - compaction.messagesAfter, before: compaction.tokensBefore, after: compaction.tokensAfter })}
        </span>
        {compaction !== undefined && <Link onClick={() => setOpen(!open)}>{open ? t('chat.hideSummary') : t('chat.showSummary')}</Link>}
        <Button small onClick={undo}>
          {t('act.undo')}
        </Button>
      </div>
      {open && compaction !== undefined && (
        <div className="mt-2 border-s-2 border-line-2 ps-3 text-ui text-fg-2">
          <SettledText text={compaction.summary} />
        </div>
      )}
    </section>
  );
}
