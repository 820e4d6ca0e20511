// The chat to return to: of the chats that are open in tabs, the one that something happened in last.

import { useView, useWorkspace } from '../session/context.ts';

export function useLastChat(): string | undefined {
  const tabs = useView((state) => state.tabs);
  return useWorkspace((state) => state.sessions.find((session) => tabs.some((tab) => 'sessionId' in tab && tab.sessionId === session.id))?.id);
}
