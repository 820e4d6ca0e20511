// What may be meant by a mention or a command: files of the chat's folders, asked of Core as the person types, and the slash commands.

import { useEffect, useMemo, useState } from 'react';
import { useT } from '../../../messages/context.ts';
import { useClient } from '../../../session/context.ts';
import { slashCommands } from './slashCommands.ts';
import type { Suggestion } from './SuggestList.tsx';
import type { Trigger } from './trigger.ts';

const ASK_AFTER_MS = 80;
const MOST_SHOWN = 12;

export interface FoundFile {
  readonly folderId: string;
  readonly path: string;
}

export interface Suggestions {
  readonly items: readonly Suggestion[];
  readonly files: readonly FoundFile[];
}

export function useSuggestions(sessionId: string | null, trigger: Trigger | null): Suggestions {
  const { chats, environment } = useClient();
  const t = useT();
  const [files, setFiles] = useState<readonly FoundFile[]>([]);
  const query = trigger?.kind === 'file' ? trigger.query : null;
  useEffect(() => {
    if (query === null || sessionId === null) return;
    let over = false;
    const cancel = environment.after(ASK_AFTER_MS, () => {
      chats.files(sessionId, query).then(
        (found) => !over && setFiles(found.files.slice(0, MOST_SHOWN)),
        () => !over && setFiles([]),
      );
    });
    return () => {
      over = true;
      cancel();
    };
  }, [chats, environment, sessionId, query]);
  return useMemo(() => {
    if (trigger?.kind === 'slash') {
      const items = slashCommands.filter((command) => command.name.startsWith(trigger.query)).map((command): Suggestion => ({ id: command.name, label: `/${command.name}`, detail: t(command.words), icon: command.icon, mono: true }));
      return { items, files: [] };
    }
    const several = new Set(files.map((file) => file.folderId)).size > 1;
    return { items: files.map((file): Suggestion => ({ id: `${file.folderId}/${file.path}`, label: file.path, ...(several ? { detail: file.folderId } : {}), icon: 'file', mono: true })), files };
  }, [trigger, files, t]);
}
