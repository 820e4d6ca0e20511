/**
 * Where a person is in their chats: what a summary stands for is still told after the page was read anew, and can be taken back; a search leads to
 * a message that is marked; two chats share the window as the person likes; a folder that was typed is the one that is used.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { violations } from "./axe.ts";
import { chats, messages, panel, talk } from "./chat.ts";
import { eventually, type Journey, noProblems, place, startJourney, still, tellFailures } from "./journey.ts";

interface Made { readonly id: string }

describe("places in chats", () => {
  let journey: Journey;
  /** A chat in which so much was said, opened in the page. */
  const chatOf = async (title: string, said: ReadonlyArray<string>): Promise<string> => {
    const { id } = await journey.call<Made>("create_session", { title });
    for (const content of said) await journey.call("send_message", { sessionId: id, content });
    await place(journey.page(), "Chat").click();
    await chats(journey.page()).locator(`[data-session="${id}"]`).getByText(title, { exact: true }).click();
    await journey.page().getByRole("heading", { name: title, level: 1 }).waitFor();
    return id;
  };
  const clean = async (): Promise<void> => {
    await still(journey.page());
    assert.deepEqual(await violations(journey.page()), []);
  };
  before(async () => {
    journey = await startJourney({ theme: "dark" });
  });
  after(() => journey.close());
  tellFailures(() => journey);

  test("the summary is there after the page was read anew, with who made it, and can be taken back", async () => {
    const id = await chatOf("Summed up", ["hello first", "hello second", "hello third", "hello fourth"]);
    const compacted = async () => (await journey.call<Array<{ compacted?: boolean }>>("get_messages", { sessionId: id })).filter((message) => message.compacted === true).length;
    await journey.call("preview_compaction", { sessionId: id });
    const { messagesBefore, messagesAfter } = await journey.call<{ messagesBefore: number; messagesAfter: number }>("compact_session", { sessionId: id, summary: "They greeted each other **four** times." });
    const stands = new RegExp(`^${messagesBefore - messagesAfter} messages above are read as a summary`);
    const told = async () => {
      const card = talk(journey.page()).getByRole("region", { name: "Summarised messages" });
      await card.getByText(stands).waitFor();
      await card.getByText("The summary is in your words.").waitFor();
      await card.getByRole("button", { name: "Show the summary" }).click();
      await card.getByText("They greeted each other four times.").waitFor();
      return card;
    };
    await told();
    await journey.reopen();
    const card = await told();
    assert.ok((await compacted()) > 0);
    await journey.picture("chat-summary-after-reload");
    await clean();
    await card.getByRole("button", { name: "Undo" }).click();
    await card.waitFor({ state: "detached" });
    await eventually("nothing is summarised", async () => assert.equal(await compacted(), 0));
    assert.equal((await messages(journey, id)).length, 8);
    noProblems(journey);
  });

  test("a message that a search leads to is marked, its words too, and it has the focus", async () => {
    const page = journey.page();
    const id = await chatOf("Long talk", ["the green bicycle", ...Array.from({ length: 12 }, (_, at) => `hello number ${at}`), "markdown"]);
    const found = talk(page).getByRole("group", { name: "Found message" });
    const find = chats(page).getByRole("textbox", { name: /^Search/ });
    await find.fill("bicycle");
    await chats(page).getByRole("button", { name: /green bicycle/ }).first().click();
    await found.waitFor();
    const marked = () =>
      page.evaluate(() => [...(CSS.highlights.get("found-words") ?? [])].map((range) => String(range)));
    await eventually("its words are marked", async () => assert.deepEqual([...new Set(await marked())], ["bicycle"]));
    assert.equal(await found.getAttribute("aria-current"), "location");
    await eventually("it has the focus", async () => assert.ok(await found.evaluate((row) => row === document.activeElement)));
    await eventually("it is in view", async () => assert.ok(await found.evaluate((row) => {
      const view = row.closest("[data-transcript]")?.getBoundingClientRect();
      const here = row.getBoundingClientRect();
      return view !== undefined && here.top < view.bottom && here.bottom > view.top;
    })));
    await journey.picture("chat-found");
    await clean();
    // Whoever goes to the end has seen it.
    await talk(page).press("Control+End");
    await eventually("the mark is gone", async () => assert.equal((await marked()).length, 0));
    assert.equal(await page.locator("[data-found]").count(), 0);
    // In one chat only, from its head: the focus does not go back to the button.
    await find.fill("");
    await page.getByRole("button", { name: "Find in this chat" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("number 3");
    await page.getByRole("dialog").getByRole("button", { name: /number 3/ }).first().click();
    await found.waitFor();
    await eventually("it has the focus", async () => assert.ok(await found.evaluate((row) => row === document.activeElement)));
    assert.ok(id !== "");
    noProblems(journey);
  });

  test("two chats side by side: the line between them is moved by keys and kept", async () => {
    const page = journey.page();
    await chats(page).getByRole("textbox", { name: /^Search/ }).fill("");
    const first = chats(page).getByText("Summed up", { exact: true });
    await first.click({ modifiers: ["Control"] });
    const line = page.getByRole("separator", { name: "Width of the second chat" });
    await line.waitFor();
    const now = async () => Number(await line.getAttribute("aria-valuenow"));
    const even = await now();
    assert.ok(Math.abs(even - Number(await line.getAttribute("aria-valuemin"))) > 40, String(even));
    await line.press("ArrowLeft");
    await line.press("ArrowLeft");
    await eventually("it is wider", async () => assert.equal(await now(), even + 32));
    const second = page.getByRole("region", { name: "Summed up", exact: true });
    assert.equal(Math.round((await second.boundingBox())?.width ?? 0), even + 32);
    await journey.picture("chat-beside");
    await clean();
    await line.press("End");
    await eventually("the first keeps its least width", async () => assert.equal(Math.round((await page.getByRole("region", { name: "Long talk", exact: true }).boundingBox())?.width ?? 0), 320));
    await line.press("Home");
    await eventually("the second keeps its own", async () => assert.equal(await now(), 320));
    await line.dblclick();
    await eventually("it is even again", async () => assert.equal(await now(), even));
    await line.press("ArrowRight");
    await eventually("it is narrower", async () => assert.equal(await now(), even - 16));
    await page.reload();
    await line.waitFor();
    await eventually("it is as it was", async () => assert.equal(await now(), even - 16));
    noProblems(journey);
  });

  test("a folder that was typed and not entered is the one that is used; if there is none, that is said and nothing is lost", async () => {
    const page = journey.page();
    mkdirSync(join(journey.work, "Notes", "old"), { recursive: true });
    writeFileSync(join(journey.work, "a file"), "x");
    const id = await chatOf("With folders", ["hello"]);
    const folders = async () => (await journey.call<{ folders: Array<{ path: string }> }>("get_session_snapshot", { sessionId: id })).folders.map(({ path }) => path);
    await panel(page).getByRole("button", { name: "Add a folder…" }).click();
    const dialog = page.getByRole("dialog", { name: "Choose a folder" });
    const typed = dialog.getByRole("combobox");
    await typed.fill(join(journey.work, "nowhere"));
    await dialog.getByRole("button", { name: /^Use nowhere/ }).click();
    await dialog.getByRole("alert").getByText(/There is no folder/).waitFor();
    assert.equal(await typed.inputValue(), join(journey.work, "nowhere"));
    await typed.fill(join(journey.work, "a file"));
    assert.equal(await dialog.getByRole("alert").count(), 0);
    await typed.press("Control+Enter");
    await dialog.getByRole("alert").getByText(/cannot be opened/).waitFor();
    await journey.picture("folder-refused");
    await clean();
    // A part of a name narrows the list; the button says what it takes.
    await typed.fill(journey.work);
    await typed.press("Enter");
    await dialog.getByRole("option", { name: "Notes" }).waitFor();
    await typed.fill("not");
    await dialog.getByRole("button", { name: /^Use Notes/ }).waitFor();
    await typed.fill("Notes/old");
    await dialog.getByRole("button", { name: /^Use old/ }).click();
    await dialog.waitFor({ state: "detached" });
    await eventually("the folder is there", async () => assert.deepEqual(await folders(), [join(journey.work, "Notes/old")]));
    noProblems(journey);
  });
});
