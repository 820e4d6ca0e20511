// The pages of Settings and what each is found by. Search goes over names and words of the rows. Pure.

import type { IconName } from '@axion/ui';
import type { MessageKey, Translate } from '../../messages/translate.ts';

export const settingsPages = ['runner', 'folders', 'appearance', 'shortcuts', 'about'] as const;
export type SettingsPage = (typeof settingsPages)[number];

type PlainKey = Extract<MessageKey, `settings.${string}` | `about.${string}`>;

interface PageFacts {
  readonly group: 'settings.groupWork' | 'settings.groupApplication';
  readonly label: 'settings.pageRunner' | 'settings.pageFolders' | 'settings.pageAppearance' | 'settings.pageShortcuts' | 'settings.pageAbout';
  readonly icon: IconName;
  readonly words: readonly Exclude<PlainKey, 'settings.none' | 'settings.notSaved'>[];
}

export const pageFacts: Readonly<Record<SettingsPage, PageFacts>> = {
  runner: {
    group: 'settings.groupWork',
    label: 'settings.pageRunner',
    icon: 'container',
    words: ['settings.runner', 'settings.runnerDocker', 'settings.runnerProcess', 'settings.dockerHost', 'settings.concurrency', 'settings.allowUnjailed', 'settings.health', 'settings.runDoctor'],
  },
  folders: { group: 'settings.groupWork', label: 'settings.pageFolders', icon: 'folder-lock', words: ['settings.foldersText'] },
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
