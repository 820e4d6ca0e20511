/**
 * What is sent while an answer comes: a message goes in at the next step and stays in the transcript where it went in; others wait, are edited, moved
 * and taken back; what the person edits holds up those behind it; after a turn that was stopped they wait until the person lets them go.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator } from "playwright-core";
import { composer, messages, newChat, say, sessionOf, settled, stopButton, talk } from "./chat.ts";
import { eventually, type Journey, noProblems, startJourney, tellFailures } from "./journey.ts";

describe("messages for a turn that goes on", () => {
  let journey: Journey;
  before(async () => {
    journey = await startJourney();
  });
  after(() => journey.close());
  tellFailures(() => journey);

  const queue = (): Locator => journey.page().getByRole("list", { name: "Waits for the turn" });
  const row = (text: string): Locator => queue().getByRole("listitem").filter({ hasText: text });
  const waiting = async (): Promise<string[]> =>
    queue().getByRole("listitem").evaluateAll((items) => items.map((item) => `${item.querySelector("span")?.textContent?.trim()}: ${item.querySelector("p")?.textContent?.trim()}`));
  const waits = (...expected: readonly string[]): Promise<void> =>
    eventually("what waits", async () => assert.deepEqual(await waiting(), expected));
  const said = async (): Promise<string[]> => (await messages(journey, sessionOf(journey.page()))).filter(({ role }) => role === "user").map(({ content }) => content);
  /** The talk says these, in this order. */
  const inOrder = async (...words: readonly string[]): Promise<void> => {
    const text = ((await talk(journey.page()).textContent()) ?? "").replaceAll(/\s+/g, " ");
    let from = 0;
    for (const each of words) {
      const at = text.indexOf(each, from);
      assert.ok(at >= 0, `“${each}” is not there after the ${from} letters before it: ${text}`);
      from = at + each.length;
    }
  };

  test("a message goes into the turn at its next step, and is shown where it went in, now and after the page was read anew", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "slow");
    await talk(page).getByText(/This answer comes slowly/).waitFor();
    await say(page, "a word between");
    await waits("Next step: a word between");
    await journey.picture("chat-steer-waits");
    await talk(page).getByText("Added while it worked").waitFor({ timeout: 60_000 });
    await queue().waitFor({ state: "detached" });
    await talk(page).getByText(/You said: "a word between"/).waitFor();
    await settled(page);
    const order = ["slow", "This answer comes slowly", "Nothing of it is lost", "Added while it worked", "a word between", 'You said: "a word between"'];
    await inOrder(...order);
    assert.deepEqual(await said(), ["slow"]);
    assert.equal((await messages(journey, sessionOf(page))).length, 2, "one answer, with what was added inside of it");
    await journey.picture("chat-steer");
    noProblems(journey);
    await journey.reopen();
    await talk(journey.page()).getByText(/You said: "a word between"/).waitFor();
    await inOrder(...order);
    noProblems(journey);
  });

  test("between two steps of a work it comes before the next one, which hears it", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "plan");
    await talk(page).getByText(/I make a list/).waitFor();
    await say(page, "something else");
    await talk(page).getByText(/You said: "something else"/).waitFor();
    await settled(page);
    await inOrder("plan", "I make a list", "Added while it worked", "something else", 'You said: "something else"');
    assert.equal(await talk(page).getByText(/points are done/).count(), 0);
    assert.deepEqual(await said(), ["plan"]);
    noProblems(journey);
  });

  test("what waits is shown, edited, moved and taken back; one of it can still go into the turn", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "slow");
    await stopButton(page).waitFor();
    for (const text of ["one", "two", "three", "four"]) await say(page, text, "Alt+Enter");
    await waits("Next turn: one", "Next turn: two", "Next turn: three", "Next turn: four");
    await row("three").getByRole("button", { name: "Earlier" }).click();
    await waits("Next turn: one", "Next turn: three", "Next turn: two", "Next turn: four");
    await row("one").getByRole("button", { name: "Later" }).click();
    await waits("Next turn: three", "Next turn: one", "Next turn: two", "Next turn: four");
    await row("two").getByRole("button", { name: "Take back" }).click();
    await waits("Next turn: three", "Next turn: one", "Next turn: four");
    await row("four").getByRole("button", { name: "Send into this turn" }).click();
    await waits("Next turn: three", "Next turn: one", "Next step: four");
    await row("three").getByRole("button", { name: "Edit" }).click();
    const field = queue().getByRole("textbox", { name: "Edit" });
    await field.fill("three, edited");
    await journey.picture("chat-queue-edited");
    // It is held while it is edited, and those behind it with it: the turn ends, and nothing goes out.
    await talk(page).getByText(/You said: "four"/).waitFor({ timeout: 60_000 });
    await settled(page);
    assert.deepEqual(await said(), ["slow"]);
    await field.press("Enter");
    await talk(page).getByText(/You said: "one"/).waitFor();
    await queue().waitFor({ state: "detached" });
    await settled(page);
    assert.deepEqual(await said(), ["slow", "three, edited", "one"]);
    noProblems(journey);
  });

  test("after a turn that was stopped the queue waits, through a reload too, until it is let go", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "slow");
    await talk(page).getByText(/This answer comes/).waitFor();
    await say(page, "afterwards", "Alt+Enter");
    await say(page, "and at last", "Alt+Enter");
    await composer(page).press("Escape");
    await talk(page).getByText("Stopped by you. What was said is kept.").waitFor();
    await settled(page);
    await waits("Next turn: afterwards", "Next turn: and at last");
    noProblems(journey);
    await journey.reopen();
    await waits("Next turn: afterwards", "Next turn: and at last");
    assert.deepEqual(await said(), ["slow"]);
    await journey.picture("chat-queue-stopped");
    await row("afterwards").getByRole("button", { name: "Send now" }).click();
    await talk(journey.page()).getByText(/You said: "and at last"/).waitFor();
    await queue().waitFor({ state: "detached" });
    await settled(journey.page());
    assert.deepEqual(await said(), ["slow", "afterwards", "and at last"]);
    noProblems(journey);
  });

  test("or until another message is sent, which goes before them", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "slow");
    await talk(page).getByText(/This answer comes/).waitFor();
    await say(page, "afterwards", "Alt+Enter");
    await composer(page).press("Escape");
    await talk(page).getByText("Stopped by you. What was said is kept.").waitFor();
    await settled(page);
    await waits("Next turn: afterwards");
    await say(page, "first this");
    await talk(page).getByText(/You said: "afterwards"/).waitFor();
    await settled(page);
    assert.deepEqual(await said(), ["slow", "first this", "afterwards"]);
    noProblems(journey);
  });
});
