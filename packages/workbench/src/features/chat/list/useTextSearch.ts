// Search in what was said: asked of Core a moment after the last letter, so that titles, which are here, answer at once.

import type { SearchHit } from '@axion/protocol';
import { useEffect, useState } from 'react';
import { useClient } from '../../../session/context.ts';

const ASK_AFTER_MS = 160;
const SHORTEST = 2;

export interface TextSearch {
  readonly hits: readonly SearchHit[];
  readonly asking: boolean;
  readonly failed: unknown;
}

const none: TextSearch = { hits: [], asking: false, failed: null };

export function useTextSearch(typed: string, sessionId?: string): TextSearch {
  const { chats, environment } = useClient();
  const [search, setSearch] = useState<TextSearch>(none);
  const wanted = typed.trim().slice(0, 400);
  useEffect(() => {
    if (wanted.length < SHORTEST) {
      setSearch(none);
      return;
    }
    let over = false;
    setSearch((old) => ({ ...old, asking: true }));
    const cancel = environment.after(ASK_AFTER_MS, () => {
      chats.search(wanted, sessionId).then(
        (hits) => !over && setSearch({ hits, asking: false, failed: null }),
        (failed: unknown) => !over && setSearch({ hits: [], asking: false, failed }),
      );
    });
    return () => {
      over = true;
      cancel();
    };
  }, [chats, environment, wanted, sessionId]);
  return search;
}
