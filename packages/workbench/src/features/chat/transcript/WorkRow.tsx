// Work between two texts, folded into one line: "Worked for 48 s, 2 steps". It is open while it goes on and whenever something in it
// failed; what the person opened or closed stays so.

// biome-ignore-all lint/suspicious/noArrayIndexKey: the place of a part in its message never changes

import type { MessagePart, RequestPart, ToolPart } from '@axion/protocol';
import { Icon, StateGlyph } from '@axion/ui';
import type { JSX } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { useMessage } from '../session.ts';
import { ReasoningRow } from './ReasoningRow.tsx';
import { ToolRow } from './ToolRow.tsx';
import { useKeptOpen } from './useKeptOpen.ts';

export function WorkRow({ messageId, from, to }: { readonly messageId: string; readonly from: number; readonly to: number }): JSX.Element | null {
  const t = useT();
  const formats = useFormats();
  const message = useMessage(messageId);
  const parts = message?.parts.slice(from, to) ?? [];
  const tools = parts.filter((part): part is ToolPart => part.type === 'tool');
  const going = message?.state === 'streaming' && to === message.parts.length;
  const asked = message?.state === 'streaming' && tools.some((tool) => tool.state === 'waiting');
  const bad = tools.some((tool) => tool.state === 'failed' || tool.state === 'refused' || tool.state === 'unknown');
  const [open, setOpen] = useKeptOpen(`${messageId}:w${from}`, going || asked || bad);
  if (message === undefined || parts.length === 0) return null;
  const only = parts[0];
  if (tools.length === 0 && parts.every((part) => part.type === 'reasoning')) {
    return (
      <div className="py-1">
        {parts.map((part, at) => part.type === 'reasoning' && <ReasoningRow key={from + at} text={part.text} growing={going && at === parts.length - 1} messageId={messageId} part={from + at} />)}
      </div>
    );
  }
  if (only === undefined) return null;
  const ms = tools.reduce((sum, tool) => sum + (tool.ms ?? 0), 0);
  const alone = tools.length === 1 ? tools[0] : undefined;
  const words = alone !== undefined
    ? alone.title
    : going
    ? t('chat.workGoing', { count: tools.length })
    : ms < 1000
      ? t('chat.workedSteps', { count: tools.length })
      : t('chat.workedFor', { time: formats.duration(ms), count: tools.length });
  return (
    <div className="py-1">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="-ms-1 flex min-h-6 max-w-full items-center gap-1.5 rounded-mark px-1 text-small text-fg-2 hover:text-fg">
        <Icon name={open ? 'chevron-down' : 'chevron-right'} size={14} />
        <span className="min-w-0 truncate">{words}</span>
        {bad && !open && <StateGlyph state="failed" label={t('state.failed')} size={12} />}
      </button>
      {open && (
        <div className="mt-1 divide-y divide-line-1 rounded-card border border-line-1 px-3">
          {parts.map((part, at) => (
            <WorkPart key={from + at} part={part} index={from + at} messageId={messageId} growing={going && at === parts.length - 1} />
          ))}
        </div>
      )}
    </div>
  );
}

function WorkPart({ part, index, messageId, growing }: { readonly part: MessagePart; readonly index: number; readonly messageId: string; readonly growing: boolean }): JSX.Element | null {
  if (part.type === 'tool') return <ToolRow tool={part} messageId={messageId} />;
  if (part.type === 'reasoning') return <ReasoningRow text={part.text} growing={growing} messageId={messageId} part={index} />;
  return part.type === 'request' ? <AnsweredApproval part={part} /> : null;
}

/** An approval that was answered, as a line under its tool. */
function AnsweredApproval({ part }: { readonly part: RequestPart }): JSX.Element {
  const t = useT();
  const { answer } = part;
  const allowed = answer?.option === 'allow';
  const words =
    answer?.by === 'mode'
      ? t(allowed ? 'chat.allowedByMode' : 'chat.deniedByMode')
      : answer?.by === 'nobody'
        ? t('chat.deniedByNobody')
        : allowed
          ? t('chat.allowedByYou')
          : answer?.text === undefined || answer.text === ''
            ? t('chat.deniedByYou')
            : t('chat.deniedByYouBecause', { reason: answer.text });
  return (
    <p className="flex items-center gap-2 py-1.5 text-small text-fg-2">
      <Icon name={allowed ? 'shield-check' : 'shield-alert'} size={14} />
      <span className="min-w-0 break-words">{words}</span>
    </p>
  );
}
