/**
 * The chat bench in the desktop app: the packaged binary under Xvfb, driven by WebKitWebDriver, on a copy of the home. The naive page is shown by
 * MiniBrowser, the same engine without an application around it; where that is not installed, it is left out.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, globSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Desktop, until } from "@axion/e2e/webdriver";
import { memoryOf, withDisplay } from "../desktop/window.mjs";
import { caller, prepare } from "./homes.mjs";
import { memory, naive, opening, streaming } from "./measure.mjs";

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
};

/** A D-Bus session for what is started in `use`. */
const withBus = async (use) => {
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address=1"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [address] = await once(bus.stdout, "data");
    return await use(String(address).trim());
  } finally {
    bus.kill();
  }
};

/** The driver that this process started last; the app is below it. */
const driverPid = () =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return stat.includes("(WebKitWebDrive") && Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === process.pid;
    } catch {
      return false;
    }
  }).at(-1);

const TICKS_A_SECOND = 100;
/** CPU time in milliseconds that the web processes below a process have used: all their threads, painting too. */
const webProcessTime = (root) => {
  const all = new Map();
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      all.set(Number(name), { parent: Number(fields[1]), web: stat.includes("(WebKitWebProces"), ticks: Number(fields[11]) + Number(fields[12]) });
    } catch { /* it ended while we looked */ }
  }
  const below = (pid) => { for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) if (at === root) return true; return false; };
  return [...all].filter(([pid, { web }]) => web && below(pid)).reduce((sum, [, { ticks }]) => sum + (1000 * ticks) / TICKS_A_SECOND, 0);
};

const on = (desktop, driver) => ({
  profile: async () => {
    const before = webProcessTime(driver);
    return async () => webProcessTime(driver) - before;
  },
  run: (body, ...args) => desktop.run(`const args = [...arguments]; ${body}`, ...args),
  load: async () => {
    await desktop.run("window.__left = true; setTimeout(() => location.reload(), 0);");
    await until("the workbench", () => desktop.run("return window.__left === undefined && document.querySelector('main') !== null && document.querySelector('nav button') !== null;"));
  },
});

export const inDesktop = async ({ axion, desktop, homes, server, tokens, minutes, opens }) =>
  withDisplay((display) =>
    withBus(async (address) => {
      const home = homes.fresh("desktop");
      const env = { DISPLAY: display, DBUS_SESSION_BUS_ADDRESS: address, HOME: home, XDG_RUNTIME_DIR: home };
      const app = await Desktop.open(desktop, { ...env, AXION_HOME: join(home, "axion") }, await freePort());
      let result;
      try {
        const pid = driverPid();
        const page = on(app, pid);
        await until("the workbench", () => app.find("main"));
        const call = caller(axion, home);
        const opened = await opening(page, opens);
        await prepare(call, server);
        const streamed = await streaming(page, server, call, tokens);
        const kept = minutes === 0 ? undefined : await memory(page, server, call, minutes, async () => {
          const parts = memoryOf(pid);
          return Object.fromEntries(Object.entries(parts).map(([name, mb]) => [`PSS of ${name}`, mb]));
        });
        result = { opened, streamed, kept };
      } finally {
        await app.close();
      }
      const [browser] = globSync("/usr/lib/*/webkit2gtk-4.1/MiniBrowser");
      if (browser === undefined) return result;
      const started = join(homes.base, "mini-browser");
      writeFileSync(started, `#!/bin/sh\nexec ${browser} --automation "$@"\n`);
      chmodSync(started, 0o755);
      // Drawn the way in which the app draws itself: without a graphics processor, by painting what has changed (apps/desktop/src-tauri/src/drawing.rs).
      const painted = existsSync("/dev/dri") ? {} : { WEBKIT_DISABLE_COMPOSITING_MODE: "1" };
      const plain = await Desktop.open(started, { ...env, ...painted }, await freePort());
      try {
        await plain.run("setTimeout((to) => { location.href = to; }, 0, arguments[0]);", server.url);
        await until("the naive page", () => plain.run("return window.beginNaive !== undefined;"));
        return { ...result, compared: await naive(on(plain, driverPid()), server, tokens) };
      } finally {
        await plain.close();
      }
    }));
