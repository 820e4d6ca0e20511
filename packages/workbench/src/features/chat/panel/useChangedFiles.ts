// The files that tools of the loaded talk changed: each once, from what it was first to what it is now.

import type { FileChange, Message } from '@axion/protocol';
import { useEffect, useMemo, useState } from 'react';
import { useSession, useSessionState } from '../session.ts';

function changesOf(message: Message | undefined): readonly FileChange[] {
  return (message?.parts ?? []).flatMap((part) => (part.type === 'tool' && part.state === 'succeeded' ? (part.changes ?? []) : []));
}

export function mergeChanges(changes: readonly FileChange[]): readonly FileChange[] {
  const files = new Map<string, FileChange>();
  for (const change of changes) {
    const key = `${change.folderId}/${change.path}`;
    const first = files.get(key);
    if (first === undefined) files.set(key, change);
    else {
      const { before: _, ...rest } = change;
      files.set(key, { ...rest, ...(first.before === undefined ? {} : { before: first.before }), ...(first.tooLarge === true || change.tooLarge === true ? { tooLarge: true } : {}) });
    }
  }
  return [...files.values()].filter((change) => change.tooLarge === true || change.before !== change.after);
}

export function useChangedFiles(): readonly FileChange[] {
  const session = useSession();
  const order = useSessionState((state) => state.order);
  const [count, setCount] = useState(0);
  useEffect(() => {
    const seen = new Map<string, number>();
    return session.watch((ids) => {
      for (const id of ids) {
        const changes = changesOf(session.message(id).get()).length;
        // A message that streams on after a change is looked at often and has nothing new.
        if (changes === (seen.get(id) ?? 0)) continue;
        seen.set(id, changes);
        setCount((old) => old + 1);
      }
    });
  }, [session]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed message is what asks for another reading
  return useMemo(() => mergeChanges(order.flatMap((id) => changesOf(session.message(id).get()))), [session, order, count]);
}
