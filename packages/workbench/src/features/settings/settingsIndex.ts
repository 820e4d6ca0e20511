// The pages of Settings and what each is found by. Search goes over names and words of the rows. Pure.

import type { IconName } from '@axion/ui';
import type { MessageArguments, MessageKey, Translate } from '../../messages/translate.ts';

export const settingsPages = ['models', 'agent', 'runner', 'channels', 'egress', 'folders', 'appearance', 'shortcuts', 'about'] as const;
export type SettingsPage = (typeof settingsPages)[number];

type PlainKey = Extract<MessageKey, `settings.${string}` | `about.${string}` | `models.${string}` | `agent.${string}` | `egress.${string}` | `keys.${string}` | `channels.${string}`>;

/** Words that can be shown as they are. */
type FoundBy = { [Key in PlainKey]: keyof MessageArguments<Key> extends never ? Key : never }[PlainKey];
export const settingsGroups = ['settings.groupWork', 'settings.groupBoundaries', 'settings.groupApplication'] as const;
type SettingsGroup = (typeof settingsGroups)[number];

interface PageFacts {
  readonly group: SettingsGroup;
  readonly label: 'settings.pageRunner' | 'settings.pageFolders' | 'settings.pageAppearance' | 'settings.pageShortcuts' | 'settings.pageAbout' | 'settings.pageModels' | 'settings.pageAgent' | 'settings.pageChannels' | 'settings.pageEgress';
  readonly icon: IconName;
  readonly words: readonly FoundBy[];
}

export const pageFacts: Readonly<Record<SettingsPage, PageFacts>> = {
  runner: {
    group: 'settings.groupWork',
    label: 'settings.pageRunner',
    icon: 'container',
    words: ['settings.runner', 'settings.runnerDocker', 'settings.runnerProcess', 'settings.dockerHost', 'settings.concurrency', 'settings.allowUnjailed', 'settings.health', 'settings.runDoctor'],
  },
  models: {
    group: 'settings.groupWork',
    label: 'settings.pageModels',
    icon: 'cpu',
    words: ['models.providers', 'models.addProvider', 'models.probe', 'models.default', 'models.silence', 'models.silenceSeconds', 'models.models', 'models.kind.ollama', 'models.kind.anthropic', 'models.kind.openai-chat', 'keys.title', 'keys.value'],
  },
  agent: {
    group: 'settings.groupWork',
    label: 'settings.pageAgent',
    icon: 'bot',
    words: ['agent.instructions', 'agent.guards', 'agent.maxSteps', 'agent.maxMinutes', 'agent.maxTokens', 'agent.maxCost', 'agent.sameCalls', 'agent.compaction', 'agent.automatic'],
  },
  channels: { group: 'settings.groupWork', label: 'settings.pageChannels', icon: 'plug', words: ['channels.webhook', 'channels.port', 'channels.name.cli'] },
  egress: { group: 'settings.groupBoundaries', label: 'settings.pageEgress', icon: 'arrow-up-right', words: ['egress.airGap', 'egress.ledger', 'egress.hosts', 'egress.refused'] },
  folders: { group: 'settings.groupBoundaries', label: 'settings.pageFolders', icon: 'folder-lock', words: ['settings.foldersText'] },
  appearance: {
    group: 'settings.groupApplication',
    label: 'settings.pageAppearance',
    icon: 'palette',
    words: [
      'settings.theme', 'settings.themeDark', 'settings.themeLight', 'settings.density', 'settings.motion', 'settings.strongLines', 'settings.systemFont',
      'settings.fontSize', 'settings.language',
    ],
  },
  shortcuts: { group: 'settings.groupApplication', label: 'settings.pageShortcuts', icon: 'keyboard', words: ['settings.shortcutsText'] },
  about: { group: 'settings.groupApplication', label: 'settings.pageAbout', icon: 'info', words: ['about.version', 'about.home', 'about.licence', 'about.telemetry'] },
};

export function pageNamed(name: string | null): SettingsPage {
  return settingsPages.find((page) => page === name) ?? 'appearance';
}

/** The pages that fit, each with the words by which it was found. */
export interface FoundPage {
  readonly page: SettingsPage;
  /** The word that fitted, when it was not the page's own name. */
  readonly found: string | null;
}

export function findPages(typed: string, t: Translate): readonly FoundPage[] {
  const wanted = typed.trim().toLowerCase();
  return settingsPages.flatMap((page): readonly FoundPage[] => {
    if (wanted === '' || t(pageFacts[page].label).toLowerCase().includes(wanted)) return [{ page, found: null }];
    const found = pageFacts[page].words.map((key) => t(key)).find((word) => word.toLowerCase().includes(wanted));
    return found === undefined ? [] : [{ page, found }];
  });
}
