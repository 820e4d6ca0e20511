// What waits for the person, oldest first. Absent when nothing does.

import { Button, StateGlyph } from '@axion/ui';
import { type JSX, useMemo } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { titleOfChat } from '../../session/words.ts';
import { usePendingApprovals } from '../approvals/usePendingApprovals.ts';

const MOST_SHOWN = 6;

export function WaitingList(): JSX.Element | null {
  const { view } = useClient();
  const t = useT();
  const pending = usePendingApprovals();
  const runs = useWorkspace((state) => state.runs);
  const sessions = useWorkspace((state) => state.sessions);
  const asking = useMemo(() => sessions.filter((session) => session.state === 'waiting'), [sessions]);
  if (pending.length === 0 && asking.length === 0) return null;
  return (
    <section aria-labelledby="home-waiting">
      <h2 id="home-waiting" className="border-b border-line-1 pb-1.5 text-small font-semibold">
        {t('home.waiting')}
      </h2>
      <ul>
        {asking.slice(0, MOST_SHOWN).map((session) => (
          <li key={session.id} className="flex min-h-(--h-row) items-center gap-2.5 border-b border-line-1">
            <StateGlyph state="waiting" label={null} />
            <span className="w-56 shrink-0 truncate font-medium max-md:w-40" title={session.title}>
              {titleOfChat(t, session)}
            </span>
            <span className="min-w-0 flex-1 truncate text-fg-2" title={session.last}>
              {session.last ?? t('chat.waitsForYou')}
            </span>
            <Button small onClick={() => view.openChat(session.id)} aria-label={`${t('home.review')}: ${titleOfChat(t, session)}`}>
              {t('home.review')}
            </Button>
          </li>
        ))}
        {pending.slice(0, MOST_SHOWN).map((approval) => {
          const run = runs.find((one) => one.runId === approval.runId);
          const name = run === undefined ? approval.graphName : t('home.waitingRow', { name: approval.graphName, number: run.number });
          return (
            <li key={approval.approvalId} className="flex min-h-(--h-row) items-center gap-2.5 border-b border-line-1">
              <StateGlyph state="waiting" label={null} />
              <span className="w-56 shrink-0 truncate font-medium max-md:w-40" title={name}>
                {name}
              </span>
              <span className="min-w-0 flex-1 truncate text-fg-2" title={approval.title}>
                {approval.title}
              </span>
              <Button small onClick={() => view.go({ place: 'runs', runId: approval.runId })} aria-label={`${t('home.review')}: ${approval.title}`}>
                {t('home.review')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
