// Where the summary stands for what was said above it. What was said is still here and can be searched; the summary can be taken back
// whenever nothing is being said.

import { Button, Icon, Link, useToasts } from '@axion/ui';
import { type JSX, useId, useState } from 'react';
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
  const running = useSessionState((state) => state.turn !== undefined);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const text = useId();
  if (compaction === undefined) return null;
  const undo = () => {
    setBusy(true);
    chats
      .undoCompaction(sessionId, compaction.compactionId)
      .catch((error: unknown) => toasts.show({ title: t('chat.notDone', { reason: reasonOf(t, error) }), state: 'failed' }))
      .finally(() => setBusy(false));
  };
  return (
    <section aria-label={t('chat.compacted')} className="my-3 border-y border-line-1 py-2">
      <div className="flex items-start gap-x-3 text-small text-fg-2">
        <Icon name="layers" size={14} className="mt-[5px]" />
        <div className="min-w-0 flex-1 pt-1">
          <p>{t('chat.compactedLine', { count: compaction.messagesBefore - compaction.messagesAfter, before: compaction.tokensBefore, after: compaction.tokensAfter })}</p>
          <p className="text-caption text-fg-3">{t(`chat.summaryMade.${compaction.by}`)}</p>
        </div>
        <div className="flex h-(--h-button-small) shrink-0 items-center gap-3">
          <Link aria-expanded={open} aria-controls={text} onClick={() => setOpen(!open)}>
            {open ? t('chat.hideSummary') : t('chat.showSummary')}
          </Link>
          <Button small busy={busy} disabled={running} title={running ? t('chat.undoWhenQuiet') : undefined} onClick={undo}>
            {t('act.undo')}
          </Button>
        </div>
      </div>
      <div id={text} hidden={!open} className="mt-2 border-s-2 border-line-2 ps-3 text-ui text-fg-2 [&_p]:whitespace-pre-line">
        {open && <SettledText text={compaction.summary} />}
      </div>
    </section>
  );
}
