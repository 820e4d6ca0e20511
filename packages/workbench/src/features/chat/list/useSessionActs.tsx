// What can be done with a chat from its row or its head. Putting away and pinning can be undone, so they do not ask; deleting history
// cannot, so it does.

import type { SessionInfo } from '@axion/protocol';
import { Button, Dialog, type MenuEntry, useToasts } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf, titleOfChat } from '../../../session/words.ts';
import { saveText } from '../../files/saveText.ts';

export interface SessionActs {
  readonly rename: (session: SessionInfo, title: string) => void;
  readonly pin: (session: SessionInfo, pinned: boolean) => void;
  readonly archive: (session: SessionInfo, archived: boolean) => void;
  readonly exportAs: (session: SessionInfo, format: 'markdown' | 'json') => void;
  readonly fork: (session: SessionInfo) => void;
  readonly stop: (session: SessionInfo) => void;
  readonly askDelete: (session: SessionInfo) => void;
  readonly entries: (session: SessionInfo, onRename: () => void) => readonly MenuEntry[];
  readonly dialogs: JSX.Element | null;
}

export function useSessionActs(): SessionActs {
  const { chats, view, adapter } = useClient();
  const t = useT();
  const toasts = useToasts();
  const [deleting, setDeleting] = useState<SessionInfo | null>(null);
  const acts = useMemo(() => {
    const failed = (error: unknown) => toasts.show({ title: t('chat.notDone', { reason: reasonOf(t, error) }), state: 'failed' });
    const archive = (session: SessionInfo, archived: boolean) => {
      chats.update(session.id, { archived }).then(() => {
        if (!archived) return;
        view.closeTab(session.id);
        toasts.show({ title: t('chat.archived', { title: titleOfChat(t, session) }), state: 'succeeded', action: { label: t('act.undo'), act: () => archive(session, false) } });
      }, failed);
    };
    const own = {
      rename: (session: SessionInfo, title: string) => {
        const next = title.trim().slice(0, 200);
        if (next !== '' && next !== session.title) chats.update(session.id, { title: next }).catch(failed);
      },
      pin: (session: SessionInfo, pinned: boolean) => void chats.update(session.id, { pinned }).catch(failed),
      archive,
      exportAs: (session: SessionInfo, format: 'markdown' | 'json') => void chats.exportAs(session.id, format).then(({ name, text }) => saveText(name, text), failed),
      fork: (session: SessionInfo) => {
        // From its end; Core gives the newest message first when asked for one.
        adapter.callPromise('read_messages', { sessionId: session.id, limit: 1 }).then(({ messages }) => {
          const tip = messages.at(-1);
          return tip === undefined ? undefined : chats.fork(session.id, tip.id).then((copy) => view.openChat(copy.id));
        }).catch(failed);
      },
      stop: (session: SessionInfo) => void chats.stop(session.id).catch(failed),
      askDelete: setDeleting,
      remove: (session: SessionInfo) => {
        setDeleting(null);
        chats.remove(session.id).then(() => {
          view.closeTab(session.id);
          view.setDraft(session.id, undefined);
          const { route } = view.store.getState();
          if (route.place === 'chat' && route.sessionId === session.id) view.go({ place: 'chat' });
          toasts.show({ title: t('chat.deleted', { title: titleOfChat(t, session) }), state: 'succeeded' });
        }, failed);
      },
    };
    const entries = (session: SessionInfo, onRename: () => void): readonly MenuEntry[] => [
      ...(session.state === 'running' || session.state === 'waiting' ? [{ id: 'stop', label: t('chat.stopTurn'), icon: 'square', onSelect: () => own.stop(session) } as const, { kind: 'separator', id: 's0' } as const] : []),
      { id: 'rename', label: t('chat.rename'), icon: 'pencil', shortcut: 'F2', onSelect: onRename },
      { id: 'pin', label: session.pinned ? t('chat.unpin') : t('chat.pin'), icon: 'pin', onSelect: () => own.pin(session, !session.pinned) },
      { id: 'beside', label: t('chat.openBeside'), icon: 'split', onSelect: () => view.openChat(session.id, true) },
      { id: 'fork', label: t('chat.fork'), icon: 'git-branch', disabled: session.messageCount === 0, onSelect: () => own.fork(session) },
      { kind: 'separator', id: 's1' },
      { id: 'markdown', label: t('chat.exportMarkdown'), icon: 'download', onSelect: () => own.exportAs(session, 'markdown') },
      { id: 'json', label: t('chat.exportJson'), icon: 'braces', onSelect: () => own.exportAs(session, 'json') },
      { kind: 'separator', id: 's2' },
      { id: 'archive', label: session.archived ? t('chat.unarchive') : t('chat.archive'), icon: 'archive', onSelect: () => own.archive(session, !session.archived) },
      { id: 'delete', label: t('chat.deleteAsk'), icon: 'trash-2', danger: true, onSelect: () => setDeleting(session) },
    ];
    return { ...own, entries };
  }, [chats, view, adapter, t, toasts]);
  const dialogs =
    deleting === null ? null : (
      <Dialog
        open
        onClose={() => setDeleting(null)}
        title={t('chat.deleteTitle', { title: titleOfChat(t, deleting) })}
        actions={
          <>
            <Button onClick={() => setDeleting(null)}>{t('chat.keepIt')}</Button>
            {!deleting.archived && (
              <Button
                onClick={() => {
                  setDeleting(null);
                  acts.archive(deleting, true);
                }}
              >
                {t('chat.archiveInstead')}
              </Button>
            )}
            <Button look="danger" onClick={() => acts.remove(deleting)}>
              {t('chat.deleteAct', { count: deleting.messageCount })}
            </Button>
          </>
        }
      >
        {t('chat.deleteText', { count: deleting.messageCount })}
      </Dialog>
    );
  const { remove: _, ...shown } = acts;
  return { ...shown, dialogs };
}
