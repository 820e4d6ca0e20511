/** Core is killed in the middle of a run: the page says so, and a new Core goes on exactly where the old one was. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { answer, eventually, fit, type Journey, noProblems, openExample, place, runPanel, startJourney, statesOf, tellFailures, toolbar } from "./journey.ts";

/** Writes one file before the wait and one after it, so that a repeated effect would show in the first file's time. */
const twoFiles = {
  axion: 1, id: "two-files", name: "Two files", slots: [{ id: "out", access: "rw" }],
  nodes: [
    { id: "start", kind: "start", name: "Begin", config: {} },
    { id: "text", kind: "template", name: "Text", config: { template: "written once" } },
    { id: "first", kind: "file.write", name: "First file", config: { slot: "out", path: "first.txt" } },
    { id: "ask", kind: "approval", name: "Go on?", config: { title: "Write the second file?", facts: [] } },
    { id: "again", kind: "template", name: "Second text", config: { template: "written later" } },
    { id: "second", kind: "file.write", name: "Second file", config: { slot: "out", path: "second.txt" } },
    { id: "end", kind: "output", name: "End", config: { name: "end", type: "any" } },
  ],
  edges: [
    { id: "e1", from: { node: "start", port: "input" }, to: { node: "text", port: "value" } },
    { id: "e2", from: { node: "text", port: "text" }, to: { node: "first", port: "text" } },
    { id: "e3", from: { node: "first", port: "file" }, to: { node: "ask", port: "value" } },
    { id: "e4", from: { node: "ask", port: "approved" }, to: { node: "again", port: "value" } },
    { id: "e6", from: { node: "again", port: "text" }, to: { node: "second", port: "text" } },
    { id: "e5", from: { node: "second", port: "file" }, to: { node: "end", port: "value" } },
  ],
};

describe("kill -9 of Core in the middle of a run", () => {
  let journey: Journey;
  let out: string;
  before(async () => {
    journey = await startJourney();
    out = join(journey.work, "out");
    mkdirSync(out);
  });
  after(() => journey.close());
  tellFailures(() => journey);

  /** A socket that cannot be opened is an error in the console of any browser; nothing else may be. */
  const onlyLostSockets = (): void => {
    assert.deepEqual(journey.problems().filter((problem) => !/WebSocket connection to .* failed/.test(problem)), []);
  };

  test("the page says that Axion is gone, and keeps what it shows and what is typed", async () => {
    const page = journey.page();
    await journey.call("import_graph", { graphId: "two-files", text: JSON.stringify(twoFiles) });
    await journey.call("set_grant", { grantId: "g1", graphId: "two-files", slot: "out", path: out, access: "rw" });
    await place(page, "Graphs").click();
    await page.getByRole("main").getByText("Two files", { exact: true }).first().click();
    await fit(page);
    await toolbar(page).getByRole("button", { name: "Run", exact: true }).click();
    await eventually("the first file is written and the run waits", async () => {
      const states = await statesOf(page);
      assert.deepEqual([states["first"], states["ask"]], ["succeeded", "waiting"]);
    });
    assert.deepEqual(readdirSync(out), ["first.txt"]);
    noProblems(journey);
    await journey.killServe();
    await page.getByRole("alert").getByText(/connection to Axion broke/).waitFor();
    assert.equal((await statesOf(page))["first"], "succeeded");
    await journey.picture("core-gone");
    onlyLostSockets();
  });

  test("the next Core has the run, the question is still asked, and finished steps are not run again", async () => {
    const first = statSync(join(out, "first.txt"));
    await journey.startAgain();
    await journey.reopen();
    onlyLostSockets(); // the page that was left asked for the dead Core to the end
    const page = journey.page();
    await fit(page);
    await eventually("the run as it was", async () => {
      const states = await statesOf(page);
      assert.deepEqual([states["first"], states["ask"], states["second"]], ["succeeded", "waiting", "queued"]);
    });
    await runPanel(page).getByRole("tab", { name: /Approvals/ }).click();
    await answer(page, /^Approve/);
    await eventually("the run is done", async () => assert.equal((await statesOf(page))["end"], "succeeded"));
    assert.deepEqual(readdirSync(out).sort(), ["first.txt", "second.txt"]);
    const again = statSync(join(out, "first.txt"));
    assert.deepEqual([again.mtimeMs, again.ino], [first.mtimeMs, first.ino]);
    const { runs } = await journey.call<{ runs: { state: string }[] }>("list_runs");
    assert.deepEqual(runs.map((run) => run.state), ["succeeded"]);
    noProblems(journey);
  });

  test("an edit made a moment before is there", async () => {
    const page = journey.page();
    await openExample(page, "Caught");
    const graphId = new URL(page.url()).hash.split("/").at(-1) ?? "";
    await page.getByRole("region", { name: "Inspector" }).getByRole("textbox", { name: "Name" }).fill("Caught twice");
    await page.keyboard.press("Tab");
    await toolbar(page).getByText("Saved").waitFor();
    await eventually("Core has the name", async () => assert.equal((await journey.call<{ summary: { name: string } }>("get_graph", { graphId })).summary.name, "Caught twice"));
    await journey.killServe();
    await journey.startAgain();
    await journey.reopen();
    await journey.page().getByRole("tab", { name: "Caught twice", selected: true }).waitFor();
  });
});
