// Draws the harmless outline of an HTML file in the window's own type. Depth is bounded by the reader, so plain nesting is safe.

import { createElement, type JSX, type ReactNode, useMemo } from 'react';
import { type SafeNode, type SafeTag, safePage } from './safePage.ts';

const looks: Readonly<Partial<Record<SafeTag, string>>> = {
  h1: 'text-title mt-2 mb-3',
  h2: 'text-heading mt-5 mb-2',
  h3: 'text-ui font-semibold mt-4 mb-1',
  h4: 'text-ui font-medium mt-3 mb-1',
  p: 'my-2 text-fg-2',
  ul: 'my-2 list-disc ps-5',
  ol: 'my-2 list-decimal ps-5',
  dl: 'my-2',
  dt: 'font-medium',
  dd: 'ps-4 text-fg-2',
  table: 'my-3 w-full border-collapse text-ui',
  caption: 'pb-1 text-start text-caption text-fg-3',
  tr: 'border-b border-line-1',
  th: 'px-2 py-1 text-start text-caption font-medium text-fg-3',
  td: 'px-2 py-1 align-top',
  pre: 'my-2 overflow-x-auto rounded-field bg-sunken p-2 font-mono text-mono',
  code: 'font-mono text-mono',
  blockquote: 'my-2 border-s-2 border-line-2 ps-3 text-fg-2',
  hr: 'my-4 border-line-1',
};
const empty = new Set<SafeTag>(['hr', 'br']);

export function SafePage({ html, cutNote }: { readonly html: string; readonly cutNote: string }): JSX.Element {
  const page = useMemo(() => safePage(html), [html]);
  return (
    <div className="break-words">
      {page.nodes.map(draw)}
      {page.cut && <p className="mt-3 text-caption text-fg-3">{cutNote}</p>}
    </div>
  );
}

function draw(node: SafeNode): ReactNode {
  if ('text' in node) return node.text;
  const props = { key: node.key, className: looks[node.tag], ...(node.columns > 1 ? { colSpan: node.columns } : {}) };
  if (empty.has(node.tag)) return createElement(node.tag, props);
  return createElement(node.tag, props, ...node.children.map(draw));
}
