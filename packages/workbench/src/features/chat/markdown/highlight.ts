// Colours for code, in the hues that values of those types have on the canvas. A few languages only, and nothing is guessed: a language
// that is not here stays plain.

import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import markdown from 'highlight.js/lib/languages/markdown';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

const low = createLowlight({ bash, c, css, diff, go, ini, java, javascript, json, markdown, python, rust, sql, typescript, xml, yaml });

export interface Painted {
  readonly text: string;
  readonly look: string | null;
}

const looks: Readonly<Record<string, string>> = {
  'hljs-comment': 'text-fg-3 italic', 'hljs-quote': 'text-fg-3 italic', 'hljs-string': 'text-ty-text', 'hljs-regexp': 'text-ty-text', 'hljs-char': 'text-ty-text',
  'hljs-number': 'text-ty-number', 'hljs-literal': 'text-ty-bool', 'hljs-keyword': 'text-ty-object', 'hljs-built_in': 'text-ty-object', 'hljs-type': 'text-ty-table',
  'hljs-title': 'font-medium', 'hljs-attr': 'text-ty-file', 'hljs-attribute': 'text-ty-file', 'hljs-name': 'text-ty-object', 'hljs-tag': 'text-fg-2', 'hljs-meta': 'text-fg-3',
  'hljs-section': 'font-semibold', 'hljs-symbol': 'text-ty-bool', 'hljs-variable': 'text-ty-file', 'hljs-addition': 'text-add-fg', 'hljs-deletion': 'text-del-fg',
  'hljs-selector-tag': 'text-ty-object', 'hljs-selector-class': 'text-ty-file', 'hljs-selector-id': 'text-ty-file',
};

type Root = ReturnType<typeof low.highlight>;
type RootContent = Root['children'][number];

/** Null for a language that is not known. */
export function paint(code: string, language: string): readonly Painted[] | null {
  const name = language.toLowerCase();
  return low.registered(name) ? flatten(low.highlight(name, code)) : null;
}

function flatten(root: Root): readonly Painted[] {
  const pieces: Painted[] = [];
  const stack: { readonly node: RootContent; readonly look: string | null }[] = root.children.toReversed().map((node) => ({ node, look: null }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, look } = next;
    if (node.type === 'text') {
      const last = pieces.at(-1);
      if (last !== undefined && last.look === look) pieces[pieces.length - 1] = { text: last.text + node.value, look };
      else pieces.push({ text: node.value, look });
    } else if (node.type === 'element') {
      const names = Array.isArray(node.properties.className) ? node.properties.className : [];
      const own = names.map((name) => looks[String(name)]).find((found) => found !== undefined) ?? look;
      for (const child of node.children.toReversed()) stack.push({ node: child, look: own });
    }
  }
  return pieces;
}
