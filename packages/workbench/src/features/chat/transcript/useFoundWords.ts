// Marks the searched words in what is drawn, by the browser's own highlights: the page's elements stay as they are. Where the web view
// has none of these, the message is marked all the same (`RowView.tsx`), only its words are not.

import { type RefObject, useEffect } from 'react';
import { type Arrival, placesIn, wordPattern } from './found.ts';

/** `::highlight(found-words)` in the stylesheet. */
const NAME = 'found-words';
const MOST_MARKS = 200;
const MOST_LETTERS = 200_000;

const supported = (): boolean => typeof Highlight === 'function' && typeof CSS !== 'undefined' && 'highlights' in CSS;

/** Two chats side by side mark into the same one. */
function marks(): Highlight {
  const known = CSS.highlights.get(NAME);
  if (known !== undefined) return known;
  const fresh = new Highlight();
  CSS.highlights.set(NAME, fresh);
  return fresh;
}

function rangesIn(root: Node, words: readonly string[]): readonly Range[] {
  const pattern = wordPattern(words);
  if (pattern === null) return [];
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let letters = 0;
  for (let node = texts.nextNode(); node !== null && ranges.length < MOST_MARKS && letters < MOST_LETTERS; node = texts.nextNode()) {
    const text = node.nodeValue ?? '';
    letters += text.length;
    for (const { from, to } of placesIn(text, pattern, MOST_MARKS - ranges.length)) {
      const range = new Range();
      range.setStart(node, from);
      range.setEnd(node, to);
      ranges.push(range);
    }
  }
  return ranges;
}

/** `onFirst` gets the first place once, when the row is there. */
export function useFoundWords(content: RefObject<HTMLElement | null>, arrival: Arrival | null, onFirst: (range: Range | null) => void): void {
  const words = arrival?.words;
  const turn = arrival?.turn;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each arrival looks anew; who is told is whoever asks at that time
  useEffect(() => {
    const root = content.current;
    if (root === null || words === undefined) return;
    let drawn: readonly Range[] = [];
    const clear = () => {
      for (const range of drawn) CSS.highlights.get(NAME)?.delete(range);
    };
    const draw = () => {
      clear();
      drawn = rangesIn(root, words);
      if (supported()) for (const range of drawn) marks().add(range);
    };
    draw();
    onFirst(drawn[0] ?? null);
    if (!supported()) return;
    // Code gets its colours a moment later, and folded work is opened: the words are in other elements then.
    const watch = new MutationObserver(draw);
    watch.observe(root, { childList: true, characterData: true, subtree: true });
    return () => {
      watch.disconnect();
      clear();
    };
  }, [content, words, turn]);
}
