// What a step made, in at most three short lines for its card, and how much it was. Pure.

import type { Json, Outputs } from '@axion/client';
import type { PortValue } from '@axion/protocol';

export const PREVIEW_LINES = 3;
const LINE = 40;
/** Deeper than this a value is only said to be there: a preview never walks a whole value. */
const MEMBERS = 4;

export interface PreviewWords {
  readonly more: (count: number) => string;
  readonly items: (count: number) => string;
}

/** The value a card shows: the first output that carried something, errors last. */
export function shownOutput(outputs: Outputs | undefined): readonly [port: string, value: PortValue] | null {
  const entries = Object.entries(outputs ?? {});
  return entries.find(([port]) => port !== 'error') ?? entries[0] ?? null;
}

export function previewLines(value: PortValue, words: PreviewWords): readonly string[] {
  if (value.type === 'blob') return textLines(value.preview);
  const json = value.value;
  if (Array.isArray(json)) {
    if (json.length === 0) return [];
    const shown = json.length > PREVIEW_LINES ? PREVIEW_LINES - 1 : json.length;
    const lines = json.slice(0, shown).map((item: Json) => oneLine(item));
    return json.length > shown ? [...lines, words.more(json.length - shown)] : lines;
  }
  if (typeof json === 'object' && json !== null) {
    const entries = Object.entries(json).slice(0, PREVIEW_LINES);
    return entries.length === 0 ? ['{ }'] : entries.map(([key, member]) => cut(`${key}: ${oneLine(member as Json)}`));
  }
  return typeof json === 'string' ? textLines(json) : [String(json)];
}

/** "38 items", for a list; nothing for what cannot be counted. */
export function countOf(value: PortValue, words: PreviewWords): string | null {
  return value.type === 'inline' && Array.isArray(value.value) ? words.items(value.value.length) : null;
}

export function oneLine(value: Json): string {
  if (typeof value === 'string') return cut(value.split('\n', 1)[0] ?? '');
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return cut(`[${value.slice(0, MEMBERS).map(leaf).join(', ')}${value.length > MEMBERS ? ', …' : ''}]`);
  const record = value as Readonly<Record<string, Json>>;
  // Files and named things are known by their name.
  if (typeof record['path'] === 'string') return cut(record['path']);
  if (typeof record['name'] === 'string') return cut(record['name']);
  const keys = Object.keys(record);
  return cut(`{ ${keys.slice(0, MEMBERS).map((key) => `${key}: ${leaf(record[key] ?? null)}`).join(', ')}${keys.length > MEMBERS ? ', …' : ''} }`);
}

function leaf(value: Json): string {
  if (typeof value === 'string') return cut(value.split('\n', 1)[0] ?? '');
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? '[…]' : '{…}';
}

function textLines(text: string): readonly string[] {
  const head = text.slice(0, 2000).split('\n').filter((line) => line.trim() !== '');
  return head.slice(0, PREVIEW_LINES).map(cut);
}

const cut = (text: string): string => (text.length > LINE ? `${text.slice(0, LINE - 1)}…` : text);
