/** Runs that need a person: approvals both ways, stopping, states that change while one looks. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { answer, eventually, fit, type Journey, noProblems, openExample, place, runPanel, startJourney, statesOf, tellFailures, toolbar } from "./journey.ts";

interface Runs {
  readonly runs: ReadonlyArray<{ readonly runId: string; readonly state: string; readonly number: number }>;
}
/** A graph that waits: long enough to look at it, and a second branch that ends at once. */
const waiting = {
  axion: 1, id: "waits", name: "Waits", slots: [],
  nodes: [
    { id: "start", kind: "start", name: "Begin", config: {} },
    { id: "quick", kind: "template", name: "Quick", config: { template: "at once" } },
    { id: "slow", kind: "wait", name: "Long wait", config: { mode: "for", seconds: 600 } },
    { id: "out", kind: "output", name: "End", config: { name: "end", type: "any" } },
  ],
  edges: [
    { id: "e1", from: { node: "start", port: "input" }, to: { node: "slow", port: "value" } },
    { id: "e2", from: { node: "slow", port: "value" }, to: { node: "out", port: "value" } },
  ],
};

describe("runs with a person", () => {
  let journey: Journey;
  before(async () => {
    journey = await startJourney();
  });
  after(() => journey.close());
  tellFailures(() => journey);

  const startApproval = async (page: Page): Promise<void> => {
    await toolbar(page).getByRole("button", { name: "Run", exact: true }).click();
    const input = page.getByRole("dialog", { name: "Run Approval" });
    await input.getByRole("button", { name: "Run", exact: true }).click();
    await input.waitFor({ state: "hidden" });
  };

  test("an approval waits, in the graph, the panel and on Home; approving goes on", async () => {
    const page = journey.page();
    await openExample(page, "Approval");
    await startApproval(page);
    await eventually("the node waits", async () => assert.equal((await statesOf(page))["ask"], "waiting"));
    await runPanel(page).getByRole("tab", { name: /Approvals/ }).click();
    const panel = runPanel(page).getByRole("tabpanel", { name: /Approvals/ });
    await panel.getByText(/Pay Baltic Freight 8412\.50 EUR\?/).first().waitFor();
    await journey.picture("approval");
    await place(page, "Home").click();
    await page.getByRole("main").getByText("Pay Baltic Freight").first().waitFor();
    await page.goBack();
    await runPanel(page).getByRole("tab", { name: /Approvals/ }).click();
    await fit(page);
    await answer(page, /^Approve/);
    await eventually("the run is done", async () => assert.equal((await statesOf(page))["order"], "succeeded"));
    const states = await statesOf(page);
    assert.deepEqual([states["paid"], states["refused"], states["small"]], ["succeeded", "skipped", "skipped"]);
    noProblems(journey);
  });

  test("rejecting with a reason takes the other way", async () => {
    const page = journey.page();
    await startApproval(page);
    await eventually("the node waits", async () => assert.equal((await statesOf(page))["ask"], "waiting"));
    await runPanel(page).getByRole("tab", { name: /Approvals/ }).click();
    const panel = runPanel(page).getByRole("tabpanel", { name: /Approvals/ });
    await panel.getByRole("button", { name: "Reject", exact: true }).click();
    await panel.getByRole("textbox", { name: /Reason/ }).fill("Too much.");
    await answer(page, /^Reject$/);
    await eventually("the other way", async () => {
      const states = await statesOf(page);
      assert.deepEqual([states["paid"], states["refused"], states["order"]], ["skipped", "succeeded", "succeeded"]);
    });
    const { approvals } = await journey.call<{ approvals: { status: string; note?: string }[] }>("list_approvals");
    assert.deepEqual(approvals.map(({ status, note }) => [status, note]).sort(), [["approved", undefined], ["rejected", "Too much."]]);
    noProblems(journey);
  });

  test("states are shown while the run goes on, and Stop stops it", async () => {
    const page = journey.page();
    await journey.call("import_graph", { graphId: "waits", text: JSON.stringify(waiting) });
    await place(page, "Graphs").click();
    await page.getByRole("main").getByText("Waits", { exact: true }).first().click();
    await fit(page);
    await toolbar(page).getByRole("button", { name: "Run", exact: true }).click();
    await eventually("the quick branch is done while the slow one waits", async () => {
      const states = await statesOf(page);
      assert.deepEqual([states["start"], states["quick"], states["slow"], states["out"]], ["succeeded", "succeeded", "waiting", "queued"]);
    });
    await runPanel(page).getByRole("tab", { name: "Timeline" }).click();
    await runPanel(page).getByText("Long wait").first().waitFor();
    await journey.picture("running");
    await toolbar(page).getByRole("button", { name: "Stop" }).click();
    await eventually("the node shows that it was cancelled", async () => assert.equal((await statesOf(page))["slow"], "cancelled"));
    await eventually("Core says so too", async () => assert.equal((await journey.call<Runs>("list_runs")).runs[0]?.state, "cancelled"));
    noProblems(journey);
  });
});
