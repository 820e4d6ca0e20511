import { describe, expect, it } from 'vitest';
import { type SafeNode, safePage } from './safePage.ts';

// The test runs without a browser: a tiny tree with the few fields of the DOM that the reader uses.
type Fake = { nodeType: number; nodeValue: string | null; localName?: string; colSpan?: number; childNodes: Fake[] };
const text = (value: string): Fake => ({ nodeType: 3, nodeValue: value, childNodes: [] });
const element = (localName: string, ...childNodes: Fake[]): Fake => ({ nodeType: 1, nodeValue: null, localName, childNodes });
const read = (...childNodes: Fake[]) => safePage({ childNodes } as unknown as ParentNode);

const flat = (nodes: readonly SafeNode[]): string => nodes.map((node) => ('text' in node ? node.text : `<${node.tag}>${flat(node.children)}`)).join('');

describe('the outline of a hostile page', () => {
  it('keeps text in known elements and drops what could act', () => {
    const page = read(
      element('h1', text('Report')),
      element('script', text('steal()')),
      element('style', text('body { background: url(http://x) }')),
      element('iframe', text('x')),
      element('a', text('a link')),
      element('constructor', text('odd')),
      element('table', element('tr', element('td', text('1')))),
    );
    expect(flat(page.nodes)).toBe('<h1>Report<span>a link<span>odd<table><tr><td>1');
    expect(page.cut).toBe(false);
  });

  it('is bounded in length and depth', () => {
    let deep = element('div', text('end'));
    for (let level = 0; level < 100_000; level++) deep = element('div', deep);
    expect(read(deep).cut).toBe(true);
    const long = read(...Array.from({ length: 50_000 }, () => element('p', text('x'))));
    expect(long.cut).toBe(true);
    expect(long.nodes.length).toBeLessThan(20_001);
  });
});
