/**
 * The page is loaded anew while calls are under way, again and again: nothing is sent twice, nothing is refused, and the new page does everything that
 * the old one did. What a hostile page may not do is in isolation.test.ts.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Session, openApp } from "./app.ts";
import { call, hears, say, settled } from "./chat.ts";
import { until } from "./webdriver.ts";

let app: Session;
before(async () => {
  app = await openApp();
  await call(app, "update_config", { key: "models.probe", value: false });
});
after(() => app.close());

/** Begins this many calls and leaves the page while most of them are on their way. */
const reloadUnder = async (calls: number): Promise<void> => {
  await app.page.run(
    `window.__left = true;
     for (let at = 0; at < arguments[0]; at += 1) window.__TAURI_INTERNALS__.invoke(at % 2 === 0 ? "get_settings" : "list_runs", {}).catch(() => undefined);
     setTimeout(() => location.reload(), 0);`, calls);
  await until("the new page's workbench", () => app.page.run<boolean>(`return window.__left === undefined && document.querySelector("main") !== null;`));
};
const refusals = () => app.page.log().filter((line) => line.includes("was refused"));
const noRefusals = () => assert.equal(refusals().length, 0, `for example: ${refusals()[0]}`);

test("a page that is left with calls under way sends none of them twice", async () => {
  for (let round = 0; round < 5; round += 1) await reloadUnder(100);
  // What the old pages sent was read before what this one is answered.
  const answered = await app.page.run<number>(`return (await Promise.all(Array.from({ length: 50 }, () => window.__TAURI_INTERNALS__.invoke("get_settings", {})))).length;`);
  assert.equal(answered, 50);
  noRefusals();
});

test("after that a chat is written, answered and shown, and read by the next page", async () => {
  await app.page.keys("Control+3");
  await app.page.press("New chat");
  await say(app, "hello again");
  await hears(app, /You said: "hello again"/);
  await settled(app);
  await reloadUnder(20);
  await hears(app, /You said: "hello again"/);
  await say(app, "and once more");
  await hears(app, /You said: "and once more"/);
  await settled(app);
  noRefusals();
});

test("a copy that the page makes of a message is refused, and said to be, as before", async () => {
  const text = await app.page.run<string>(`
    const seen = []; const original = window.fetch;
    window.fetch = (url, init) => { seen.push({ url, init }); return original(url, init); };
    try { await window.__TAURI_INTERNALS__.invoke("get_system", {}); } finally { window.fetch = original; }
    const { url, init } = seen.find((each) => String(each.url).includes("get_system"));
    return (await original(url, init)).text();`);
  assert.match(text, /not sealed for this command/);
  await until("the refusal in the app's log", async () => refusals().some((line) => line.includes("Replayed") && line.includes("get_system")));
});
