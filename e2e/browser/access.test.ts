/** Each screen in both themes: no violation that axe knows, of WCAG 2.2 A and AA, and no error in the console. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { eventually, fit, graphList, type Journey, noProblems, openExample, place, runPanel, startJourney, statesOf, still, tellFailures, toolbar } from "./journey.ts";
import { within } from "./serve.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_MS = 60_000;
const rules: RunOptions = { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }, resultTypes: ["violations"] };

const violations = async (page: Page): Promise<string[]> => {
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

for (const theme of ["light", "dark"] as const) {
  describe(`access, ${theme}`, () => {
    let journey: Journey;
    before(async () => {
      journey = await startJourney({ theme });
    });
    after(() => journey.close());
    tellFailures(() => journey);

    const clean = async (name: string): Promise<void> => {
      await still(journey.page());
      await journey.picture(`${name}-${theme}`);
      assert.deepEqual(await violations(journey.page()), []);
      noProblems(journey);
    };

    test("home, first seen", async () => {
      await journey.page().getByText(/^Graphs run/).waitFor();
      assert.equal(await journey.page().evaluate(() => document.documentElement.dataset["theme"]), theme);
      await clean("access-home");
    });

    test("the dialog of examples, the command palette, the shortcuts", async () => {
      const page = journey.page();
      const dialog = (name: string) => page.getByRole("dialog", { name, exact: true });
      const closed = (name: string) => dialog(name).waitFor({ state: "detached" });
      await page.getByRole("button", { name: "See examples" }).click();
      await dialog("Examples").waitFor();
      await clean("access-examples");
      // In one breath: the dialog that fades takes no keys.
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await dialog("Command palette").getByRole("combobox").waitFor();
      await closed("Examples");
      await clean("access-palette");
      await page.keyboard.press("Escape");
      await closed("Command palette");
      await page.getByRole("navigation", { name: "Places" }).getByRole("button", { name: "Shortcuts" }).click();
      await dialog("Shortcuts").waitFor();
      await clean("access-shortcuts");
      await page.keyboard.press("Escape");
      await closed("Shortcuts");
    });

    test("the editor, a node's settings, and a run that waits, tab by tab", async () => {
      const page = journey.page();
      await openExample(page, "Approval");
      await fit(page);
      await clean("access-editor");
      await toolbar(page).getByRole("button", { name: "Run", exact: true }).click();
      const input = page.getByRole("dialog", { name: "Run Approval" });
      await input.waitFor();
      await clean("access-run-dialog");
      await input.getByRole("button", { name: "Run", exact: true }).click();
      await eventually("the node waits", async () => assert.equal((await statesOf(page))["ask"], "waiting"));
      for (const tab of ["Logs", "Values", "Approvals", "Problems", "Timeline"]) {
        await runPanel(page).getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
        await clean(`access-run-${tab.toLowerCase()}`);
      }
      await page.locator('[data-node-id="ask"]').click();
      await page.getByRole("region", { name: "Inspector" }).getByRole("tab", { name: "Setup" }).click();
      await clean("access-inspector");
    });

    test("home with something that waits, graphs, runs and a run's detail", async () => {
      const page = journey.page();
      await place(page, "Home").click();
      await page.getByRole("main").getByText("Pay Baltic Freight").first().waitFor();
      await clean("access-home-waiting");
      await (await graphList(page)).getByRole("row", { name: /Approval/ }).waitFor();
      await clean("access-graphs");
      await place(page, "Runs").click();
      await page.getByRole("row", { name: /Approval/ }).click();
      await clean("access-runs");
    });

    test("the dialog for folders, and the one to choose a folder", async () => {
      const page = journey.page();
      await openExample(page, "Invoices");
      await toolbar(page).getByRole("button", { name: "Run", exact: true }).click();
      await page.getByRole("dialog", { name: "Run Invoices" }).getByRole("button", { name: "Run", exact: true }).click();
      const folders = page.getByRole("dialog", { name: /Which folders/ });
      await folders.waitFor();
      await clean("access-folders");
      await folders.getByRole("button", { name: "Choose…" }).first().click();
      await page.getByRole("dialog", { name: "Choose a folder" }).waitFor();
      await clean("access-browse");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
    });

    test("each page of the settings", async () => {
      const page = journey.page();
      await place(page, "Settings").click();
      for (const name of ["Appearance", "Runner", "Folders", "About"]) {
        await page.getByRole("link", { name: new RegExp(name, "i") }).or(page.getByRole("tab", { name: new RegExp(name, "i") })).or(page.getByRole("button", { name: new RegExp(`^${name}`, "i") })).first().click();
        await clean(`access-settings-${name.toLowerCase()}`);
      }
    });
  });
}
