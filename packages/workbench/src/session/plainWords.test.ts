import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_READ, plainWords } from './plainWords.ts';

describe('plain words', () => {
  test.each([
    ['## What I found', 'What I found'],
    ['**Done.** The file is *new*.', 'Done. The file is new.'],
    ['> - [x] `a_b*c*` is in [the guide](https://example.org/a_(b) "why")', 'a_b*c* is in the guide'],
    ['1. First\n2. Second', 'First Second'],
    ['| a | **b** |\n|---|:-:|\n| 1 | 2 |', 'a, b 1, 2'],
    ['```ts\nlet a = 1;\n```\nThat is all', 'let a = 1; That is all'],
    ['Read my_old_file.txt and 2 * 3 * 4, x*y*z', 'Read my_old_file.txt and 2 * 3 * 4, x*y*z'],
    ['**`npm test`** passed', 'npm test passed'],
    ['**A bold beginning that was cut', 'A bold beginning that was cut'],
    ['\\*not bold\\* and \\# no head', '*not bold* and # no head'],
    ['a &lt; b &amp;&amp; List<string> <b>x</b>', 'a < b && List<string> x'],
    ['![a picture](x.png) and <https://example.org/>', 'a picture and https://example.org/'],
    ['Heading\n---\n***both***', 'Heading both'],
    ['#hashtag and #5 stay', '#hashtag and #5 stay'],
    ['```', '```'],
    ['a\u202eb\u0000c\td', 'ab c d'],
  ])('%j', (source, plain) => {
    expect(plainWords(source)).toBe(plain);
  });

  const word = fc.stringMatching(/^[A-Za-z0-9éяß😀,.?]{1,12}$/u).filter((text) => !/^\d+[.)]$/.test(text));
  const words = fc.array(word, { minLength: 1, maxLength: 12 }).map((list) => list.join(' '));

  test('words without marks stay as they are', () => {
    fc.assert(fc.property(words, (text) => void expect(plainWords(text)).toBe(text)));
  });

  const wraps: readonly ((text: string) => string)[] = [
    (text) => `**${text}**`,
    (text) => `*${text}*`,
    (text) => `__${text}__`,
    (text) => `_${text}_`,
    (text) => `~~${text}~~`,
    (text) => `\`${text}\``,
    (text) => `[${text}](https://example.org/x)`,
    (text) => `![${text}](x.png)`,
  ];
  const openings = ['# ', '###### ', '> ', '- ', '* ', '+ ', '12. ', '3) ', '> > - ', '  ', ''];
  test('marks around words are taken away, at the beginning of a line and within', () => {
    fc.assert(
      fc.property(words, words, fc.constantFrom(...wraps), fc.constantFrom(...openings), (before, text, wrap, opening) => {
        expect(plainWords(`${opening}${before} ${wrap(text)}`)).toBe(`${before} ${text}`);
        expect(plainWords(`${opening}${wrap(text)}`)).toBe(text);
      }),
    );
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3_000 }),
    fc.string({ unit: fc.constantFrom('*', '_', '`', '[', ']', '(', ')', '<', '>', '#', '|', '-', '~', '\\', '&', ' ', '\n', 'a', '\ud83d', '\ue000', '\ue001', '0', '\u202e'), maxLength: 3_000 }),
  );
  test('of hostile text it makes one line that is no longer than the text, and never throws', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const plain = plainWords(text);
        expect(plain.length).toBeLessThanOrEqual(MOST_READ);
        expect(plain).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
        expect(plain).toBe(plain.trim());
        expect(plain === '').toBe(text.slice(0, MOST_READ).replaceAll(/[\p{Cc}\s\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '') === '');
      }),
      { numRuns: 500 },
    );
  });

  test('only the beginning of a long text is read', () => {
    fc.assert(
      fc.property(hostile, hostile, (head, tail) => {
        const text = `${head.padEnd(MOST_READ, 'x')}${tail}`;
        expect(plainWords(text)).toBe(plainWords(text.slice(0, MOST_READ)));
      }),
    );
  });
});
