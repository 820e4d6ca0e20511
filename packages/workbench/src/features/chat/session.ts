// The session of a pane, for everything inside of it, and hooks that read as little of it as they show.

import type { SessionState, SessionStore } from '@axion/client';
import type { Message, MessagePart, SessionInfo } from '@axion/protocol';
import { createContext, useCallback, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { useClient, useWorkspace } from '../../session/context.ts';

export const SessionContext = createContext<SessionStore | null>(null);

/** Opens the preview of a compaction of this pane's session. */
export const CompactContext = createContext<() => void>(() => undefined);

export function useSession(): SessionStore {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('No session around this component.');
  return session;
}

/** The store of a session, kept open while the component is mounted. */
export function useOpenSession(sessionId: string): SessionStore {
  const client = useClient();
  const session = useMemo(() => client.session(sessionId), [client, sessionId]);
  useEffect(() => client.retain(session), [client, session]);
  return session;
}

export function useSessionState<T>(select: (state: SessionState) => T): T {
  return useStore(useSession().store, select);
}

/** What all windows know of this session; undefined for a moment, and after it was deleted. */
export function useSessionInfo(): SessionInfo | undefined {
  const { sessionId } = useSession();
  return useWorkspace((state) => state.sessions.find((session) => session.id === sessionId));
}

export function useMessage(id: string): Message | undefined {
  const session = useSession();
  const cell = useMemo(() => session.message(id), [session, id]);
  return useSyncExternalStore(cell.subscribe, cell.get);
}

/** One part of a message: other parts of it may change without this component hearing of it. */
export function usePart(id: string, part: number): MessagePart | undefined {
  const session = useSession();
  const cell = useMemo(() => session.message(id), [session, id]);
  return useSyncExternalStore(
    cell.subscribe,
    useCallback(() => cell.get()?.parts[part], [cell, part]),
  );
}

/** A value of a message that keeps its identity while the message streams. */
export function useMessageValue<T>(id: string, select: (message: Message) => T): T | undefined {
  const session = useSession();
  const cell = useMemo(() => session.message(id), [session, id]);
  return useSyncExternalStore(cell.subscribe, () => {
    const message = cell.get();
    return message === undefined ? undefined : select(message);
  });
}
