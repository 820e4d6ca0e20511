// Ranks names against what was typed, for the command palette and the node list: every typed letter must appear in order;
// a match at the start of a word counts most, then letters in a row, then an early place. Pure.

export interface RankedMatch {
  readonly score: number;
  /** Positions of the matched letters, ascending. */
  readonly at: readonly number[];
}

const MOST_TYPED = 64;

export function rankMatch(typed: string, name: string): RankedMatch | null {
  const query = typed.trim().toLowerCase().slice(0, MOST_TYPED);
  if (query === '') return { score: 0, at: [] };
  const text = name.toLowerCase();
  const whole = text.indexOf(query);
  if (whole >= 0) {
    const starts = whole === 0 || isBoundary(name, whole);
    return { score: 1000 + (starts ? 500 : 0) + (whole === 0 ? 200 : 0) - whole - text.length * 0.1, at: range(whole, query.length) };
  }
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of query) {
    if (letter === ' ') continue;
    let found = text.indexOf(letter, from);
    if (found < 0) return null;
    const atWord = nextWordStart(name, text, letter, from);
    if (atWord >= 0 && atWord - found < 12) found = atWord;
    score += isBoundary(name, found) ? 12 : at.at(-1) === found - 1 ? 8 : 1;
    at.push(found);
    from = found + 1;
  }
  return { score: score - text.length * 0.1, at };
}

function nextWordStart(name: string, text: string, letter: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === letter && isBoundary(name, at)) return at;
  return -1;
}

function isBoundary(name: string, at: number): boolean {
  if (at === 0) return true;
  const before = name[at - 1] ?? '';
  const here = name[at] ?? '';
  return !/[\p{L}\p{N}]/u.test(before) || (/\p{Ll}/u.test(before) && /\p{Lu}/u.test(here));
}

function range(start: number, length: number): readonly number[] {
  return Array.from({ length }, (_, step) => start + step);
}
