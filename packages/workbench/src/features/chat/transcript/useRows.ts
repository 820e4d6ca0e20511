// The rows of a session's loaded part. Made anew when the branch changes or the shape of a message does, never for a token.

import { useEffect, useMemo, useRef, useState } from 'react';
import { useSession, useSessionState } from '../session.ts';
import { type Row, RowTable } from './rows.ts';

export function useRows(): readonly Row[] {
  const session = useSession();
  const order = useSessionState((state) => state.order);
  const upTo = useSessionState((state) => state.compaction?.upTo ?? null);
  const table = useRef<RowTable>(null);
  table.current ??= new RowTable();
  const rows = table.current;
  const [shapes, setShapes] = useState(0);
  useEffect(
    () =>
      session.watch((ids) => {
        for (const id of ids) {
          const message = session.message(id).get();
          if (message !== undefined && rows.changed(message)) return setShapes((count) => count + 1);
        }
      }),
    [session, rows],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed shape is what asks for new rows
  return useMemo(() => {
    const read = (id: string) => session.message(id).get();
    return rows.rows(order, read, upTo);
  }, [rows, order, session, upTo, shapes]);
}
