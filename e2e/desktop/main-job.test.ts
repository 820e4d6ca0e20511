/**
 * The main job in the packaged window: open the example, run it, see the states and the report's file; end the app the hard way; find everything
 * again. Clicking through each dialog is the browser journeys' work: the page is the same, the engine under it is not.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Session, openApp, root } from "./app.ts";
import { until } from "./webdriver.ts";

let app: Session;
before(async () => {
  app = await openApp();
});
after(() => app.close());

interface Run { readonly runId: string; readonly state: string; readonly graphName: string }
const call = <T>(command: string, params: object) => app.page.run<T>(`return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]);`, command, params);
const runs = async () => (await call<{ runs: Run[] }>("list_runs", {})).runs;
const statesShown = () =>
  app.page.run<string[]>(`return [...document.querySelectorAll("[data-node-id]")].map((node) => node.getAttribute("data-state"));`);

test("the window opens on Home, painted, without an error", async () => {
  const heading = await until("the heading", () => app.page.run<string>(`return document.querySelector("h1")?.textContent;`));
  assert.match(heading, /What should run/);
  await app.picture("desktop-home");
});

test("the example opens, runs and writes its report", async () => {
  await app.page.press("See examples");
  await app.page.pressStarting("Invoices");
  await until("the graph on the canvas", async () => (await statesShown()).length > 3);
  const { graphs } = await call<{ graphs: { graphId: string }[] }>("list_graphs", {});
  const graphId = graphs[0]?.graphId ?? "";
  const reports = join(app.home, "reports");
  mkdirSync(reports);
  await call("set_grant", { grantId: "g-invoices", graphId, slot: "invoices", path: join(root, "examples", "invoices"), access: "ro" });
  await call("set_grant", { grantId: "g-reports", graphId, slot: "reports", path: reports, access: "rw" });
  await app.page.press("Run");
  // The example asks for its limit first and proposes one.
  await until("the questions before the run", () => app.page.find("[role=dialog]"));
  await app.page.press("Run");
  await until("the run to succeed", async () => (await runs())[0]?.state === "succeeded", 60_000);
  await until("states on the canvas", async () => (await statesShown()).includes("succeeded"));
  assert.equal(readFileSync(join(reports, "invoices.html"), "utf8"), readFileSync(join(root, "examples", "expected", "invoices", "invoices.html"), "utf8"));
  await app.picture("desktop-run");
});

test("after kill -9 everything is there again", async () => {
  const before = await runs();
  const { pid } = await call<{ pid: number }>("get_system", {});
  process.kill(pid, "SIGKILL");
  await app.close(true);
  app = await openApp(app.home);
  await until("the graph's tab and its nodes", async () => (await statesShown()).length > 3);
  assert.deepEqual(await runs(), before);
  assert.ok(existsSync(join(app.home, "axion", "axion.db")));
  await app.picture("desktop-again");
});
