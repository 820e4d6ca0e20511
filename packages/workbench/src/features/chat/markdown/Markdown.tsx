// Draws one settled block of Markdown (GFM). The text is read into tokens and those become elements: no HTML is ever set, raw HTML is
// shown as the text that it is, images are not loaded, and links open only after the person saw where they go.

// biome-ignore-all lint/suspicious/noArrayIndexKey: the pieces of one settled text never move, their place is their identity

import { type JSX, memo, type ReactNode } from 'react';
import { marked, type Token, type Tokens } from 'marked';
import { useT } from '../../../messages/context.ts';
import { CodeBlock } from './CodeBlock.tsx';
import { safeLink } from './links.ts';
import { OutsideLink } from './OutsideLink.tsx';

/** Deeper than this is drawn as text; a model can nest quotes without end. */
const DEEPEST = 24;
/** What is near the place that is read, and not a whole day: tokens take some thirteen bytes for each letter. */
const MOST_LETTERS_KEPT = 300_000;
const LONGEST = 200_000;
const kept = new Map<string, readonly Token[]>();
let lettersKept = 0;

/** Tokens of a block. Scrolling back to a row must not read it again. */
function tokensOf(source: string): readonly Token[] {
  const known = kept.get(source);
  if (known !== undefined) return known;
  const tokens = read(source);
  kept.set(source, tokens);
  lettersKept += source.length;
  for (const oldest of kept.keys()) {
    if (lettersKept <= MOST_LETTERS_KEPT) break;
    kept.delete(oldest);
    lettersKept -= oldest.length;
  }
  return tokens;
}

/** What is too long or nested too deep for the lexer is a text like any other. */
function read(source: string): readonly Token[] {
  if (source.length > LONGEST) return [{ type: 'html', raw: source, text: source }];
  try {
    return marked.lexer(source, { gfm: true });
  } catch {
    return [{ type: 'html', raw: source, text: source }];
  }
}

export const Markdown = memo(function Markdown({ source }: { readonly source: string }): JSX.Element {
  return <>{tokensOf(source).map((token, index) => drawBlock(token, index, 0))}</>;
});

const headings = { 1: 'text-title mt-3', 2: 'text-heading mt-3', 3: 'text-heading mt-2' } as const;

function drawBlock(token: Token, key: number, depth: number): ReactNode {
  if (depth > DEEPEST) return token.raw;
  // What the lexer gives is told apart by `type`; its union has a member that takes any name.
  const known = token as Tokens.Generic;
  switch (known.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading': {
      const level: 1 | 2 | 3 = known.depth === 1 ? 1 : known.depth === 2 ? 2 : 3;
      return (
        // Under the chat's own name. Most answers begin with the second level, and a level that is left out is heard as a gap.
        <div key={key} role="heading" aria-level={level === 3 ? 3 : 2} className={`${headings[level]} mb-1.5 font-semibold first:mt-0`}>
          {inline(known.tokens, depth)}
        </div>
      );
    }
    case 'paragraph':
      return (
        <p key={key} className="my-2 break-words first:mt-0 last:mb-0">
          {inline(known.tokens, depth)}
        </p>
      );
    case 'text':
      return <span key={key}>{known.tokens === undefined ? plain(known.text) : inline(known.tokens, depth)}</span>;
    case 'code':
      return <CodeBlock key={key} code={String(known.text)} language={String(known.lang ?? '').split(/\s/, 1)[0] ?? ''} />;
    case 'blockquote':
      return (
        <blockquote key={key} className="my-2 border-s-2 border-line-2 ps-3 text-fg-2">
          {known.tokens?.map((inner, index) => drawBlock(inner, index, depth + 1))}
        </blockquote>
      );
    case 'list':
      return <List key={key} list={known as unknown as Tokens.List} depth={depth} />;
    case 'table':
      return <TableBlock key={key} table={known as unknown as Tokens.Table} depth={depth} />;
    case 'hr':
      return <hr key={key} className="my-3 border-line-1" />;
    default:
      // Raw HTML and whatever a later lexer knows.
      return (
        <p key={key} className="my-2 break-words whitespace-pre-wrap first:mt-0 last:mb-0">
          {plain(known.raw)}
        </p>
      );
  }
}

function List({ list, depth }: { readonly list: Tokens.List; readonly depth: number }): JSX.Element {
  const t = useT();
  const items = list.items.map((item, index) => (
    <li key={`${index}-${item.raw.length}`} className={item.task ? 'flex list-none items-start gap-2' : 'ps-1'}>
      {item.task && <input type="checkbox" aria-label={t(item.checked === true ? 'chat.todo.done' : 'chat.todo.open')} checked={item.checked === true} readOnly tabIndex={-1} className="mt-[5px] shrink-0" />}
      <div className="min-w-0 [&>p]:my-1">{item.tokens.filter((inner) => inner.type !== 'checkbox').map((inner, at) => drawBlock(inner, at, depth + 1))}</div>
    </li>
  ));
  return list.ordered ? (
    <ol start={list.start === '' ? 1 : list.start} className="my-2 list-decimal ps-6 marker:text-fg-3 first:mt-0 last:mb-0">
      {items}
    </ol>
  ) : (
    <ul className="my-2 list-disc ps-5 marker:text-fg-3 first:mt-0 last:mb-0">{items}</ul>
  );
}

const MOST_ROWS = 400;

function TableBlock({ table, depth }: { readonly table: Tokens.Table; readonly depth: number }): JSX.Element {
  const t = useT();
  const side = (at: number) => (table.align[at] === 'right' ? 'numbers' : table.align[at] === 'center' ? 'text-center' : 'text-start');
  return (
    <div className="my-2 overflow-x-auto first:mt-0 last:mb-0" tabIndex={0} role="region" aria-label={t('chat.table')}>
      <table className="w-full border-collapse text-ui">
        <thead>
          <tr className="border-b border-line-2 text-caption text-fg-3">
            {table.header.map((cell, at) => (
              <th key={`${at}-${cell.text}`} scope="col" className={`py-1 pe-6 font-normal last:pe-0 ${side(at)}`}>
                {inline(cell.tokens, depth)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, MOST_ROWS).map((row, line) => (
            <tr key={`${line}-${row[0]?.text ?? ''}`} className="border-b border-line-1">
              {row.map((cell, at) => (
                <td key={`${at}-${cell.text.length}`} className={`py-[3px] pe-6 align-top last:pe-0 ${side(at)}`}>
                  {inline(cell.tokens, depth)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > MOST_ROWS && <p className="pt-1 text-caption text-fg-3">{t('value.moreRows', { count: table.rows.length - MOST_ROWS })}</p>}
    </div>
  );
}

function inline(tokens: readonly Token[] | undefined, depth: number): ReactNode {
  return tokens?.map((token, index) => drawInline(token, index, depth + 1));
}

function drawInline(token: Token, key: number, depth: number): ReactNode {
  if (depth > DEEPEST) return token.raw;
  const known = token as Tokens.Generic;
  switch (known.type) {
    case 'strong':
      return <strong key={key}>{inline(known.tokens, depth)}</strong>;
    case 'em':
      return <em key={key}>{inline(known.tokens, depth)}</em>;
    case 'del':
      return <del key={key}>{inline(known.tokens, depth)}</del>;
    case 'codespan':
      return (
        <code key={key} className="rounded-mark bg-hover px-1 py-px font-mono text-mono break-words">
          {plain(known.text)}
        </code>
      );
    case 'br':
      return <br key={key} />;
    case 'link': {
      const link = safeLink(String(known.href));
      const words = known.tokens === undefined || known.tokens.length === 0 ? plain(known.text) : inline(known.tokens, depth);
      return link === null ? (
        <span key={key} title={String(known.href)}>
          {words}
        </span>
      ) : (
        <OutsideLink key={key} link={link}>
          {words}
        </OutsideLink>
      );
    }
    case 'image':
      return <MissingImage key={key} words={String(known.text)} href={String(known.href)} />;
    case 'escape':
      return <span key={key}>{plain(known.text)}</span>;
    case 'text':
      return known.tokens === undefined ? <span key={key}>{plain(known.text)}</span> : <span key={key}>{inline(known.tokens, depth)}</span>;
    default:
      return <span key={key}>{plain(known.raw)}</span>;
  }
}

/** An image from anywhere would tell that place who looks and when; a file of the machine is not for a model to show. */
function MissingImage({ words, href }: { readonly words: string; readonly href: string }): JSX.Element {
  const t = useT();
  const link = safeLink(href);
  const text = t('chat.imageNotLoaded', { name: words === '' ? href.slice(0, 200) : words });
  return link === null ? <span className="text-fg-3">{text}</span> : <OutsideLink link={link}>{text}</OutsideLink>;
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
/** The lexer escapes what it thinks will be HTML; here it is text. */
function plain(text: unknown): string {
  return String(text ?? '').replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
