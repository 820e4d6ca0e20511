// The ledger of requests, in pages, newest first. Read anew while the page is looked at, so that a request of now shows without a click.

import type { EgressEntry, EgressOutcome } from '@axion/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useClient } from '../../session/context.ts';

const PAGE = 100;
const AGAIN_MS = 5_000;

export interface LedgerFilter {
  readonly outcome: EgressOutcome | 'any';
  readonly where: 'any' | 'here' | 'away';
  readonly typed: string;
}

export interface Ledger {
  readonly entries: readonly EgressEntry[];
  readonly more: boolean;
  readonly loading: boolean;
  readonly error: unknown;
  readonly loadMore: () => void;
}

export function useLedger(): Ledger {
  const { adapter, environment } = useClient();
  const [state, setState] = useState<Omit<Ledger, 'loadMore'>>({ entries: [], more: false, loading: true, error: null });
  const read = useCallback(
    (before: number | null) =>
      adapter.callPromise('list_egress', { limit: PAGE, ...(before === null ? {} : { before }) }).then(
        (page) =>
          setState((old) => {
            const known = new Set(page.entries.map((entry) => entry.number));
            const entries = [...page.entries, ...old.entries.filter((entry) => !known.has(entry.number))].sort((one, other) => other.number - one.number);
            return { entries, more: before === null && old.entries.length > page.entries.length ? old.more : page.more, loading: false, error: null };
          }),
        (error: unknown) => setState((old) => ({ ...old, loading: false, error })),
      ),
    [adapter],
  );
  useEffect(() => {
    let cancel: (() => void) | null = null;
    let over = false;
    const again = () => {
      void read(null).then(() => {
        if (!over) cancel = environment.after(AGAIN_MS, again);
      });
    };
    again();
    return () => {
      over = true;
      cancel?.();
    };
  }, [read, environment]);
  const last = state.entries.at(-1)?.number ?? null;
  const loadMore = useCallback(() => {
    setState((old) => ({ ...old, loading: true }));
    void read(last);
  }, [read, last]);
  return { ...state, loadMore };
}
