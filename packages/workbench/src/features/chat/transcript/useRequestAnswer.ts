// Answering a request: once, with the reason if it was not taken. A card takes keys only when it has the focus and not in its first
// half second, so that no keystroke in flight answers; a click is meant at any time.

import type { RequestAnswer } from '@axion/protocol';
import { useRef, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { useSession } from '../session.ts';

const DEAF_MS = 500;
const FOLD_MS = 150;

export interface Answering {
  readonly busy: boolean;
  readonly error: string | null;
  readonly answer: (answer: RequestAnswer) => void;
  /** Whether a key may answer now. */
  readonly hearsKeys: () => boolean;
}

export function useRequestAnswer(requestId: string): Answering {
  const { chats, environment } = useClient();
  const { sessionId } = useSession();
  const t = useT();
  const shownAt = useRef(environment.now());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  return {
    busy,
    error,
    hearsKeys: () => environment.now() - shownAt.current >= DEAF_MS,
    answer: (answer) => {
      if (busy) return;
      setBusy(true);
      setError(null);
      const talk = document.activeElement?.closest<HTMLElement>('[data-transcript]') ?? null;
      chats.answer(sessionId, requestId, answer).then(
        // The card goes away with the focus; the talk around it takes it.
        () => void environment.after(FOLD_MS, () => document.activeElement === document.body && talk?.focus({ preventScroll: true })),
        (reason: unknown) => {
          setBusy(false);
          setError(t('approval.failed', { reason: reasonOf(t, reason) }));
        },
      );
    },
  };
}
