/** Core is killed in the middle of a turn with the page open; two tabs read one chat. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { composer, lastNumber, messages, newChat, press, say, sessionOf, settled, talk } from "./chat.ts";
import { eventually, type Journey, noProblems, place, startJourney, tellFailures } from "./journey.ts";

describe("a chat through a crash, and in two tabs", () => {
  let journey: Journey;
  let notes = "";
  before(async () => {
    journey = await startJourney();
    notes = join(journey.work, "notes");
    mkdirSync(notes);
    writeFileSync(join(notes, "letter.txt"), "Dear all\n");
  });
  after(() => journey.close());
  tellFailures(() => journey);

  const onlyLostSockets = (): void => {
    assert.deepEqual(journey.problems().filter((problem) => !/WebSocket connection to .* failed/.test(problem)), []);
  };

  test("kill -9 while an answer comes: what was said is there, nothing twice, and it goes on to its end", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "long");
    await eventually("some of it is seen", async () => assert.ok((await lastNumber(page)) >= 8));
    const sessionId = sessionOf(page);
    const before = await lastNumber(page);
    await journey.killServe();
    await page.getByRole("alert").getByText(/connection to Axion broke/).waitFor();
    assert.ok((await lastNumber(page)) >= before, "the page keeps what it shows");
    await composer(page).fill("typed while it was away");
    onlyLostSockets();
    await journey.startAgain();
    await journey.reopen();
    onlyLostSockets();
    const again = journey.page();
    await eventually("the whole answer", async () => assert.ok((await lastNumber(again)) === 60), 60_000);
    await settled(again, 60_000);
    const [question, answer, ...more] = await messages(journey, sessionId);
    assert.equal(question?.content, "long");
    assert.deepEqual(more, []);
    const numbers = [...(answer?.content ?? "").matchAll(/\*\*(\d+)\.\*\*/g)].map(([, number]) => Number(number));
    assert.deepEqual(numbers, Array.from({ length: 60 }, (_, at) => at + 1));
  });

  test("kill -9 after a change was made: it is not made again; while a question waits: it still waits", async () => {
    const page = journey.page();
    await newChat(page);
    await page.getByRole("button", { name: /^Folders of this chat/ }).click();
    await page.getByRole("dialog", { name: "Which folders may this chat use?" }).waitFor();
    const sessionId = sessionOf(page);
    await journey.call("set_session_folder", { sessionId, folderId: "notes", path: notes, access: "rw" });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await say(page, "edit");
    const card = talk(page).getByRole("region", { name: "Change letter.txt?" });
    await card.waitFor();
    await journey.killServe();
    await journey.startAgain();
    await journey.reopen();
    const again = journey.page();
    const asked = talk(again).getByRole("region", { name: "Change letter.txt?" });
    await press(asked.getByRole("button", { name: /^Allow once/ }), undefined, asked);
    await talk(again).getByText(/Changed letter\.txt/).waitFor();
    await settled(again);
    const file = join(notes, "letter.txt");
    assert.equal(readFileSync(file, "utf8"), "Dear all (seen by the demo agent)\n");
    const { ino, mtimeMs } = statSync(file);
    await journey.killServe();
    await journey.startAgain();
    await journey.reopen();
    await talk(journey.page()).getByText(/Changed letter\.txt/).waitFor();
    const later = statSync(file);
    assert.deepEqual([later.ino, later.mtimeMs], [ino, mtimeMs]);
    journey.problems();
  });

  test("two tabs show one chat: what one says and answers, the other sees as it comes", async () => {
    const page = journey.page();
    const other = await page.context().newPage();
    await other.goto(journey.serve().url);
    await place(other, "Chat").click();
    await newChat(page);
    await say(page, "ask");
    const sessionId = sessionOf(page);
    await other.locator(`[data-session="${sessionId}"] button`).first().click();
    const card = talk(other).getByRole("region", { name: /Which colour/ });
    await card.getByRole("radio", { name: /Red/ }).click();
    await press(card.getByRole("button", { name: /^Answer/ }), undefined, card);
    await talk(page).getByText(/They chose: Red/).waitFor();
    await talk(other).getByText(/They chose: Red/).waitFor();
    await settled(page);
    await say(other, "long");
    await eventually("both follow", async () => {
      const [one, two] = await Promise.all([lastNumber(page), lastNumber(other)]);
      assert.ok(one > 0 && two > 0 && Math.abs(one - two) <= 6, `${one} and ${two}`);
    });
    await settled(page, 60_000);
    await settled(other);
    await eventually("the same end", async () => assert.equal(await lastNumber(page), await lastNumber(other)));
    await other.close();
    noProblems(journey);
  });
});
