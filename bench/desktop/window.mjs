/**
 * What the desktop benches share: start a binary under its own Xvfb and D-Bus session, wait until its window is painted,
 * and add up what its processes hold. Linux only; needs xvfb, dbus and x11-apps (for xwd), which `npm run bench` provides.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as immediate, setTimeout as delay } from "node:timers/promises";

/** Starts an X server on a free display and hands it to `use`. */
export const withDisplay = async (use) => {
  const display = `:${90 + (process.pid % 100)}`;
  // Without -noreset the server begins anew whenever its last window is gone, and refuses who comes meanwhile.
  const server = spawn("Xvfb", [display, "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"], { stdio: "ignore" });
  try {
    while (dumped(display) === undefined) {
      if (server.exitCode !== null) throw new Error(`Xvfb ended with ${server.exitCode}; is ${display} taken?`);
      await delay(30);
    }
    return await use(display);
  } finally {
    server.kill("SIGKILL");
  }
};

/** A picture of the screen: where its pixels begin and how long a row is, or nothing while the server cannot give one. */
const dumped = (display) => {
  const { status, stdout: dump } = spawnSync("xwd", ["-display", display, "-root", "-silent"], { maxBuffer: 64 << 20 });
  if (status !== 0 || dump === null || dump.length < 100) return undefined;
  const word = (index) => dump.readUInt32BE(index * 4); // XWDFileHeader: size, version, format, depth, width, height, …
  const [first, width, height, row] = [word(0) + word(19) * 12, word(4), word(5), word(12)];
  return first + row * height <= dump.length ? { dump, first, width, height, row } : undefined;
};

/** What can be seen: nothing, the window's ground, the page's own colour in the middle, or something dark on it as well: words. */
const look = (display, page) => {
  const screen = dumped(display);
  if (screen === undefined) return "nothing";
  const { dump, first, width, height, row } = screen;
  const colour = (x, y) => dump.readUIntLE(first + y * row + x * 4, 3);
  const middle = colour(width >> 1, height >> 1);
  if (middle === 0) return "nothing";
  if (middle !== page) return "window";
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = first + y * row + x * 4;
      if (dump[at] < 96 && dump[at + 1] < 96 && dump[at + 2] < 96 && (dump[at] | dump[at + 1] | dump[at + 2]) !== 0) return "words";
    }
  }
  return "page";
};

/**
 * Starts `binary` with an empty home; gives the milliseconds until its window was there, until its page (of this colour in the middle)
 * was painted, and until there were words on it; and a way to end it.
 */
export const launch = async ({ binary, page }, display) => {
  const home = mkdtempSync(join(tmpdir(), "axion-bench-"));
  const began = performance.now();
  const child = spawn("dbus-run-session", ["--", binary], {
    env: { ...process.env, DISPLAY: display, AXION_HOME: join(home, "axion"), HOME: home, XDG_RUNTIME_DIR: home },
    stdio: "ignore", detached: true,
  });
  const times = {};
  const give = (message) => { if (child.exitCode === null) process.kill(-child.pid, "SIGKILL"); throw new Error(message); };
  while (times.words === undefined) {
    const seen = look(display, page);
    await immediate(); // An end of the child is heard.
    const ms = performance.now() - began;
    if (seen !== "nothing") times.window ??= ms;
    if (seen === "page" || seen === "words") times.paint ??= ms;
    if (seen === "words") times.words = ms;
    if (ms > 30_000) give(`${binary} painted nothing in 30 s: ${JSON.stringify(times)}`);
    if (child.exitCode !== null) give(`${binary} ended with ${child.exitCode}`);
  }
  const end = async () => {
    process.kill(-child.pid, "SIGKILL");
    while (look(display, page) !== "nothing") await delay(20);
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  return { times, pid: child.pid, end };
};

/** Proportional set size in MB of a process and all its descendants, the D-Bus session aside, by command name. */
export const memoryOf = (root) => {
  const parents = new Map();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8").trimEnd();
      const [, name, rest] = /^\d+ \((.*)\) \S (.*)$/.exec(stat) ?? [];
      parents.set(Number(entry), { parent: Number(rest.split(" ")[0]), name });
    } catch { /* it ended while we looked */ }
  }
  const below = (pid) => { for (let at = pid; at > 1; at = parents.get(at)?.parent ?? 0) if (at === root) return true; return false; };
  const found = {};
  for (const [pid, { name }] of parents) {
    if (!below(pid) || name.startsWith("dbus-")) continue;
    try {
      const kb = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
      found[name] = (found[name] ?? 0) + kb / 1024;
    } catch { /* it ended while we looked */ }
  }
  return found;
};

/** The two that are compared, and the colour of their pages in the light theme. */
export const pages = { bare: 0xf1f3f5, axion: 0xfcfcfd };

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const total = (memory) => Object.values(memory).reduce((sum, mb) => sum + mb, 0);
