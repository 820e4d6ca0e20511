import type { Route } from '@axion/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, routeOf } from './routes.ts';

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/);
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.constant<Route>({ place: 'home' }),
  fc.constant<Route>({ place: 'graphs' }),
  id.map((graphId): Route => ({ place: 'graph', graphId })),
  fc.constant<Route>({ place: 'runs' }),
  id.map((runId): Route => ({ place: 'runs', runId })),
  id.map((page): Route => ({ place: 'settings', page })),
);

describe('the address of a place', () => {
  it('comes back as the same place', () => {
    fc.assert(fc.property(route, (one) => {
        expect(routeOf(hashOf(one))).toEqual(one);
      }),
    );
  });

  it('is nothing when it is not ours', () => {
    for (const hash of ['', '#', '#token=abc', '#/nowhere', 'https://x', '#/%zz/x']) expect(routeOf(hash), hash).toBeNull();
    expect(routeOf('#/graphs/%zz')).toEqual({ place: 'graphs' });
  });
});
