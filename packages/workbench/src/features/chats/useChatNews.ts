// Says aloud, once, that a chat asks something. What waited when the window opened is on the screen already.

import { useAnnounce } from '@axion/ui';
import { useEffect, useRef } from 'react';
import { useT } from '../../messages/context.ts';
import { useWorkspace } from '../../session/context.ts';
import { titleOfChat } from '../../session/words.ts';

export function useChatNews(): void {
  const t = useT();
  const announce = useAnnounce();
  const ready = useWorkspace((state) => state.status === 'ready');
  const sessions = useWorkspace((state) => state.sessions);
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!ready) return;
    const before = known.current;
    const asking = sessions.filter((session) => session.state === 'waiting');
    known.current = new Set(asking.map((session) => session.id));
    const news = before === null ? undefined : asking.find((session) => !before.has(session.id));
    if (news !== undefined) announce.assertively(t('chat.announceAsks', { title: titleOfChat(t, news) }));
  }, [ready, sessions, announce, t]);
}
