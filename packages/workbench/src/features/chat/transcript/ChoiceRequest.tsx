// A question with a few answers as radio rows, and room for the person's own words; also limits that were reached, outcomes that are not
// known, and instructions found in a folder. The choice is made first and given second.

import type { SessionRequest } from '@axion/protocol';
import { Button, RadioRows, StateGlyph, TextArea } from '@axion/ui';
import { type JSX, type KeyboardEvent, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { DiffView } from '../DiffView.tsx';
import { RequestFacts } from './RequestFacts.tsx';
import { SettledText } from './TextRow.tsx';
import { useRequestAnswer } from './useRequestAnswer.ts';

export function ChoiceRequest({ request }: { readonly request: SessionRequest }): JSX.Element {
  const t = useT();
  const { busy, error, answer, hearsKeys } = useRequestAnswer(request.requestId);
  const [option, setOption] = useState<string | null>(null);
  const [words, setWords] = useState('');
  const ready = option !== null || words.trim() !== '';
  const question = request.kind === 'question';
  const give = (chosen = option) => {
    if (chosen === null && words.trim() === '') return;
    answer({ ...(chosen === null ? {} : { option: chosen }), ...(words.trim() === '' ? {} : { text: words.trim() }) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const mod = event.ctrlKey || event.metaKey;
    const key = event.key === 'Enter' || event.key === ' ';
    if (mod && event.key === 'Enter' && hearsKeys()) give();
    else if (!key || hearsKeys()) return;
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
      <div className="flex items-start gap-2 px-3 py-2">
        <StateGlyph state="waiting" label={t('state.waiting')} className="mt-[3px]" />
        <h2 className="min-w-0 flex-1 break-words text-ui font-semibold">{request.title}</h2>
      </div>
      {request.text !== undefined && (
        <div className="max-h-80 overflow-y-auto border-t border-line-1 px-3 py-2 text-ui text-fg-2">
          {request.kind === 'instructions' ? <pre className="font-mono text-mono whitespace-pre-wrap">{request.text}</pre> : <SettledText text={request.text} />}
        </div>
      )}
      {request.changes?.map((change) => (
        <div key={`${change.folderId}/${change.path}`} className="border-t border-line-1">
          <DiffView change={change} bare />
        </div>
      ))}
      <div className="border-t border-line-1 px-3 py-2.5">
        <RequestFacts facts={request.facts} />
        {question && request.options.length > 0 && (
          <RadioRows
            aria-label={request.title}
            value={option}
            onChange={setOption}
            rows={request.options.map(({ id, label, description }) => ({ value: id, label, ...(description === undefined ? {} : { detail: description }) }))}
          />
        )}
        {request.freeText && (
          <TextArea
            aria-label={question ? t('chat.ownWords') : t('chat.wordsToAgent')}
            placeholder={question ? t('chat.ownWords') : t('chat.wordsToAgent')}
            rows={1}
            value={words}
            onChange={setWords}
            className="mt-2 min-h-8"
          />
        )}
        {error !== null && (
          <p role="alert" className="mt-2 text-small text-st-failed">
            {error}
          </p>
        )}
        <div className="mt-2.5 flex flex-wrap gap-2">
          {question ? (
            <Button look="ink" shortcut="Mod+Enter" busy={busy} disabled={!ready} onClick={() => give()}>
              {t('chat.answer')}
            </Button>
          ) : (
            request.options.map(({ id, label }, index) => (
              <Button key={id} look={index === 0 ? 'ink' : 'plain'} busy={busy} onClick={() => give(id)}>
                {label}
              </Button>
            ))
          )}
        </div>
      </div>
    </section>
  );
}
