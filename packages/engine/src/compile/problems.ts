/** Collects what is wrong with a graph: bounded in number, each place named, ids shown only if they are ids. */
import type { Problem } from "@axion/protocol";

export const MAX_PROBLEMS = 200;
const idShape = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export const isId = (value: unknown): value is string => typeof value === "string" && idShape.test(value);
/** A hostile text in a message: short, on one line. */
export const quoted = (value: unknown): string => {
  const text = typeof value === "string" ? value : value === undefined ? "nothing" : typeof value === "object" ? (value === null ? "null" : Array.isArray(value) ? "a list" : "an object") : String(value);
  const line = text.replace(/\s+/g, " ").toWellFormed();
  return `"${line.length > 60 ? `${line.slice(0, 59).toWellFormed()}…` : line}"`;
};

export interface Where { readonly node?: string; readonly edge?: string; readonly field?: string; readonly hint?: string }

export class Problems {
  readonly list: Problem[] = [];
  private more = 0;

  add(code: string, message: string, where: Where = {}): void {
    if (this.list.length >= MAX_PROBLEMS) { this.more++; return; }
    this.list.push({
      code,
      message: message.slice(0, 2000).toWellFormed(),
      ...(where.hint !== undefined && { hint: where.hint.slice(0, 2000).toWellFormed() }),
      ...(isId(where.node) && { node: where.node }),
      ...(isId(where.edge) && { edge: where.edge }),
      ...(where.field !== undefined && where.field !== "" && { field: where.field.slice(0, 200).toWellFormed() }),
    });
  }

  get any(): boolean { return this.list.length > 0; }

  result(): readonly Problem[] {
    return this.more === 0 ? this.list : [...this.list, { code: "more_problems", message: `${this.more} more problems are not listed.` }];
  }
}
