/** The newcomer: opens the example, chooses the folders, runs it, watches, reads the report, leaves and comes back. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { canvas, eventually, type Journey, node, noProblems, openExample, place, runPanel, startJourney, statesOf, tellFailures, toolbar } from "./journey.ts";
import { examples } from "./serve.ts";

describe("the newcomer", () => {
  let journey: Journey;
  before(async () => {
    journey = await startJourney();
  });
  after(() => journey.close());
  tellFailures(() => journey);

  test("home says where work runs, and why", async () => {
    const page = journey.page();
    await page.getByRole("heading", { name: "What should run?" }).waitFor();
    const machine = page.getByRole("complementary", { name: "This machine" });
    await machine.getByText(/^Graphs run (as a jailed process|in a container)/).waitFor();
    await page.getByRole("contentinfo").getByText(/Runner ready/).waitFor();
    assert.doesNotMatch(page.url(), /token/);
    await journey.picture("home");
    noProblems(journey);
  });

  test("the example Invoices opens as a drawing; nothing has run", async () => {
    const page = journey.page();
    await openExample(page, "Invoices");
    await node(page, "each").waitFor();
    const states = Object.values(await statesOf(page));
    assert.ok(states.length > 3);
    assert.deepEqual([...new Set(states)], ["idle"]);
    assert.deepEqual((await journey.call<{ runs: unknown[] }>("list_runs")).runs, []);
    assert.deepEqual((await journey.call<{ grants: unknown[] }>("list_grants")).grants, []);
  });

  test("Run asks for the value and the folders, then goes on by itself; each node shows how it ended", async () => {
    const page = journey.page();
    await toolbar(page).getByRole("button", { name: "Run", exact: true }).click();
    const input = page.getByRole("dialog", { name: "Run Invoices" });
    await input.getByLabel("Limit").fill("2000");
    await input.getByRole("button", { name: "Run", exact: true }).click();
    const folders = page.getByRole("dialog", { name: "Which folders may Invoices use?" });
    // The report goes to a folder chosen by browsing to it.
    const reports = join(journey.work, "my reports");
    await folders.getByRole("textbox", { name: "reports" }).fill(reports);
    await folders.getByRole("button", { name: "Choose…" }).first().click();
    const browse = page.getByRole("dialog", { name: "Choose a folder" });
    await browse.getByRole("button", { name: "One level up" }).click();
    await browse.getByRole("option", { name: "invoices" }).click();
    await browse.getByRole("button", { name: /^Use (this folder|invoices)/ }).click();
    await eventually("the chosen folder", async () => assert.equal(await folders.getByRole("textbox", { name: "invoices" }).inputValue(), join(examples, "invoices")));
    await journey.picture("folders");
    await folders.getByRole("button", { name: /^Allow 2 folders/ }).click();
    await eventually("the run is done", async () => assert.equal((await statesOf(page))["each"], "succeeded"));
    await toolbar(page).getByRole("button", { name: /^Done Run 1/ }).waitFor();
    await journey.picture("run");
    noProblems(journey);
  });

  test("the result opens: the report, the rows, the broken files", async () => {
    const page = journey.page();
    const report = join(journey.work, "my reports", "invoices.html");
    assert.ok(existsSync(report));
    await runPanel(page).getByRole("tab", { name: "Values" }).click();
    await runPanel(page).getByRole("button", { name: /html/ }).click();
    const shown = page.getByRole("dialog", { name: /invoices\.html/ });
    await shown.waitFor();
    await shown.getByText("Kestrel").first().waitFor();
    await journey.picture("report");
    await page.keyboard.press("Escape");
    await shown.waitFor({ state: "hidden" });
    assert.match(readFileSync(report, "utf8"), /Kestrel/);
    await runPanel(page).getByRole("tab", { name: "Timeline" }).click();
    await runPanel(page).getByText("Each invoice").first().waitFor();
    await runPanel(page).getByRole("tab", { name: "Logs" }).click();
    await runPanel(page).getByText(/The run is done/).waitFor();
    noProblems(journey);
  });

  test("the run is in the list of runs with its counts and outputs", async () => {
    const page = journey.page();
    await place(page, "Runs").click();
    const row = page.getByRole("grid", { name: "Runs" }).getByRole("row", { name: /Invoices/ });
    await row.getByRole("gridcell", { name: "Done", exact: true }).waitFor();
    await row.getByText("By hand, browser").waitFor();
    await row.click();
    await page.getByText("suppliers").first().waitFor();
    await journey.picture("runs");
    noProblems(journey);
  });

  test("closed and opened again, everything is there", async () => {
    const page = journey.page();
    await page.getByRole("navigation", { name: "Places" }).getByRole("button", { name: "Home" }).click();
    await openTab(journey);
    await canvas(page).waitFor();
    const before = await statesOf(page);
    await eventually("the view is kept", async () => assert.match(JSON.stringify(await journey.call("get_view_state", { windowId: "browser" })), /"place":"graph"/));
    await journey.reopen();
    const again = journey.page();
    await again.getByRole("tab", { name: "Invoices", selected: true }).waitFor();
    await eventually("the states of the last run", async () => assert.deepEqual(await statesOf(again), before));
    noProblems(journey);
  });
});

const openTab = async (journey: Journey): Promise<void> => {
  const page = journey.page();
  await page.getByRole("main").getByText("Invoices", { exact: true }).first().click();
};
