// What the slash commands of an open chat do. True when the text was a command; anything else is a message like any other.

import type { SessionInfo } from '@axion/protocol';
import { useToasts } from '@axion/ui';
import { useCallback } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import { modes } from './composer/ModePicker.tsx';
import type { SessionActs } from './list/useSessionActs.tsx';
import { useSession } from './session.ts';

export interface SlashPlaces {
  readonly compact: () => void;
  readonly folders: () => void;
}

export function useSlash(info: SessionInfo | undefined, acts: SessionActs, places: SlashPlaces): (name: string, rest: string) => boolean {
  const { chats, view, models } = useClient();
  const session = useSession();
  const t = useT();
  const toasts = useToasts();
  return useCallback(
    (name, rest) => {
      const { sessionId } = session;
      const say = (title: string) => toasts.show({ title, state: 'failed' });
      const attempt = (act: Promise<unknown>) => void act.catch((error: unknown) => say(t('chat.notDone', { reason: reasonOf(t, error) })));
      if (info === undefined) return false;
      switch (name) {
        case 'compact':
          places.compact();
          return true;
        case 'folder':
          places.folders();
          return true;
        case 'mode': {
          const mode = modes.find((one) => one === rest);
          if (mode === undefined) say(t('chat.modeUnknown', { typed: rest }));
          else attempt(chats.update(sessionId, { mode }));
          return true;
        }
        case 'model': {
          const known = models.store.getState().models;
          const model = known.find((one) => one.id === rest) ?? known.find((one) => one.title === rest || one.name === rest);
          if (model === undefined) say(t('chat.modelUnknown', { typed: rest }));
          else attempt(chats.update(sessionId, { model: model.id }));
          return true;
        }
        case 'rename':
          if (rest !== '') attempt(chats.update(sessionId, { title: rest.slice(0, 200) }));
          return true;
        case 'fork': {
          const tip = session.store.getState().order.at(-1);
          if (tip !== undefined) void chats.fork(sessionId, tip).then((copy) => view.openChat(copy.id), (error: unknown) => say(t('chat.notDone', { reason: reasonOf(t, error) })));
          return true;
        }
        case 'export':
          acts.exportAs(info, rest === 'json' ? 'json' : 'markdown');
          return true;
        case 'new':
          view.go({ place: 'chat' });
          return true;
        case 'clear':
          // Nothing is thrown away: the talk goes on in an empty chat of the same kind.
          void chats.create({ mode: info.mode, ...(info.model === undefined ? {} : { model: info.model }) }).then((fresh) => view.openChat(fresh.id), (error: unknown) => say(t('chat.notDone', { reason: reasonOf(t, error) })));
          return true;
        case 'archive':
          acts.archive(info, true);
          return true;
        case 'stop':
          attempt(chats.stop(sessionId));
          return true;
        default:
          return false;
      }
    },
    [chats, view, models, session, t, toasts, info, acts, places],
  );
}
