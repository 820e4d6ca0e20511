// One value of the configuration of agents and servers: as it is, and saving at once. What was not saved keeps the old value and says why
// under the control.

import type { Json } from '@axion/client';
import type { AppConfig } from '@axion/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../messages/context.ts';
import { useClient } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';
import type { Setting } from './useSetting.ts';

const SAVED_FOR_MS = 2000;

export function useConfig<Value extends Json>(key: string, select: (config: AppConfig) => Value, fallback: Value): Setting<Value> {
  const { models, environment } = useClient();
  const t = useT();
  useEffect(() => void models.load(), [models]);
  const value = useStore(models.store, (state) => (state.config === undefined ? fallback : select(state.config)));
  const [error, setError] = useState<string>();
  const [saved, setSaved] = useState(false);
  const save = useCallback(
    (next: Value) => {
      setError(undefined);
      models.updateConfig(key, next).then(
        () => {
          setSaved(true);
          environment.after(SAVED_FOR_MS, () => setSaved(false));
        },
        (reason: unknown) => setError(t('settings.notSaved', { reason: reasonOf(t, reason) })),
      );
    },
    [models, environment, key, t],
  );
  return { value, save, error, saved };
}
