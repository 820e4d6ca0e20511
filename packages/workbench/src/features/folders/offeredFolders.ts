// The folders that came with an example, kept by the graph that was made of it, so that the question "which folders?" can offer
// them also after a restart. An offer grants nothing.

import type { KeyValueStorage } from '@axion/client';
import type { RunGrant } from '@axion/protocol';

const PREFIX = 'axion.offered.';

export function offerFolders(storage: KeyValueStorage, graphId: string, folders: readonly RunGrant[]): void {
  if (folders.length > 0) storage.write(PREFIX + graphId, JSON.stringify(folders));
}

/** What was kept, as far as it is still what it should be. */
export function offeredFolders(storage: KeyValueStorage, graphId: string): readonly RunGrant[] {
  const text = storage.read(PREFIX + graphId);
  if (text === undefined) return [];
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(kept)) return [];
  return kept.filter(isRunGrant);
}

function isRunGrant(value: unknown): value is RunGrant {
  return (
    typeof value === 'object' &&
    value !== null &&
    'slot' in value &&
    'path' in value &&
    'access' in value &&
    typeof value.slot === 'string' &&
    typeof value.path === 'string' &&
    (value.access === 'ro' || value.access === 'rw')
  );
}
