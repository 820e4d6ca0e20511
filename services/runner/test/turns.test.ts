/** Turns in the built bundle, on the other end of a real socket. Needs `node services/runner/build.mjs` to have run. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message, ModelInfo, TurnEvent, TurnStartParams } from "@axion/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Host } from "./host.ts";

let scratch = "";
const hosts: Host[] = [];
const start = async (access: "ro" | "rw" = "rw"): Promise<Host> => {
  const host = new Host([{ slot: "work", path: scratch, access }]);
  hosts.push(host);
  await host.ready;
  return host;
};
beforeEach(() => { scratch = mkdtempSync(join(tmpdir(), "axion-turn-")); });
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  rmSync(scratch, { recursive: true, force: true });
});

const info: ModelInfo = { id: "m", provider: "p", capabilities: [], contextWindow: 32_000, name: "m", title: "M", claims: [], contextSource: "server", local: true, demo: false };
const says = (text: string): Message => ({ id: "q", sessionId: "s", role: "user", content: text, parts: [{ type: "text", text }], timestamp: "2026-11-21T00:00:00.000Z", state: "complete", seq: 1 });
const turn = (text: string, more: Partial<TurnStartParams> = {}): TurnStartParams => ({
  sessionId: "s", turnId: "t", messageId: "a", attempt: 1, model: { provider: "demo", kind: "demo", model: { ...info, provider: "demo", demo: true } }, mode: "ask", instructions: "",
  guards: { maxSteps: 50, maxMinutes: 60, maxTokens: 1_000_000, maxCost: null, sameCalls: 3 }, compaction: { automatic: true, threshold: 80 }, folders: [{ folderId: "work", access: "rw", name: "work" }], seenInstructions: [], graphs: [],
  messages: [says(text)], blobs: [], journal: [], now: Date.now(), ...more,
});
const overHttp: Partial<TurnStartParams> = { model: { provider: "p", kind: "openai-chat", model: info } };
const ended = (host: Host) => host.turnEvent((event) => event.type === "turn-finished");
const asked = async (host: Host) => {
  const event = await host.turnEvent((each) => each.type === "request-opened");
  if (event.type !== "request-opened") throw new Error("not a request");
  return event.request;
};
const said = (events: readonly TurnEvent[]) => events.flatMap((event) => event.type === "text-added" && event.kind === "text" ? [event.text] : []).join("");
const toolStates = (host: Host) => host.turnEvents.flatMap((event) => event.type === "tool-finished" ? [event.state] : []);

it("looks at real files with the demo agent, and shows its words before they are kept", async () => {
  writeFileSync(join(scratch, "notes.md"), "# Notes\nsecond line\n");
  mkdirSync(join(scratch, "node_modules"));
  writeFileSync(join(scratch, "node_modules", "x.md"), "no");
  const host = await start();
  expect(await host.ask("turn_start", turn("look"))).toEqual({ started: true });
  expect(await ended(host)).toMatchObject({ state: "succeeded" });
  expect(toolStates(host)).toEqual(["succeeded", "succeeded"]);
  expect(said(host.turnEvents)).toContain("# Notes");
  expect(host.deltas.map((delta) => delta.text).join("")).toContain("# Notes");
});

it("changes a file after it was allowed, and not otherwise", async () => {
  writeFileSync(join(scratch, "notes.md"), "First line\n");
  const host = await start();
  await host.ask("turn_start", turn("edit"));
  const request = await asked(host);
  expect(request).toMatchObject({ kind: "approval", changes: [{ path: "notes.md", before: "First line\n" }] });
  expect(readFileSync(join(scratch, "notes.md"), "utf8")).toBe("First line\n");
  await host.ask("turn_answer", { turnId: "t", requestId: request.requestId, answer: { option: "allow", by: "person" }, ts: Date.now() });
  await ended(host);
  expect(readFileSync(join(scratch, "notes.md"), "utf8")).toContain("seen by the demo agent");
});

it("goes on in another process after kill -9, with the same request open", async () => {
  writeFileSync(join(scratch, "notes.md"), "First line\n");
  const first = await start();
  await first.ask("turn_start", turn("edit"));
  const request = await asked(first);
  first.child.kill("SIGKILL");
  await first.exited;
  const second = await start();
  await second.ask("turn_start", turn("edit", { attempt: 2, journal: first.turnEvents }));
  await second.turnEvent((event) => event.type === "turn-noted");
  await second.ask("turn_answer", { turnId: "t", requestId: request.requestId, answer: { option: "allow", by: "person" }, ts: Date.now() });
  expect(await ended(second)).toMatchObject({ state: "succeeded" });
  expect(second.turnEvents.some((event) => event.type === "request-opened")).toBe(false);
  expect(readFileSync(join(scratch, "notes.md"), "utf8").match(/seen by the demo agent/g)).toHaveLength(1);
});

it("is stopped in the middle, and keeps what was said", async () => {
  const host = await start();
  await host.ask("turn_start", turn("long"));
  await host.turnEvent((event) => event.type === "text-added");
  await host.ask("turn_cancel", { turnId: "t" });
  expect(await ended(host)).toMatchObject({ state: "cancelled" });
  expect(said(host.turnEvents).length).toBeGreaterThan(0);
});

/** A host that answers `http_open` with this text in pieces, as credit allows. */
const answering = (host: Host, status: number, text: string) => {
  const seen: { asked: Record<string, unknown>[]; most: number; credit: number; closed: number } = { asked: [], most: 0, credit: 262_144, closed: 0 };
  const bytes = Buffer.from(text);
  let wake: () => void = () => undefined;
  host.on["http_more"] = (params) => { seen.credit += params["bytes"] as number; wake(); return {}; };
  host.on["http_close"] = () => { seen.closed++; return {}; };
  host.on["http_open"] = (params) => {
    seen.asked.push(params);
    const { requestId } = params;
    void (async () => {
      for (let at = 0; at < bytes.length;) {
        while (seen.credit <= 0) await new Promise<void>((resolve) => { wake = resolve; });
        const piece = bytes.subarray(at, at + Math.min(seen.credit, 60_000));
        at += piece.length;
        seen.credit -= piece.length;
        host.send({ method: "http_piece", params: { requestId, piece: "data", data: piece.toString("base64") } });
      }
      host.send({ method: "http_piece", params: { requestId, piece: "end" } });
    })();
    return { status, headers: { "content-type": "text/event-stream" } };
  };
  return seen;
};
const frame = (delta: object, more: object = {}) => `data: ${JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta, ...more }] })}\n\n`;

it("asks a provider through the host: no address, no key, and all of a large body by credit", async () => {
  const host = await start();
  const words = "word ".repeat(400);
  const seen = answering(host, 200, `${Array.from({ length: 600 }, () => frame({ content: words })).join("")}${frame({}, { finish_reason: "stop" })}data: [DONE]\n\n`);
  await host.ask("turn_start", turn("Hello", overHttp));
  expect(await ended(host)).toMatchObject({ state: "succeeded" });
  expect(said(host.turnEvents).length).toBe(600 * words.length);
  expect(seen.asked[0]).toMatchObject({ turnId: "t", provider: "p", method: "POST", path: "/chat/completions" });
  expect(JSON.stringify(seen.asked[0])).not.toMatch(/https?:|authorization/i);
}, 20_000);

it("says what the host and the provider refuse", async () => {
  const host = await start();
  host.on["http_open"] = () => { throw Object.assign(new Error("Air gap is on."), { code: -32000, data: { code: "blocked", message: "Air gap is on. Nothing was sent.", hint: "Turn it off in Settings." } }); };
  await host.ask("turn_start", turn("Hello", overHttp));
  expect(await ended(host)).toMatchObject({ state: "failed", error: { code: "model_blocked", hint: "Turn it off in Settings." } });
  const other = await start();
  answering(other, 401, JSON.stringify({ error: { message: "Incorrect key" } }));
  await other.ask("turn_start", turn("Hello", overHttp));
  expect(await ended(other)).toMatchObject({ state: "failed", error: { code: "model_auth" } });
});

it("gives a request up when it is stopped", async () => {
  const host = await start();
  const seen = answering(host, 200, "");
  host.on["http_open"] = (params) => {
    seen.asked.push(params);
    host.send({ method: "http_piece", params: { requestId: params["requestId"], piece: "data", data: Buffer.from(frame({ content: "so far" })).toString("base64") } });
    return { status: 200, headers: {} };
  };
  await host.ask("turn_start", turn("Hello", overHttp));
  await host.turnEvent((event) => event.type === "text-added");
  await host.ask("turn_cancel", { turnId: "t" });
  expect(await ended(host)).toMatchObject({ state: "cancelled" });
  await host.ask("ping");
  expect(seen.closed).toBe(1);
});

it("reads and writes nothing outside the granted folder", async () => {
  symlinkSync("/etc", join(scratch, "etc"));
  const host = await start();
  const call = (name: string, args: object) => frame({ tool_calls: [{ index: 0, id: "c", type: "function", function: { name, arguments: JSON.stringify(args) } }] }, { finish_reason: "tool_calls" });
  let number = 0;
  const tries = [call("read_file", { path: "../../etc/hostname" }), call("read_file", { path: "etc/hostname" }), call("write_file", { path: "etc/axion-was-here", text: "x" }), call("read_file", { path: "/etc/hostname" })];
  host.on["http_open"] = (params) => {
    const text = `${tries[number++] ?? frame({ content: "I give up." }, { finish_reason: "stop" })}data: [DONE]\n\n`;
    setImmediate(() => {
      host.send({ method: "http_piece", params: { requestId: params["requestId"], piece: "data", data: Buffer.from(text).toString("base64") } });
      host.send({ method: "http_piece", params: { requestId: params["requestId"], piece: "end" } });
    });
    return { status: 200, headers: {} };
  };
  await host.ask("turn_start", turn("Hello", { ...overHttp, mode: "accept-edits" }));
  expect(await ended(host)).toMatchObject({ state: "succeeded" });
  expect(toolStates(host)).toEqual(["failed", "failed", "failed", "failed"]);
});

it("previews a compaction with the demo agent as an extract, and writes nothing", async () => {
  const host = await start();
  const messages = Array.from({ length: 20 }, (_, index): Message => ({ ...says(`message number ${index} `.repeat(30)), id: `m${index}`, role: index % 2 === 0 ? "user" : "assistant", ...(index === 5 && { pinned: true }) }));
  const { preview } = (await host.ask("compact", { sessionId: "s", turnId: "c", model: turn("x").model, instructions: "", messages, blobs: [] })) as { preview: { kept: string[]; dropped: string[]; by: string; tokensBefore: number; tokensAfter: number } };
  expect(preview.by).toBe("extract");
  expect(preview.kept).toEqual(expect.arrayContaining(["m0", "m5", "m19"]));
  expect(preview.dropped.length).toBeGreaterThan(8);
  expect(preview.tokensAfter).toBeLessThan(preview.tokensBefore);
  expect(host.turnEvents).toEqual([]);
});

it("refuses what is no turn, and two of the same", async () => {
  const host = await start();
  await expect(host.ask("turn_start", { turnId: "t" })).rejects.toMatchObject({ code: -32602 });
  await expect(host.ask("turn_start", { ...turn("x"), mode: "all" })).rejects.toMatchObject({ code: -32602 });
  await host.ask("turn_start", turn("long"));
  await expect(host.ask("turn_start", turn("long"))).rejects.toMatchObject({ data: { code: "conflict" } });
  await expect(host.ask("turn_steer", { turnId: "none", queuedId: "q", text: "x" })).rejects.toMatchObject({ code: -32602 });
  expect(await host.ask("turn_unsteer", { turnId: "none", queuedId: "q" })).toEqual({ taken: false });
});

it("does not try again what is too large to be sent", async () => {
  const host = await start();
  const seen = answering(host, 200, "");
  const large: Partial<TurnStartParams> = { model: { provider: "p", kind: "openai-chat", model: { ...info, contextWindow: 90_000_000 } } };
  await host.ask("turn_start", turn("word ".repeat(4_000_000), large));
  expect(await ended(host)).toMatchObject({ state: "failed", error: { code: "model_context" } });
  expect(seen.asked).toEqual([]);
});
