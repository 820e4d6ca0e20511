// A file before and after, as the lines of a unified diff: a few lines round each change, and in lines that changed the words that did.
// Bounded: what would take too long to compare is shown as taken out and put in. Pure.

import { diffWordsWithSpace, structuredPatch } from 'diff';

export interface DiffPiece {
  readonly text: string;
  readonly changed: boolean;
}
export type DiffLine =
  | { readonly kind: 'gap'; readonly skipped: number }
  | { readonly kind: 'same' | 'added' | 'removed'; readonly old: number | null; readonly now: number | null; readonly pieces: readonly DiffPiece[] };

export interface FileDiff {
  readonly lines: readonly DiffLine[];
  readonly added: number;
  readonly removed: number;
}

const CONTEXT = 3;
const MOST_EDITS = 4_000;
const PATIENCE_MS = 200;
const LONGEST_COMPARED = 500;

export function diffLines(before: string, after: string): FileDiff {
  const options = { context: CONTEXT, maxEditLength: MOST_EDITS, timeout: PATIENCE_MS };
  const patch = structuredPatch('', '', before, after, undefined, undefined, options);
  const hunks = patch?.hunks ?? [wholeHunk(before, after)];
  const lines: DiffLine[] = [];
  let added = 0;
  let removed = 0;
  let seen = 1;
  for (const hunk of hunks) {
    if (hunk.oldStart > seen) lines.push({ kind: 'gap', skipped: hunk.oldStart - seen });
    let old = hunk.oldStart;
    let now = hunk.newStart;
    const taken: string[] = [];
    const put: string[] = [];
    const flush = () => {
      const pairs = Math.min(taken.length, put.length);
      const words = Array.from({ length: pairs }, (_, at) => changedWords(taken[at] ?? '', put[at] ?? ''));
      for (const [at, text] of taken.entries()) lines.push({ kind: 'removed', old: old++, now: null, pieces: words[at]?.old ?? [{ text, changed: false }] });
      for (const [at, text] of put.entries()) lines.push({ kind: 'added', old: null, now: now++, pieces: words[at]?.now ?? [{ text, changed: false }] });
      removed += taken.splice(0).length;
      added += put.splice(0).length;
    };
    for (const line of hunk.lines) {
      const text = line.slice(1);
      if (line.startsWith('-')) {
        if (put.length > 0) flush();
        taken.push(text);
      } else if (line.startsWith('+')) put.push(text);
      else if (line.startsWith(' ')) {
        flush();
        lines.push({ kind: 'same', old: old++, now: now++, pieces: [{ text, changed: false }] });
      }
    }
    flush();
    seen = old;
  }
  return { lines, added, removed };
}

function wholeHunk(before: string, after: string) {
  const linesOf = (text: string, sign: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n').map((line) => sign + line));
  return { oldStart: 1, newStart: 1, lines: [...linesOf(before, '-'), ...linesOf(after, '+')] };
}

/** Only where enough stays the same that the marks say something. */
function changedWords(old: string, now: string): { readonly old: readonly DiffPiece[]; readonly now: readonly DiffPiece[] } | null {
  if (old.length > LONGEST_COMPARED || now.length > LONGEST_COMPARED) return null;
  const words = diffWordsWithSpace(old, now);
  const same = words.reduce((sum, word) => sum + (word.added || word.removed ? 0 : word.value.trim().length), 0);
  if (same * 3 < Math.max(old.trim().length, now.trim().length)) return null;
  return {
    old: words.filter((word) => !word.added).map((word) => ({ text: word.value, changed: word.removed })),
    now: words.filter((word) => !word.removed).map((word) => ({ text: word.value, changed: word.added })),
  };
}
