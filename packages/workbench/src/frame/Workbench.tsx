// The window: title bar, rail, the place that is open, status bar; and the layers over it. Screens know nothing of each other.

import { tabId } from '@axion/client';
import { Rail, type RailPlace } from '@axion/ui';
import { type JSX, useCallback, useEffect, useMemo, useState } from 'react';
import { CommandPalette } from '../commands/CommandPalette.tsx';
import { ExamplesDialog } from '../features/examples/ExamplesDialog.tsx';
import { HelpDialog } from '../features/help/HelpDialog.tsx';
import { useApprovalNews } from '../features/approvals/useApprovalNews.ts';
import { useChatNews } from '../features/chats/useChatNews.ts';
import { useRunNews } from '../features/runs/useRunNews.ts';
import { useT } from '../messages/context.ts';
import { useClient, useView, useWorkspace } from '../session/context.ts';
import { Banners } from './Banners.tsx';
import { CrashBoundary } from './Crash.tsx';
import { FrameStatus } from './FrameStatus.tsx';
import { FrameTitleBar, usePlaceName } from './FrameTitleBar.tsx';
import { type LayoutClass, useLayoutClass } from './layoutClass.ts';
import { PlaceScreen } from './PlaceScreen.tsx';
import { rememberFocus } from './regions.ts';
import { useAppearance } from './useAppearance.ts';
import { useFrameCommands } from './useFrameCommands.ts';
import { useHashRoute } from './useHashRoute.ts';
import { useKeptFocus } from './useKeptFocus.ts';
import { useLastChat } from './useLastChat.ts';

type Layer = 'palette' | 'help' | 'examples' | null;

export function Workbench(): JSX.Element {
  const t = useT();
  const client = useClient();
  const layout = useLayoutClass();
  const steps = useHashRoute();
  const route = useView((state) => state.route);
  const place = usePlaceName();
  const [layer, setLayer] = useState<Layer>(null);
  const close = useCallback(() => setLayer(null), []);
  const openPalette = useCallback(() => setLayer('palette'), []);
  const openHelp = useCallback(() => setLayer('help'), []);
  const openExamples = useCallback(() => setLayer('examples'), []);
  useAppearance();
  useApprovalNews();
  useRunNews();
  useChatNews();
  useKeptFocus(route.place === 'graph' ? route.graphId : route.place === 'chat' ? (route.sessionId ?? 'chat') : route.place);
  useFrameCommands({ openPalette, openHelp, openExamples });

  useEffect(() => {
    document.title = `${place} · ${t('app.name')}`;
  }, [place, t]);
  useEffect(() => {
    const sendAll = () => {
      if (document.hidden) void client.flush();
    };
    document.addEventListener('focusin', rememberFocus);
    document.addEventListener('visibilitychange', sendAll);
    window.addEventListener('pagehide', sendAll);
    return () => {
      document.removeEventListener('focusin', rememberFocus);
      document.removeEventListener('visibilitychange', sendAll);
      window.removeEventListener('pagehide', sendAll);
    };
  }, [client]);
  useEffect(() => {
    void client.workspace.runDoctor();
  }, [client]);

  return (
    <div className="flex h-dvh min-h-0 flex-col overflow-hidden bg-panel text-fg">
      <button
        type="button"
        title={t('frame.skip')}
        onClick={() => document.getElementById('document')?.focus()}
        className="sr-only focus:not-sr-only focus:absolute focus:z-70 focus:bg-raised focus:px-3 focus:py-1"
      >
        {t('frame.skip')}
      </button>
      <FrameTitleBar steps={steps} layout={layout} onPalette={openPalette} />
      <Banners />
      <div className="flex min-h-0 flex-1">
        {layout !== 'phone' && <PlacesRail layout={layout} onHelp={openHelp} />}
        <CrashBoundary place={route.place}>
          <PlaceScreen onExamples={openExamples} onHelp={openHelp} />
        </CrashBoundary>
      </div>
      {layout === 'phone' ? (
        <PlacesRail layout={layout} onHelp={openHelp} />
      ) : (
        <div data-region="status" className="contents">
          <FrameStatus />
        </div>
      )}
      <CommandPalette open={layer === 'palette'} onClose={close} />
      <ExamplesDialog open={layer === 'examples'} onClose={close} />
      <HelpDialog open={layer === 'help'} onClose={close} />
    </div>
  );
}

function PlacesRail({ layout, onHelp }: { readonly layout: LayoutClass; readonly onHelp: () => void }): JSX.Element {
  const { view } = useClient();
  const t = useT();
  const route = useView((state) => state.route);
  const lastTab = useView((state) => state.recents.find((graphId) => state.tabs.some((tab) => tabId(tab) === graphId)) ?? state.tabs.findLast((tab) => 'graphId' in tab)?.graphId);
  const lastChat = useLastChat();
  const asking = useWorkspace((state) => state.sessions.filter((session) => session.state === 'waiting').length);
  const waiting = useWorkspace((state) => state.approvals.filter((approval) => approval.status === 'pending').length);
  const places = useMemo<readonly RailPlace[]>(
    () => [
      { id: 'home', label: t('place.home'), icon: 'house', shortcut: 'Mod+1' },
      { id: 'graphs', label: t('place.graphs'), icon: 'workflow', shortcut: 'Mod+2' },
      { id: 'chat', label: t('place.chat'), icon: 'message-square', shortcut: 'Mod+3', waiting: asking, waitingLabel: t('place.chatsWaiting', { count: asking }) },
      { id: 'runs', label: t('place.runs'), icon: 'list-video', shortcut: 'Mod+4', waiting, waitingLabel: t('place.runsWaiting', { count: waiting }) },
    ],
    [t, waiting, asking],
  );
  const foot = useMemo<readonly RailPlace[]>(
    () => [
      ...(layout === 'phone' ? [] : [{ id: 'help', label: t('place.help'), icon: 'circle-question-mark', shortcut: '?' } as const]),
      { id: 'settings', label: t('place.settings'), icon: 'settings', shortcut: 'Mod+,' },
    ],
    [t, layout],
  );
  const active = route.place === 'graph' ? 'graphs' : route.place;
  return (
    <div data-region="rail" className="contents">
      <Rail
        label={t('frame.places')}
        places={places}
        foot={foot}
        active={active}
        bar={layout === 'phone'}
        onSelect={(id) => {
          if (id === 'help') onHelp();
          else if (id === 'graphs' && route.place !== 'graph' && route.place !== 'graphs' && lastTab !== undefined) view.openGraph(lastTab);
          else if (id === 'chat') view.go(lastChat === undefined || route.place === 'chat' ? { place: 'chat' } : { place: 'chat', sessionId: lastChat });
          else if (id === 'home' || id === 'graphs' || id === 'runs' || id === 'settings') view.go({ place: id });
        }}
      />
    </div>
  );
}
