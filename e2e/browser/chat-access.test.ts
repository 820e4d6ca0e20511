/** The states of a chat in both themes: no violation that axe knows and no error in the console; and a whole chat with the keyboard alone. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { violations } from "./axe.ts";
import { chats, composer, newChat, panel, say, sessionOf, settled, stopButton, talk } from "./chat.ts";
import { eventually, type Journey, noProblems, place, startJourney, still, tellFailures } from "./journey.ts";

for (const theme of ["light", "dark"] as const) {
  describe(`access of chat, ${theme}`, () => {
    let journey: Journey;
    before(async () => {
      journey = await startJourney({ theme });
    });
    after(() => journey.close());
    tellFailures(() => journey);

    const clean = async (name: string): Promise<void> => {
      await still(journey.page());
      await journey.picture(`access-chat-${name}-${theme}`);
      assert.deepEqual(await violations(journey.page()), []);
      noProblems(journey);
    };

    test("a new chat, its folders, the list of models", async () => {
      const page = journey.page();
      await newChat(page);
      await clean("new");
      await page.getByRole("button", { name: /^Model:/ }).click();
      await page.getByRole("combobox", { name: /model/i }).waitFor();
      await clean("models");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Choose a folder…" }).click();
      await page.getByRole("dialog", { name: "Which folders may this chat use?" }).waitFor();
      await clean("folders");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    });

    test("an answer that comes, Markdown, tools, a card that waits, a question, a failure, a queue", async () => {
      const page = journey.page();
      const notes = join(journey.work, "notes");
      mkdirSync(notes);
      writeFileSync(join(notes, "letter.txt"), "Dear all\n");
      await journey.call("set_session_folder", { sessionId: sessionOf(page), folderId: "notes", path: notes, access: "rw" });
      await say(page, "markdown");
      await talk(page).getByRole("table").waitFor();
      await clean("streaming");
      await settled(page);
      await clean("markdown");
      await say(page, "edit");
      await talk(page).getByRole("region", { name: "Change letter.txt?" }).waitFor();
      await clean("approval");
      await stopButton(page).click();
      await settled(page);
      await say(page, "ask");
      await talk(page).getByRole("region", { name: /Which colour/ }).waitFor();
      await clean("question");
      await say(page, "later", "Alt+Enter");
      await page.getByRole("list", { name: "Waits for the turn" }).waitFor();
      await clean("queue");
      await page.getByRole("button", { name: "Take back" }).click();
      await stopButton(page).click();
      await settled(page);
      await say(page, "fail server");
      await talk(page).getByText(/plays a failure/).waitFor();
      await settled(page);
      await clean("failure");
    });

    test("compaction, the settings of models and of what leaves", async () => {
      const page = journey.page();
      await panel(page).getByRole("button", { name: "Preview compaction" }).click();
      await page.getByRole("dialog").waitFor();
      await clean("compaction");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await place(page, "Settings").click();
      for (const name of ["Models", "Agent", "Channels", "Network"]) {
        await page.getByRole("navigation").or(page.getByRole("complementary")).getByRole("button", { name: new RegExp(name, "i") }).or(page.getByRole("link", { name: new RegExp(name, "i") })).first().click();
        await clean(`settings-${name.toLowerCase()}`);
      }
    });
  });
}

describe("a chat with the keyboard alone", () => {
  let journey: Journey;
  before(async () => {
    journey = await startJourney();
  });
  after(() => journey.close());
  tellFailures(() => journey);

  const focus = (): Promise<string> => journey.page().evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");

  test("a new chat has the field, sends, answers a question, stops, searches", async () => {
    const page = journey.page();
    await page.keyboard.press("Control+Shift+n");
    await eventually("the field has the focus", async () => assert.equal(await focus(), "Message"));
    await page.keyboard.type("ask");
    await page.keyboard.press("Enter");
    const card = talk(page).getByRole("region", { name: /Which colour/ });
    await card.waitFor();
    await eventually("the answer is given", async () => {
      await card.getByRole("radio", { name: /Red/ }).focus({ timeout: 1_000 });
      await page.keyboard.press("Space");
      await page.keyboard.press("Control+Enter");
      await card.waitFor({ state: "detached", timeout: 1_000 });
    });
    await talk(page).getByText(/They chose: Red/).waitFor();
    await settled(page);
    await page.keyboard.press("Control+l");
    await eventually("back in the field", async () => assert.equal(await focus(), "Message"));
    await page.keyboard.type("slow");
    await page.keyboard.press("Enter");
    await stopButton(page).waitFor();
    await page.keyboard.press("Escape");
    await talk(page).getByText("Stopped by you. What was said is kept.").waitFor();
    await settled(page);
    // The last message of one's own is taken back into the field.
    await page.keyboard.press("ArrowUp");
    await eventually("the last message", async () => assert.equal(await composer(page).inputValue(), "slow"));
    await composer(page).fill("");
    await chats(page).getByRole("textbox", { name: /^Search/ }).focus();
    await page.keyboard.type("bicycle");
    await chats(page).getByText("In what was said").waitFor();
    noProblems(journey);
  });
});
