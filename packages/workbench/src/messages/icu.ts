// A small part of ICU message syntax, enough for whole sentences in any language: `{name}`, `{count, plural, one {# run} other {# runs}}`
// with `=0` forms, and `{kind, select, a {…} other {…}}`. A branch may hold arguments. Pure; a broken message throws when it is read.

export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'argument'; readonly name: string }
  | { readonly type: 'count' }
  | { readonly type: 'choice'; readonly name: string; readonly by: 'plural' | 'select'; readonly branches: ReadonlyMap<string, readonly MessagePart[]> };

export type MessageValue = string | number;

export class MessageSyntaxError extends Error {}

const DEEPEST = 4;

export function parseMessage(source: string): readonly MessagePart[] {
  const [parts, end] = readParts(source, 0, 0);
  if (end < source.length) throw new MessageSyntaxError(`A closing brace too many at ${end}: ${source}`);
  return parts;
}

function readParts(source: string, from: number, depth: number): readonly [parts: readonly MessagePart[], end: number] {
  if (depth > DEEPEST) throw new MessageSyntaxError(`Nested too deep: ${source}`);
  const parts: MessagePart[] = [];
  let text = '';
  let at = from;
  const flush = () => {
    if (text !== '') parts.push({ type: 'text', text });
    text = '';
  };
  while (at < source.length) {
    const letter = source[at];
    if (letter === '}') break;
    if (letter === '#' && depth > 0) {
      flush();
      parts.push({ type: 'count' });
      at += 1;
    } else if (letter === '{') {
      flush();
      const [part, end] = readBraces(source, at + 1, depth);
      parts.push(part);
      at = end;
    } else {
      text += letter;
      at += 1;
    }
  }
  flush();
  return [parts, at];
}

function readBraces(source: string, from: number, depth: number): readonly [part: MessagePart, end: number] {
  const head = /^\s*(\w+)\s*([,}])/.exec(source.slice(from));
  if (head === null) throw new MessageSyntaxError(`An argument needs a name at ${from}: ${source}`);
  const name = head[1] ?? '';
  let at = from + head[0].length;
  if (head[2] === '}') return [{ type: 'argument', name }, at];
  const by = /^\s*(plural|select)\s*,/.exec(source.slice(at));
  if (by === null) throw new MessageSyntaxError(`Only plural and select are known at ${at}: ${source}`);
  at += by[0].length;
  const branches = new Map<string, readonly MessagePart[]>();
  for (;;) {
    const key = /^\s*(=?[\w-]+)\s*\{/.exec(source.slice(at));
    if (key === null) break;
    const [parts, end] = readParts(source, at + key[0].length, depth + 1);
    if (source[end] !== '}') throw new MessageSyntaxError(`An open brace at ${at}: ${source}`);
    branches.set(key[1] ?? '', parts);
    at = end + 1;
  }
  const close = /^\s*\}/.exec(source.slice(at));
  if (close === null) throw new MessageSyntaxError(`An open brace at ${from}: ${source}`);
  if (!branches.has('other')) throw new MessageSyntaxError(`A choice needs a branch "other": ${source}`);
  return [{ type: 'choice', name, by: by[1] === 'select' ? 'select' : 'plural', branches }, at + close[0].length];
}

export interface MessageLocale {
  readonly plural: Intl.PluralRules;
  readonly number: Intl.NumberFormat;
}

export function formatMessage(parts: readonly MessagePart[], args: Readonly<Record<string, MessageValue>>, locale: MessageLocale, count?: number): string {
  let out = '';
  for (const part of parts) {
    if (part.type === 'text') out += part.text;
    else if (part.type === 'count') out += count === undefined ? '#' : locale.number.format(count);
    else if (part.type === 'argument') {
      const value = Object.hasOwn(args, part.name) ? args[part.name] : undefined;
      out += typeof value === 'number' ? locale.number.format(value) : (value ?? `{${part.name}}`);
    } else out += formatChoice(part, args, locale, count);
  }
  return out;
}

function formatChoice(part: MessagePart & { readonly type: 'choice' }, args: Readonly<Record<string, MessageValue>>, locale: MessageLocale, count: number | undefined): string {
  const value = Object.hasOwn(args, part.name) ? args[part.name] : undefined;
  const other = part.branches.get('other') ?? [];
  if (part.by === 'select') return formatMessage(part.branches.get(String(value)) ?? other, args, locale, count);
  const number = Number(value ?? 0);
  const branch = part.branches.get(`=${number}`) ?? part.branches.get(locale.plural.select(number)) ?? other;
  return formatMessage(branch, args, locale, number);
}
