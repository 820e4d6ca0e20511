// The chats that something happened in last, with what that was. Absent when there are none.

import { Icon, Link, StateGlyph } from '@axion/ui';
import { type JSX, useMemo } from 'react';
import { useFormats, useT } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { plainWords } from '../../session/plainWords.ts';
import { chatStateOf, stateWord, titleOfChat } from '../../session/words.ts';
import { moveInList } from './RecentList.tsx';

const MOST_SHOWN = 5;

export function RecentChats(): JSX.Element | null {
  const { view } = useClient();
  const t = useT();
  const formats = useFormats();
  const now = useNow(60_000);
  const sessions = useWorkspace((state) => state.sessions);
  const rows = useMemo(() => sessions.filter((session) => !session.archived).slice(0, MOST_SHOWN), [sessions]);
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="home-chats">
      <div className="flex items-baseline gap-4 border-b border-line-1 pb-1.5">
        <h2 id="home-chats" className="min-w-0 flex-1 text-small font-semibold">
          {t('home.recentChats')}
        </h2>
        <span className="text-small">
          <Link onClick={() => view.go({ place: 'chat' })}>{t('command.newChat')}</Link>
        </span>
      </div>
      <ul onKeyDown={moveInList}>
        {rows.map((session) => {
          const state = chatStateOf(session);
          return (
            <li key={session.id} className="border-b border-line-1">
              <button type="button" onClick={() => view.openChat(session.id)} className="ring-inside flex min-h-(--h-row) w-full items-center gap-2.5 text-start hover:bg-hover">
                {state === null ? <Icon name="message-square" size={14} className="text-fg-2" /> : <StateGlyph state={state} label={stateWord(t, state)} />}
                <span className="w-56 shrink-0 truncate font-medium max-md:w-40" title={session.title}>
                  {titleOfChat(t, session)}
                </span>
                <span className="min-w-0 flex-1 truncate text-fg-2">{plainWords(session.last ?? '')}</span>
                <span className="numbers w-20 shrink-0 text-small text-fg-2">{formats.when(Date.parse(session.lastActive), now)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
