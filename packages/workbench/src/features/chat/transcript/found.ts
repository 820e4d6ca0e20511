// A message that was arrived at from a search, and where in a text the searched words stand. Pure; what marks them in the page is
// `useFoundWords.ts`.

import type { Message, SearchHit } from '@axion/protocol';
import { createContext } from 'react';
import { snippetPieces } from '../list/sessionGroups.ts';
import type { Row } from './rows.ts';

export interface Found {
  readonly messageId: string;
  /** What Core says it found, as it stands there. */
  readonly words: readonly string[];
  /** Another one for each arrival, also at the same message. */
  readonly turn: number;
}

/** The message that was arrived at, and the row of it that the view went to. */
export interface Arrival extends Found {
  readonly rowKey: string;
  /** The person has just come: the strip is lit. */
  readonly fresh: boolean;
}

export const ArrivalContext = createContext<Arrival | null>(null);

const MOST_WORDS = 16;

export function wordsOf(hit: SearchHit): readonly string[] {
  const words = snippetPieces(hit.snippet).flatMap((piece) => (piece.found && piece.text.trim() !== '' ? [piece.text.trim()] : []));
  return [...new Set(words)].slice(0, MOST_WORDS);
}

/** Any of the words, whatever their case; the longest where several begin. Null if there are none. */
export function wordPattern(words: readonly string[]): RegExp | null {
  const longestFirst = [...words].filter((word) => word !== '').sort((one, other) => other.length - one.length);
  return longestFirst.length === 0 ? null : new RegExp(longestFirst.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'giu');
}

export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Where the words stand in a text, at most so many times. */
export function placesIn(text: string, pattern: RegExp, most: number): readonly Place[] {
  const places: Place[] = [];
  for (const match of text.matchAll(pattern)) {
    if (places.length >= most) break;
    places.push({ from: match.index, to: match.index + match[0].length });
  }
  return places;
}

/** The row of a message in which the words stand; its first one where no text of it has them (they are in what a tool said). -1 if it has no row. */
export function rowWithWords(rows: readonly Row[], message: Message | undefined, found: Found): number {
  const first = rows.findIndex((row) => row.messageId === found.messageId);
  const pattern = wordPattern(found.words);
  if (first < 0 || pattern === null || message === undefined) return first;
  const at = rows.findIndex((row) => {
    if (row.messageId !== found.messageId || !('part' in row)) return false;
    const part = message.parts[row.part];
    return (part?.type === 'text' || part?.type === 'steer') && placesIn(part.text, pattern, 1).length > 0;
  });
  return at < 0 ? first : at;
}
