/** Reading what somebody else wrote: every look-up may find anything, and finds `undefined` where it is not what was looked for. */

export type Unknowns = { readonly [key: string]: unknown };

export const isUnknowns = (value: unknown): value is Unknowns => typeof value === "object" && value !== null && !Array.isArray(value);
export const listOf = (value: unknown): readonly unknown[] => Array.isArray(value) ? value : [];

/** Follows keys and positions. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown => {
  let found = value;
  for (const key of path) {
    if (typeof key === "number") found = listOf(found)[key];
    else found = isUnknowns(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found;
};
export const textAt = (value: unknown, ...path: readonly (string | number)[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
};
/** A count: whole, not negative, and not absurd. */
export const countAt = (value: unknown, ...path: readonly (string | number)[]): number | undefined => {
  const found = at(value, ...path);
  return typeof found === "number" && found >= 0 && found <= 1e12 ? Math.floor(found) : undefined;
};

export const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};
