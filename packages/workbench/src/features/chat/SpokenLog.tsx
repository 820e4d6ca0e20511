// What the agent says, for a screen reader: whole sentences, a few at a time, never tokens. It is not seen.

import { type JSX, useEffect, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { useSession, useSessionState } from './session.ts';
import { spokenUpTo, speakable } from './spoken.ts';

const SAY_EVERY_MS = 2_000;
const MOST_LINES = 6;

export function SpokenLog(): JSX.Element {
  const { environment } = useClient();
  const t = useT();
  const session = useSession();
  const messageId = useSessionState((state) => state.turn?.messageId ?? null);
  const [lines, setLines] = useState<readonly { readonly id: number; readonly text: string }[]>([]);
  useEffect(() => {
    if (messageId === null) return;
    const cell = session.message(messageId);
    const said = new Map<number, number>();
    let cancel: (() => void) | null = null;
    let count = 0;
    const add = (text: string) => {
      count += 1;
      const id = environment.now() + count;
      setLines((old) => [...old, { id, text }].slice(-MOST_LINES));
    };
    const say = (ended: boolean) => {
      const parts = cell.get()?.parts ?? [];
      parts.forEach((part, index) => {
        if (part.type !== 'text') return;
        const from = said.get(index) ?? 0;
        const to = spokenUpTo(part.text, from, ended || index < parts.length - 1);
        if (to <= from) return;
        said.set(index, to);
        const text = speakable(part.text.slice(from, to));
        if (text !== '') add(text);
      });
    };
    const stop = cell.subscribe(() => {
      cancel ??= environment.after(SAY_EVERY_MS, () => {
        cancel = null;
        say(false);
      });
    });
    return () => {
      stop();
      cancel?.();
      say(true);
      add(t('chat.turnEnded'));
    };
  }, [session, messageId, environment, t]);
  return (
    <div role="log" aria-live="polite" aria-label={t('chat.spoken')} className="sr-only">
      {lines.map((line) => (
        <p key={line.id}>{line.text}</p>
      ))}
    </div>
  );
}
