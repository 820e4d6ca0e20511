// One setting: its value, and saving at once. What was not saved keeps the old value and says why under the control.

import type { Settings } from '@axion/protocol';
import { useCallback, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useClient, useWorkspace } from '../../session/context.ts';
import { reasonOf } from '../../session/words.ts';

export interface Setting<Value> {
  readonly value: Value;
  readonly save: (value: Value) => void;
  readonly error: string | undefined;
  /** Just now; shown quietly beside the label. */
  readonly saved: boolean;
}

const SAVED_FOR_MS = 2000;

export function useSetting<Key extends keyof Settings>(key: Key, fallback: Settings[Key]): Setting<Settings[Key]> {
  const { commands, environment } = useClient();
  const t = useT();
  const value = useWorkspace((state) => state.settings?.[key]) ?? fallback;
  const [error, setError] = useState<string>();
  const [saved, setSaved] = useState(false);
  const save = useCallback(
    (next: Settings[Key]) => {
      setError(undefined);
      commands.updateSetting(key, next).then(
        () => {
          setSaved(true);
          environment.after(SAVED_FOR_MS, () => setSaved(false));
        },
        (reason: unknown) => setError(t('settings.notSaved', { reason: reasonOf(t, reason) })),
      );
    },
    [commands, environment, key, t],
  );
  return { value, save, error, saved };
}
