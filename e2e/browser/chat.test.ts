/**
 * A newcomer's first chats, with the demo agent: words come as they are written, tools show what they do, changes are asked for, questions answered;
 * a turn is stopped, steered and followed; what was said is changed, tried again, forked, found, exported, put away and deleted.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ask, chats, composer, lastNumber, messages, newChat, panel, press, rowActs, say, sessionOf, sessions, settled, stopButton, talk } from "./chat.ts";
import { eventually, type Journey, noProblems, place, startJourney, tellFailures } from "./journey.ts";

describe("a chat with the demo agent", () => {
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

  test("without a model a script answers and says so; its words are seen while they come", async () => {
    const page = journey.page();
    await newChat(page);
    await page.getByText(/No model was found on this machine, so a script answers/).waitFor();
    await say(page, "long");
    const shown = () => lastNumber(page);
    await eventually("the first paragraphs", async () => assert.ok((await shown()) >= 1));
    await stopButton(page).waitFor();
    const first = await shown();
    assert.ok(first < 60);
    await eventually("more while it is written", async () => assert.ok((await shown()) > first));
    await settled(page, 60_000);
    await talk(page).getByText(/^60\. /).waitFor();
    await talk(page).getByText(/demo · .* in, .* out/).last().waitFor();
    assert.deepEqual((await sessions(journey)).map(({ title }) => title), ["long"]);
    noProblems(journey);
  });

  test("a folder is chosen, to read: the agent looks, and each step can be opened", async () => {
    const page = journey.page();
    await newChat(page);
    await page.getByRole("button", { name: "Choose a folder…" }).click();
    const folders = page.getByRole("dialog", { name: "Which folders may this chat use?" });
    await folders.getByRole("button", { name: "Add a folder…" }).click();
    const browse = page.getByRole("dialog", { name: "Choose a folder" });
    const path = browse.getByRole("combobox").or(browse.getByRole("textbox")).first();
    await path.fill(notes);
    await path.press("Enter");
    await browse.getByText(notes, { exact: true }).first().waitFor();
    await browse.getByRole("button", { name: /^Use/ }).click();
    await folders.getByText(notes, { exact: true }).waitFor();
    await folders.getByRole("button", { name: "Close" }).click();
    await ask(page, "look", /I saw 1 file/);
    await talk(page).getByRole("button", { name: "List notes" }).click();
    await talk(page).getByRole("button", { name: /letter\.txt/ }).last().click();
    await talk(page).getByText(/Dear all/).first().waitFor();
    await journey.picture("chat-look");
    noProblems(journey);
  });

  test("a folder to read gives no tool that writes", async () => {
    const page = journey.page();
    await say(page, "edit");
    await talk(page).getByText(/was given no folder that I could use for that/).waitFor();
    await settled(page);
    assert.equal(readFileSync(join(notes, "letter.txt"), "utf8"), "Dear all\n");
  });

  test("a change is shown first, denied with a reason, and nothing is written", async () => {
    const page = journey.page();
    await panel(page).getByRole("button", { name: "Write" }).click();
    await eventually("the folder can be written to", async () => {
      assert.equal(await panel(page).getByRole("button", { name: "Write" }).getAttribute("aria-pressed"), "true");
    });
    await say(page, "edit");
    const card = talk(page).getByRole("region", { name: "Change letter.txt?" });
    await card.getByText("Dear all (seen by the demo agent)").waitFor();
    await chats(page).getByText("Waiting for you").waitFor();
    await journey.picture("chat-approval");
    await press(card.getByRole("button", { name: "Deny…" }), card.getByRole("textbox", { name: /Why not/ }));
    await card.getByRole("textbox", { name: /Why not/ }).fill("Not this letter");
    await card.getByRole("button", { name: "Deny", exact: true }).click();
    await card.waitFor({ state: "detached" });
    await talk(page).getByText(/Your file is as it was/).last().waitFor();
    await settled(page);
    assert.equal(readFileSync(join(notes, "letter.txt"), "utf8"), "Dear all\n");
    assert.match(JSON.stringify(await journey.call("get_session_snapshot", { sessionId: sessionOf(page) })), /Not this letter/);
  });

  test("allowed, it is made once, and the card and the panel keep what changed", async () => {
    const page = journey.page();
    await say(page, "edit");
    const card = talk(page).getByRole("region", { name: "Change letter.txt?" });
    await card.waitFor();
    await press(card.getByRole("button", { name: /^Allow once/ }), undefined, card);
    await talk(page).getByText(/Changed letter\.txt/).waitFor();
    await settled(page);
    assert.equal(readFileSync(join(notes, "letter.txt"), "utf8"), "Dear all (seen by the demo agent)\n");
    await panel(page).getByRole("region", { name: "Changed files" }).getByText("letter.txt").waitFor();
    noProblems(journey);
  });

  test("a question is answered with an option and own words", async () => {
    const page = journey.page();
    await say(page, "ask");
    const card = talk(page).getByRole("region", { name: /Which colour/ });
    await card.getByRole("radio", { name: /Green/ }).click();
    await card.getByRole("textbox", { name: /own words/ }).fill("with a red door");
    await press(card.getByRole("button", { name: /^Answer/ }), undefined, card);
    await talk(page).getByText(/They chose: Green/).waitFor();
    await talk(page).getByText(/with a red door/).first().waitFor();
    await settled(page);
    noProblems(journey);
  });

  test("Esc stops a turn at once, and what was said is kept", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "slow");
    await talk(page).getByText(/This answer comes/).waitFor();
    await composer(page).press("Escape");
    await talk(page).getByText("Stopped by you. What was said is kept.").waitFor();
    await settled(page);
    const [, answer] = await messages(journey, sessionOf(page));
    assert.match(answer?.content ?? "", /^This answer comes/);
    noProblems(journey);
  });

  test("while it works: one message goes in, others wait, are edited, moved and taken back, and go in their order", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "slow");
    await stopButton(page).waitFor();
    await say(page, "first after", "Alt+Enter");
    await say(page, "second after", "Alt+Enter");
    await say(page, "third after", "Alt+Enter");
    const queue = page.getByRole("list", { name: "Waits for the turn" });
    const waiting = () => queue.getByRole("listitem").evaluateAll((items) => items.map((item) => item.querySelector("p")?.textContent?.trim()));
    const row = (text: string) => queue.getByRole("listitem").filter({ hasText: text });
    await row("second after").getByRole("button", { name: "Earlier" }).click();
    await eventually("moved", async () => assert.deepEqual(await waiting(), ["second after", "first after", "third after"]));
    await row("third after").getByRole("button", { name: "Take back" }).click();
    await row("first after").getByRole("button", { name: "Edit" }).click();
    await queue.getByRole("textbox", { name: "Edit" }).fill("first, edited");
    await queue.getByRole("button", { name: "Keep" }).click();
    await eventually("edited and taken back", async () => assert.deepEqual(await waiting(), ["second after", "first, edited"]));
    await journey.picture("chat-queue");
    await eventually("all were answered", async () => {
      const said = (await messages(journey, sessionOf(page))).filter(({ role }) => role === "user").map(({ content }) => content);
      assert.deepEqual(said, ["slow", "second after", "first, edited"]);
    }, 60_000);
    await queue.waitFor({ state: "detached" });
    await settled(page);
    noProblems(journey);
  });

  test("a message is changed and sent again, answered again, and each branch is kept", async () => {
    const page = journey.page();
    await newChat(page);
    await ask(page, "hello one", /You said: "hello one"/);
    await talk(page).getByRole("button", { name: "Edit and send again" }).first().click();
    const field = talk(page).getByRole("textbox").first();
    await field.fill("hello two");
    await field.press("Control+Enter");
    await talk(page).getByText(/You said: "hello two"/).waitFor();
    await settled(page);
    await talk(page).getByText("2 / 2").waitFor();
    await talk(page).getByRole("button", { name: "Branch before this one" }).click();
    await talk(page).getByText(/You said: "hello one"/).waitFor();
    await talk(page).getByRole("button", { name: "Answer again" }).last().click();
    await settled(page);
    await eventually("a second answer of the first", async () => assert.equal(await talk(page).getByRole("button", { name: "Branch before this one" }).count(), 2));
    noProblems(journey);
  });

  test("a fork goes on by itself", async () => {
    const page = journey.page();
    const from = sessionOf(page);
    await talk(page).getByRole("button", { name: "Fork a new chat from here" }).last().click();
    await eventually("the new chat is open", async () => assert.notEqual(sessionOf(page), from));
    await talk(page).getByText(/You said: "hello one"/).waitFor();
    await ask(page, "only in the fork", /You said: "only in the fork"/);
    assert.equal((await messages(journey, from)).some(({ content }) => content.includes("only in the fork")), false);
    noProblems(journey);
  });

  test("chats are renamed, pinned, found by what was said, exported, archived and deleted", async () => {
    const page = journey.page();
    const id = sessionOf(page);
    const { title: old } = await journey.call<{ title: string }>("get_session", { sessionId: id });
    await rowActs(page, id, "Rename");
    const name = chats(page).getByRole("textbox", { name: "Rename" });
    await name.fill("The fork");
    await name.press("Enter");
    await page.getByRole("heading", { name: "The fork", level: 1 }).waitFor();
    assert.notEqual(old, "The fork");
    await rowActs(page, id, "Pin");
    await chats(page).getByRole("group", { name: "Pinned" }).getByText("The fork", { exact: true }).waitFor();
    const find = chats(page).getByRole("textbox", { name: /^Search/ });
    await find.fill("bicycle");
    await chats(page).getByText("In what was said").waitFor();
    await chats(page).getByText(/bicycle/).first().click();
    await talk(page).getByText(/bicycle shed/).first().waitFor();
    await find.fill("");
    for (const [entry, end] of [["Export as Markdown", ".md"], ["Export as JSON", ".json"]] as const) {
      const download = page.waitForEvent("download");
      await rowActs(page, id, entry);
      const file = await download;
      assert.ok(file.suggestedFilename().endsWith(end), file.suggestedFilename());
      assert.match(readFileSync(await file.path(), "utf8"), /only in the fork/);
    }
    await rowActs(page, id, "Archive");
    await chats(page).locator(`[data-session="${id}"]`).waitFor({ state: "detached" });
    assert.equal((await sessions(journey)).some((one) => one.id === id), false);
    const gone = (await sessions(journey))[0];
    assert.ok(gone !== undefined);
    const goneId = gone.id;
    await rowActs(page, goneId, "Delete…");
    await page.getByRole("dialog").getByRole("button", { name: /^Delete/ }).click();
    await chats(page).locator(`[data-session="${goneId}"]`).waitFor({ state: "detached" });
    await assert.rejects(journey.call("get_session", { sessionId: goneId }), /not_found/);
    noProblems(journey);
  });

  test("a failure says what happened, what is kept and what can be done; the next message works", async () => {
    const page = journey.page();
    await newChat(page);
    await say(page, "fail server");
    await talk(page).getByText(/plays a failure/).waitFor();
    await talk(page).getByText(/Your message (and what was said and done so far are|is) kept\./).waitFor();
    await talk(page).getByRole("button", { name: /again/i }).first().waitFor();
    await journey.picture("chat-failure");
    await settled(page);
    await ask(page, "hello again", /You said: "hello again"/);
    noProblems(journey);
  });

  test("from Home a chat that waits is seen, and everything is there after leaving", async () => {
    const page = journey.page();
    await say(page, "ask");
    await talk(page).getByRole("region", { name: /Which colour/ }).waitFor();
    await place(page, "Home").click();
    await page.getByRole("contentinfo").getByText("1 chat waiting").waitFor();
    await journey.reopen();
    await page.getByRole("contentinfo").getByText("1 chat waiting").waitFor().catch(() => undefined);
    const again = journey.page();
    await place(again, "Chat").click();
    await talk(again).getByRole("region", { name: /Which colour/ }).waitFor();
    await talk(again).getByText(/You said: "hello again"/).waitFor();
    noProblems(journey);
  });
});
