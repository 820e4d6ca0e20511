/**
 * `npm run bench -- start`: from process start to the first painted pixel of the window, Axion beside a bare Tauri window.
 * Method: release binaries, taking turns on one Xvfb, each with an empty home and its own D-Bus session; the screen is read with xwd
 * (about 15 ms a look, the same for both); the first pair warms the caches and is not counted; medians of 9.
 */
import { binaries } from "./desktop/binaries.mjs";
import { launch, median, withDisplay } from "./desktop/window.mjs";

const { axion, bare } = binaries();
const times = { axion: [], bare: [] };
await withDisplay(async (display) => {
  for (let round = 0; round < 10; round += 1) {
    for (const [name, binary] of [["bare", bare], ["axion", axion]]) {
      const app = await launch(binary, display);
      await app.end();
      if (round > 0) times[name].push(app.ms);
    }
  }
});
const show = (name) => `${name.padEnd(6)} median ${median(times[name]).toFixed(0)} ms  (${Math.min(...times[name]).toFixed(0)}–${Math.max(...times[name]).toFixed(0)})`;
console.log(`first paint, 9 starts each\n${show("bare")}\n${show("axion")}\nratio  ${(median(times.axion) / median(times.bare)).toFixed(2)} × bare (target ≤ 1.3)`);
