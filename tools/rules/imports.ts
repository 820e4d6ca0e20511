/**
 * What a TypeScript or JavaScript file imports. A small scanner, not a parser: comments are blanked first, then the five forms of import are found.
 * Type-only imports are told apart, since they leave nothing in the running program.
 */

export interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

/** Blanks comments, leaving strings as they are; a `//` inside a string is no comment. */
const withoutComments = (text: string): string =>
  text.replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (_, string: string | undefined) => string ?? " ");

const STATEMENT = /(?:^|[;\n}])\s*(?:import|export)\s+(type\s)?(?:[\w*$\s{},]+?\sfrom\s*)?["']([^"'\n]+)["']/g;
const DYNAMIC = /\bimport\s*\(\s*["']([^"'\n]+)["']\s*\)/g;

export const importsOf = (text: string): ReadonlyArray<Import> => {
  const code = withoutComments(text);
  const found: Import[] = [];
  for (const [, typeOnly, from] of code.matchAll(STATEMENT)) if (from !== undefined) found.push({ from, typeOnly: typeOnly !== undefined });
  for (const [, from] of code.matchAll(DYNAMIC)) if (from !== undefined) found.push({ from, typeOnly: false });
  return found;
};

/** `@scope/name/sub` → `@scope/name`; `name/sub` → `name`; relative and `node:` stay. */
export const packageOf = (from: string): string => {
  if (from.startsWith(".") || from.startsWith("node:")) return from;
  return from.split("/").slice(0, from.startsWith("@") ? 2 : 1).join("/");
};

/** The file that a relative import names, as a path from the root. */
export const resolveRelative = (importer: string, from: string): string => {
  const parts = importer.split("/").slice(0, -1);
  for (const step of from.replace(/\?.*$/, "").split("/")) {
    if (step === "..") parts.pop();
    else if (step !== ".") parts.push(step);
  }
  return parts.join("/");
};
