// Something that the turn asks: an approval, a question, a limit that was reached, an outcome that is not known, instructions of a folder.
// Answered, it folds to one line.

import type { RequestPart } from '@axion/protocol';
import { Icon } from '@axion/ui';
import type { JSX } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { useMessageValue, usePart, useSessionState } from '../session.ts';
import { ApprovalRequest } from './ApprovalRequest.tsx';
import { ChoiceRequest } from './ChoiceRequest.tsx';

export function RequestRow({ messageId, part }: { readonly messageId: string; readonly part: number }): JSX.Element | null {
  const content = usePart(messageId, part);
  const open = useSessionState((state) => content?.type === 'request' && state.requests.some((request) => request.requestId === content.request.requestId));
  const streaming = useMessageValue(messageId, (message) => message.state === 'streaming') ?? false;
  if (content?.type !== 'request') return null;
  if (content.answer !== undefined || !open || !streaming) return <Answered part={content} />;
  return content.request.kind === 'approval' ? <ApprovalRequest request={content.request} /> : <ChoiceRequest request={content.request} />;
}

function Answered({ part }: { readonly part: RequestPart }): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const { request, answer } = part;
  const chosen = request.options.find((option) => option.id === answer?.option)?.label;
  const words = [chosen, answer?.text === undefined || answer.text === '' ? undefined : answer.text].filter((word) => word !== undefined);
  return (
    <p className="flex items-start gap-2 py-1.5 text-ui text-fg-2">
      <Icon name={request.kind === 'question' ? 'circle-question-mark' : 'shield-check'} size={14} className="mt-[3px]" />
      <span className="min-w-0 break-words">
        {request.title} <b className="text-fg">{answer === undefined ? t('chat.notAnswered') : formats.list(words)}</b>
        {answer?.by === 'person' && <span className="ps-1.5 text-small text-fg-3">{t('chat.you')}</span>}
        {answer?.by === 'mode' && <span className="ps-1.5 text-small text-fg-3">{t('chat.byMode')}</span>}
      </span>
    </p>
  );
}
