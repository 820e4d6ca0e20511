// Whether a row is open: as the person left it, also after the row left the page and came back.

import { useState } from 'react';
import { useSession } from '../session.ts';

/** By session and row: rows leave the page when they are far from the view. */
const openRows = new Map<string, boolean>();
const MOST_KEPT = 500;

export function useKeptOpen(key: string, initial: boolean): readonly [boolean, (open: boolean) => void] {
  const { sessionId } = useSession();
  const name = `${sessionId}/${key}`;
  const [chosen, setChosen] = useState<boolean | undefined>(() => openRows.get(name));
  return [
    chosen ?? initial,
    (open) => {
      if (openRows.size > MOST_KEPT) openRows.clear();
      openRows.set(name, open);
      setChosen(open);
    },
  ];
}
