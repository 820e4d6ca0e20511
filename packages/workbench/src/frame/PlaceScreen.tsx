// Which screen the route asks for. The editor and the chat are fetched when they are first
// needed, so that the first paint does not wait for them.

import { Skeleton } from '@axion/ui';
import { type JSX, lazy, Suspense } from 'react';
import { GraphsScreen } from '../features/graphs/GraphsScreen.tsx';
import { HomeScreen } from '../features/home/HomeScreen.tsx';
import { RunsScreen } from '../features/runs/RunsScreen.tsx';
import { SettingsScreen } from '../features/settings/SettingsScreen.tsx';
import { useT } from '../messages/context.ts';
import { useView } from '../session/context.ts';

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
  switch (route.place) {
    case 'home':
      return <HomeScreen onExamples={onExamples} onHelp={onHelp} />;
    case 'graphs':
      return <GraphsScreen />;
    case 'graph':
      return (
        <Suspense fallback={<Skeleton rows={6} label={t('loading')} className="flex-1 p-6" />}>
          <GraphPlace key={route.graphId} graphId={route.graphId} />
        </Suspense>
      );
    case 'chat':
      return (
        <Suspense fallback={<Skeleton rows={6} label={t('loading')} className="flex-1 p-6" />}>
          <ChatPlace sessionId={route.sessionId ?? null} beside={route.beside ?? null} />
        </Suspense>
      );
    case 'runs':
      return <RunsScreen runId={route.runId ?? null} />;
    case 'settings':
      return <SettingsScreen page={route.page ?? null} />;
  }
}
