// What can be done with a message of the shown branch. What was refused is said in a toast; nothing else of the talk changes.

import { useToasts } from '@axion/ui';
import { useMemo } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { reasonOf } from '../../../session/words.ts';
import { useSession } from '../session.ts';

export interface MessageActs {
  readonly retry: (messageId: string, model?: string) => void;
  readonly fork: (messageId: string) => void;
  readonly selectBranch: (messageId: string) => void;
  readonly pin: (messageId: string, pinned: boolean) => void;
}

export function useMessageActs(): MessageActs {
  const { chats, view } = useClient();
  const { sessionId } = useSession();
  const t = useT();
  const toasts = useToasts();
  return useMemo(() => {
    const failed = (error: unknown) => toasts.show({ title: t('chat.notDone', { reason: reasonOf(t, error) }), state: 'failed' });
    return {
      retry: (messageId, model) => void chats.retry(sessionId, messageId, model).catch(failed),
      fork: (messageId) => void chats.fork(sessionId, messageId).then((copy) => view.openChat(copy.id), failed),
      selectBranch: (messageId) => void chats.selectBranch(sessionId, messageId).catch(failed),
      pin: (messageId, pinned) => void chats.pinMessage(sessionId, messageId, pinned).catch(failed),
    };
  }, [chats, view, sessionId, t, toasts]);
}
