// What the model thought, folded to one line with its length. It is not part of the answer and never read aloud.

import { Icon } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { Caret } from './TextRow.tsx';
import { useKeptOpen } from './useKeptOpen.ts';

export interface ReasoningRowProps {
  readonly text: string;
  readonly growing: boolean;
  readonly messageId: string;
  readonly part: number;
}

/** Counting words of a megabyte thirty times a second is not worth it. */
const LONGEST_COUNTED = 200_000;

export function ReasoningRow({ text, growing, messageId, part }: ReasoningRowProps): JSX.Element {
  const t = useT();
  const [open, setOpen] = useKeptOpen(`${messageId}:r${part}`, false);
  const words = growing || text.length > LONGEST_COUNTED ? null : text.split(/\s+/).filter((word) => word !== '').length;
  return (
    <div className="py-0.5">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="-ms-1 flex min-h-6 items-center gap-1.5 rounded-mark px-1 text-small text-fg-2 hover:text-fg">
        <Icon name={open ? 'chevron-down' : 'chevron-right'} size={14} />
        {growing ? t('chat.thinking') : words === null ? t('chat.thought') : t('chat.thoughtWords', { count: words })}
      </button>
      {open && (
        <div className="mt-1 mb-1 border-s-2 border-line-2 ps-3 text-ui break-words whitespace-pre-wrap text-fg-2">
          {text}
          {growing && <Caret />}
        </div>
      )}
    </div>
  );
}
