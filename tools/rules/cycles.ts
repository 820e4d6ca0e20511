/** No import cycles between files. Type-only imports do not count: they leave nothing in the running program. */
import { importsOf, resolveRelative } from "./imports.ts";
import { type Finding, type Rule, type Tree, isScript } from "./tree.ts";

const graphOf = (tree: Tree): ReadonlyMap<string, ReadonlyArray<string>> =>
  new Map([...tree].filter(([path]) => isScript(path)).map(([path, text]) => [
    path,
    importsOf(text).filter(({ from, typeOnly }) => from.startsWith(".") && !typeOnly).map(({ from }) => resolveRelative(path, from)).filter((target) => tree.has(target)),
  ]));

/** Depth-first with an explicit stack; a file met again on the current path closes a cycle. */
export const cycles: Rule = {
  name: "import cycles",
  run: (tree) => {
    const graph = graphOf(tree);
    const done = new Set<string>();
    const found: Finding[] = [];
    for (const start of graph.keys()) {
      const path: Array<{ readonly file: string; next: number }> = done.has(start) ? [] : [{ file: start, next: 0 }];
      const onPath = new Set([start]);
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const target = graph.get(top.file)?.[top.next];
        top.next += 1;
        if (target === undefined) {
          done.add(top.file);
          onPath.delete(top.file);
          path.pop();
        } else if (onPath.has(target)) {
          const from = path.findIndex(({ file }) => file === target);
          found.push({ path: target, message: `is part of an import cycle: ${[...path.slice(from).map(({ file }) => file), target].join(" → ")}` });
        } else if (!done.has(target)) {
          onPath.add(target);
          path.push({ file: target, next: 0 });
        }
      }
    }
    return found;
  },
};
