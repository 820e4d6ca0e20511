/** The chat bench in Chromium: `axion serve` on one copy of the home and a page of 1280 × 800. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { memoryOf, total } from "../desktop/window.mjs";
import { caller, prepare } from "./homes.mjs";
import { memory, naive, opening, streaming } from "./measure.mjs";

/** Main-thread time, in milliseconds, of a trace. */
const mainThreadOf = (trace) => {
  const { traceEvents } = JSON.parse(trace.toString());
  const main = new Set(traceEvents.filter((event) => event.name === "thread_name" && event.args?.name === "CrRendererMain").map((event) => `${event.pid} ${event.tid}`));
  const tasks = traceEvents.filter((event) => event.name === "RunTask" && event.ph === "X" && main.has(`${event.pid} ${event.tid}`));
  return tasks.reduce((sum, event) => sum + (event.tdur ?? 0), 0) / 1000;
};

export const inChromium = async ({ axion, homes, server, tokens, minutes, opens, startServe }) => {
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  if (executablePath === undefined) throw new Error("No Chromium here. Set CHROMIUM to its path, or install the package chromium.");
  const home = homes.fresh("chromium");
  const serve = await startServe(join(home, "axion"));
  const host = await chromium.launchServer({ executablePath, args: ["--no-sandbox", "--enable-precise-memory-info"] });
  const browser = await chromium.connect(host.wsEndpoint());
  // Its policy is kept out of the way so that the measuring code may be sent as text.
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true, locale: "en-GB" });
  const on = (tab) => ({
    run: (body, ...args) => tab.evaluate(([source, given]) => new (async () => undefined).constructor("args", source)(given), [body, args]),
    load: async () => {
      await tab.goto("about:blank");
      await tab.goto(serve.url);
      await tab.getByRole("contentinfo").getByText(/Axion \d/).waitFor();
    },
    profile: async () => {
      await browser.startTracing(tab, { categories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"] });
      return async () => mainThreadOf(await browser.stopTracing());
    },
  });
  try {
    const tab = await context.newPage();
    const page = on(tab);
    const call = caller(axion, home);
    const opened = await opening(page, opens);
    await prepare(call, server);
    const streamed = await streaming(page, server, call, tokens);
    const devtools = await context.newCDPSession(tab);
    const used = async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      return (await devtools.send("Runtime.getHeapUsage")).usedSize / 1e6;
    };
    const kept = minutes === 0 ? undefined : await memory(page, server, call, minutes, async () => ({
      "JS heap": await used(), ...Object.fromEntries(Object.entries(memoryOf(serve.pid)).map(([name, mb]) => [`PSS of ${name}`, mb])), "PSS of Chromium": total(memoryOf(host.process().pid)),
    }));
    await tab.close();
    const plain = await context.newPage();
    await plain.goto(server.url);
    const compared = await naive(on(plain), server, tokens);
    return { opened, streamed, compared, kept };
  } finally {
    await browser.close();
    await host.close();
    await serve.stop();
  }
};
