/** Tables: lists of objects. Rows may have different keys; a missing cell is empty. */
import { StepFailure } from "./failure.ts";
import { type Json, type JsonRecord, isList, isRecord, nameOfType } from "./json.ts";

/** The rows, or a failure that says which is none. */
export const rowsOf = (value: unknown, what: string): readonly JsonRecord[] => {
  if (!isList(value as Json)) throw new StepFailure("wrong_type", `${what} needs a table, but got ${nameOfType(value as Json)}.`);
  const rows = value as readonly Json[];
  for (const [index, row] of rows.entries()) {
    if (!isRecord(row)) throw new StepFailure("wrong_type", `${what} needs a table, but row ${index + 1} is ${nameOfType(row)}.`);
  }
  return rows as readonly JsonRecord[];
};

/** All columns, in the order in which they first appear. */
export const columnsOf = (rows: readonly JsonRecord[]): string[] => {
  const columns = new Set<string>();
  for (const row of rows) for (const key of Object.keys(row)) columns.add(key);
  return [...columns];
};

const rank = (value: Json | undefined): number => value === undefined || value === null ? 3 : typeof value === "number" ? 0 : typeof value === "string" ? 1 : 2;

/** An order over all values: numbers, then texts, then others; empty cells last. Plain code points, the same on each machine. */
export const compareCells = (a: Json | undefined, b: Json | undefined): number => {
  const difference = rank(a) - rank(b);
  if (difference !== 0) return difference;
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = typeof a === "string" && typeof b === "string" ? [a, b] : [JSON.stringify(a) ?? "", JSON.stringify(b) ?? ""];
  return left < right ? -1 : left > right ? 1 : 0;
};
