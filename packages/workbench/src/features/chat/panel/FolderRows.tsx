// The folders that this chat may use: read only unless the person says otherwise, taken back at any time.

import type { SessionFolder } from '@axion/protocol';
import { Button, IconButton, MiddleCut, Segmented, StateGlyph, useToasts } from '@axion/ui';
import { type JSX, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { FolderPicker } from '../../folders/FolderPicker.tsx';
import { useSession, useSessionState } from '../session.ts';
import { PanelBlock } from './PanelBlock.tsx';

export function FolderRows(): JSX.Element {
  const t = useT();
  const folders = useSessionState((state) => state.folders);
  return (
    <PanelBlock title={t('chat.folders')}>
      {folders.length === 0 && <p className="mb-2 text-small text-fg-2">{t('chat.noFolders')}</p>}
      <FolderList />
    </PanelBlock>
  );
}

export function FolderList(): JSX.Element {
  const { chats } = useClient();
  const { sessionId } = useSession();
  const t = useT();
  const toasts = useToasts();
  const folders = useSessionState((state) => state.folders);
  const [picking, setPicking] = useState(false);
  const attempt = (act: Promise<unknown>) => void act.catch((error: unknown) => toasts.show({ title: t('chat.notDone', { reason: reasonOf(t, error) }), state: 'failed' }));
  return (
    <>
      <ul className="flex flex-col gap-1.5">
        {folders.map((folder) => (
          <FolderRow
            key={folder.folderId}
            folder={folder}
            onAccess={(access) => attempt(chats.setFolder(sessionId, { folderId: folder.folderId, path: folder.path, access }))}
            onRemove={() => attempt(chats.removeFolder(sessionId, folder.folderId))}
          />
        ))}
      </ul>
      <div className="mt-2">
        <Button small icon="folder-plus" onClick={() => setPicking(true)}>
          {t('chat.addFolder')}
        </Button>
      </div>
      {picking && (
        <FolderPicker
          start={folders.at(-1)?.path ?? ''}
          onCancel={() => setPicking(false)}
          onPick={(path) => {
            setPicking(false);
            if (!folders.some((folder) => folder.path === path)) attempt(chats.setFolder(sessionId, { path, access: 'ro' }));
          }}
        />
      )}
    </>
  );
}

interface FolderRowProps {
  readonly folder: SessionFolder;
  readonly onAccess: (access: SessionFolder['access']) => void;
  readonly onRemove: () => void;
}

function FolderRow({ folder, onAccess, onRemove }: FolderRowProps): JSX.Element {
  const t = useT();
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="flex min-w-0 flex-1 basis-36 items-center gap-2">
        {folder.missing === true && <StateGlyph state="failed" label={t('grants.missing')} />}
        <MiddleCut text={folder.path} className="font-mono text-mono" />
      </span>
      <Segmented
        aria-label={t('slots.access', { slot: folder.path })}
        value={folder.access}
        onChange={onAccess}
        options={[
          { value: 'ro', label: t('chat.readOnly') },
          { value: 'rw', label: t('chat.readWrite') },
        ]}
      />
      <IconButton icon="x" label={t('chat.removeFolder', { path: folder.path })} small onClick={onRemove} />
    </li>
  );
}
