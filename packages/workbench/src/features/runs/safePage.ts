// Reads an HTML file that a run wrote into a harmless outline of it: text in a few known elements, nothing else. The file is never
// given to the browser's own parser, so no script, style, link, image or event handler of a hostile report is even looked at.
// Iterative; bounded in length and depth. Pure.

import { decodeEntities } from './htmlEntities.ts';

export type SafeTag =
  | 'h1' | 'h2' | 'h3' | 'h4' | 'p' | 'ul' | 'ol' | 'li' | 'dl' | 'dt' | 'dd' | 'table' | 'caption' | 'thead' | 'tbody' | 'tfoot' | 'tr' | 'th' | 'td'
  | 'pre' | 'code' | 'strong' | 'em' | 'blockquote' | 'hr' | 'br' | 'div' | 'span';

export interface SafeElement {
  readonly key: number;
  readonly tag: SafeTag;
  readonly columns: number;
  readonly children: readonly SafeNode[];
}
export type SafeNode = SafeElement | { readonly key: number; readonly text: string };

const tags = new Map<string, SafeTag>([
  ['h1', 'h1'], ['h2', 'h2'], ['h3', 'h3'], ['h4', 'h4'], ['h5', 'h4'], ['h6', 'h4'], ['p', 'p'], ['ul', 'ul'], ['ol', 'ol'], ['li', 'li'],
  ['dl', 'dl'], ['dt', 'dt'], ['dd', 'dd'], ['table', 'table'], ['caption', 'caption'], ['thead', 'thead'], ['tbody', 'tbody'], ['tfoot', 'tfoot'],
  ['tr', 'tr'], ['th', 'th'], ['td', 'td'], ['pre', 'pre'], ['code', 'code'], ['kbd', 'code'], ['samp', 'code'], ['strong', 'strong'], ['b', 'strong'],
  ['em', 'em'], ['i', 'em'], ['blockquote', 'blockquote'], ['hr', 'hr'], ['br', 'br'], ['div', 'div'], ['section', 'div'], ['article', 'div'],
  ['header', 'div'], ['footer', 'div'], ['main', 'div'], ['figure', 'div'], ['figcaption', 'p'], ['aside', 'div'], ['nav', 'div'],
]);
/** Left out with all that is inside. */
const dropped = new Set(['script', 'style', 'title', 'noscript', 'template', 'iframe', 'object', 'svg', 'math', 'textarea', 'select', 'button', 'video', 'audio', 'canvas', 'noembed', 'noframes', 'xmp', 'plaintext']);
const empty = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);
/** Tags that only wrap: what is inside counts, they do not. */
const transparent = new Set(['html', 'body', 'head', 'form', 'fieldset', 'colgroup', 'center', 'details', 'summary', 'label', 'a']);
/** What a start tag closes when it was left open, up to the element that bounds it. */
const closes: Readonly<Record<string, readonly [closed: readonly SafeTag[], within: readonly SafeTag[]]>> = Object.assign(Object.create(null), {
  li: [['li', 'p'], ['ul', 'ol']],
  dt: [['dt', 'dd', 'p'], ['dl']],
  dd: [['dt', 'dd', 'p'], ['dl']],
  tr: [['tr', 'td', 'th', 'caption', 'p'], ['table', 'thead', 'tbody', 'tfoot']],
  td: [['td', 'th', 'p'], ['tr', 'table']],
  th: [['td', 'th', 'p'], ['tr', 'table']],
  thead: [['caption', 'tr', 'td', 'th', 'tbody', 'tfoot'], ['table']],
  tbody: [['caption', 'tr', 'td', 'th', 'thead', 'tfoot', 'tbody'], ['table']],
  tfoot: [['caption', 'tr', 'td', 'th', 'thead', 'tbody'], ['table']],
});
const closesParagraph = new Set<SafeTag>(['h1', 'h2', 'h3', 'h4', 'p', 'ul', 'ol', 'dl', 'table', 'pre', 'blockquote', 'hr', 'div']);

const MOST_NODES = 20_000;
const MOST_DEPTH = 48;
/** Longer tags are passed over whole; the bound keeps the reading of a hostile page linear. */
const LONGEST_TAG = 4096;
const startTag = /^<([a-zA-Z][a-zA-Z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/;

interface Open {
  readonly tag: SafeTag;
  readonly name: string;
  readonly children: SafeNode[];
}

/** `cut` is true when the page was longer or deeper than is shown. */
export function safePage(html: string): { readonly nodes: readonly SafeNode[]; readonly cut: boolean } {
  const root: Open = { tag: 'div', name: '', children: [] };
  const open: Open[] = [root];
  let key = 0;
  let cut = false;
  let at = 0;
  const top = (): Open => open.at(-1) ?? root;
  const write = (raw: string) => {
    const { tag, children } = top();
    const decoded = decodeEntities(raw);
    const text = tag === 'pre' || tag === 'code' ? decoded : decoded.replace(/\s+/g, ' ');
    const between = tag === 'table' || tag === 'tr' || tag === 'thead' || tag === 'tbody' || tag === 'tfoot' || tag === 'ul' || tag === 'ol' || tag === 'dl';
    if (text === '' || (text === ' ' && (between || children.length === 0))) return;
    key += 1;
    children.push({ key, text });
  };
  while (at < html.length) {
    if (key >= MOST_NODES) {
      cut = true;
      break;
    }
    const less = html.indexOf('<', at);
    if (less < 0) {
      write(html.slice(at));
      break;
    }
    if (less > at) write(html.slice(at, less));
    if (html.startsWith('<!--', less)) {
      at = endAfter(html, '-->', less + 4);
      continue;
    }
    if (html[less + 1] === '!' || html[less + 1] === '?') {
      at = endAfter(html, '>', less);
      continue;
    }
    if (html[less + 1] === '/') {
      const end = endAfter(html, '>', less);
      closeNamed(open, /^[a-zA-Z][a-zA-Z0-9-]*/.exec(html.slice(less + 2, less + 40))?.[0].toLowerCase() ?? '');
      at = end;
      continue;
    }
    const match = startTag.exec(html.slice(less, less + LONGEST_TAG));
    if (match === null) {
      const long = /[a-zA-Z]/.test(html[less + 1] ?? '') && html.length - less > LONGEST_TAG && html.includes('>', less);
      // A lone "<" is text.
      if (!long) write('<');
      at = long ? endAfter(html, '>', less) : less + 1;
      continue;
    }
    at = less + match[0].length;
    const name = (match[1] ?? '').toLowerCase();
    if (dropped.has(name)) {
      at = skipContent(html, name, at);
      continue;
    }
    if (transparent.has(name)) continue;
    if (empty.has(name) && name !== 'br' && name !== 'hr') continue;
    const tag = tags.get(name) ?? 'span';
    closeImplied(open, name, tag);
    if (open.length > MOST_DEPTH) {
      cut = true;
      continue;
    }
    key += 1;
    const children: SafeNode[] = [];
    top().children.push({ key, tag, columns: columnsOf(match[2] ?? ''), children });
    if (!empty.has(name) && !(match[2] ?? '').endsWith('/')) open.push({ tag, name, children });
  }
  return { nodes: root.children, cut };
}

function endAfter(html: string, mark: string, from: number): number {
  const end = html.indexOf(mark, from);
  return end < 0 ? html.length : end + mark.length;
}

function skipContent(html: string, name: string, from: number): number {
  const close = new RegExp(`</${name}[\\s/>]`, 'gi');
  close.lastIndex = from;
  return close.exec(html) === null ? html.length : endAfter(html, '>', close.lastIndex - 1);
}

function columnsOf(attributes: string): number {
  const span = Number(/\bcolspan\s*=\s*["']?(\d{1,2})/i.exec(attributes)?.[1] ?? 1);
  return Math.max(1, span);
}

/** Closes the nearest open element of that name; one that was never opened closes nothing. */
function closeNamed(open: Open[], name: string): void {
  for (let depth = open.length - 1; depth > 0; depth--) {
    if (open[depth]?.name !== name) continue;
    open.length = depth;
    return;
  }
}

function closeImplied(open: Open[], name: string, tag: SafeTag): void {
  if (closesParagraph.has(tag) && open.at(-1)?.tag === 'p' && open.length > 1) open.pop();
  const rule = closes[name];
  if (rule === undefined) return;
  const [closed, within] = rule;
  let depth = open.length;
  for (let at = open.length - 1; at > 0; at--) {
    const other = open[at]?.tag;
    if (other === undefined || within.includes(other)) break;
    if (closed.includes(other)) depth = at;
  }
  open.length = depth;
}
