/**
 * Seed 004 in the packaged window: the conformance cases through the page's own `invoke` and `listen`, and the seed's snippets run there as they are
 * written. `@tauri-apps/api` is put into the page's scripts from its own sources, because a page has no bare imports.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cases } from "../conformance/cases.ts";
import { type Door, type Fields, type Json, Refused, startProvider } from "../conformance/door.ts";
import { prepareSeed, snippets } from "../conformance/seed.ts";
import { type Session, openApp, root } from "./app.ts";

const api = (file: string) => readFileSync(join(root, "node_modules", "@tauri-apps", "api", file), "utf8").replace(/^(import|export) [^;]*;$/gm, "");
const prelude = ["external/tslib/tslib.es6.js", "core.js", "event.js"].map(api).join("\n");

const LOOK_MS = 30;

/** The page as a door. What its listeners hear is kept there and fetched. */
const windowDoor = (app: Session): Door => {
  const heard = new Map<string, Set<(payload: Fields) => void>>();
  let looking = false;
  const look = async (): Promise<void> => {
    looking = true;
    while (heard.size > 0) {
      const all = await app.page.run<{ event: string; payload: Fields }[]>(`return (window.__heard ?? []).splice(0);`);
      for (const { event, payload } of all) for (const each of heard.get(event) ?? []) each(payload);
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    }
    looking = false;
  };
  return {
    invoke: async (name, args) => {
      const answer = await app.page.run<{ value?: Json; error?: { code: string; message: string } | string }>(
        `${prelude}\nreturn invoke(arguments[0], JSON.parse(arguments[1])).then((value) => ({ value }), (error) => ({ error }));`, name, JSON.stringify(args ?? {}));
      if (answer.error === undefined) return answer.value ?? null;
      // What does not have the declared shape is refused by the isolation frame already; Core would call it this.
      const byFrame = typeof answer.error === "string" && answer.error.includes("refused_by_isolation");
      throw new Refused(typeof answer.error === "string" ? { code: byFrame ? "invalid_params" : "refused", message: answer.error } : answer.error);
    },
    listen: async (event, listener) => {
      await app.page.run(`${prelude}\nwindow.__heard ??= []; window.__stop ??= {};
        window.__stop[arguments[0]] ??= await listen(arguments[0], ({ event, payload }) => { window.__heard.push({ event, payload }); }); return true;`, event);
      heard.set(event, (heard.get(event) ?? new Set()).add(listener));
      if (!looking) look().catch(() => undefined);
      return () => {
        heard.get(event)?.delete(listener);
        if (heard.get(event)?.size === 0) heard.delete(event);
      };
    },
    close: () => app.close(),
  };
};

let app: Session;
let door: Door;
before(async () => {
  app = await openApp();
  door = windowDoor(app);
});
after(() => door.close());

describe("the commands of seed 004 in the packaged window", () => {
  for (const each of cases) test(each.name, () => each.run(door));
});

describe("the snippets of seed 004, as they are written", () => {
  let provider: Awaited<ReturnType<typeof startProvider>>;
  before(async () => {
    provider = await startProvider();
    await prepareSeed(door, provider.base);
  });
  after(() => provider.stop());

  const run = (code: string, gives: readonly string[]) => app.page.run<Record<string, unknown>>(`${prelude}\n${code}\nreturn { ${gives.join(", ")} };`);
  const like: Readonly<Record<string, (given: Record<string, unknown>) => void>> = {
    "send a message": ({ response }) => { const { role, content, usage } = response as { role: string; content: string; usage: { inputTokens: number } }; assert.deepEqual([role, content, usage.inputTokens], ["assistant", "Hello to you.", 8]); },
    "create a session": ({ session }) => { const { channelId, model } = session as { channelId: string; model: string }; assert.deepEqual([channelId, model], ["desktop", "claude-sonnet-4-20250514"]); },
    "list sessions": ({ sessions }) => { assert.ok((sessions as { id: string }[]).some(({ id }) => id === "sess_abc123")); },
    explain: ({ response }) => { assert.match((response as { content: string }).content, /one owner/); },
    configuration: ({ config }) => { assert.ok(Number.isInteger((config as { gateway: { port: number } }).gateway.port)); },
    models: ({ models }) => { assert.ok((models as { id: string; name: string; provider: string }[]).some(({ id, name, provider: from }) => id.endsWith(name) && name === "claude-sonnet-4-20250514" && from === "anthropic")); },
    health: ({ health }) => { assert.ok(["healthy", "degraded"].includes((health as { status: string }).status)); },
    compaction: ({ result }) => { const { messagesBefore, messagesAfter } = result as { messagesBefore: number; messagesAfter: number }; assert.ok(messagesBefore >= messagesAfter); },
  };
  for (const { title, code, gives } of snippets.filter((snippet) => snippet.title !== "stream")) {
    test(title, async () => like[title]?.(await run(code, gives)));
  }

  test("stream", async () => {
    const streaming = snippets.find(({ title }) => title === "stream");
    const chunks = await app.page.run<{ content: string; index: number }[]>(`${prelude}
      const seen = []; const say = console.log; console.log = (payload) => { seen.push(payload); };
      const over = new Promise((resolve, reject) => { listen("stream-end", resolve); listen("stream-error", ({ payload }) => reject(new Error(payload.message))); });
      ${streaming?.code ?? ""}
      await over; console.log = say; unlisten();
      return seen;`);
    assert.deepEqual(chunks.map(({ index }) => index), chunks.map((_, index) => index));
    assert.equal(chunks.map(({ content }) => content).join(""), "A borrow checked at break of day\nlends light, and asks for none to stay.");
  });
});
