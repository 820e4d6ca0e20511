// Compaction before it is done: what stays word for word, what is summarised, the summary to be edited, and what that saves. It can be
// taken back; nothing said is lost either way.

import type { CompactionPreview } from '@axion/protocol';
import { Button, Dialog, FormRow, KeyValue, Skeleton, TextArea, useToasts } from '@axion/ui';
import { type JSX, useEffect, useState } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { useSession } from '../session.ts';
import { textOf } from '../transcript/UserMessage.tsx';

const FIRST_WORDS = 90;
const MOST_LISTED = 40;

export function CompactionDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { chats } = useClient();
  const session = useSession();
  const { sessionId } = session;
  const t = useT();
  const formats = useFormats();
  const toasts = useToasts();
  const [preview, setPreview] = useState<CompactionPreview | null>(null);
  const [summary, setSummary] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let over = false;
    chats.previewCompaction(sessionId).then(
      (next) => {
        if (over) return;
        setPreview(next);
        setSummary(next.summary);
      },
      (reason: unknown) => !over && setError(reasonOf(t, reason)),
    );
    return () => {
      over = true;
    };
  }, [chats, sessionId, t]);
  const accept = () => {
    setBusy(true);
    chats.compact(sessionId, summary).then(
      (done) => {
        onClose();
        const { compactionId } = done;
        toasts.show({
          title: t('chat.compactedToast', { count: done.messagesBefore - done.messagesAfter, tokens: done.tokensSaved }),
          state: 'succeeded',
          ...(compactionId === undefined ? {} : { action: { label: t('act.undo'), act: () => void chats.undoCompaction(sessionId, compactionId).catch(() => undefined) } }),
        });
      },
      (reason: unknown) => {
        setBusy(false);
        setError(reasonOf(t, reason));
      },
    );
  };
  const wordsOf = (id: string) => {
    const message = session.message(id).get();
    if (message === undefined) return t('chat.earlierMessage');
    const text = textOf(message).replaceAll(/\s+/g, ' ').trim();
    return text === '' ? t('chat.messageOfWork') : text.slice(0, FIRST_WORDS);
  };
  const nothing = preview !== null && preview.dropped.length === 0;
  return (
    <Dialog
      open
      onClose={onClose}
      stayOnOutsideClick
      title={t('chat.compactTitle')}
      width="large"
      actions={
        <>
          <Button onClick={onClose}>{t('chat.keepAsIs')}</Button>
          <Button look="ink" busy={busy} disabled={preview === null || nothing || summary.trim() === ''} onClick={accept}>
            {preview === null ? t('chat.compactAct') : t('chat.compactCount', { count: preview.dropped.length })}
          </Button>
        </>
      }
    >
      {error !== null && (
        <p role="alert" className="mb-3 text-st-failed">
          {error}
        </p>
      )}
      {preview === null && error === null && <Skeleton rows={5} label={t('chat.summarising')} />}
      {preview !== null && (
        <>
          <KeyValue
            facts={[
              { name: t('chat.tokensName'), value: t('chat.fromTo', { before: formats.number(preview.tokensBefore), after: formats.number(preview.tokensAfter) }) },
              { name: t('chat.messagesName'), value: t('chat.fromTo', { before: formats.number(preview.messagesBefore), after: formats.number(preview.messagesAfter) }) },
              { name: t('chat.summaryBy'), value: t(`chat.summaryBy.${preview.by}`) },
            ]}
          />
          {preview.problem !== undefined && <p className="mt-2 text-st-waiting">{preview.problem}</p>}
          {nothing ? (
            <p className="mt-3">{t('chat.nothingToCompact')}</p>
          ) : (
            <>
              <FormRow label={t('chat.summary')} help={t('chat.summaryHelp')} className="mt-3">
                <TextArea rows={7} value={summary} onChange={setSummary} maxLength={200_000} />
              </FormRow>
              <Listed title={t('chat.goes', { count: preview.dropped.length })} ids={preview.dropped} words={wordsOf} />
              <Listed title={t('chat.stays', { count: preview.kept.length })} ids={preview.kept} words={wordsOf} />
            </>
          )}
        </>
      )}
    </Dialog>
  );
}

function Listed({ title, ids, words }: { readonly title: string; readonly ids: readonly string[]; readonly words: (id: string) => string }): JSX.Element {
  const t = useT();
  return (
    <details className="mt-3">
      <summary className="text-small font-medium text-fg">{title}</summary>
      <ul className="mt-1 border-s-2 border-line-1 ps-3 text-small">
        {ids.slice(0, MOST_LISTED).map((id) => (
          <li key={id} className="truncate">
            {words(id)}
          </li>
        ))}
        {ids.length > MOST_LISTED && <li className="text-fg-3">{t('value.leftOut', { count: ids.length - MOST_LISTED })}</li>}
      </ul>
    </details>
  );
}
