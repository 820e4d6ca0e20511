// What the palette shows for what was typed: one ranking over everything, then groups in the order of their best entry. Pure.

import { type IconName, type PickGroup, type PickItem, rankMatch } from '@axion/ui';

export interface PaletteEntry {
  readonly id: string;
  readonly kind: 'command' | 'graph' | 'chat' | 'run' | 'example';
  readonly group: string;
  readonly label: string;
  readonly icon: IconName | undefined;
  readonly shortcut?: string | undefined;
  readonly act: () => void;
}

const MOST_SHOWN = 60;
const MOST_PER_GROUP_AT_REST = 6;
const MOST_RUNS_FOUND = 12;
/** What a person means most often comes first where matches are equal. */
const weight: Readonly<Record<PaletteEntry['kind'], number>> = { command: 400, graph: 300, chat: 200, example: 100, run: 0 };

export function rankPalette(typed: string, entries: readonly PaletteEntry[]): readonly PickGroup[] {
  const only = typed.startsWith('>') ? 'command' : typed.startsWith('#') ? 'graph' : null;
  const query = only === null ? typed : typed.slice(1);
  const atRest = query.trim() === '';
  const found: { readonly entry: PaletteEntry; readonly score: number; readonly at: readonly number[] }[] = [];
  for (const entry of entries) {
    if (only !== null && entry.kind !== only) continue;
    const rank = rankMatch(query, entry.label);
    // Runs that fit equally well stay newest first.
    const fit = rank === null || entry.kind !== 'run' ? (rank?.score ?? 0) : Math.round(rank.score / 10) * 10;
    if (rank !== null) found.push({ entry, score: fit + weight[entry.kind], at: rank.at });
  }
  if (!atRest) found.sort((one, other) => other.score - one.score);
  const groups = new Map<string, PickItem[]>();
  let shown = 0;
  for (const { entry, at } of found) {
    if (shown >= MOST_SHOWN) break;
    const items = groups.get(entry.group) ?? [];
    if (atRest && only === null && entry.kind !== 'command' && items.length >= MOST_PER_GROUP_AT_REST) continue;
    if (entry.kind === 'run' && items.length >= MOST_RUNS_FOUND) continue;
    items.push({
      id: entry.id,
      label: entry.label,
      matched: at,
      ...(entry.icon === undefined ? {} : { icon: entry.icon }),
      ...(entry.shortcut === undefined ? {} : { shortcut: entry.shortcut }),
    });
    groups.set(entry.group, items);
    shown += 1;
  }
  return [...groups].map(([label, items]) => ({ id: label, label, items }));
}
