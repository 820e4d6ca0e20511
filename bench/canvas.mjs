/**
 * `npm run bench -- canvas [1000 5000 …]`: how the graph canvas stands large graphs in Chromium: time to the first drawn nodes, frames a
 * second while it pans (near, and zoomed out to 10 % where it is painted), pans under ten state changes a frame, and drags a node.
 * Method: the canvas gallery, built for production and served under the shell's policy; a frame of 1280 × 800, no GPU; three seconds each.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const SECONDS = 3;
const root = fileURLToPath(new URL("..", import.meta.url));
const configFile = join(root, "packages/canvas/gallery/vite.config.ts");
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
if (executablePath === undefined) {
  console.error("No Chromium here. Set CHROMIUM to its path, or install the package chromium.");
  process.exit(1);
}
const sizes = process.argv.slice(2).map(Number).filter((count) => Number.isInteger(count) && count > 0);
await build({ configFile, logLevel: "error" });
const server = await preview({ configFile, logLevel: "error", preview: { port: 0, host: "127.0.0.1" } });
const address = server.resolvedUrls?.local[0] ?? "";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--enable-precise-memory-info"] });

/** CPU time of the page's main thread in a trace: what a busy machine cannot distort. */
function cpuOf(trace) {
  const { traceEvents } = JSON.parse(trace.toString());
  const main = traceEvents.filter((event) => event.name === "thread_name" && event.args?.name === "CrRendererMain").map((event) => `${event.pid} ${event.tid}`);
  const tasks = traceEvents.filter((event) => event.name === "RunTask" && event.ph === "X" && main.includes(`${event.pid} ${event.tid}`));
  return tasks.reduce((sum, event) => sum + (event.tdur ?? 0), 0) / 1000;
}

/** Counts frames while `act` is called before each, and says how many a second there were and how long the slow ones took. */
async function measure(page, act, argument) {
  await browser.startTracing(page, { categories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"] });
  const result = await page.evaluate(
    async ([source, seconds, given]) => {
      const step = new Function(`return (${source})`)();
      const frames = [];
      let last = performance.now();
      const end = last + seconds * 1000;
      await new Promise((resolve) => {
        const tick = () => {
          const now = performance.now();
          frames.push(now - last);
          last = now;
          if (now > end) return resolve();
          step(frames.length, given);
          requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);
      });
      const sorted = frames.slice(2).sort((a, b) => a - b);
      return { fps: (1000 * sorted.length) / sorted.reduce((sum, frame) => sum + frame, 0), p95: sorted[Math.floor(sorted.length * 0.95)], frames: frames.length };
    },
    [act.toString(), SECONDS, argument],
  );
  return { ...result, cpu: cpuOf(await browser.stopTracing()) / result.frames };
}
const pan = (frame) => {
  const pane = document.querySelector(".react-flow__pane");
  const there = frame % 120 < 60 ? 1 : -1;
  pane?.dispatchEvent(new WheelEvent("wheel", { deltaX: 24 * there, deltaY: 14 * there, bubbles: true, cancelable: true }));
};
const show = ({ fps, p95, cpu }) => `${fps.toFixed(0).padStart(3)} fps, 95 % under ${p95.toFixed(0).padStart(3)} ms, ${cpu.toFixed(1).padStart(4)} ms of CPU a frame`;

async function open(query) {
  // The page of the bench is ours; its policy is kept out of the way so that the measuring code may be sent as text.
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${address}?theme=dark&${query}`, { waitUntil: "commit" });
  return page;
}

for (const count of sizes.length > 0 ? sizes : [1000, 5000]) {
  const page = await open(`nodes=${count}`);
  await page.waitForSelector("[data-node-id]");
  const first = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now()))));
  const drawn = await page.evaluate(() => document.querySelectorAll("[data-node-id]").length);
  const near = await measure(page, pan);
  const box = await page.locator("[data-node-id]").nth(20).boundingBox();
  await page.mouse.move(box.x + 20, box.y + 8);
  await page.mouse.down();
  const dragging = measure(page, () => undefined);
  const until = Date.now() + SECONDS * 1000;
  for (let at = 0; Date.now() < until; at += 1) await page.mouse.move(box.x + 20 + 3 * (at % 60), box.y + 8 + 2 * (at % 40));
  const drag = await dragging;
  await page.mouse.up();
  const heap = await page.evaluate(() => performance.memory.usedJSHeapSize / 1e6);
  await page.context().close();

  const far = await open(`nodes=${count}&zoom=0.1`);
  await far.waitForSelector(".ax-far");
  const farAway = await measure(far, pan);
  await far.context().close();

  const busy = await open(`nodes=${count}&live`);
  await busy.waitForSelector("[data-node-id]");
  const live = await measure(busy, pan);
  await busy.context().close();

  console.log(`${count.toLocaleString("en")} nodes`);
  console.log(`  first nodes      ${first.toFixed(0).padStart(5)} ms (${drawn} of them drawn, heap ${heap.toFixed(0)} MB)`);
  console.log(`  pan              ${show(near)}\n  pan, states live ${show(live)}\n  pan at 10 %      ${show(farAway)}\n  drag a node      ${show(drag)}`);
}
await browser.close();
await server.close();
