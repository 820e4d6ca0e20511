// One chat: head, talk, composer. Two of them can stand side by side; the keys of the window act on the first.

import type { Outgoing } from '@axion/client';
import type { Delivery, SearchHit, SessionMode } from '@axion/protocol';
import { Banner, Button, Dialog, EmptyState, Skeleton, useToasts } from '@axion/ui';
import { type JSX, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Command, useCommands } from '../../commands/registry.tsx';
import { useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { reasonOf, titleOfChat } from '../../session/words.ts';
import { ChatHead } from './ChatHead.tsx';
import { Composer, type ComposerHandle } from './composer/Composer.tsx';
import { QueueList } from './composer/QueueList.tsx';
import { dropsInto } from './dropsInto.ts';
import { EmptyChat } from './EmptyChat.tsx';
import type { SessionActs } from './list/useSessionActs.tsx';
import { FolderList } from './panel/FolderRows.tsx';
import { SpokenLog } from './SpokenLog.tsx';
import { useSession, useSessionInfo, useSessionState } from './session.ts';
import type { Found } from './transcript/found.ts';
import { Transcript } from './transcript/Transcript.tsx';
import { textOf } from './transcript/UserMessage.tsx';
import { useSlash } from './useSlash.ts';
import { CHOOSING } from './NewChat.tsx';

export interface ChatPaneProps {
  readonly first: boolean;
  readonly acts: SessionActs;
  readonly target: Found | null;
  readonly onPanel: () => void;
  readonly panelOpen: boolean;
  readonly onCompact: () => void;
  readonly onFound: (hit: SearchHit) => void;
  /** Only for the second pane. */
  readonly onClose?: () => void;
}

export function ChatPane({ first, acts, target, onPanel, panelOpen, onCompact, onFound, onClose }: ChatPaneProps): JSX.Element {
  const { chats, view } = useClient();
  const session = useSession();
  const { sessionId } = session;
  const t = useT();
  const toasts = useToasts();
  const info = useSessionInfo();
  const status = useSessionState((state) => state.status);
  const error = useSessionState((state) => state.error);
  const empty = useSessionState((state) => state.order.length === 0 && !state.hasOlder);
  const running = useSessionState((state) => state.turn !== undefined);
  const requestId = useSessionState((state) => state.requests[0]?.requestId ?? null);
  const context = useSessionState((state) => state.context);
  const hasFolders = useSessionState((state) => state.folders.length > 0);
  const [choosing, setChoosing] = useState(() => view.store.getState().panels[CHOOSING] === sessionId);
  useEffect(() => {
    if (view.store.getState().panels[CHOOSING] === sessionId) view.setPanel(CHOOSING, '');
  }, [view, sessionId]);
  const [sent, setSent] = useState(0);
  const composer = useRef<ComposerHandle>(null);
  const pane = useRef<HTMLElement>(null);

  const attempt = useCallback((act: Promise<unknown>) => void act.catch((reason: unknown) => toasts.show({ title: t('chat.notDone', { reason: reasonOf(t, reason) }), state: 'failed' })), [toasts, t]);
  const send = useCallback(
    async (message: Outgoing, _delivery: Delivery | null) => {
      try {
        await chats.send(sessionId, message);
        setSent((count) => count + 1);
      } catch (reason) {
        toasts.show({ title: t('chat.notSent', { reason: reasonOf(t, reason) }), state: 'failed' });
        throw reason;
      }
    },
    [chats, sessionId, toasts, t],
  );
  const folders = useCallback(() => setChoosing(true), []);
  const places = useMemo(() => ({ compact: onCompact, folders }), [onCompact, folders]);
  const command = useSlash(info, acts, places);
  const history = useCallback(() => {
    const own = session.store.getState().order.toReversed().flatMap((id) => {
      const message = session.message(id).get();
      return message?.role === 'user' ? [textOf(message)] : [];
    });
    return [...new Set(own)];
  }, [session]);
  const ensureSession = useCallback(() => Promise.resolve(sessionId), [sessionId]);
  const stop = useCallback(() => attempt(chats.stop(sessionId)), [attempt, chats, sessionId]);

  const commands = useMemo<readonly Command[]>(
    () =>
      first
        ? [
            { id: 'chat-composer', label: t('chat.toComposer'), group: 'group.chat', shortcut: 'Mod+L', run: () => composer.current?.focus() },
            { id: 'chat-stop', label: t('chat.stopTurn'), group: 'group.chat', icon: 'square', shortcut: 'Escape', enabled: running, run: stop },
            {
              id: 'chat-card',
              label: t('chat.toCard'),
              group: 'group.chat',
              shortcut: 'Mod+Enter',
              enabled: requestId !== null,
              run: () => pane.current?.querySelector<HTMLElement>(`[data-request="${CSS.escape(requestId ?? '')}"]`)?.focus(),
            },
            { id: 'chat-folders', label: t('chat.foldersOf'), group: 'group.chat', icon: 'folder-plus', run: folders },
            { id: 'chat-compact', label: t('chat.previewCompaction'), group: 'group.chat', icon: 'layers', enabled: !running && !empty, run: onCompact },
            ...(info === undefined
              ? []
              : [
                  { id: 'chat-export', label: t('chat.exportMarkdown'), group: 'group.chat', icon: 'download', run: () => acts.exportAs(info, 'markdown') } as const,
                  { id: 'chat-archive', label: t('chat.archive'), group: 'group.chat', icon: 'archive', run: () => acts.archive(info, true) } as const,
                ]),
          ]
        : [],
    [t, first, running, requestId, stop, folders, empty, onCompact, info, acts],
  );
  useCommands(commands);
  // A new chat begins with typing.
  useEffect(() => {
    if (first && status === 'live' && empty) composer.current?.focus();
  }, [first, status, empty]);

  const mode: SessionMode = info?.mode ?? 'ask';
  // Deleted, here or in another window: the list of all chats is whole.
  const deleted = useWorkspace((state) => state.status === 'ready') && info === undefined && status !== 'loading';
  const gone = deleted || (status === 'failed' && error !== undefined);
  return (
    <section ref={pane} {...dropsInto(composer)} aria-label={info === undefined ? t('place.chat') : titleOfChat(t, info)} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <ChatHead info={info} acts={acts} first={first} panelOpen={panelOpen} onPanel={onPanel} onFound={onFound} {...(onClose === undefined ? {} : { onClose })} />
      {gone ? (
        <EmptyState
          title={deleted || (error?._tag === 'CommandRefused' && error.code === 'not_found') ? t('chat.gone') : t('chat.notRead')}
          detail={error === undefined ? undefined : reasonOf(t, error)}
          action={deleted ? <Button onClick={() => view.go({ place: 'chat' })}>{t('command.newChat')}</Button> : <Button onClick={() => session.reload()}>{t('act.retry')}</Button>}
          className="flex-1"
        />
      ) : (
        <>
          {status === 'live' && error !== undefined && <Banner means="failed">{t('chat.mayBeOld', { reason: reasonOf(t, error) })}</Banner>}
          {status === 'loading' ? (
            <Skeleton rows={8} label={t('loading')} className="mx-auto w-full max-w-[768px] flex-1 px-6 pt-6" />
          ) : empty ? (
            <EmptyChat model={info?.model} hasFolders={hasFolders} onLine={(line) => composer.current?.put(line)} onFolders={folders} />
          ) : (
            <Transcript label={first ? t('chat.talk') : t('chat.talkOf', { title: info === undefined ? t('place.chat') : titleOfChat(t, info) })} first={first} sent={sent} target={target} />
          )}
          <div className="mx-auto w-full max-w-[800px] shrink-0 px-6 pb-4 max-sm:px-3 max-sm:pb-3">
            <QueueList />
            <Composer
              key={sessionId}
              ref={composer}
              sessionId={sessionId}
              placeholder={running ? t('chat.placeholderRunning') : t('chat.placeholder')}
              running={running}
              asked={requestId !== null}
              mode={mode}
              model={info?.model}
              context={context}
              hasFolders={hasFolders}
              onMode={(next) => attempt(chats.update(sessionId, { mode: next }))}
              onModel={(next) => attempt(chats.update(sessionId, { model: next }))}
              onFolders={folders}
              onContext={onPanel}
              onStop={stop}
              onCommand={command}
              onSend={send}
              ensureSession={ensureSession}
              history={history}
            />
          </div>
        </>
      )}
      <SpokenLog />
      {choosing && (
        <Dialog open onClose={() => setChoosing(false)} title={t('chat.foldersTitle')} width="large" actions={<Button onClick={() => setChoosing(false)}>{t('act.close')}</Button>}>
          <p className="mb-3">{t('chat.foldersText')}</p>
          <FolderList />
        </Dialog>
      )}
    </section>
  );
}
