// An approval: the question, the exact act, what it may touch in facts, and the answer. Allowing is once; denying can say why.

import type { SessionRequest } from '@axion/protocol';
import { Button, StateGlyph, TextField } from '@axion/ui';
import { type JSX, type KeyboardEvent, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { DiffView } from '../DiffView.tsx';
import { RequestFacts } from './RequestFacts.tsx';
import { useRequestAnswer } from './useRequestAnswer.ts';

export function ApprovalRequest({ request }: { readonly request: SessionRequest }): JSX.Element {
  const t = useT();
  const { busy, error, answer, hearsKeys } = useRequestAnswer(request.requestId);
  const [denying, setDenying] = useState(false);
  const [reason, setReason] = useState('');
  const allow = () => answer({ option: 'allow' });
  const deny = () => answer({ option: 'deny', ...(reason.trim() === '' ? {} : { text: reason.trim() }) });
  const onKeyDown = (event: KeyboardEvent) => {
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key === 'Enter') {
      if (hearsKeys()) (denying ? deny : allow)();
    } else if (mod && event.key === 'Backspace' && !denying) {
      if (hearsKeys()) setDenying(true);
    } else if (event.key === 'Escape' && denying) setDenying(false);
    // A key in flight must not press the button that has the focus, either.
    else if ((event.key === 'Enter' || event.key === ' ') && hearsKeys()) return;
    else if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section
      data-request={request.requestId}
      aria-label={request.title}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="my-2 overflow-hidden rounded-card border border-sf-waiting bg-raised outline-offset-2"
    >
      <div className="flex items-center gap-2 px-3 py-2">
        <StateGlyph state="waiting" label={t('state.waiting')} />
        <h2 className="min-w-0 flex-1 break-words text-ui font-semibold">{request.title}</h2>
      </div>
      {request.text !== undefined && <pre className="max-h-64 overflow-auto border-t border-line-1 bg-sunken px-3 py-2 font-mono text-mono whitespace-pre-wrap">{request.text}</pre>}
      {request.changes?.map((change) => (
        <div key={`${change.folderId}/${change.path}`} className="border-t border-line-1">
          <DiffView change={change} bare />
        </div>
      ))}
      <div className="border-t border-line-1 px-3 py-2.5">
        <RequestFacts facts={request.facts} />
        {error !== null && (
          <p role="alert" className="mt-2 text-small text-st-failed">
            {error}
          </p>
        )}
        {denying && <TextField autoFocus aria-label={t('chat.denyReason')} placeholder={t('chat.denyReason')} value={reason} onChange={setReason} maxLength={2000} className="mt-2.5" />}
        <div className="mt-2.5 flex flex-wrap gap-2">
          {denying ? (
            <>
              <Button look="ink" busy={busy} onClick={deny}>
                {t('chat.deny')}
              </Button>
              <Button onClick={() => setDenying(false)}>{t('act.cancel')}</Button>
            </>
          ) : (
            <>
              <Button look="ink" shortcut="Mod+Enter" busy={busy} onClick={allow}>
                {t('chat.allowOnce')}
              </Button>
              <Button onClick={() => setDenying(true)}>{t('chat.denyAsk')}</Button>
            </>
          )}
        </div>
      </div>
    </section>
  );
}
