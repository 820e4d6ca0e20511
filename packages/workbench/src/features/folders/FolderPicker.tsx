// Chooses a folder without a dialog of the system: Core lists folders, the person types or walks. Works over a served page, too. What is
// typed counts, entered or not: the button says which folder it takes, and Core says whether there is one.

import type { FolderListing } from '@axion/protocol';
import { Button, Dialog, IconButton, MiddleCut, PickList, Skeleton } from '@axion/ui';
import { type JSX, type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { join, looksLikePath, nameOf, typedFolder } from './typedFolder.ts';

const MOST_SHOWN = 500;

export interface FolderPickerProps {
  /** Where to begin; the person's home folder when it is empty or gone. */
  readonly start: string;
  readonly onCancel: () => void;
  readonly onPick: (path: string) => void;
}

export function FolderPicker({ start, onCancel, onPick }: FolderPickerProps): JSX.Element {
  const { commands } = useClient();
  const t = useT();
  const [listing, setListing] = useState<FolderListing | null>(null);
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const asked = useRef(0);

  /** Core knows the home folder, and no sign for it. */
  const read = useCallback(
    async (path: string | undefined): Promise<FolderListing> => {
      const below = path === undefined ? null : /^~(?:$|[/\\]+(.*))/s.exec(path);
      if (below === null) return commands.browseFolders(path);
      const home = await commands.browseFolders();
      return below[1] === undefined || below[1] === '' ? home : commands.browseFolders(join(home.path, below[1]));
    },
    [commands],
  );
  const go = useCallback(
    (path: string | undefined, orHome = false) => {
      asked.current += 1;
      const turn = asked.current;
      setBusy(false);
      read(path).then(
        (next) => {
          if (turn !== asked.current) return;
          setListing(next);
          setTyped('');
          setError(null);
        },
        (reason: unknown) => {
          if (turn !== asked.current) return;
          if (orHome) go(undefined);
          else setError(reasonOf(t, reason));
        },
      );
    },
    [read, t],
  );
  useEffect(() => go(start.trim() === '' ? undefined : start.trim(), true), [go, start]);

  const isPath = looksLikePath(typed);
  const wanted = listing === null ? null : typedFolder(listing, typed, active);
  const use = () => {
    if (listing === null || busy) return;
    if (wanted === null) return onPick(listing.path);
    asked.current += 1;
    const turn = asked.current;
    setBusy(true);
    setError(null);
    read(wanted).then(
      (found) => turn === asked.current && onPick(found.path),
      (reason: unknown) => {
        if (turn !== asked.current) return;
        setBusy(false);
        setError(reasonOf(t, reason));
        input.current?.focus();
      },
    );
  };
  const groups = useMemo(() => {
    const part = isPath ? '' : typed.trim().toLowerCase();
    const folders = (listing?.folders ?? []).filter((folder) => folder.name.toLowerCase().includes(part)).slice(0, MOST_SHOWN);
    return [{ id: 'folders', label: '', items: folders.map((folder) => ({ id: folder.path, label: folder.name, icon: 'folder' as const })) }];
  }, [listing, typed, isPath]);
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Backspace' && typed === '' && listing?.parent !== undefined) {
      event.preventDefault();
      go(listing.parent);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) use();
      else if (wanted !== null) go(wanted);
    }
  };
  return (
    <Dialog
      open
      onClose={onCancel}
      title={t('browse.title')}
      width="large"
      initialFocus={input}
      actions={
        <>
          <Button onClick={onCancel}>{t('act.cancel')}</Button>
          <Button look="ink" shortcut="Mod+Enter" disabled={listing === null} busy={busy} onClick={use}>
            <span className="max-w-64 truncate">{wanted === null ? t('browse.here') : t('browse.useNamed', { name: nameOf(wanted) })}</span>
          </Button>
        </>
      }
    >
      <div className="mb-2 flex items-center gap-1">
        <IconButton icon="arrow-up" label={t('browse.up')} disabled={listing?.parent === undefined} onClick={() => go(listing?.parent)} />
        <IconButton icon="house" label={t('browse.home')} onClick={() => go(undefined)} />
        {listing !== null && <MiddleCut text={listing.path} className="ms-1 flex-1 font-mono text-mono text-fg" />}
      </div>
      {error !== null && (
        <p role="alert" className="mb-2 break-words text-st-failed">
          {error}
        </p>
      )}
      {listing === null ? (
        <Skeleton rows={6} label={t('loading')} />
      ) : (
        <>
          <PickList
            inputRef={input}
            label={t('browse.folders', { path: listing.path })}
            placeholder={t('browse.find')}
            query={typed}
            onQuery={(next) => {
              setTyped(next);
              setError(null);
              // What was asked for an earlier text is not waited for any more.
              if (busy) asked.current += 1;
              setBusy(false);
            }}
            onActive={setActive}
            groups={isPath ? [{ id: 'path', label: '', items: [{ id: typed, label: typed, icon: 'folder-open' }] }] : groups}
            onPick={(path) => go(path)}
            onKey={onKey}
            empty={typed === '' ? t('browse.empty') : t('browse.noHits', { typed })}
            className="h-80 overflow-hidden rounded-field border border-line-1"
          />
          <p className="mt-2 min-h-4 text-caption text-fg-3">{listing.truncated ? t('browse.truncated') : listing.writable ? '' : t('browse.readOnly')}</p>
        </>
      )}
    </Dialog>
  );
}
