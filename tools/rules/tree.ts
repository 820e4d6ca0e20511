/**
 * The source files of a repository as a map of path → text, and the list of what a rule found. Rules are functions of this map alone, so
 * their tests need no files.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Path from the root, with `/` → text. */
export type Tree = ReadonlyMap<string, string>;

export interface Finding {
  readonly path: string;
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  readonly run: (tree: Tree) => ReadonlyArray<Finding>;
}

const SOURCE = /\.(ts|tsx|mjs|js|css|rs|toml|json|md|sh|sql|html)$/;
const GENERATED = /^(protocol\/(schema|vectors)\/|protocol\/rust\/(src|tests)\/generated\/|apps\/desktop\/src-tauri\/(generated|gen|permissions)\/|bench\/bare\/gen\/|package-lock\.json$)/;
const TEST = /(\.test\.(ts|tsx|mjs)$|\/tests\/|\/testing\/|^e2e\/|\/gallery\/|\/fixtures\/)/;
const LARGEST = 2 ** 20;

export const isGenerated = (path: string): boolean => GENERATED.test(path);
export const isTest = (path: string): boolean => TEST.test(path);
export const isScript = (path: string): boolean => /\.(ts|tsx|mjs|js)$/.test(path) && !path.endsWith(".d.ts");

/** What git tracks or would track under `root`, without generated files. */
export const readTree = (root: string): Tree => {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  const tree = new Map<string, string>();
  for (const path of listed.split("\0")) {
    if (!SOURCE.test(path) || isGenerated(path)) continue;
    const file = join(root, path);
    const info = statSync(file, { throwIfNoEntry: false });
    if (info?.isFile() === true && info.size <= LARGEST) tree.set(path, readFileSync(file, "utf8"));
  }
  return tree;
};
