// The commands of the window itself: places, graphs, tabs, appearance. Screens add their own.

import { tabId } from '@axion/client';
import { useMemo } from 'react';
import { type Command, useCommands } from '../commands/registry.tsx';
import { useOpenFiles } from '../features/files/OpenFiles.tsx';
import { useGraphActions } from '../features/graphs/useGraphActions.ts';
import { useT } from '../messages/context.ts';
import { useClient, useView } from '../session/context.ts';
import { focusNextRegion } from './regions.ts';
import { useIsDark } from './useAppearance.ts';
import { useLastChat } from './useLastChat.ts';

export interface FrameDialogs {
  readonly openPalette: () => void;
  readonly openHelp: () => void;
  readonly openExamples: () => void;
}

export function useFrameCommands({ openPalette, openHelp, openExamples }: FrameDialogs): void {
  const { view, commands, workspace } = useClient();
  const t = useT();
  const files = useOpenFiles();
  const graphs = useGraphActions();
  const dark = useIsDark();
  const route = useView((state) => state.route);
  const tabs = useView((state) => state.tabs);
  const lastChat = useLastChat();

  const list = useMemo<readonly Command[]>(() => {
    const open = route.place === 'graph' ? route.graphId : route.place === 'chat' ? (route.sessionId ?? null) : null;
    const step = (by: number) => {
      const at = tabs.findIndex((tab) => tabId(tab) === open);
      const next = tabs[(Math.max(0, at) + by + tabs.length) % tabs.length];
      if (next === undefined) return;
      if ('graphId' in next) view.openGraph(next.graphId);
      else view.openChat(next.sessionId);
    };
    return [
      { id: 'palette', label: t('command.palette'), group: 'group.application', shortcut: 'Mod+K', alsoOn: ['Mod+Shift+P'], hidden: true, run: openPalette },
      { id: 'home', label: t('command.home'), group: 'group.places', icon: 'house', shortcut: 'Mod+1', run: () => view.go({ place: 'home' }) },
      { id: 'graphs', label: t('command.graphs'), group: 'group.places', icon: 'workflow', shortcut: 'Mod+2', run: () => view.go({ place: 'graphs' }) },
      { id: 'chat', label: t('command.chat'), group: 'group.places', icon: 'message-square', shortcut: 'Mod+3', run: () => view.go(lastChat === undefined ? { place: 'chat' } : { place: 'chat', sessionId: lastChat }) },
      { id: 'new-chat', label: t('command.newChat'), group: 'group.application', icon: 'message-square', shortcut: 'Mod+Shift+N', alsoOn: ['Mod+Alt+C'], run: () => view.go({ place: 'chat' }) },
      { id: 'runs', label: t('command.runs'), group: 'group.places', icon: 'list-video', shortcut: 'Mod+4', run: () => view.go({ place: 'runs' }) },
      { id: 'settings', label: t('command.settings'), group: 'group.places', icon: 'settings', shortcut: 'Mod+,', run: () => view.go({ place: 'settings' }) },
      { id: 'shortcuts', label: t('command.shortcuts'), group: 'group.application', icon: 'keyboard', shortcut: '?', run: openHelp },
      { id: 'new-graph', label: t('command.newGraph'), group: 'group.application', icon: 'plus', shortcut: 'Mod+N', alsoOn: ['Mod+Alt+N'], run: graphs.create },
      { id: 'open-file', label: t('command.openFile'), group: 'group.application', icon: 'folder-open', shortcut: 'Mod+O', run: files.choose },
      { id: 'examples', label: t('command.examples'), group: 'group.application', icon: 'layers', run: openExamples },
      {
        id: 'close-tab',
        label: t('command.closeTab'),
        group: 'group.application',
        icon: 'x',
        shortcut: 'Mod+Alt+W',
        alsoOn: ['Mod+W'],
        enabled: open !== null,
        run: () => open !== null && view.closeTab(open),
      },
      { id: 'next-tab', label: t('command.nextTab'), group: 'group.places', shortcut: 'Mod+PageDown', enabled: tabs.length > 1, run: () => step(1) },
      { id: 'previous-tab', label: t('command.previousTab'), group: 'group.places', shortcut: 'Mod+PageUp', enabled: tabs.length > 1, run: () => step(-1) },
      {
        id: 'theme',
        label: t('command.theme'),
        group: 'group.application',
        icon: dark ? 'sun' : 'moon',
        run: () => void commands.updateSetting('theme', dark ? 'light' : 'dark').catch(() => view.go({ place: 'settings', page: 'appearance' })),
      },
      { id: 'doctor', label: t('command.doctor'), group: 'group.application', icon: 'stethoscope', run: () => void workspace.runDoctor() },
      { id: 'reload', label: t('command.reload'), group: 'group.application', icon: 'refresh-cw', run: () => workspace.reload() },
      { id: 'next-region', label: t('frame.nextRegion'), group: 'group.places', shortcut: 'F6', hidden: true, run: () => focusNextRegion(false) },
      { id: 'previous-region', label: t('frame.previousRegion'), group: 'group.places', shortcut: 'Shift+F6', hidden: true, run: () => focusNextRegion(true) },
    ];
  }, [t, view, commands, workspace, graphs, files, dark, route, tabs, lastChat, openPalette, openHelp, openExamples]);
  useCommands(list);
}
