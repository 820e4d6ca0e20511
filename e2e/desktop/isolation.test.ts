/**
 * The window's boundary, attacked from inside the packaged app as a hostile script of the page would: messages around the isolation frame, approved
 * messages sent as others, messages sent twice, and powers that the page was never given.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Session, openApp } from "./app.ts";

let app: Session;
before(async () => {
  app = await openApp();
});
after(() => app.close());

/** Wraps fetch, makes one harmless call and keeps what went over the wire: headers with the invoke key, and the ciphertext. */
const capture = `
  const seen = []; const original = window.fetch;
  window.fetch = (url, init) => { seen.push({ url: String(url), init }); return original(url, init); };
  try { await window.__TAURI_INTERNALS__.invoke("get_system", {}); } finally { window.fetch = original; }
  const caught = seen.find((call) => call.url.includes("get_system"));
  const post = async (command, body) => {
    const reply = await original(caught.url.replace("get_system", command), { ...caught.init, body });
    return { ok: reply.headers.get("Tauri-Response") === "ok", text: await reply.text() };
  };
`;

test("an ordinary call is answered", async () => {
  const system = await app.page.run<{ shell: string; version: string }>(`return window.__TAURI_INTERNALS__.invoke("get_system", {});`);
  assert.equal(system.shell, "desktop");
});

test("a message without a payload does not pass the frame and is refused", async () => {
  const reply = await app.page.run<{ ok: boolean; text: string }>(`${capture} return post("get_settings", undefined);`);
  assert.equal(reply.ok, false);
  assert.match(reply.text, /not sealed|payload|decrypt/i);
});

test("a message approved for one command is refused as another", async () => {
  const reply = await app.page.run<{ ok: boolean; text: string }>(`${capture} return post("get_settings", caught.init.body);`);
  assert.equal(reply.ok, false);
  assert.match(reply.text, /not sealed for this command/);
});

test("a message is taken once", async () => {
  const reply = await app.page.run<{ ok: boolean; text: string }>(`${capture} return post("get_system", caught.init.body);`);
  assert.equal(reply.ok, false);
  assert.match(reply.text, /not sealed for this command/);
});

test("two hundred calls at once are all answered", async () => {
  const answered = await app.page.run<number>(
    `const all = await Promise.all(Array.from({ length: 200 }, () => window.__TAURI_INTERNALS__.invoke("get_settings", {}))); return all.length;`,
  );
  assert.equal(answered, 200);
});

const refused = async (command: string, args: unknown) =>
  app.page.run<string>(`return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then(() => "answered", (error) => "refused: " + JSON.stringify(error));`, command, args);

test("the frame refuses what does not have the declared shape", async () => {
  assert.match(await refused("get_run", { runId: "../../etc" }), /^refused/);
  assert.match(await refused("get_run", {}), /^refused/);
  assert.match(await refused("browse_folders", { path: "x".repeat(5000) }), /^refused/);
  assert.match(await refused("get_system", { $seal: { frame: "forged", cmd: "get_system", n: 1 } }), /^refused/);
});

test("the page has no other powers", async () => {
  for (const [command, args] of [
    ["plugin:fs|read_text_file", { path: "/etc/passwd" }],
    ["plugin:shell|execute", { program: "sh", args: [] }],
    ["plugin:webview|create_webview_window", { options: { label: "second", url: "https://example.org" } }],
    ["plugin:event|emit", { event: "gateway-event", payload: {} }],
    ["no_such_command", {}],
  ] as const) {
    assert.match(await refused(command, args), /^refused/, command);
  }
});

test("scripts, frames and requests from elsewhere are blocked by the page's policy", async () => {
  const outcome = await app.page.run<Record<string, boolean>>(`
    const violated = new Set();
    document.addEventListener("securitypolicyviolation", (event) => violated.add(event.effectiveDirective));
    const script = document.createElement("script"); script.textContent = "window.__injected = true"; document.head.append(script);
    const style = document.createElement("style"); style.textContent = "body { color: red }"; document.head.append(style);
    const evaluated = (() => { try { return Function("return true")(); } catch { return false; } })();
    const fetched = await fetch("http://127.0.0.1:1/").then(() => true, () => false);
    return { injected: window.__injected === true, evaluated, fetched, frozen: Object.isFrozen(Object.prototype) };`);
  assert.deepEqual(outcome, { injected: false, evaluated: false, fetched: false, frozen: true });
});

test("the window does not leave its page", async () => {
  await app.page.run(`window.location.href = "https://example.org/"; return true;`).catch(() => undefined);
  const here = await app.page.run<string>(`return window.location.origin;`);
  assert.match(here, /tauri/);
});
