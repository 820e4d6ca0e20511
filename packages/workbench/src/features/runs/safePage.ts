// Reads an HTML file that a run wrote into a harmless outline of it: text in a few known elements, nothing else. No script, style,
// link, image, form, frame or attribute survives, so the page of a hostile report can neither act nor reach out. Iterative, capped.

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

const tags: Readonly<Record<string, SafeTag>> = Object.assign(Object.create(null), {
  h1: 'h1', h2: 'h2', h3: 'h3', h4: 'h4', h5: 'h4', h6: 'h4', p: 'p', ul: 'ul', ol: 'ol', li: 'li', dl: 'dl', dt: 'dt', dd: 'dd',
  table: 'table', caption: 'caption', thead: 'thead', tbody: 'tbody', tfoot: 'tfoot', tr: 'tr', th: 'th', td: 'td',
  pre: 'pre', code: 'code', kbd: 'code', samp: 'code', strong: 'strong', b: 'strong', em: 'em', i: 'em', blockquote: 'blockquote', hr: 'hr', br: 'br',
  div: 'div', section: 'div', article: 'div', header: 'div', footer: 'div', main: 'div', figure: 'div', figcaption: 'p', aside: 'div', nav: 'div',
  span: 'span', a: 'span', small: 'span', mark: 'span', time: 'span', sub: 'span', sup: 'span', u: 'span', abbr: 'span', label: 'span', body: 'div',
});
const dropped = new Set(['script', 'style', 'noscript', 'template', 'iframe', 'object', 'embed', 'svg', 'math', 'head', 'title', 'form', 'input', 'button', 'select', 'textarea', 'img', 'video', 'audio', 'canvas', 'link', 'meta', 'base']);

const MOST_NODES = 20_000;
const MOST_DEPTH = 64;

interface Building {
  readonly source: Iterator<ChildNode>;
  readonly element: SafeElement & { readonly children: SafeNode[] };
}

/** `cut` is true when the page was longer or deeper than is shown. */
export function safePage(body: ParentNode): { readonly nodes: readonly SafeNode[]; readonly cut: boolean } {
  let key = 0;
  let cut = false;
  const root: SafeNode[] = [];
  const open: Building[] = [{ source: body.childNodes.values(), element: { key: 0, tag: 'div', columns: 1, children: root } }];
  while (open.length > 0) {
    const top = open.at(-1);
    if (top === undefined) break;
    const next = top.source.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    if (key >= MOST_NODES) {
      cut = true;
      break;
    }
    const node = next.value;
    if (node.nodeType === 3) {
      const text = node.nodeValue ?? '';
      if (text.trim() !== '' || top.element.tag === 'pre' || top.element.tag === 'span' || top.element.tag === 'p') {
        key += 1;
        top.element.children.push({ key, text });
      }
      continue;
    }
    if (node.nodeType !== 1 || !('localName' in node)) continue;
    const name = String(node.localName);
    if (dropped.has(name)) continue;
    if (open.length > MOST_DEPTH) {
      cut = true;
      continue;
    }
    key += 1;
    const span = 'colSpan' in node ? Number(node.colSpan) : 1;
    const element = { key, tag: tags[name] ?? 'span', columns: Number.isInteger(span) && span > 1 && span < 100 ? span : 1, children: [] };
    top.element.children.push(element);
    open.push({ source: node.childNodes.values(), element });
  }
  return { nodes: root, cut };
}
