/**
 * JSON values as the engine passes them from port to port, and the few questions asked of them.
 * Records made from a user's keys have no prototype, so that no key can reach one.
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonRecord;
export interface JsonRecord { readonly [key: string]: Json }

/** An empty record that has no prototype: `__proto__` and `constructor` are keys like any other. */
export const emptyRecord = (): { [key: string]: Json } => Object.create(null) as { [key: string]: Json };

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** A key of the record itself, never one it inherits; undefined if there is none. */
export const own = (record: object, key: string): Json | undefined =>
  Object.hasOwn(record, key) ? (record as JsonRecord)[key] : undefined;

/** What a person would call the value. */
export const nameOfType = (value: Json | undefined): string => {
  if (value === undefined) return "nothing";
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string": return "text";
    case "number": return "a number";
    case "boolean": return "true or false";
    default: return "an object";
  }
};

/** One line that shows a value to a person: text as it is, everything else as JSON, cut at `max`. */
export const showValue = (value: Json | undefined, max = 80): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
};
