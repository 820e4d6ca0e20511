// Two small rows inside of an answer: what is worth knowing of the turn, and what the person added while it ran.

import { Icon } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { usePart } from '../session.ts';

interface RowPlace {
  readonly messageId: string;
  readonly part: number;
}

export function NoteRow({ messageId, part }: RowPlace): JSX.Element | null {
  const note = usePart(messageId, part);
  if (note?.type !== 'note') return null;
  return (
    <p className="flex items-start gap-2 py-1 text-small text-fg-3">
      <Icon name="info" size={14} className="mt-px" />
      <span className="min-w-0 break-words">{note.text}</span>
    </p>
  );
}

export function SteerRow({ messageId, part }: RowPlace): JSX.Element | null {
  const t = useT();
  const steer = usePart(messageId, part);
  if (steer?.type !== 'steer') return null;
  return (
    <div className="py-1.5 ps-[72px] max-sm:ps-6">
      <div className="rounded-card bg-hover px-3 py-2 text-prose">
        <p className="text-caption text-fg-3">{t('chat.added')}</p>
        <p className="break-words whitespace-pre-wrap">{steer.text}</p>
      </div>
    </div>
  );
}
