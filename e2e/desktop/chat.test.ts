/**
 * A chat in the packaged window, with the demo agent: a folder, words as they come, a change that is allowed by keyboard, what is sent meanwhile, a
 * turn that is stopped, and the app killed in the middle of an answer. The browser journeys click through each dialog; the page is the same.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { type Session, openApp } from "./app.ts";
import { call, hears, messages, numbersIn, onlySession, say, sees, settled, TALK, talk, working } from "./chat.ts";
import { until } from "./webdriver.ts";

let app: Session;
let notes = "";
let sessionId = "";
before(async () => {
  app = await openApp();
  // A model server that happens to run on this machine is none of a test's business.
  await call(app, "update_config", { key: "models.probe", value: false });
  notes = join(app.home, "notes");
  mkdirSync(notes);
  writeFileSync(join(notes, "letter.txt"), "Dear all\n");
});
after(() => app.close());
afterEach(async (context) => {
  if (!("passed" in context) || context.passed) return;
  await app.picture(`failed-desktop-${context.name.replaceAll(/[^A-Za-z0-9]+/g, "-").slice(0, 60)}`).catch(() => undefined);
});

const letter = () => readFileSync(join(notes, "letter.txt"), "utf8");
const numbersShown = async () => [...(await talk(app)).matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
const lastShown = async () => Math.max(0, ...(await numbersShown()));

test("Ctrl 3 opens the chats; without a model a script is chosen, and says so", async () => {
  await app.page.keys("Control+3");
  await app.page.press("New chat");
  await sees(app, /No model was found on this machine, so a script answers/);
  await sees(app, /Demo agent \(scripted\)|demo/i);
  await app.picture("desktop-chat-new");
});

test("words are seen while they come", async () => {
  await say(app, "long");
  await until("the first paragraphs", async () => (await lastShown()) >= 1);
  const first = await lastShown();
  assert.ok(first < 60, `all of it was there at once: ${first}`);
  assert.equal(await working(app), true);
  await until("more of them while it works", async () => (await lastShown()) > first && (await working(app)));
  await until("the last paragraph", async () => (await lastShown()) === 60, 60_000);
  await settled(app);
  sessionId = await onlySession(app);
  const [, answer] = await messages(app, sessionId);
  assert.deepEqual(numbersIn(answer?.content ?? ""), Array.from({ length: 60 }, (_, at) => at + 1));
});

test("with a folder a change is shown first, allowed by keyboard, and is in the file", async () => {
  await call(app, "set_session_folder", { sessionId, folderId: "notes", path: notes, access: "rw" });
  await say(app, "edit");
  await until("the card with the change", () =>
    app.page.run<boolean>(`return /Dear all \\(seen by the demo agent\\)/.test(document.querySelector(arguments[0] + " [data-request]")?.innerText ?? "");`, TALK));
  assert.equal(letter(), "Dear all\n");
  await app.picture("desktop-chat-approval");
  // The first Ctrl Enter goes to the card, the next one answers it; a card is deaf for its first half second, so it may take another.
  await until("the card to go", async () => {
    await app.page.keys("Control+Enter");
    return app.page.run<boolean>(`return document.querySelector(arguments[0] + " [data-request] button") === null;`, TALK);
  });
  await hears(app, /Changed letter\.txt/);
  await settled(app);
  assert.equal(letter(), "Dear all (seen by the demo agent)\n");
});

test("while it works, one message goes into the answer and another waits for its end", async () => {
  await say(app, "slow");
  await hears(app, /This answer comes/);
  await say(app, "steered words");
  await say(app, "queued words", "Alt+Enter");
  await sees(app, /Next turn\s+queued words/);
  await hears(app, /Added while it worked\s+steered words[\s\S]*You said: "steered words"/, 60_000);
  await hears(app, /You said: "queued words"/, 60_000);
  await settled(app);
  const said = (await messages(app, sessionId)).filter(({ role }) => role === "user").map(({ content }) => content);
  assert.deepEqual(said, ["long", "edit", "slow", "queued words"], "what was steered belongs to the answer that it went into");
  await app.picture("desktop-chat-steered");
});

test("Esc stops a turn, and what was said is kept", async () => {
  const before = (await messages(app, sessionId)).length;
  await say(app, "slow");
  const begun = /This answer comes[^\n]*$/;
  await until("the beginning of the answer", async () => begun.test((await talk(app)).trimEnd()) && (await working(app)));
  await app.page.keys("Escape");
  await hears(app, /Stopped by you\. What was said is kept\./);
  await settled(app);
  const now = await messages(app, sessionId);
  assert.equal(now.length, before + 2);
  assert.match(now.at(-1)?.content ?? "", /^This answer comes/);
  assert.doesNotMatch(now.at(-1)?.content ?? "", /if you stop it\./);
});

test("kill -9 in the middle of an answer: everything is there again, and the answer goes on to its end", async () => {
  const before = (await messages(app, sessionId)).map(({ content }) => content);
  const count = async () => (await numbersShown()).length;
  const old = await count();
  await say(app, "long");
  await until("a part of the answer", async () => (await working(app)) && (await lastShown()) >= 1 && (await count()) !== old);
  const { pid } = await call<{ pid: number }>(app, "get_system");
  process.kill(pid, "SIGKILL");
  await app.close(true);
  app = await openApp(app.home);
  await app.page.keys("Control+3");
  await until("the chat to be there again", async () => {
    await app.page.click(`[data-session="${sessionId}"] button`);
    return (await talk(app)).length > 0;
  });
  await until("the whole answer", async () => {
    const last = (await messages(app, sessionId)).at(-1);
    return numbersIn(last?.content ?? "").length === 60 || Promise.reject(new Error(`${last?.role} ${last?.state ?? ""}: ${last?.content.slice(-120)}`));
  }, 60_000);
  await settled(app);
  await hears(app, /^60\. /m);
  const now = await messages(app, sessionId);
  assert.deepEqual(now.slice(0, before.length).map(({ content }) => content), before);
  assert.deepEqual(now.slice(before.length).map(({ role }) => role), ["user", "assistant"]);
  assert.deepEqual(numbersIn(now.at(-1)?.content ?? ""), Array.from({ length: 60 }, (_, at) => at + 1));
  await app.picture("desktop-chat-again");
});
