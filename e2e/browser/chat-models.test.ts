/**
 * Chats with servers that speak a provider's protocol on this machine: OpenAI-compatible and Ollama's own, words and tools; servers that fail in each
 * way a person can meet; text that wants to lure the page somewhere; what left the machine, and the switch that lets nothing leave; compaction.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type ModelServer, startModelServer } from "@axion/testkit/servers";
import { ask, composer, messages, newChat, panel, press, say, sessionOf, settled, talk } from "./chat.ts";
import { eventually, type Journey, noProblems, place, startJourney, tellFailures } from "./journey.ts";

const HOSTILE = [
  "<img src=\"https://evil.example/beacon.png\" onerror=\"window.__hit = 1\">",
  "<script>window.__hit = 2</script>",
  "![a picture](https://evil.example/picture.png)",
  "[run](javascript:window.__hit=3) [file](file:///etc/passwd) [data](data:text/html,<script>window.__hit=4</script>)",
  "<iframe src=\"https://evil.example/frame\"></iframe>",
  "<a href=\"https://evil.example/\" ping=\"https://evil.example/ping\">plain</a> [elsewhere](https://evil.example/page)",
  "```html\n<img src=\"https://evil.example/code.png\">\n```",
  "<style>@import url(https://evil.example/style.css);</style>",
].join("\n\n");

describe("chats with model servers", () => {
  let journey: Journey;
  let openai: ModelServer;
  let ollama: ModelServer;
  const asked: string[] = [];
  before(async () => {
    openai = await startModelServer({
      protocol: "openai-chat",
      script: {
        key: "sk-journey-secret",
        models: [{ name: "tiny-chat", contextWindow: 32_768, tools: true }],
        replies: [
          { when: "read the note", afterTool: false, times: 1, parts: [{ text: "I read it." }, { tool: { name: "read_file", arguments: { path: "note.md" } } }], finish: "tool-calls" },
          { when: "read the note", afterTool: true, parts: [{ text: "It says: remember the milk." }] },
          { when: "hostile", parts: [{ text: HOSTILE }] },
          { when: "unauthorised", times: 1, fault: { kind: "status", status: 401, message: "Incorrect API key provided" } },
          { when: "html page", fault: { kind: "html" } },
          { when: "torn", parts: [{ text: "This is the beginning" }], pieceChars: 4, times: 1, fault: { kind: "cut", after: 3 } },
          { when: "broke off here", parts: [{ text: " and this is the rest." }] },
          { when: "refused request", times: 1, fault: { kind: "status", status: 400, message: "context length exceeded" } },
          { when: "slowly", pieceChars: 6, pieceMs: 40, parts: [{ text: "One word after the other, so that it can be watched while it comes. ".repeat(4) }] },
        ],
      },
    });
    ollama = await startModelServer({ protocol: "ollama", script: { models: [{ name: "tiny-llama", contextWindow: 8192, tools: true }], replies: [{ when: "greet", parts: [{ reasoning: "They want a greeting." }, { text: "Hello from Ollama's protocol." }] }] } });
    journey = await startJourney();
    journey.page().on("request", (request) => asked.push(request.url()));
    await journey.call("set_key", { name: "journey", value: "sk-journey-secret" });
    await journey.call("update_config", { key: "providers.local", value: { kind: "openai-chat", baseUrl: openai.base, title: "Local server", keyName: "journey", enabled: true } });
    await journey.call("update_config", { key: "providers.llama", value: { kind: "ollama", baseUrl: ollama.base, title: "Llama", enabled: true } });
  });
  after(async () => {
    await journey.close();
    await Promise.all([openai.close(), ollama.close()]);
  });
  tellFailures(() => journey);

  const choose = async (name: string): Promise<void> => {
    const page = journey.page();
    await eventually(`${name} is offered`, async () => {
      await page.getByRole("button", { name: /^Model:/ }).click();
      await page.getByRole("option", { name: new RegExp(name) }).first().click({ timeout: 2_000 });
    });
    await page.getByRole("button", { name: new RegExp(`^Model: .*${name}`) }).waitFor();
  };

  test("an OpenAI-compatible server: words while they come, a tool in a granted folder", async () => {
    const page = journey.page();
    const folder = join(journey.work, "notes");
    mkdirSync(folder);
    writeFileSync(join(folder, "note.md"), "remember the milk\n");
    await newChat(page);
    await choose("tiny-chat");
    await say(page, "slowly, please");
    await talk(page).getByText(/One word after the other/).waitFor();
    const length = async () => ((await talk(page).textContent()) ?? "").length;
    const first = await length();
    await eventually("more words", async () => assert.ok((await length()) > first));
    await settled(page);
    await journey.call("set_session_folder", { sessionId: sessionOf(page), folderId: "notes", path: folder, access: "ro" });
    await ask(page, "read the note", "It says: remember the milk.");
    await talk(page).getByRole("button", { name: /Read note\.md/ }).waitFor();
    assert.ok(openai.requests.some(({ body }) => JSON.stringify(body).includes("remember the milk")), "the tool's output reached the model");
    noProblems(journey);
  });

  test("Ollama's own protocol: reasoning apart from the answer, the window asked for", async () => {
    const page = journey.page();
    await newChat(page);
    await choose("tiny-llama");
    await ask(page, "greet me", "Hello from Ollama's protocol.");
    await talk(page).getByRole("button", { name: /^Thought/ }).waitFor();
    const chat = ollama.requests.findLast(({ path }) => path === "/api/chat");
    assert.match(JSON.stringify(chat?.body), /"num_ctx":\d+/);
    noProblems(journey);
  });

  for (const [words, what] of [["unauthorised", /key/i], ["html page", /HTML|page/i], ["refused request", /context|refused|long/i]] as const) {
    test(`a server that fails (${words}): what happened, what is kept, what comes next; the chat goes on`, async () => {
      const page = journey.page();
      await newChat(page);
      await choose("tiny-chat");
      await say(page, words);
      const problem = talk(page).getByRole("alert").filter({ hasText: "The answer stopped here." });
      await problem.waitFor({ timeout: 90_000 });
      const parts = await problem.getByRole("term").allTextContents();
      assert.equal(parts.length, 3, parts.join());
      const told = (await problem.textContent()) ?? "";
      assert.match(told, what);
      assert.match(told, /kept/);
      assert.doesNotMatch(told, /sk-journey-secret/);
      await journey.picture(`chat-failed-${words.replaceAll(" ", "-")}`);
      await settled(page);
      await ask(page, "all well now?", /You said: all well now\?/);
      assert.equal((await messages(journey, sessionOf(page)))[0]?.content, words);
      noProblems(journey);
    });
  }

  test("a reply that is torn is gone on with where it broke off, and that is said", async () => {
    const page = journey.page();
    await newChat(page);
    await choose("tiny-chat");
    await ask(page, "torn", /and this is the rest\./);
    await talk(page).getByText(/cut off before its end\. Trying tiny-chat again/).waitFor();
    assert.match((await messages(journey, sessionOf(page)))[1]?.content ?? "", /^This is[\s\S]*and this is the rest\.$/);
    noProblems(journey);
  });

  test("text that wants to lure the page: nothing runs, nothing is fetched, links ask first", async () => {
    const page = journey.page();
    await newChat(page);
    await choose("tiny-chat");
    await say(page, "hostile");
    await talk(page).getByText("a picture (image, not loaded)").waitFor();
    await settled(page);
    await journey.picture("chat-hostile");
    assert.equal(await page.evaluate(() => (globalThis as { __hit?: number }).__hit), undefined);
    for (const name of ["script", "iframe", "img", "style", "object", "embed"]) assert.equal(await talk(page).locator(name).count(), 0, name);
    const links = await talk(page).getByRole("link").evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    assert.ok(links.length > 0 && links.every((href) => href.startsWith("https://")), links.join());
    await talk(page).getByRole("link", { name: "elsewhere" }).click();
    const dialog = page.getByRole("dialog", { name: "Open evil.example?" });
    await dialog.getByRole("button", { name: "Stay here" }).click();
    await dialog.waitFor({ state: "detached" });
    const { origin } = new URL(page.url());
    assert.deepEqual(asked.filter((url) => !url.startsWith(origin) && !url.startsWith("data:") && !url.startsWith("blob:")), []);
    noProblems(journey);
  });

  test("compaction: looked at, edited, accepted, and taken back", async () => {
    const page = journey.page();
    await newChat(page);
    await choose("tiny-chat");
    for (let turn = 1; turn <= 7; turn += 1) await ask(page, `fact number ${turn} ${"is worth a line or two ".repeat(20)}`, new RegExp(`You said: fact number ${turn} `));
    await panel(page).getByRole("button", { name: "Preview compaction" }).click();
    const dialog = page.getByRole("dialog", { name: "Summarise what was said before?" });
    const summary = dialog.getByRole("textbox");
    await summary.waitFor();
    await summary.fill("Seven facts were told; the third is the best.");
    await press(dialog.getByRole("button", { name: /^Summarise/ }), undefined, dialog);
    await talk(page).getByText(/above (is|are) read as a summary/).waitFor();
    await ask(page, "what do you remember", /You said: what do you remember/);
    const last = JSON.stringify(openai.requests.at(-1)?.body);
    assert.match(last, /the third is the best/);
    assert.doesNotMatch(last, /fact number 2 is worth/);
    assert.match(JSON.stringify(await messages(journey, sessionOf(page))), /fact number 2/);
    await talk(page).getByRole("button", { name: /Undo/ }).first().click();
    await talk(page).getByText(/above (is|are) read as a summary/).waitFor({ state: "detached" });
    await ask(page, "and now", /You said: and now/);
    assert.match(JSON.stringify(openai.requests.at(-1)?.body), /fact number 2 is worth/);
    noProblems(journey);
  });

  test("the ledger has each request, without what was said and without the key; the air gap stops hosted models and says so", async () => {
    const page = journey.page();
    await place(page, "Settings").click();
    await page.getByRole("button", { name: /network|leaves/i }).or(page.getByRole("link", { name: /network|leaves/i })).first().click();
    const table = page.getByRole("table").or(page.getByRole("grid")).first();
    await table.getByText(/127\.0\.0\.1|localhost/).first().waitFor();
    await journey.picture("chat-ledger");
    assert.doesNotMatch((await page.getByRole("main").textContent()) ?? "", /sk-journey-secret|remember the milk/);
    await journey.call("update_config", { key: "providers.far", value: { kind: "openai-chat", baseUrl: "https://models.example.com/v1", title: "Far away", enabled: true, models: ["big-model"] } });
    const { id: sessionId } = await journey.call<{ id: string }>("create_session", { model: "far/big-model", title: "Far" });
    await page.getByRole("switch", { name: /Air gap/i }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Turn the air gap on" }).click();
    await eventually("the switch", async () => assert.equal((await journey.call<{ airGap: boolean }>("list_egress")).airGap, true));
    await newChat(page);
    await page.getByRole("button", { name: /^Far/ }).first().click();
    await composer(page).fill("are you there?");
    await composer(page).press("Enter");
    await page.getByRole("region", { name: "Notifications" }).getByText(/air gap/i).first().waitFor();
    assert.equal(await composer(page).inputValue(), "are you there?", "what was written stays in the field");
    assert.deepEqual(await messages(journey, sessionId), []);
    await newChat(page);
    await choose("tiny-chat");
    await ask(page, "still here?", /You said: still here\?/);
    noProblems(journey);
  });
});
