/** What may cross the border: texts without lone surrogates, cut to a length without tearing a character; JSON that is not too deep. */
import { type Json, isRecord } from "@axion/engine";

/** Deepest nesting that the wire takes. */
export const MAX_DEPTH = 100;

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;

/** The text's first `max` units at most, well-formed. Keeps the length of what it does not cut: a lone surrogate becomes one U+FFFD. */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text.toWellFormed();
  const end = isHigh(text.charCodeAt(max - 2)) ? max - 2 : max - 1;
  return `${text.slice(0, end).toWellFormed()}…`;
};

/** Where to cut so that no pair of surrogates is torn: `at`, or one before. */
export const safeCut = (text: string, at: number): number => at > 0 && at < text.length && isHigh(text.charCodeAt(at - 1)) ? at - 1 : at;

/** The beginning and the end of a text, with a line between that says what is missing. */
export const headAndTail = (text: string, headUnits: number, tailUnits: number): string => {
  const head = Math.floor(headUnits), tail = Math.floor(tailUnits);
  if (text.length <= head + tail) return text;
  const first = text.slice(0, safeCut(text, head));
  const from = safeCut(text, text.length - tail);
  return `${first}\n[… ${text.length - first.length - (text.length - from)} characters left out …]\n${text.slice(from)}`;
};

/** Why a value cannot cross the border, or undefined. `depth` is how deep it will stand in another value. */
export const wireProblem = (value: Json, depth = 0): string | undefined => {
  const queue: { readonly value: Json; readonly depth: number }[] = [{ value, depth }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { value: current, depth: level } = next;
    if (typeof current === "string" && !current.isWellFormed()) return "it holds half of a character (a lone surrogate)";
    if (typeof current !== "object" || current === null) continue;
    if (level >= MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`;
    if (Array.isArray(current)) for (const item of current) queue.push({ value: item as Json, depth: level + 1 });
    else for (const [key, item] of Object.entries(current)) {
      if (!key.isWellFormed()) return "a key holds half of a character (a lone surrogate)";
      queue.push({ value: item, depth: level + 1 });
    }
  }
  return undefined;
};

/** JSON with sorted keys, so that equal values have equal texts. For values that have passed `wireProblem`. */
export const canonical = (value: Json): string =>
  JSON.stringify(value, (_key, each: unknown) => isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : each);

/** A short name for a text: equal texts have equal names, others hardly ever (53 bits, not for secrets). */
export const fingerprint = (text: string): string => {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
};
