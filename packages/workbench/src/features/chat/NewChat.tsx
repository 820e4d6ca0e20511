// The chat that does not exist yet: it is made with the first message, or as soon as a folder or an image needs it.

import type { Outgoing } from '@axion/client';
import type { SessionMode } from '@axion/protocol';
import { useToasts } from '@axion/ui';
import { type JSX, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { type Command, useCommands } from '../../commands/registry.tsx';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { Composer, type ComposerHandle } from './composer/Composer.tsx';
import { dropsInto } from './dropsInto.ts';
import { EmptyChat } from './EmptyChat.tsx';

/** The chat whose folders are chosen as soon as it is open. */
export const CHOOSING = 'chat.choosing';
const noHistory = (): readonly string[] => [];
const notRunning = () => undefined;

export function NewChat(): JSX.Element {
  const { chats, view, models } = useClient();
  const t = useT();
  const toasts = useToasts();
  const usual = useStore(models.store, (state) => state.config?.agent.mode ?? 'ask');
  const usualModel = useStore(models.store, (state) => state.config?.models.default ?? undefined);
  const [mode, setMode] = useState<SessionMode | null>(null);
  const [model, setModel] = useState<string | null>(null);
  const composer = useRef<ComposerHandle>(null);
  const made = useRef<Promise<string> | null>(null);
  /** What the chat was made with; what was chosen after that is put right before the first message. */
  const madeWith = useRef({ mode, model });

  const ensureSession = useCallback((): Promise<string> => {
    if (made.current === null) madeWith.current = { mode, model };
    made.current ??= chats.create({ ...(mode === null ? {} : { mode }), ...(model === null ? {} : { model }) }).then(
      (session) => session.id,
      (error: unknown) => {
        made.current = null;
        throw error;
      },
    );
    return made.current;
  }, [chats, mode, model]);
  const failed = useCallback((error: unknown) => toasts.show({ title: t('chat.notSent', { reason: reasonOf(t, error) }), state: 'failed' }), [toasts, t]);
  const send = useCallback(
    async (message: Outgoing) => {
      try {
        const sessionId = await ensureSession();
        const before = madeWith.current;
        const patch = { ...(mode === null || mode === before.mode ? {} : { mode }), ...(model === null || model === before.model ? {} : { model }) };
        if (Object.keys(patch).length > 0) await chats.update(sessionId, patch);
        await chats.send(sessionId, message);
        view.setDraft('', undefined);
        view.openChat(sessionId);
      } catch (error) {
        failed(error);
        throw error;
      }
    },
    [chats, view, ensureSession, failed, mode, model],
  );
  const open = useCallback(() => {
    void ensureSession().then((sessionId) => {
      // What was typed goes along.
      const draft = view.store.getState().drafts[''];
      if (draft !== undefined) view.setDraft(sessionId, draft);
      view.setDraft('', undefined);
      view.setPanel(CHOOSING, sessionId);
      view.openChat(sessionId);
    }, failed);
  }, [ensureSession, view, failed]);
  const command = useCallback(
    (name: string) => {
      if (name === 'folder') open();
      return name === 'folder';
    },
    [open],
  );
  useEffect(() => composer.current?.focus(), []);
  const commands = useMemo<readonly Command[]>(() => [{ id: 'chat-composer', label: t('chat.toComposer'), group: 'group.chat', shortcut: 'Mod+L', run: () => composer.current?.focus() }], [t]);
  useCommands(commands);
  return (
    <section {...dropsInto(composer)} aria-label={t('command.newChat')} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex h-[42px] shrink-0 items-center border-b border-line-1 px-5">
        <h1 className="text-ui font-semibold">{t('command.newChat')}</h1>
      </header>
      <EmptyChat model={model ?? usualModel} hasFolders={false} onLine={(line) => composer.current?.put(line)} onFolders={open} />
      <div className="mx-auto w-full max-w-[800px] shrink-0 px-6 pb-4 max-sm:px-3 max-sm:pb-3">
        <Composer
          ref={composer}
          sessionId={null}
          placeholder={t('chat.placeholderNew')}
          running={false}
          asked={false}
          mode={mode ?? usual}
          model={model ?? usualModel}
          context={undefined}
          hasFolders={false}
          onMode={setMode}
          onModel={setModel}
          onFolders={open}
          onContext={notRunning}
          onStop={notRunning}
          onCommand={command}
          onSend={send}
          ensureSession={ensureSession}
          history={noHistory}
        />
      </div>
    </section>
  );
}
