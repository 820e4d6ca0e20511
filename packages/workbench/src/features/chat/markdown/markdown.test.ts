// What becomes of a model's text: where it is cut while it grows, which links it may have, and what it draws. Nothing of it may load or run.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createClient } from '@axion/client';
import { createMemoryGateway, MemoryCore, testClock, testEnvironment } from '@axion/testkit';
import fc from 'fast-check';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { createMessages, MessagesContext } from '../../../messages/context.ts';
import { ClientContext } from '../../../session/context.ts';
import { safeLink } from './links.ts';
import { Markdown } from './Markdown.tsx';
import { BlockSplitter, blocksOf, openFenceOf } from './splitBlocks.ts';

const clock = testClock();
const client = createClient(createMemoryGateway({ core: new MemoryCore({ now: clock.now, after: clock.after }), after: clock.after }), testEnvironment(clock));
const draw = (source: string) =>
  renderToStaticMarkup(createElement(MessagesContext, { value: createMessages('en') }, createElement(ClientContext, { value: client }, createElement(Markdown, { source }))));

describe('a growing text', () => {
  const line = fc.constantFrom('a word', '- item', '1. item', '  inside', '', '', '```js', '```', '~~~', '| a | b |', '# head', '> said', '    code', 'x');
  const text = fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'));
  const letters = (blocks: readonly string[]) => blocks.join('').replaceAll(/\s/g, '');

  test('loses no letter and keeps what was settled, however it comes', () => {
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 200 }), (whole, steps) => {
        const splitter = new BlockSplitter();
        let settled: readonly string[] = [];
        for (let at = 0, step = 0; at < whole.length; step += 1) {
          at = Math.min(whole.length, at + (steps[step % steps.length] ?? 1));
          const now = splitter.read(whole.slice(0, at));
          expect(now.settled.slice(0, settled.length)).toEqual(settled);
          expect(letters([...now.settled, now.tail])).toBe(letters([whole.slice(0, at)]));
          settled = now.settled;
        }
        expect(letters(blocksOf(whole))).toBe(letters([whole]));
      }),
    );
  });

  test('settles a paragraph when the next begins, a list when it ends, code when its fence closes', () => {
    const splitter = new BlockSplitter();
    expect(splitter.read('One.\n\n').settled).toEqual([]);
    expect(splitter.read('One.\n\nT').settled).toEqual(['One.']);
    expect(splitter.read('One.\n\nTwo:\n\n- a\n\n- b\n').settled).toEqual(['One.', 'Two:']);
    expect(splitter.read('One.\n\nTwo:\n\n- a\n\n- b\n\nThree').settled).toEqual(['One.', 'Two:', '- a\n\n- b']);
    const code = 'See:\n```js\nlet a;\n\nlet b;\n';
    expect(new BlockSplitter().read(code)).toEqual({ settled: ['See:'], tail: '```js\nlet a;\n\nlet b;\n' });
    expect(new BlockSplitter().read(`${code}\`\`\`\n`).settled).toEqual(['See:', '```js\nlet a;\n\nlet b;\n```']);
    expect(openFenceOf('```js\nlet a;')).toEqual({ language: 'js', code: 'let a;' });
  });

  test('with definitions is read as one, so that every block knows them', () => {
    expect(blocksOf('See [it].\n\nMore.\n\n[it]: https://example.org\n')).toHaveLength(1);
  });

  test('of 200,000 letters is cut piece by piece, and its blocks do not keep what it was on the way', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const splitter = new BlockSplitter();
    const piece = `${'word '.repeat(40)}\n\n`;
    collect();
    const before = process.memoryUsage().heapUsed;
    let settled: readonly string[] = [];
    for (let count = 1; count <= 1_000; count += 1) ({ settled } = splitter.read(piece.repeat(count)));
    expect(settled.length).toBeGreaterThan(990);
    collect();
    // Each text on the way together: 100 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    expect(settled.at(-1)).toBe(piece.replace(/\n+$/, ''));
  });
});

describe('links', () => {
  test('go to pages and mail, nowhere else', () => {
    expect(safeLink('https://example.org/a?b=1')).toEqual({ href: 'https://example.org/a?b=1', host: 'example.org' });
    expect(safeLink('mailto:someone@example.org')).toMatchObject({ host: 'someone@example.org' });
    for (const bad of [
      'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,<b>', 'file:///etc/passwd', 'vbscript:x', '//example.org', '/etc/passwd', 'tools/a.js',
      'https://bank.example@evil.example/', 'https://user:pass@evil.example/', 'blob:https://x/1', 'tauri://localhost', 'axion:1', 'https://exa\u202emple.org', '', 'x'.repeat(10),
    ]) expect(safeLink(bad), bad).toBeNull();
  });
});

describe('what is drawn', () => {
  test('is tables, lists, code and emphasis', () => {
    const html = draw('# Head\n\nSome **bold** `code` and ~~gone~~.\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n\n- [x] done\n- open\n\n```js\nlet a = 1;\n```');
    for (const piece of ['<strong><span>bold', '<code', '<del><span>gone', '<table', '<th', 'type="checkbox"', 'let a = 1;']) expect(html).toContain(piece);
  });

  test('never loads an image, runs a script or sets raw HTML', () => {
    const html = draw('<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n![a](https://evil.example/p.png) ![b](file:///etc/passwd) [x](javascript:alert(1))\n\n<a href="javascript:alert(1)">y</a> <iframe src="https://evil.example">');
    expect(html).not.toMatch(/<(script|img|iframe)/);
    expect(html).not.toMatch(/href="(javascript|file|data)/);
    expect(html).toContain('not loaded');
    expect(html).toContain('&lt;script&gt;');
  });

  test('of what is nested without end is text, and does not break', () => {
    expect(draw(`${'> '.repeat(400)}deep`)).toContain('deep');
    expect(draw(`${'*'.repeat(2_000)}x${'*'.repeat(2_000)}`)).toContain('x');
  });

  test('shows what the person would have typed, not entities', () => {
    expect(draw('a < b && c > "d" `<b>&amp;</b>`')).toContain('a &lt; b &amp;&amp; c &gt; &quot;d&quot;');
  });
});
