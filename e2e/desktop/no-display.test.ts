/** The packaged app where there is no screen: it says so, and what to do instead. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { binary } from "./app.ts";

test("without a display it ends with a sentence that helps", async () => {
  const home = mkdtempSync(join(tmpdir(), "axion-desktop-"));
  const { DISPLAY: _x, WAYLAND_DISPLAY: _w, ...env } = process.env;
  try {
    for (const display of [{}, { DISPLAY: ":9999" }]) {
      const app = spawn(binary, [], { env: { ...env, ...display, AXION_HOME: join(home, "axion"), HOME: home }, stdio: ["ignore", "ignore", "pipe"] });
      let said = "";
      app.stderr.on("data", (piece) => { said += String(piece); });
      const [code] = await once(app, "close");
      assert.equal(code, 69, said);
      assert.match(said, /no display.*axion serve/s);
      assert.doesNotMatch(said, /panicked/);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
