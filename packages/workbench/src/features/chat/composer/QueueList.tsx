// Messages that wait for the turn, above the composer: edited (it does not go out meanwhile), moved, taken back, or sent into the
// running turn instead of after it. After a turn that was stopped or failed they wait until the person lets them go.

import type { QueuedMessage } from '@axion/protocol';
import { Button, IconButton, TextArea, useToasts } from '@axion/ui';
import { type JSX, type KeyboardEvent, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { useSession, useSessionState } from '../session.ts';

export function QueueList(): JSX.Element | null {
  const t = useT();
  const queue = useSessionState((state) => state.queue);
  const running = useSessionState((state) => state.turn !== undefined);
  if (queue.length === 0) return null;
  return (
    <ul aria-label={t('chat.queue')} className="mb-1.5 overflow-hidden rounded-card border border-line-1">
      {queue.map((queued, index) => (
        <QueuedRow key={queued.queuedId} queued={queued} index={index} last={index === queue.length - 1} running={running} />
      ))}
    </ul>
  );
}

interface QueuedRowProps {
  readonly queued: QueuedMessage;
  readonly index: number;
  readonly last: boolean;
  readonly running: boolean;
}

function QueuedRow({ queued, index, last, running }: QueuedRowProps): JSX.Element {
  const { chats } = useClient();
  const { sessionId } = useSession();
  const t = useT();
  const toasts = useToasts();
  const text = queued.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  const extra = queued.parts.filter((part) => part.type !== 'text').length;
  const [draft, setDraft] = useState<string | null>(null);
  const attempt = (act: Promise<unknown>) => void act.catch((error: unknown) => toasts.show({ title: t('chat.notDone', { reason: reasonOf(t, error) }), state: 'failed' }));
  const change = (patch: Parameters<typeof chats.updateQueued>[2]) => attempt(chats.updateQueued(sessionId, queued.queuedId, patch));
  const edit = () => {
    setDraft(text);
    change({ held: true });
  };
  const finish = (content: string | null) => {
    setDraft(null);
    change(content === null || content.trim() === '' ? { held: false } : { content, held: false });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') finish(null);
    else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) finish(draft);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <li className="flex items-start gap-2 border-b border-line-1 bg-frame px-3 py-1 text-small last:border-b-0">
      <span className="w-14 shrink-0 pt-1 text-caption text-fg-3">{queued.delivery === 'steer' ? t('chat.nextStep') : t('chat.nextTurn')}</span>
      {draft === null ? (
        <p className="line-clamp-2 min-w-0 flex-1 pt-1 break-words" title={text.slice(0, 1000)}>
          {text} {extra > 0 && <span className="text-fg-3">{t('chat.withFiles', { count: extra })}</span>}
        </p>
      ) : (
        <div className="min-w-0 flex-1" onKeyDown={onKeyDown}>
          <TextArea autoFocus rows={1} aria-label={t('chat.editQueued')} value={draft} onChange={setDraft} className="min-h-7 text-small" />
          <div className="mt-1 flex gap-2">
            <Button small look="ink" onClick={() => finish(draft)}>
              {t('chat.keep')}
            </Button>
            <Button small look="ghost" onClick={() => finish(null)}>
              {t('act.cancel')}
            </Button>
          </div>
        </div>
      )}
      {draft === null && (
        <span className="flex shrink-0">
          {!running && index === 0 && <IconButton icon="corner-down-left" label={t('chat.sendNow')} small onClick={() => change({ held: false })} />}
          {running && queued.delivery === 'queue' && extra === 0 && <IconButton icon="corner-down-left" label={t('chat.sendIntoTurn')} small onClick={() => change({ delivery: 'steer' })} />}
          <IconButton icon="arrow-up" label={t('chat.moveUp')} small disabled={index === 0} onClick={() => change({ position: index - 1 })} />
          <IconButton icon="arrow-down" label={t('chat.moveDown')} small disabled={last} onClick={() => change({ position: index + 1 })} />
          <IconButton icon="pencil" label={t('chat.editQueued')} small onClick={edit} />
          <IconButton icon="x" label={t('chat.removeQueued')} small onClick={() => attempt(chats.removeQueued(sessionId, queued.queuedId))} />
        </span>
      )}
    </li>
  );
}
