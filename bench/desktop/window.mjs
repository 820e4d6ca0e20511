/**
 * What the desktop benches share: start a binary under its own Xvfb and D-Bus session, wait until its window is painted,
 * and add up what its processes hold. Linux only; needs xvfb, dbus and x11-apps (for xwd), which `npm run bench` provides.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Starts an X server on a free display and hands it to `use`. */
export const withDisplay = async (use) => {
  const display = `:${90 + (process.pid % 100)}`;
  const server = spawn("Xvfb", [display, "-screen", "0", "1440x900x24", "-nolisten", "tcp"], { stdio: "ignore" });
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

/** True as soon as a pixel of the screen is not the empty root's black. */
const painted = (display) => {
  const screen = dumped(display);
  if (screen === undefined) return false;
  for (let y = 50; y < screen.height; y += 50) {
    for (let x = 50; x < screen.width; x += 50) {
      const at = screen.first + y * screen.row + x * 4;
      if ((screen.dump[at] | screen.dump[at + 1] | screen.dump[at + 2]) !== 0) return true;
    }
  }
  return false;
};

/** Starts `binary` with an empty home; gives the milliseconds to first paint, and a way to end it. */
export const launch = async (binary, display) => {
  const home = mkdtempSync(join(tmpdir(), "axion-bench-"));
  const began = performance.now();
  const child = spawn("dbus-run-session", ["--", binary], {
    env: { ...process.env, DISPLAY: display, AXION_HOME: join(home, "axion"), HOME: home, XDG_RUNTIME_DIR: home },
    stdio: "ignore", detached: true,
  });
  while (!painted(display)) {
    if (performance.now() - began > 30_000) throw new Error(`${binary} painted nothing in 30 s`);
    if (child.exitCode !== null) throw new Error(`${binary} ended with ${child.exitCode}`);
  }
  const ms = performance.now() - began;
  const end = async () => {
    process.kill(-child.pid, "SIGKILL");
    while (painted(display)) await delay(20);
    rmSync(home, { recursive: true, force: true });
  };
  return { ms, pid: child.pid, end };
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

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const total = (memory) => Object.values(memory).reduce((sum, mb) => sum + mb, 0);
