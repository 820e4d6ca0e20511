/** The stand-alone server as other tests start it: it says where it is, tells of its models, plays its script, guards its key, and ends when it is told to. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { PROTOCOLS, type ProtocolName, type ServerScript, startModelServer } from "./index.ts";

const folders: string[] = [];
afterEach(async () => { for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true }); });

const startAlone = async (protocol: string, script: ServerScript, ...more: readonly string[]) => {
  const folder = await mkdtemp(join(tmpdir(), "axion-servers-"));
  folders.push(folder);
  await writeFile(join(folder, "script.json"), JSON.stringify(script));
  const child = spawn(process.execPath, [fileURLToPath(new URL("./main.ts", import.meta.url)), "--protocol", protocol, "--script", join(folder, "script.json"), ...more], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const said = await Promise.race([once(child.stdout, "data"), ended.then(() => undefined)]);
  return { child, ended, place: said === undefined ? undefined : JSON.parse(String(said[0])) as { readonly url: string; readonly base: string; readonly port: number } };
};

describe("by itself", () => {
  it("speaks Ollama's protocol by a script, behind a key", async () => {
    const { child, ended, place } = await startAlone("ollama", { models: [{ name: "small", contextWindow: 4096, tools: true }], replies: [{ when: "GREET", parts: [{ text: "Good day." }] }] }, "--key", "secret");
    const ask = async (path: string, body?: object) => (await fetch(`${place?.url}${path}`, { headers: { authorization: "Bearer secret" }, ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }) })).text();
    expect((await fetch(`${place?.url}/api/tags`)).status).toBe(401);
    expect(JSON.parse(await ask("/api/tags"))).toMatchObject({ models: [{ name: "small" }] });
    expect(JSON.parse(await ask("/api/show", { model: "small" }))).toMatchObject({ capabilities: ["completion", "tools"], model_info: { "scripted.context_length": 4096 } });
    const chat = await ask("/api/chat", { model: "small", messages: [{ role: "user", content: "please greet me" }] });
    expect(chat.trim().split("\n").map((line) => (JSON.parse(line) as { readonly message: { readonly content: string } }).message.content).join("")).toBe("Good day.");
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
  });

  it("says which protocols there are", async () => {
    const { ended, place } = await startAlone("telepathy", {});
    expect(place).toBeUndefined();
    expect((await ended)[0]).toBe(2);
  });
});

describe("in a test", () => {
  it.each(Object.keys(PROTOCOLS) as ProtocolName[])("%s: answers what it does not know with 404, and repeats what it has no script for", async (protocol) => {
    const server = await startModelServer({ protocol });
    expect((await fetch(`${server.url}/nothing/here`)).status).toBe(404);
    const words = { model: "m", messages: [{ role: "user", content: "echo?" }], input: [{ role: "user", content: "echo?" }] };
    const reply = await (await fetch(server.url + PROTOCOLS[protocol].path, { method: "POST", body: JSON.stringify(words) })).text();
    expect(reply).toContain("You said: ec");
    expect(server.requests.map(({ method }) => method)).toEqual(["GET", "POST"]);
    await server.idle();
    await server.close();
  });

  it("replies are used as often as they say, and by what was said", async () => {
    const server = await startModelServer({ protocol: "openai-chat", script: { replies: [{ times: 1, parts: [{ text: "first" }] }, { when: "x", afterTool: true, parts: [{ text: "tool" }] }, { parts: [{ text: "else" }] }] } });
    const ask = async (...messages: readonly object[]) => /"content":"(\w+)"/.exec((await (await fetch(`${server.base}/chat/completions`, { method: "POST", body: JSON.stringify({ model: "m", messages }) })).text()).replaceAll('"content":""', ""))?.[1];
    const user = { role: "user", content: "x" };
    expect([await ask(user), await ask(user), await ask(user, { role: "tool", content: "y" })]).toEqual(["first", "else", "tool"]);
    await server.close();
  });
});
