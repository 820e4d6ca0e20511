/** What npm start and npm test decide by themselves: how new a Node is, what is stale, who builds, how suites are counted. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { countCargo, countJourneys, countRules, countVitest } from "./counts.mjs";
import { packSmaller } from "./debian-package.mjs";
import { isNewEnough } from "./node-runtime.mjs";
import { has } from "./phase.mjs";
import { root } from "./place.mjs";
import { alone, stampOf } from "./stamps.mjs";

describe("Node", () => {
  it("must be 22.19 or newer", () => {
    expect(["v18.20.0", "v20.20.2", "v22.18.9"].map(isNewEnough)).toEqual([false, false, false]);
    expect(["v22.19.0", "v24.0.0", "v26.1.0"].map(isNewEnough)).toEqual([true, true, true]);
  });
});

describe("stamps", () => {
  const folder = mkdtempSync(join(root, "tools", "stamp-test-"));
  const input = folder.slice(root.length + 1);
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  it("change with content and names, not with time, tests or products", () => {
    const write = (name, text) => {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), text);
    };
    write("a.ts", "1");
    const first = stampOf([input]);
    write("a.ts", "1");
    write("a.test.ts", "x");
    write("dist/a.js", "x");
    expect(stampOf([input])).toBe(first);
    write("a.ts", "2");
    expect(stampOf([input])).not.toBe(first);
    write("a.ts", "1");
    expect(stampOf([input])).toBe(first);
    write("b.ts", "");
    expect(stampOf([input])).not.toBe(first);
  });
});

describe("one builder at a time", () => {
  const lock = join(mkdtempSync(join(tmpdir(), "axion-lock-")), "building");
  afterEach(() => rmSync(join(lock, ".."), { recursive: true, force: true }));
  it("lets the second wait for the first", async () => {
    const order = [];
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    const first = alone(async () => {
      order.push("first in");
      await held;
      order.push("first out");
    }, () => {}, lock);
    const second = alone(async () => order.push("second"), release, lock);
    await Promise.all([first, second]);
    expect(order).toEqual(["first in", "first out", "second"]);
  });
  it("takes over from a builder that died", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, "pid"), String(dead));
    expect(await alone(async () => "built", () => {}, lock)).toBe("built");
  });
});

describe("counting", () => {
  it("adds up Rust's test programs", () => {
    const output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\nnoise\ntest result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured\n";
    expect(countCargo({ code: 101, output })).toEqual({ passed: 5, failed: 1, skipped: ["a Rust test is marked as ignored"] });
  });
  it("does not take a crash for success", () => {
    expect(countCargo({ code: 101, output: "error: could not compile" }).failed).toBe(1);
    expect(countRules({ code: 1, output: "Error: x" }).failed).toBe(1);
    expect(countVitest({ code: 1, report: undefined }).failed).toBe(1);
    expect(countVitest({ code: 1, report: { numPassedTests: 4, numFailedTests: 0, numPendingTests: 0 } }).failed).toBe(1);
    expect(countJourneys({ code: 1, output: "", name: "x" }).failed).toBe(1);
  });
  it("reads Node's test runner", () => {
    const output = "\u001b[34mℹ tests 5\u001b[39m\nℹ pass 3\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 0\n";
    expect(countJourneys({ code: 1, output, name: "e2e/browser" })).toEqual({ passed: 3, failed: 1, skipped: ["a journey of e2e/browser is marked as skipped"] });
  });
});

describe("the commands", () => {
  const said = (args) =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, args, { cwd: tmpdir(), stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => {
        text += chunk;
      });
      child.on("close", (code) => resolve({ code, text }));
    });
  it("refuse what they do not know, with what they know", async () => {
    const start = await said([join(root, "tools/bootstrap/start.mjs"), "--prot", "1"]);
    expect(start).toEqual({ code: 1, text: expect.stringContaining("--serve, --no-open, --port N and --home DIR") });
    const other = await said([join(root, "tools/bootstrap/run.mjs"), "biuld"]);
    expect(other).toEqual({ code: 1, text: expect.stringContaining("build-desktop") });
  });
});

describe.runIf(has("dpkg-deb"))("a .deb", () => {
  it("is packed anew, smaller, with the same in it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "axion-deb-"));
    try {
      const content = join(folder, "content");
      mkdirSync(join(content, "DEBIAN"), { recursive: true });
      mkdirSync(join(content, "usr"));
      writeFileSync(join(content, "DEBIAN", "control"), "Package: axion-test\nVersion: 1\nArchitecture: all\nMaintainer: none\nDescription: none\n");
      writeFileSync(join(content, "usr", "text"), Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919}`).join("\n"));
      const packed = join(folder, "a.deb");
      const dpkg = (...args) => spawnSync("dpkg-deb", args, { encoding: "utf8" });
      dpkg("--root-owner-group", "-Zgzip", "-z1", "--build", content, packed);
      const [size, held] = [statSync(packed).size, dpkg("--contents", packed).stdout];
      await packSmaller(folder);
      expect(statSync(packed).size).toBeLessThan(size);
      expect(dpkg("--contents", packed).stdout).toBe(held);
      expect(readdirSync(folder).toSorted()).toEqual(["a.deb", "content"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
