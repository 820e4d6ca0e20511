// Providers on other machines that chats may call, by name, and whether the air gap keeps them from it.

import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { useClient, useConnection } from '../../session/context.ts';

export interface Hosted {
  readonly names: readonly string[];
  readonly airGap: boolean;
}

export function useHosted(): Hosted {
  const { models } = useClient();
  const ready = useConnection((state) => state.status.state === 'ready');
  useEffect(() => {
    if (ready) void models.load();
  }, [models, ready]);
  const providers = useStore(models.store, (state) => state.providers);
  const airGap = useStore(models.store, (state) => state.config?.egress.airGap ?? false);
  return useMemo(() => ({ names: providers.filter((provider) => !provider.local && provider.kind !== 'demo').map((provider) => provider.title), airGap }), [providers, airGap]);
}
