// Which screen the route asks for. Home and the list of graphs come with the page; the others
// are fetched when they are first needed, so that the first paint does not wait for them.

import type { Route } from '@axion/client';
import { Skeleton } from '@axion/ui';
import { type JSX, lazy, Suspense } from 'react';
import { GraphsScreen } from '../features/graphs/GraphsScreen.tsx';
import { HomeScreen } from '../features/home/HomeScreen.tsx';
import { useT } from '../messages/context.ts';
import { useView } from '../session/context.ts';

const RunsPlace = lazy(() => import('../features/runs/RunsScreen.tsx').then((runs) => ({ default: runs.RunsScreen })));
const SettingsPlace = lazy(() => import('../features/settings/SettingsScreen.tsx').then((settings) => ({ default: settings.SettingsScreen })));
const ChatPlace = lazy(() => import('../features/chat/index.ts').then((chat) => ({ default: chat.ChatScreen })));
const GraphPlace = lazy(() => import('../features/editor/index.ts').then((editor) => ({ default: editor.EditorScreen })));

export interface PlaceScreenProps {
  readonly onExamples: () => void;
  readonly onHelp: () => void;
}

export function PlaceScreen({ onExamples, onHelp }: PlaceScreenProps): JSX.Element {
  const t = useT();
  const loaded = useView((state) => state.loaded);
  const route = useView((state) => state.route);
  if (!loaded) return <main id="document" aria-label={t('frame.document')} className="flex-1" />;
  return <Suspense fallback={<Skeleton rows={6} label={t('loading')} className="flex-1 p-6" />}>{placeOf(route, onExamples, onHelp)}</Suspense>;
}

function placeOf(route: Route, onExamples: () => void, onHelp: () => void): JSX.Element {
  switch (route.place) {
    case 'home':
      return <HomeScreen onExamples={onExamples} onHelp={onHelp} />;
    case 'graphs':
      return <GraphsScreen />;
    case 'graph':
      return <GraphPlace key={route.graphId} graphId={route.graphId} />;
    case 'chat':
      return <ChatPlace sessionId={route.sessionId ?? null} beside={route.beside ?? null} />;
    case 'runs':
      return <RunsPlace runId={route.runId ?? null} />;
    case 'settings':
      return <SettingsPlace page={route.page ?? null} />;
  }
}
