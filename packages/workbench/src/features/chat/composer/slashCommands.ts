// The commands that can be typed. What they do is in `useSlash.ts`; a command that needs more than its name says so in its words.

import type { IconName } from '@axion/ui';
import type { MessageKey } from '../../../messages/translate.ts';

export type SlashName = 'compact' | 'mode' | 'model' | 'folder' | 'rename' | 'fork' | 'export' | 'new' | 'clear' | 'archive' | 'stop';

export interface SlashCommand {
  readonly name: SlashName;
  readonly words: Extract<MessageKey, `chat.slash.${string}`>;
  readonly icon: IconName;
}

export const slashCommands: readonly SlashCommand[] = [
  { name: 'compact', words: 'chat.slash.compact', icon: 'layers' },
  { name: 'mode', words: 'chat.slash.mode', icon: 'shield-check' },
  { name: 'model', words: 'chat.slash.model', icon: 'cpu' },
  { name: 'folder', words: 'chat.slash.folder', icon: 'folder-plus' },
  { name: 'rename', words: 'chat.slash.rename', icon: 'pencil' },
  { name: 'fork', words: 'chat.slash.fork', icon: 'git-branch' },
  { name: 'export', words: 'chat.slash.export', icon: 'download' },
  { name: 'new', words: 'chat.slash.new', icon: 'plus' },
  { name: 'clear', words: 'chat.slash.clear', icon: 'trash-2' },
  { name: 'archive', words: 'chat.slash.archive', icon: 'archive' },
  { name: 'stop', words: 'chat.slash.stop', icon: 'square' },
];
