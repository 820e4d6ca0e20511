/**
 * Rules about names and words of files: names that say nothing, module headers, notes that were left behind, suppressions without a reason, and
 * tests that depend on how fast the machine is.
 * What a linter checks better is left to it.
 */
import { type Finding, type Rule, isScript, isTest } from "./tree.ts";

const EMPTY_NAMES = /(^|[-_.])(utils?|helpers?|managers?|common|misc|stuff)$/i;

export const names: Rule = {
  name: "names",
  run: (tree) =>
    [...tree.keys()].flatMap((path): ReadonlyArray<Finding> => {
      const parts = path.split("/").map((part) => part.replace(/\.(test\.)?\w+$/, ""));
      const bad = parts.find((part) => EMPTY_NAMES.test(part.replace(/([a-z])([A-Z])/g, "$1-$2")));
      return bad === undefined ? [] : [{ path, message: `\`${bad}\` says nothing about what is inside; name the capability` }];
    }),
};

export const headers: Rule = {
  name: "module headers",
  run: (tree) =>
    [...tree].flatMap(([path, text]): ReadonlyArray<Finding> => {
      if (isTest(path) || path.endsWith("/index.ts")) return [];
      const start = text.replace(/^#!.*\n/, "").trimStart();
      if (isScript(path) && !/^(\/\*\*|\/\/ )/.test(start)) return [{ path, message: "does not begin with a comment that says what it is for" }];
      if (path.endsWith(".rs") && !start.startsWith("//!")) return [{ path, message: "does not begin with `//!` and what it is for" }];
      return [];
    }),
};

// The words are put together here so that this file does not break its own rule.
const LEFT_BEHIND = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`);
const STUBS = /\b(todo|unimplemented)!\(/;
const SUPPRESSED = /@ts-(ignore|nocheck)/;
const MACHINE_PATH = new RegExp(`(^|[\\s"'\`(=])/${"work"}/(main|shared)\\b|/${"tmp"}/brief`);

export const words: Rule = {
  name: "left-behind notes",
  run: (tree) => {
    const found: Finding[] = [];
    for (const [path, text] of tree) {
      if (path.startsWith("tools/rules/")) continue;
      const code = isScript(path) || path.endsWith(".rs") || path.endsWith(".css");
      for (const [index, line] of text.split("\n").entries()) {
        const at = `line ${index + 1}`;
        if (code && LEFT_BEHIND.test(line)) found.push({ path, message: `${at} holds a note that was left behind` });
        if (path.endsWith(".rs") && STUBS.test(line)) found.push({ path, message: `${at} is a stub` });
        if (code && SUPPRESSED.test(line)) found.push({ path, message: `${at} switches the type checker off` });
        if (/biome-ignore(?![^:]*: \S)|eslint-disable/.test(line)) found.push({ path, message: `${at} suppresses a lint without a reason` });
        if (MACHINE_PATH.test(line)) found.push({ path, message: `${at} holds a path of one machine` });
      }
    }
    return found;
  },
};

const CLOCK = /\b(performance\.now|process\.(cpuUsage|hrtime))\b|Date\.now\(\) - \w+ </;
const SHORT_LIMIT = /(elapsed\(\)|took) < (std::time::)?Duration::from_millis/;

/** A limit may say that something ended at all; how fast it was is measured in bench/, where a busy machine makes no build fail. */
export const clocks: Rule = {
  name: "no timed tests",
  run: (tree) =>
    [...tree].flatMap(([path, text]) => {
      const timed = /\.test\.(ts|tsx|mjs)$/.test(path) ? CLOCK : path.endsWith(".rs") && /tests?(\/|\.rs$)/.test(path) ? SHORT_LIMIT : undefined;
      if (timed === undefined || path.startsWith("tools/rules/")) return [];
      return text.split("\n").flatMap((line, index): ReadonlyArray<Finding> =>
        timed.test(line) ? [{ path, message: `line ${index + 1} makes a test of a time; measure it in bench/` }] : []);
    }),
};
