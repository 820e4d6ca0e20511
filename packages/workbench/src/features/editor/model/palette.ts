// The kinds as a person looks for them: groups of the catalogue, and by what was typed. Pure.

import { groups, type Kind, kinds } from '@axion/engine';
import { rankMatch } from '@axion/ui';

export interface PaletteGroup {
  readonly id: string;
  readonly title: string;
  readonly kinds: readonly Kind[];
}

const DESCRIPTION_WEIGHT = 0.25;

/** Everything by group when nothing is typed, else one list, best first. */
export function paletteGroups(typed: string, recent: readonly string[], recentTitle: string, wanted: (kind: Kind) => boolean): readonly PaletteGroup[] {
  const offered = kinds.filter(wanted);
  if (typed.trim() === '') {
    const lately = recent.flatMap((id) => offered.find((kind) => kind.id === id) ?? []);
    const all = groups.map((group) => ({ id: group.id as string, title: group.title as string, kinds: offered.filter((kind) => kind.group === group.id) }));
    return [{ id: 'recent', title: recentTitle, kinds: lately }, ...all].filter((group) => group.kinds.length > 0);
  }
  const ranked = offered
    .map((kind) => ({ kind, score: scoreOf(typed, kind) }))
    .filter((one): one is { readonly kind: Kind; readonly score: number } => one.score !== null)
    .sort((a, b) => b.score - a.score);
  return ranked.length === 0 ? [] : [{ id: 'found', title: '', kinds: ranked.map((one) => one.kind) }];
}

function scoreOf(typed: string, kind: Kind): number | null {
  const byName = rankMatch(typed, kind.title)?.score ?? rankMatch(typed, kind.id)?.score ?? null;
  if (byName !== null) return byName;
  // In a description only whole words count; letters in order are found in any sentence.
  const at = kind.description.toLowerCase().indexOf(typed.trim().toLowerCase());
  return at < 0 ? null : DESCRIPTION_WEIGHT * (100 - at);
}

export const RECENT_KINDS = 4;

export function withRecent(recent: readonly string[], kind: string): readonly string[] {
  return [kind, ...recent.filter((other) => other !== kind)].slice(0, RECENT_KINDS);
}
