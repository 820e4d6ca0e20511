// Holds the window's route and its address together: going somewhere makes a step in the history, back and forward go there.

import { tabId } from '@axion/client';
import { useEffect, useState } from 'react';
import { useClient, useView } from '../session/context.ts';
import { hashOf, routeOf, sameRoute } from './routes.ts';

export interface HistorySteps {
  readonly back: () => void;
  readonly forward: () => void;
  readonly canGoBack: boolean;
  readonly canGoForward: boolean;
}

function placeInHistory(): number {
  const state: unknown = window.history.state;
  if (typeof state !== 'object' || state === null || !('step' in state)) return 0;
  return typeof state.step === 'number' ? state.step : 0;
}

export function useHashRoute(): HistorySteps {
  const { view } = useClient();
  const loaded = useView((state) => state.loaded);
  const route = useView((state) => state.route);
  const [steps, setSteps] = useState({ at: placeInHistory(), last: placeInHistory() });

  // An address that names a place wins over the place that was kept.
  useEffect(() => {
    if (!loaded) return;
    const asked = routeOf(window.location.hash);
    if (asked !== null) goTo(view, asked);
    else window.history.replaceState({ step: 0 }, '', hashOf(view.store.getState().route));
    const onMove = () => {
      const next = routeOf(window.location.hash);
      if (next !== null) goTo(view, next);
      setSteps((old) => ({ ...old, at: placeInHistory() }));
    };
    window.addEventListener('popstate', onMove);
    return () => window.removeEventListener('popstate', onMove);
  }, [loaded, view]);

  useEffect(() => {
    if (!loaded) return;
    const here = routeOf(window.location.hash);
    if (here !== null && sameRoute(here, route)) return;
    const step = placeInHistory() + 1;
    window.history.pushState({ step }, '', hashOf(route));
    setSteps({ at: step, last: step });
  }, [loaded, route]);

  return {
    back: () => window.history.back(),
    forward: () => window.history.forward(),
    canGoBack: steps.at > 0,
    canGoForward: steps.at < steps.last,
  };
}

function goTo(view: ReturnType<typeof useClient>['view'], route: NonNullable<ReturnType<typeof routeOf>>): void {
  if (sameRoute(view.store.getState().route, route)) {
    const open = (id: string) => view.store.getState().tabs.some((tab) => tabId(tab) === id);
    if (route.place === 'graph' && !open(route.graphId)) view.openGraph(route.graphId);
    if (route.place === 'chat' && route.sessionId !== undefined && !open(route.sessionId)) view.openChat(route.sessionId);
    return;
  }
  if (route.place === 'graph') view.openGraph(route.graphId);
  else if (route.place === 'chat' && route.sessionId !== undefined && route.beside === undefined) view.openChat(route.sessionId);
  else view.go(route);
}
