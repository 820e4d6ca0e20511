/** Each screen in both themes: no violation that axe knows, of WCAG 2.2 A and AA, and no error in the console. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { violations } from "./axe.ts";
import { eventually, fit, graphList, type Journey, noProblems, openExample, place, runPanel, startJourney, statesOf, still, tellFailures, toolbar } from "./journey.ts";

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
