/**
 * No file over 400 lines, tests and generated files aside. A file that is over may be on the debt list with its exact size; the list may only
 * shrink: a listed file that grew fails, and one that shrank must be listed with its new size or leave the list.
 */
import { type Rule, isTest } from "./tree.ts";

export const LIMIT = 400;
export type Debt = Readonly<Record<string, number>>;

/** Lines of a file without the tests that Rust keeps at its end. */
export const linesOf = (path: string, text: string): number => {
  const body = path.endsWith(".rs") ? (text.split(/^#\[cfg\(test\)\]\nmod \w+ \{/m)[0] ?? text) : text;
  return body.split("\n").length - (body.endsWith("\n") ? 1 : 0);
};

export const sizes = (debt: Debt): Rule => ({
  name: "file sizes",
  run: (tree) => {
    const counted = [...tree].filter(([path]) => /\.(ts|tsx|mjs|js|css|rs|sh)$/.test(path) && !isTest(path)).map(([path, text]) => ({ path, lines: linesOf(path, text) }));
    const over = counted.flatMap(({ path, lines }) => {
      const allowed = debt[path];
      if (allowed === undefined) return lines > LIMIT ? [{ path, message: `has ${lines} lines; at most ${LIMIT} (think of a split at 300)` }] : [];
      if (lines > allowed) return [{ path, message: `grew from ${allowed} to ${lines} lines, although it is on the debt list` }];
      if (lines <= LIMIT) return [{ path, message: "is small enough now: take it off the debt list (tools/rules/debt.json)" }];
      return lines < allowed ? [{ path, message: `shrank to ${lines} lines: lower its number on the debt list from ${allowed}` }] : [];
    });
    const gone = Object.keys(debt).filter((path) => !tree.has(path)).map((path) => ({ path, message: "is on the debt list and does not exist" }));
    return [...over, ...gone];
  },
});
