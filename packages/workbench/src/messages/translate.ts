// From a catalogue to the function `t`. Keys and their arguments are checked by the compiler against the English catalogue;
// another language has the same keys, so a missing sentence does not compile.

import type { English } from './en.ts';
import { formatMessage, type MessageLocale, type MessagePart, type MessageValue, parseMessage } from './icu.ts';

export type MessageKey = keyof English;

/** A branch of a choice must hold `#` or a space, or it would read as an argument here; the catalogue's test checks it. */
type NameAt<Tail extends string> = Tail extends `${infer Head}}${string}` ? CleanName<Head extends `${infer Name},${string}` ? Name : Head> : never;
type CleanName<Name extends string> = Name extends `${string}${' ' | '#' | '{' | '.' | '…'}${string}` | '' ? never : Name;
type ArgumentNames<Source extends string> = Source extends `${string}{${infer Tail}` ? NameAt<Tail> | ArgumentNames<Tail> : never;

export type MessageArguments<Key extends MessageKey> = { readonly [Name in ArgumentNames<English[Key]>]: MessageValue };

export type Translate = <Key extends MessageKey>(key: Key, ...args: keyof MessageArguments<Key> extends never ? [] : [MessageArguments<Key>]) => string;

export type Catalogue = { readonly [Key in MessageKey]: string };

export function createTranslator(catalogue: Catalogue, locale: string): Translate {
  const rules: MessageLocale = { plural: new Intl.PluralRules(locale), number: new Intl.NumberFormat(locale) };
  const parsed = new Map<MessageKey, readonly MessagePart[]>();
  return (key, ...args) => {
    let parts = parsed.get(key);
    if (parts === undefined) {
      parts = parseMessage(catalogue[key]);
      parsed.set(key, parts);
    }
    return formatMessage(parts, args[0] ?? {}, rules);
  };
}
