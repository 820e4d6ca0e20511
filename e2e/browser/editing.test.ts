/** Drawing a graph with the mouse: palette, connecting and being refused, settings, undo of everything, copies, tabs, deleting; all of it kept. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { canvas, eventually, fit, type Journey, noProblems, place, startJourney, tellFailures, toolbar } from "./journey.ts";

interface Snapshot {
  readonly summary: { readonly name: string };
  readonly document: {
    readonly nodes: ReadonlyArray<{ readonly id: string; readonly name: string; readonly kind: string; readonly config: Record<string, unknown> }>;
    readonly edges: ReadonlyArray<{ readonly from: { node: string; port: string }; readonly to: { node: string; port: string } }>;
  };
  readonly layout: { readonly nodes: ReadonlyArray<{ readonly id: string; readonly x: number; readonly y: number }> };
}
const graphId = "drawn";
const drawn = {
  axion: 1, id: graphId, name: "Drawn", slots: [],
  nodes: [
    { id: "words", kind: "constant", name: "Words", config: { type: "text", value: "a,b" } },
    { id: "letter", kind: "template", name: "Letter", config: { template: "{{ value }}" } },
    { id: "groups", kind: "table.group", name: "Groups", config: {} },
  ],
  edges: [],
};
/** The middle is left free: a new node is put there. */
const layout = { axion: 1, nodes: [{ id: "words", x: 0, y: 0 }, { id: "letter", x: 480, y: 0 }, { id: "groups", x: 480, y: 240 }], notes: [] };

const card = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`);
const port = (page: Page, id: string, name: string, side: "in" | "out"): Locator => card(page, id).locator(`[data-port="${name}"][data-side="${side}"]`);
const middle = async (locator: Locator): Promise<{ x: number; y: number }> => {
  const box = await locator.boundingBox();
  assert.ok(box !== null);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};
const drag = async (page: Page, from: Locator, to: { x: number; y: number }): Promise<void> => {
  const start = await middle(from);
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move((start.x + to.x) / 2, (start.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
};

describe("drawing a graph", () => {
  let journey: Journey;
  before(async () => {
    journey = await startJourney();
    await journey.call("import_graph", { graphId, text: JSON.stringify(drawn), layout: JSON.stringify(layout) });
    const page = journey.page();
    await place(page, "Graphs").click();
    await page.getByRole("main").getByText("Drawn", { exact: true }).first().click();
    await fit(page);
    await card(page, "groups").waitFor();
  });
  after(() => journey.close());
  tellFailures(() => journey);

  const kept = (): Promise<Snapshot> => journey.call<Snapshot>("get_graph", { graphId });
  const core = (what: string, check: (graph: Snapshot) => void): Promise<void> => eventually(what, async () => check(await kept()));
  const undo = () => toolbar(journey.page()).getByRole("button", { name: "Undo" }).click();
  const redo = () => toolbar(journey.page()).getByRole("button", { name: "Redo" }).click();
  const ids = (graph: Snapshot) => graph.document.nodes.map((node) => node.id).sort();

  test("a fitting connection is made and saved", async () => {
    const page = journey.page();
    await drag(page, port(page, "words", "value", "out"), await middle(port(page, "letter", "value", "in")));
    await core("the edge", ({ document }) => assert.deepEqual(document.edges.map(({ from, to }) => [from.node, to.node]), [["words", "letter"]]));
    await toolbar(page).getByText(/Saved/).waitFor();
    noProblems(journey);
  });

  test("one that does not fit is refused with the reason, and nothing is made", async () => {
    const page = journey.page();
    const to = await middle(port(page, "groups", "rows", "in"));
    const from = await middle(port(page, "words", "value", "out"));
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x - 60, to.y - 20, { steps: 4 });
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await canvas(page).getByText(/text.*table|table.*text/i).first().waitFor();
    await journey.picture("refused");
    await page.mouse.up();
    await page.keyboard.press("Escape");
    await core("still one edge", ({ document }) => assert.equal(document.edges.length, 1));
    noProblems(journey);
  });

  test("a node from the palette, its name and its settings; wrong settings say so in place", async () => {
    const page = journey.page();
    await canvas(page).click({ position: { x: 20, y: 20 } });
    await page.getByRole("region", { name: "Nodes" }).getByRole("button", { name: "Wait", exact: true }).click();
    const inspector = page.getByRole("region", { name: "Inspector" });
    await inspector.getByRole("textbox", { name: "Name of the node" }).fill("Hold on");
    await page.keyboard.press("Enter");
    const seconds = inspector.getByRole("textbox", { name: "Seconds" });
    await seconds.fill("7");
    await seconds.press("Enter");
    await core("the node", ({ document }) => {
      const wait = document.nodes.find((node) => node.kind === "wait");
      assert.deepEqual([wait?.name, wait?.config["seconds"]], ["Hold on", 7]);
    });
    await seconds.fill("-5");
    await seconds.press("Enter");
    await inspector.getByText("Expected a value between 0 and").waitFor();
    assert.equal(await seconds.getAttribute("aria-invalid"), "true");
    await seconds.fill("8");
    await seconds.press("Enter");
    await inspector.getByText("Expected a value between 0 and").waitFor({ state: "hidden" });
    noProblems(journey);
  });

  test("moving, undo of everything back to the file, redo of everything", async () => {
    const page = journey.page();
    const from = await middle(card(page, "groups").locator("[data-node-id]"));
    await drag(page, card(page, "groups").getByText("Groups").first(), { x: from.x + 60, y: from.y + 70 });
    await core("the move", ({ layout: now }) => assert.notEqual(now.nodes.find((each) => each.id === "groups")?.y, 240));
    const end = await kept();
    const undoButton = toolbar(page).getByRole("button", { name: "Undo" });
    for (let step = 0; step < 30 && (await undoButton.isEnabled()); step += 1) await undo();
    assert.equal(await undoButton.isEnabled(), false);
    await core("as it was opened", (graph) => {
      assert.deepEqual(ids(graph), ["groups", "letter", "words"]);
      assert.deepEqual(graph.document.edges, []);
      assert.deepEqual(graph.layout.nodes.find((each) => each.id === "groups"), { id: "groups", x: 480, y: 240 });
    });
    const redoButton = toolbar(page).getByRole("button", { name: "Redo" });
    for (let step = 0; step < 30 && (await redoButton.isEnabled()); step += 1) await redo();
    await core("all of it again", (graph) => assert.deepEqual([graph.document, graph.layout], [end.document, end.layout]));
    noProblems(journey);
  });

  test("copy and paste, duplicate, delete with its edges, and undo", async () => {
    const page = journey.page();
    await card(page, "letter").getByText("Letter").first().click();
    await page.keyboard.press("Control+c");
    await page.keyboard.press("Control+v");
    await core("a copy", ({ document }) => assert.equal(document.nodes.filter((node) => node.kind === "template").length, 2));
    await card(page, "words").getByText("Words").first().click();
    await page.keyboard.press("Control+d");
    await core("a duplicate", ({ document }) => assert.equal(document.nodes.filter((node) => node.kind === "constant").length, 2));
    await card(page, "words").getByText("Words").first().click();
    await page.keyboard.press("Delete");
    await core("gone with its edge", ({ document }) => {
      assert.equal(document.nodes.some((node) => node.id === "words"), false);
      assert.deepEqual(document.edges, []);
    });
    await undo();
    await core("back with its edge", ({ document }) => {
      assert.equal(document.nodes.some((node) => node.id === "words"), true);
      assert.equal(document.edges.length, 1);
    });
    noProblems(journey);
  });

  test("several nodes at once: select all, delete, undo", async () => {
    const page = journey.page();
    const before = ids(await kept());
    await canvas(page).click({ position: { x: 20, y: 20 } });
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await core("empty", (graph) => assert.deepEqual(ids(graph), []));
    await undo();
    await core("all back", (graph) => assert.deepEqual(ids(graph), before));
    noProblems(journey);
  });

  test("graphs in tabs: a second one, renamed, duplicated and deleted", async () => {
    const page = journey.page();
    await page.getByRole("main").getByRole("button", { name: "New graph" }).click();
    // The graph is made by Core; until it is open the inspector still speaks of the old one.
    await page.getByRole("tab", { name: /New graph/, selected: true }).waitFor();
    const name = page.getByRole("region", { name: "Inspector" }).getByRole("textbox", { name: "Name", exact: true });
    await name.fill("Second");
    await name.press("Enter");
    await page.getByRole("tab", { name: "Second", selected: true }).waitFor();
    assert.equal(await page.getByRole("tablist", { name: "Open documents" }).getByRole("tab").count(), 2);
    await toolbar(page).getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Duplicate the graph" }).click();
    await page.getByRole("tab", { name: /^Second.+copy/, selected: true }).waitFor();
    await place(page, "Graphs").click();
    const row = page.getByRole("row", { name: /Second.*copy/ });
    await row.getByRole("button", { name: /^More for/ }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
    const { graphs } = await journey.call<{ graphs: { name: string }[] }>("list_graphs");
    assert.deepEqual(graphs.map((graph) => graph.name).sort(), ["Drawn", "Second"]);
    noProblems(journey);
  });

  test("left and opened again: tabs, drawing and undo are there", async () => {
    const page = journey.page();
    await page.getByRole("row", { name: /Drawn/ }).getByText("Drawn", { exact: true }).click();
    await page.getByRole("tab", { name: "Drawn", selected: true }).waitFor();
    await page.reload();
    await page.getByRole("tab", { name: "Drawn", selected: true }).waitFor();
    await page.getByRole("tab", { name: "Second" }).waitFor();
    await fit(page);
    await card(page, "words").waitFor();
    const before = ids(await kept());
    const undoButton = toolbar(page).getByRole("button", { name: "Undo" });
    await eventually("undo survived the reload", async () => assert.equal(await undoButton.isEnabled(), true));
    await undo();
    await core("undone", (graph) => assert.notDeepEqual(ids(graph), before));
    await redo();
    await core("redone", (graph) => assert.deepEqual(ids(graph), before));
    noProblems(journey);
  });

  test("nodes added one after the other lie beside each other, in view", async () => {
    const page = journey.page();
    const before = new Set(ids(await kept()));
    await canvas(page).click({ position: { x: 20, y: 20 } });
    for (let times = 0; times < 3; times += 1) {
      await page.keyboard.press("Escape");
      await page.getByRole("region", { name: "Nodes" }).getByRole("button", { name: "Wait", exact: true }).first().click();
    }
    await core("three more", (graph) => assert.equal(ids(graph).length, before.size + 3));
    const added = ids(await kept()).filter((id) => !before.has(id));
    const boxes = await Promise.all(added.map(async (id) => (await card(page, id).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }));
    for (const [at, one] of boxes.entries()) {
      assert.ok(one.width > 0, `${added[at]} is drawn`);
      for (const other of boxes.slice(at + 1)) {
        const apart = one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
        assert.ok(apart, JSON.stringify([one, other]));
      }
    }
    noProblems(journey);
  });

  test("a second tab of the browser starts as the first looks, and from then on each keeps its own", async () => {
    const first = journey.page();
    const { url } = journey.serve();
    const second = await first.context().newPage();
    await second.goto(url);
    await second.getByRole("tab", { name: "Drawn", selected: true }).waitFor();
    await place(second, "Settings").click();
    await eventually("the second tab's look is kept", async () => assert.match(JSON.stringify(await journey.call("get_view_state", { windowId: "browser-2" })), /"place":"settings"/));
    await Promise.all([first.reload(), second.reload()]);
    await first.getByRole("tab", { name: "Drawn", selected: true }).waitFor();
    await canvas(first).waitFor();
    await second.getByRole("heading", { name: "Settings" }).first().waitFor();
    await second.close();
    noProblems(journey);
  });
});
