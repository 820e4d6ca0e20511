/**
 * Two on one home: commands are handed over to the window that is open, and a window that cannot have its home says who holds it, in a
 * window of its own and not by a silent end.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { axion, binary, openApp, root } from "./app.ts";

const command = async (home: string, ...args: string[]) => (await promisify(execFile)(axion, [...args, "--home", join(home, "axion")])).stdout;

const home = mkdtempSync(join(tmpdir(), "axion-desktop-"));
after(() => rmSync(home, { recursive: true, force: true }));

test("while the window is open, the command line is handed over to it", async () => {
  const app = await openApp(home);
  try {
    const { shell } = JSON.parse(await command(home, "call", "get_system")) as { shell: string };
    assert.equal(shell, "desktop");
    const events = (await command(home, "run", join(root, "examples", "fan-out.axion"), "--runner", "process", "--json")).trim().split("\n");
    const last = JSON.parse(events.at(-1) ?? "{}") as { type: string; state: string };
    assert.deepEqual([last.type, last.state], ["run-finished", "succeeded"]);
    const { runs } = await app.page.run<{ runs: { state: string; startedBy: string }[] }>(`return window.__TAURI_INTERNALS__.invoke("list_runs", {});`);
    assert.deepEqual(runs.map((run) => run.state), ["succeeded"]);

    const second = await openApp(home);
    try {
      const said = await second.page.run<string>(`return document.body.textContent;`);
      assert.match(said, /Axion is open already\./);
      assert.match(said, /desktop/);
      assert.match(said, /AXION_HOME/);
      const call = await second.page.run<string>(`return window.__TAURI_INTERNALS__.invoke("list_runs", {}).then(() => "answered", () => "refused");`);
      assert.equal(call, "refused");
      await second.picture("desktop-second");
    } finally {
      await second.close(true);
    }
    // The first one noticed nothing.
    assert.equal((JSON.parse(await command(home, "call", "get_system")) as { shell: string }).shell, "desktop");
  } finally {
    await app.close(true);
  }
});

test("while the home is served, the window says so, and standard error too", async () => {
  const server = spawn(axion, ["serve", "--json", "--no-open", "--port", "0", "--home", join(home, "axion")], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    await once(createInterface({ input: server.stdout }), "line");
    const app = await openApp(home);
    const said = await app.page.run<string>(`return document.body.textContent;`);
    await app.close(true);
    assert.match(said, new RegExp(`Axion is open already\\.[^]*serve[^]*${server.pid}`));

    const second = spawn(binary, [], { env: { ...process.env, AXION_HOME: join(home, "axion"), HOME: home }, stdio: ["ignore", "ignore", "pipe"] });
    const lines = createInterface({ input: second.stderr });
    for await (const line of lines) if (line.includes("Axion is open already.")) break;
    second.kill("SIGTERM");
    await once(second, "exit");
  } finally {
    server.kill();
    await once(server, "exit");
  }
});
