/**
 * The process that shows the page dies, as when it crashes or the system takes its memory: the window comes back by itself, three times a minute, and Core
 * notices nothing. Started without a driver, whose session would die with the page.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { axion, binary } from "./app.ts";
import { until } from "./webdriver.ts";

const home = mkdtempSync(join(tmpdir(), "axion-desktop-"));
const log: string[] = [];
let app: ChildProcess;

before(() => {
  app = spawn(binary, [], { env: { ...process.env, AXION_HOME: join(home, "axion"), HOME: home, AXION_LOG: "warn,axion_desktop=debug" }, stdio: ["ignore", "ignore", "pipe"], detached: true });
  if (app.stderr !== null) createInterface({ input: app.stderr }).on("line", (line) => log.push(line));
});
after(() => {
  if (app.pid !== undefined && app.exitCode === null) process.kill(-app.pid, "SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

const said = (words: string) => log.filter((line) => line.includes(words)).length;
const loaded = (times: number) => until(`the page to be loaded ${times} times; the log: ${log.at(-1)}`, async () => said("Finished") >= times);
/** The process below the app that shows its page. */
const pageProcess = (): number | undefined =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).find((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return stat.includes("(WebKitWebProces") && Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === app.pid;
    } catch {
      return false; // It ended while we looked.
    }
  });
const killPage = async (): Promise<void> => {
  const pid = await until("the page's process", async () => pageProcess());
  if (pid !== undefined) process.kill(pid, "SIGKILL");
};

test("the page is loaded anew in another process, and Core goes on", async () => {
  await loaded(1);
  for (let death = 1; death <= 3; death += 1) {
    await killPage();
    await loaded(death + 1);
    assert.equal(said("the process of the page ended"), death);
  }
  const { stdout } = await promisify(execFile)(axion, ["call", "get_system", "--home", join(home, "axion")]);
  assert.equal((JSON.parse(stdout) as { pid: number }).pid, app.pid);
});

test("where it dies again and again, a page that says so stands in its place", async () => {
  await killPage();
  await until("the fourth death", async () => said("again=false") === 1);
  await loaded(5);
  assert.equal(app.exitCode, null);
});
