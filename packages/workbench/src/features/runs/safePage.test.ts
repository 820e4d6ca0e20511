import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SafeNode, safePage } from './safePage.ts';

const flat = (nodes: readonly SafeNode[]): string => nodes.map((node) => ('text' in node ? node.text : `<${node.tag}${node.columns > 1 ? ` ${node.columns}` : ''}>${flat(node.children)}</>`)).join('');
const read = (html: string) => flat(safePage(html).nodes);

describe('the outline of a page', () => {
  it('keeps text in known elements', () => {
    expect(read('<!doctype html><html><head><title>x</title></head><body><h1>Report</h1>\n<p>38 files, <b>3</b> left out.</p></body></html>')).toBe(
      '<h1>Report</> <p>38 files, <strong>3</> left out.</>',
    );
    expect(read('<table><tr><th colspan="2">Supplier &amp; total<tr><td>A<td>1</table>')).toBe('<table><tr><th 2>Supplier & total</></><tr><td>A</><td>1</></></>');
    expect(read('<ul><li>one<li>two</ul><p>a<p>b<br>c &#x20AC; &nope;')).toBe('<ul><li>one</><li>two</></><p>a</><p>b<br></>c € &nope;</>');
  });

  it('drops whatever could act or reach out', () => {
    const hostile = [
      '<script>steal("</p>")</script>',
      '<style>body { background: url(http://x) }</style>',
      '<img src=x onerror="alert(1)">',
      '<iframe srcdoc="<script>x</script>"></iframe>',
      '<svg><script>alert(1)</script></svg>',
      '<a href="javascript:alert(1)">link</a>',
      '<p onclick="alert(1)" style="position:fixed" title="a > b">text</p>',
      '<!-- <script>no</script> -->',
      '<constructor>odd</constructor>',
      '<__proto__>lone',
    ].join('');
    expect(read(hostile)).toBe('link<p>text</><span>odd</><__proto__>lone');
  });

  it('passes over a picture that is written into the page', () => {
    expect(read(`a<img src="data:image/png;base64,${'A'.repeat(100_000)}">b`)).toBe('ab');
  });

  it('is bounded in length and depth', () => {
    expect(safePage('<div>'.repeat(100_000)).cut).toBe(true);
    const long = safePage('<p>x'.repeat(50_000));
    expect(long.cut).toBe(true);
    expect(long.nodes.length).toBeLessThan(20_001);
  });

  it('reads any text without failing and stays shallow', () => {
    const piece = fc.constantFrom('<', '>', '</', '<p', '<td>', '<table>', '<li>', '</ul>', '"', "'", '&', '&#', '<!--', '-->', '<script>', '</script', 'a', ' ', '=', '/');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 300 }), (pieces) => {
        let depth = 0;
        let level: readonly SafeNode[] = safePage(pieces.join('')).nodes;
        while (level.length > 0) {
          depth += 1;
          level = level.flatMap((node) => ('text' in node ? [] : node.children));
        }
        expect(depth).toBeLessThan(60);
      }),
    );
  });
});
