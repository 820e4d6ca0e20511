// The chats of this machine: search over titles at once and over what was said a moment later, groups by what they need, and at the foot
// those that were put away.

import type { SearchHit, SessionInfo } from '@axion/protocol';
import { Button, EmptyState, Icon, IconButton, SearchField, SideGroup, SidePanel, Skeleton } from '@axion/ui';
import { type JSX, type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react';
import { type Command, useCommands } from '../../../commands/registry.tsx';
import { useFormats, useT } from '../../../messages/context.ts';
import { useNow } from '../../../session/clock.ts';
import { useClient, useView, useWorkspace } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { HitRow } from './HitRow.tsx';
import { groupSessions, titleFits } from './sessionGroups.ts';
import { SessionRow } from './SessionRow.tsx';
import type { SessionActs } from './useSessionActs.tsx';
import { useTextSearch } from './useTextSearch.ts';

/** A group shows so many at first; nobody looks through a thousand by eye. */
const MOST_SHOWN = 100;

export interface SessionListProps {
  readonly acts: SessionActs;
  /** A message was found: show it in its chat. */
  readonly onFound: (hit: SearchHit) => void;
  /** After something was opened, in a sheet that should close. */
  readonly onOpened?: () => void;
}

export function SessionList({ acts, onFound, onOpened }: SessionListProps): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const formats = useFormats();
  const sessions = useWorkspace((state) => state.sessions);
  const status = useWorkspace((state) => state.status);
  const shownId = useView((state) => (state.route.place === 'chat' ? (state.route.sessionId ?? null) : null));
  const now = useNow(60_000);
  const [typed, setTyped] = useState('');
  const [withArchived, setWithArchived] = useState(false);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const search = useRef<HTMLInputElement>(null);
  const text = useTextSearch(typed);
  const searching = typed.trim() !== '';
  const archived = useMemo(() => sessions.filter((session) => session.archived).length, [sessions]);
  const groups = useMemo(
    () => groupSessions(searching ? sessions.filter((session) => titleFits(session.title, typed)) : sessions, now, withArchived || searching),
    [sessions, searching, typed, now, withArchived],
  );
  const open = useCallback(
    (session: SessionInfo, beside: boolean) => {
      view.openChat(session.id, beside);
      onOpened?.();
    },
    [view, onOpened],
  );
  const commands = useMemo<readonly Command[]>(
    () => [{ id: 'chats-find', label: t('chat.find'), group: 'group.chat', icon: 'search', shortcut: '/', run: () => search.current?.focus() }],
    [t],
  );
  useCommands(commands);
  const fresh = () => {
    view.go({ place: 'chat' });
    onOpened?.();
  };
  const hits = text.hits.slice(0, MOST_SHOWN);
  return (
    <SidePanel
      title={t('chat.list')}
      actions={<IconButton icon="square-pen" label={t('command.newChat')} shortcut="Mod+Shift+N" small onClick={fresh} />}
      search={<SearchField ref={search} label={t('chat.findIn', { count: sessions.length })} shortcut="/" value={typed} onChange={setTyped} />}
      foot={
        archived > 0 && !searching ? (
          <button type="button" aria-pressed={withArchived} onClick={() => setWithArchived(!withArchived)} className="ring-inside flex h-(--h-row) w-full items-center gap-2.5 px-3 text-fg-2 hover:bg-hover">
            <Icon name="archive" size={14} />
            <span className="flex-1 text-start">{t('chat.archivedGroup')}</span>
            <span className="text-small text-fg-3 tabular-nums">{archived}</span>
          </button>
        ) : undefined
      }
    >
      <div onKeyDown={moveThroughRows} data-session-list>
        {status === 'loading' && <Skeleton rows={6} label={t('loading')} className="px-3" />}
        {status !== 'loading' && sessions.length === 0 && <EmptyState title={t('chat.none')} detail={t('chat.noneDetail')} />}
        {groups.map((group) => {
          const all = opened.has(group.id);
          const rows = all ? group.sessions : group.sessions.slice(0, MOST_SHOWN);
          return (
            <SideGroup key={group.id} title={group.kind === 'month' ? formats.month(group.at) : group.kind === 'year' ? formats.year(group.at) : t(`chat.group.${group.kind}`)}>
              {rows.map((session) => (
                <SessionRow key={session.id} session={session} active={session.id === shownId} now={now} acts={acts} onOpen={open} />
              ))}
              {rows.length < group.sessions.length && (
                <div className="px-3 py-1">
                  <Button small look="ghost" onClick={() => setOpened(new Set([...opened, group.id]))}>
                    {t('chat.showMoreChats', { count: group.sessions.length - rows.length })}
                  </Button>
                </div>
              )}
            </SideGroup>
          );
        })}
        {searching && (
          <SideGroup title={t('chat.inText')}>
            {hits.map((hit) => (
              <HitRow
                key={`${hit.sessionId}/${hit.messageId ?? ''}/${hit.snippet.length}`}
                hit={hit}
                now={now}
                onOpen={() => {
                  onFound(hit);
                  onOpened?.();
                }}
              />
            ))}
            <p role="status" className="px-3 py-1 text-small text-fg-3">
              {text.failed !== null ? t('chat.searchFailed', { reason: reasonOf(t, text.failed) }) : text.asking && hits.length === 0 ? t('chat.searching') : hits.length === 0 ? t('chat.noHits', { typed }) : ''}
            </p>
          </SideGroup>
        )}
      </div>
    </SidePanel>
  );
}

/** Arrows go through the rows; Tab stays what it is. */
function moveThroughRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || event.target instanceof HTMLInputElement) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not([data-row-menu])')];
  const here = document.activeElement;
  const at = here instanceof HTMLElement ? rows.indexOf(here) : -1;
  const next = rows[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
