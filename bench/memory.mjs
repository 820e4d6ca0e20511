/**
 * `npm run bench -- memory`: proportional set size of all processes, Axion beside a bare Tauri window, and of `axion serve` alone.
 * Method: release binaries under one Xvfb, five seconds after the first paint, medians of 3; PSS from /proc/PID/smaps_rollup, summed over the
 * process tree, the D-Bus session aside.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { binaries } from "./desktop/binaries.mjs";
import { launch, median, memoryOf, pages, total, withDisplay } from "./desktop/window.mjs";

const built = binaries();
const sums = { bare: [], axion: [] };
const parts = { bare: {}, axion: {} };
await withDisplay(async (display) => {
  for (let round = 0; round < 3; round += 1) {
    for (const name of ["bare", "axion"]) {
      const app = await launch({ binary: built[name], page: pages[name] }, display);
      await delay(5_000);
      parts[name] = memoryOf(app.pid);
      sums[name].push(total(parts[name]));
      await app.end();
    }
  }
});
const home = mkdtempSync(join(tmpdir(), "axion-bench-"));
const serve = spawn(built.cli, ["serve", "--no-open", "--port", "0", "--home", home], { stdio: "ignore" });
await delay(3_000);
const idle = total(memoryOf(serve.pid));
serve.kill();
rmSync(home, { recursive: true, force: true });

const list = (name) => Object.entries(parts[name]).map(([process, mb]) => `${process} ${mb.toFixed(0)}`).join(", ");
console.log(`bare   ${median(sums.bare).toFixed(0)} MB (${list("bare")})\naxion  ${median(sums.axion).toFixed(0)} MB (${list("axion")})`);
console.log(`ratio  ${(median(sums.axion) / median(sums.bare)).toFixed(2)} × bare (target ≤ 1.4)\nserve  ${idle.toFixed(0)} MB idle, no webview (target ≤ 60)`);
