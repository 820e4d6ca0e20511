/** How deeply a value is nested, counted without recursion; stops counting above `limit`. */
import type { Json } from "./json.ts";

export const depthOf = (value: unknown, limit: number): number => {
  if (typeof value !== "object" || value === null) return 0;
  // Most settings are flat: no list of what is inside has to be made for them.
  if (!Array.isArray(value) && isFlat(value)) return 1;
  let level: unknown[] = [value];
  let depth = 0;
  while (level.length > 0 && depth <= limit) {
    depth++;
    const next: unknown[] = [];
    for (const each of level) {
      const inner = Array.isArray(each) ? (each as Json[]) : Object.values(each as object);
      for (const item of inner) if (typeof item === "object" && item !== null) next.push(item);
    }
    level = next;
  }
  return depth;
};

const isFlat = (record: object): boolean => {
  for (const key in record) {
    const inner = (record as Record<string, unknown>)[key];
    if (typeof inner === "object" && inner !== null) return false;
  }
  return true;
};
