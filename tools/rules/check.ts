/** `node tools/rules/check.ts`: runs every house rule over the repository and exits 1 if one is broken. */
import { arrows } from "./arrows.ts";
import { crates } from "./crates.ts";
import { cycles } from "./cycles.ts";
import { drift, root } from "../protocol/generate.ts";
import { outward } from "./outward.ts";
import { clocks, headers, names, words } from "./text.ts";
import { type Debt, sizes } from "./sizes.ts";
import { type Rule, readTree } from "./tree.ts";
import debt from "./debt.json" with { type: "json" };

const listed: Debt = debt;
const generated: Rule = {
  name: "generated files",
  run: () => drift(root).map((message) => ({ path: "npm run generate", message })),
};
export const rules: ReadonlyArray<Rule> = [arrows, crates, outward, cycles, sizes(listed), names, headers, words, clocks, generated];

const tree = readTree(root);
let failed = 0;
for (const rule of rules) {
  const found = rule.run(tree);
  if (found.length > 0) failed += 1;
  console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${rule.name}`);
  for (const { path, message } of found) console.log(`     ${path}: ${message}`);
}
console.log(`${rules.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
