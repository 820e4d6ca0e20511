// The head of a chat: name, folders, what kind of model answers; search in it, fork, everything else, the panel.

import type { SearchHit, SessionInfo } from '@axion/protocol';
import { Chip, IconButton, MiddleCut, Menu, Popover, SearchField } from '@axion/ui';
import { type JSX, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../messages/context.ts';
import { useNow } from '../../session/clock.ts';
import { useClient } from '../../session/context.ts';
import { defaultModel } from './composer/ModelPicker.tsx';
import { HitRow } from './list/HitRow.tsx';
import { RenameField } from './list/SessionRow.tsx';
import type { SessionActs } from './list/useSessionActs.tsx';
import { useTextSearch } from './list/useTextSearch.ts';
import { useSession, useSessionState } from './session.ts';
import { titleOfChat } from '../../session/words.ts';

export interface ChatHeadProps {
  readonly info: SessionInfo | undefined;
  readonly acts: SessionActs;
  readonly first: boolean;
  readonly panelOpen: boolean;
  readonly onPanel: () => void;
  readonly onFound: (hit: SearchHit) => void;
  readonly onClose?: () => void;
}

export function ChatHead({ info, acts, first, panelOpen, onPanel, onFound, onClose }: ChatHeadProps): JSX.Element {
  const t = useT();
  const { models } = useClient();
  const [renaming, setRenaming] = useState(false);
  const folder = useSessionState((state) => state.folders[0]?.path ?? null);
  const more = useSessionState((state) => Math.max(0, state.folders.length - 1));
  const demo = useStore(models.store, (state) => (state.models.find((model) => model.id === info?.model) ?? (info?.model === undefined ? defaultModel(state.models) : undefined))?.demo ?? false);
  const name = info === undefined ? t('place.chat') : titleOfChat(t, info);
  const fork = () => info !== undefined && acts.fork(info);
  return (
    <header className="flex h-[42px] shrink-0 items-center gap-2 border-b border-line-1 ps-5 pe-2 max-sm:ps-3">
      {renaming && info !== undefined ? (
        <RenameField
          title={info.title}
          label={t('chat.rename')}
          onDone={(title) => {
            setRenaming(false);
            if (title !== null) acts.rename(info, title);
          }}
        />
      ) : (
        <h1 className="min-w-0 shrink truncate text-ui font-semibold" title={name} onDoubleClick={() => setRenaming(true)}>
          {name}
        </h1>
      )}
      {folder !== null && <MiddleCut text={folder} className="max-w-64 min-w-0 shrink-[2] text-small text-fg-2 max-md:hidden" />}
      {more > 0 && <span className="shrink-0 text-small text-fg-3 max-md:hidden">{t('chat.moreFolders', { count: more })}</span>}
      {demo && <Chip icon="bot">{t('models.scripted')}</Chip>}
      <span className="min-w-0 flex-1" />
      <ChatSearch onFound={onFound} />
      <IconButton icon="git-branch" label={t('chat.fork')} disabled={info === undefined || info.messageCount === 0} onClick={fork} className="max-sm:hidden" />
      {info !== undefined && <Menu label={t('chat.more')} align="end" entries={acts.entries(info, () => setRenaming(true))} trigger={<IconButton icon="ellipsis" label={t('chat.more')} />} />}
      {first && <IconButton icon="panel-right" label={t('chat.panel')} pressed={panelOpen} onClick={onPanel} />}
      {onClose !== undefined && <IconButton icon="x" label={t('chat.closeBeside')} onClick={onClose} />}
    </header>
  );
}

/** Search in this chat only. */
function ChatSearch({ onFound }: { readonly onFound: (hit: SearchHit) => void }): JSX.Element {
  const { sessionId } = useSession();
  const t = useT();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const arrives = useRef(false);
  const now = useNow(60_000);
  const search = useTextSearch(open ? typed : '', sessionId);
  return (
    <Popover
      label={t('chat.findHere')}
      open={open}
      onOpenChange={(next) => {
        arrives.current = false;
        setOpen(next);
      }}
      finalFocus={() => !arrives.current}
      align="end"
      className="w-80 p-2"
      trigger={<IconButton icon="search" label={t('chat.findHere')} />}
    >
      <SearchField autoFocus label={t('chat.findHere')} value={typed} onChange={setTyped} />
      <div className="-mx-2 mt-1 max-h-80 overflow-y-auto">
        {search.hits.map((hit) => (
          <HitRow
            key={`${hit.messageId ?? ''}/${hit.snippet.length}`}
            hit={hit}
            now={now}
            onOpen={() => {
              // The focus goes to what was found.
              arrives.current = true;
              setOpen(false);
              onFound(hit);
            }}
          />
        ))}
        <p role="status" className="px-3 text-small text-fg-3">
          {typed.trim().length >= 2 && search.hits.length === 0 ? (search.asking ? t('chat.searching') : t('chat.noHits', { typed })) : ''}
        </p>
      </div>
    </Popover>
  );
}
