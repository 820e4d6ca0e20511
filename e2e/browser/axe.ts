/** axe in the page as it is now: what it finds against WCAG 2.2 A and AA and its own best practices, in a few readable lines. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { within } from "./serve.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_MS = 60_000;
const rules: RunOptions = { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }, resultTypes: ["violations"] };

export const violations = async (page: Page): Promise<string[]> => {
  // Through the debugger, so that the page's own policy stays as it is.
  await page.evaluate(axe);
  const running = page.evaluate(
    (options) => (globalThis as unknown as { axe: { run(context: Document, options: RunOptions): Promise<AxeResults> } }).axe.run(document, options),
    rules,
  );
  const results = await within(AXE_MS, "axe to end", running);
  // A splitter lies between two landmarks and belongs to neither; the rule does not know that.
  const real = results.violations
    .map((each) => ({ ...each, nodes: each.id === "region" ? each.nodes.filter(({ html }) => !html.includes('role="separator"')) : each.nodes }))
    .filter(({ nodes }) => nodes.length > 0);
  return real.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.slice(0, 4).map(({ html, failureSummary }) => `    ${html.slice(0, 200)}\n      ${failureSummary?.split("\n").slice(1, 3).join(" ") ?? ""}`).join("\n")}`);
};
