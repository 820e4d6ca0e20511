// The address of a place as a fragment, `#/runs/RUN`, so that back, forward, reload and a link work. Pure; unknown text is no route.

import type { Route } from '@axion/client';

export function hashOf(route: Route): string {
  switch (route.place) {
    case 'home':
      return '#/';
    case 'graphs':
      return '#/graphs';
    case 'graph':
      return `#/graphs/${encodeURIComponent(route.graphId)}`;
    case 'chat': {
      const beside = route.beside === undefined ? '' : `/${encodeURIComponent(route.beside)}`;
      return route.sessionId === undefined ? '#/chat' : `#/chat/${encodeURIComponent(route.sessionId)}${beside}`;
    }
    case 'runs':
      return route.runId === undefined ? '#/runs' : `#/runs/${encodeURIComponent(route.runId)}`;
    case 'settings':
      return route.page === undefined ? '#/settings' : `#/settings/${encodeURIComponent(route.page)}`;
  }
}

export function routeOf(hash: string): Route | null {
  if (!hash.startsWith('#/')) return null;
  const [place = '', inside = '', second = ''] = hash.slice(2).split('/', 3);
  const id = decode(inside);
  const beside = decode(second);
  if (place === '') return { place: 'home' };
  if (place === 'graphs') return id === '' ? { place: 'graphs' } : { place: 'graph', graphId: id };
  if (place === 'chat') return id === '' ? { place: 'chat' } : { place: 'chat', sessionId: id, ...(beside === '' ? {} : { beside }) };
  if (place === 'runs') return id === '' ? { place: 'runs' } : { place: 'runs', runId: id };
  if (place === 'settings') return id === '' ? { place: 'settings' } : { place: 'settings', page: id };
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

export function sameRoute(one: Route, other: Route): boolean {
  return hashOf(one) === hashOf(other);
}
