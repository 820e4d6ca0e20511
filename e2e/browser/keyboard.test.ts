/** The main job without a mouse: open, look round, draw, connect, undo, run, approve, read the result. Only keys are pressed. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { canvas, eventually, type Journey, noProblems, runPanel, startJourney, statesOf, tellFailures } from "./journey.ts";

interface Snapshot {
  readonly document: { readonly nodes: ReadonlyArray<{ readonly id: string; readonly kind: string; readonly name: string }>; readonly edges: ReadonlyArray<{ readonly from: { readonly node: string } }> };
}

describe("with the keyboard alone", () => {
  let journey: Journey;
  let graphId = "";
  before(async () => {
    journey = await startJourney();
  });
  after(() => journey.close());
  tellFailures(() => journey);

  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await journey.page().keyboard.press(key);
  };
  const type = (text: string): Promise<void> => journey.page().keyboard.type(text);
  /** What has the focus, as a screen reader would say it. */
  const focus = (): Promise<{ role: string; name: string; active: string }> =>
    journey.page().evaluate(() => {
      const element = document.activeElement ?? document.body;
      const pointed = document.getElementById(element.getAttribute("aria-activedescendant") ?? "");
      const label = (of: Element | null): string => of?.getAttribute("aria-label") ?? of?.textContent ?? "";
      return { role: element.getAttribute("role") ?? element.tagName.toLowerCase(), name: label(element), active: label(pointed) };
    });
  const core = (what: string, check: (graph: Snapshot) => void): Promise<void> =>
    eventually(what, async () => check(await journey.call<Snapshot>("get_graph", { graphId })));

  test("the example opens from the command palette, and the graph has the focus", async () => {
    const page = journey.page();
    await press("Control+k");
    await page.getByRole("combobox", { name: "Command palette" }).waitFor();
    await type("example");
    await page.getByRole("option", { name: /Open an example/, selected: true }).waitFor();
    await press("Enter");
    await page.getByRole("dialog", { name: "Examples" }).waitFor();
    await eventually("focus in the dialog", async () => assert.match((await focus()).name, /^Approval/));
    await press("Enter");
    await canvas(page).waitFor();
    await eventually("focus on the graph", async () => assert.deepEqual([(await focus()).role, (await focus()).name], ["application", "Graph"]));
    graphId = new URL(page.url()).hash.split("/").at(-1) ?? "";
    noProblems(journey);
  });

  test("F6 goes round every region and comes back", async () => {
    const page = journey.page();
    const region = () => page.evaluate(() => document.activeElement?.closest("[data-region]")?.getAttribute("data-region"));
    const seen: unknown[] = [];
    for (let step = 0; step < 7; step += 1) {
      await press("F6");
      seen.push(await region());
    }
    assert.deepEqual([...new Set(seen)].sort(), ["document", "inspector", "rail", "run", "side", "status", "title"]);
    await press("Shift+F6", "F6");
    for (let step = 0; step < 7 && (await focus()).role !== "application"; step += 1) await press("F6");
    assert.equal((await focus()).role, "application");
  });

  test("arrows walk along the edges, and each node says its name, kind and state", async () => {
    await press("f", "ArrowRight");
    await eventually("the first node", async () => assert.equal((await focus()).active, "Payment, Start, Not run"));
    await press("ArrowRight");
    await eventually("along the edge", async () => assert.equal((await focus()).active, "Over 5000, If, Not run"));
    await press("ArrowLeft");
    await eventually("and back", async () => assert.equal((await focus()).active, "Payment, Start, Not run"));
  });

  test("a node is added, named, connected by letters, deleted, and all of it undone and redone", async () => {
    const page = journey.page();
    await press("Escape", "a");
    await eventually("the list of nodes", async () => assert.equal((await focus()).role, "combobox"));
    await type("wait");
    await press("Enter");
    await core("the node", ({ document }) => assert.equal(document.nodes.filter((node) => node.kind === "wait").length, 1));
    await eventually("focus is back on the graph, at the new node", async () => assert.match((await focus()).active, /^Wait, Wait/));
    await press("F2");
    await eventually("the name can be typed", async () => assert.equal((await focus()).name, "Name of the node"));
    await press("Control+a");
    await type("Hold");
    await press("Enter");
    await core("the name", ({ document }) => assert.equal(document.nodes.find((node) => node.kind === "wait")?.name, "Hold"));
    const edges = (await journey.call<Snapshot>("get_graph", { graphId })).document.edges.length;
    await press("c");
    // One output: it is taken at once. Its letters stand beside the inputs that fit.
    await eventually("letters for inputs", async () => assert.match((await focus()).name, /type the letter of an input/));
    const letters = await page.evaluate(() => document.activeElement?.getAttribute("aria-description") ?? "");
    const letter = /(\w+): Outcome, ways/.exec(letters)?.[1];
    assert.ok(letter !== undefined, letters);
    await type(letter);
    await core("the edge", ({ document }) => assert.equal(document.edges.length, edges + 1));
    await eventually("the graph has the focus", async () => assert.equal((await focus()).role, "application"));
    await press("Delete");
    await core("deleted with its edge", ({ document }) => assert.deepEqual([document.nodes.some((node) => node.kind === "wait"), document.edges.length], [false, edges]));
    await press("Control+z");
    await core("undone", ({ document }) => assert.equal(document.edges.length, edges + 1));
    await press("Control+z", "Control+z", "Control+z");
    await core("all undone", ({ document }) => assert.deepEqual([document.nodes.some((node) => node.kind === "wait"), document.edges.length], [false, edges]));
    await press("Control+Shift+z", "Control+Shift+z");
    await core("redone in part", ({ document }) => assert.equal(document.nodes.find((node) => node.kind === "wait")?.name, "Hold"));
    await press("Control+z", "Control+z");
    await core("undone again", ({ document }) => assert.equal(document.nodes.some((node) => node.kind === "wait"), false));
    noProblems(journey);
  });

  test("the outline is a tree of the same graph", async () => {
    const page = journey.page();
    await press("Control+Shift+o");
    await page.getByRole("tree", { name: "Outline" }).getByRole("treeitem", { name: /^Approve payment, Approval, Not run\. value, any value, from Over 5000/ }).waitFor();
    await press("Control+Shift+o");
    await page.getByRole("tree", { name: "Outline" }).waitFor({ state: "hidden" });
  });

  test("it runs, asks, is approved, and shows its result", async () => {
    const page = journey.page();
    await press("Control+Enter");
    const dialog = page.getByRole("dialog", { name: "Run Approval" });
    await dialog.waitFor();
    await eventually("focus in the dialog", async () => assert.equal((await focus()).role, "input"));
    for (let step = 0; step < 8 && (await focus()).name !== "Run"; step += 1) await press("Tab");
    await press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await eventually("it waits", async () => assert.equal((await statesOf(page))["ask"], "waiting"));
    for (let step = 0; step < 8 && (await page.evaluate(() => document.activeElement?.closest("[data-region]")?.getAttribute("data-region"))) !== "run"; step += 1) await press("F6");
    const chosen = runPanel(page).getByRole("tab", { name: /Approvals/, selected: true });
    for (let step = 0; step < 5 && !(await chosen.isVisible()); step += 1) await press("ArrowRight");
    await chosen.waitFor();
    for (let step = 0; step < 12 && !(await focus()).name.startsWith("Approve"); step += 1) await press("Tab");
    assert.match((await focus()).name, /^Approve/);
    await eventually("the answer is taken", async () => {
      if ((await statesOf(page))["ask"] === "waiting") await press("Enter");
      assert.equal((await statesOf(page))["order"], "succeeded");
    });
    const { runs } = await journey.call<{ runs: { state: string }[] }>("list_runs");
    assert.equal(runs[0]?.state, "succeeded");
    noProblems(journey);
  });
});
