// One chat in the list: title and time, and what happened last. The glyph is the state; a quiet chat has the icon of chats. It turns only
// where the chat is not shown: there its words move, and WebKit pays a third more per frame for both. Renamed in place, by F2 or from its menu.

import type { SessionInfo } from '@axion/protocol';
import { ContextMenu, Icon, IconButton, Menu, StateGlyph } from '@axion/ui';
import { type JSX, memo, useState } from 'react';
import { useFormats, useT } from '../../../messages/context.ts';
import { plainWords } from '../../../session/plainWords.ts';
import { chatStateOf, stateWord, titleOfChat } from '../../../session/words.ts';
import type { SessionActs } from './useSessionActs.tsx';

export interface SessionRowProps {
  readonly session: SessionInfo;
  readonly active: boolean;
  readonly now: number;
  readonly acts: SessionActs;
  readonly onOpen: (session: SessionInfo, beside: boolean) => void;
}

export const SessionRow = memo(function SessionRow({ session, active, now, acts, onOpen }: SessionRowProps): JSX.Element {
  const t = useT();
  const formats = useFormats();
  const [renaming, setRenaming] = useState(false);
  const name = titleOfChat(t, session);
  const state = chatStateOf(session);
  const entries = acts.entries(session, () => setRenaming(true));
  const last = session.last === undefined ? undefined : plainWords(session.last);
  const detail = session.state === 'waiting' ? (last ?? t('chat.waitsForYou')) : session.queued > 0 ? t('chat.queuedCount', { count: session.queued }) : (last ?? t('chat.nothingYet'));
  if (renaming) {
    return (
      <div className="flex min-h-(--h-row-2) items-center gap-2.5 bg-active px-3">
        <Icon name="message-square" size={14} className="text-fg-2" />
        <RenameField
          title={session.title}
          label={t('chat.rename')}
          onDone={(title) => {
            setRenaming(false);
            if (title !== null) acts.rename(session, title);
          }}
        />
      </div>
    );
  }
  return (
    <ContextMenu label={name} entries={entries}>
      <div className={`group/row relative flex min-h-(--h-row-2) items-stretch ${active ? 'bg-active' : 'hover:bg-hover'}`} data-session={session.id}>
        <button
          type="button"
          aria-current={active ? 'page' : undefined}
          title={name}
          onClick={(event) => onOpen(session, event.ctrlKey || event.metaKey)}
          onKeyDown={(event) => {
            if (event.key === 'F2') setRenaming(true);
            else if (event.key === 'Delete') acts.askDelete(session);
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
          className="ring-inside flex min-w-0 flex-1 items-start gap-2.5 px-3 py-[5px] text-start"
        >
          <span className="mt-[3px] inline-flex w-3.5 shrink-0 justify-center">
            {state === null ? <Icon name="message-square" size={14} className="text-fg-2" /> : <StateGlyph state={state} label={stateWord(t, state)} turning={state === 'running' && !active} />}
          </span>
          <span className="min-w-0 flex-1">
            <span className="flex items-baseline gap-2">
              <span className="min-w-0 flex-1 truncate text-ui font-medium">{name}</span>
              <span className="shrink-0 text-caption text-fg-3 group-hover/row:invisible group-has-[[data-row-menu]:focus-visible]/row:invisible">{formats.when(Date.parse(session.lastActive), now)}</span>
            </span>
            <span className="block truncate text-small text-fg-2">{detail}</span>
          </span>
        </button>
        <Menu
          label={name}
          align="end"
          entries={entries}
          trigger={
            <IconButton
              icon="ellipsis"
              label={t('chat.actsOf', { title: name })}
              small
              tooltip={false}
              data-row-menu
              className="absolute end-1.5 top-1 bg-inherit opacity-0 pointer-coarse:opacity-100 group-hover/row:opacity-100 focus-visible:opacity-100 data-popup-open:opacity-100"
            />
          }
        />
      </div>
    </ContextMenu>
  );
});

export function RenameField({ title, label, onDone }: { readonly title: string; readonly label: string; readonly onDone: (title: string | null) => void }): JSX.Element {
  const [draft, setDraft] = useState(title);
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: the person asked to rename and types next
      autoFocus
      aria-label={label}
      value={draft}
      maxLength={200}
      spellCheck={false}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => onDone(draft)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') onDone(draft);
        else if (event.key === 'Escape') onDone(null);
        else return;
        event.preventDefault();
      }}
      className="h-(--h-field) min-w-0 flex-1 rounded-field border border-line-field bg-well px-2 text-ui outline-none focus-visible:outline-2 focus-visible:outline-focus"
    />
  );
}
