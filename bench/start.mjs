/**
 * `npm run bench -- start`: from process start to the window, to the first paint of its page and to the first words on it, Axion beside a bare
 * Tauri window (which paints one sentence). Method: release binaries, taking turns on one Xvfb, each with an empty home and its own D-Bus
 * session; the screen is read with xwd (about 20 ms a look, the same for both) and the middle of it compared with the page's own colour, so that
 * a window's ground does not count as paint. The first pair warms the caches and is not counted; medians of 9.
 */
import { loadavg } from "node:os";
import { binaries } from "./desktop/binaries.mjs";
import { launch, median, pages, withDisplay } from "./desktop/window.mjs";

const built = binaries();
const rounds = { axion: [], bare: [] };
await withDisplay(async (display) => {
  for (let round = 0; round < 10; round += 1) {
    for (const name of ["bare", "axion"]) {
      const app = await launch({ binary: built[name], page: pages[name] }, display);
      await app.end();
      if (round > 0) rounds[name].push(app.times);
    }
  }
});
const of = (name, what) => rounds[name].map((times) => times[what]);
const show = (name) => `${name.padEnd(6)} ${["window", "paint", "words"].map((what) => `${what} ${median(of(name, what)).toFixed(0)} ms (${Math.min(...of(name, what)).toFixed(0)}–${Math.max(...of(name, what)).toFixed(0)})`).join("   ")}`;
const ratio = (what, pick) => (pick(of("axion", what)) / pick(of("bare", what))).toFixed(2);
console.log(`9 starts each, load ${loadavg()[0].toFixed(1)} at the end\n${show("bare")}\n${show("axion")}`);
console.log(`first paint ${ratio("paint", median)} × bare (target ≤ 1.3; of the fastest starts ${ratio("paint", (all) => Math.min(...all))}), first words ${ratio("words", median)} ×`);
