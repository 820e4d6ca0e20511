/** What the end of `npm test` says about failures, from real output of each kind of program. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cargoFailures, journeyFailures, lastWords, listFailures, vitestFailures } from "./failures.mjs";

const cargo = `
running 3 tests
.F.
failures:

---- door::two_lines stdout ----

thread 'door::two_lines' panicked at src/door.rs:7:5:
assertion failed: left == right
  left: 1

---- door::second stdout ----
Error: "gone"


failures:
    door::second
    door::two_lines

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
`;

describe("failures", () => {
  it("of Rust: each test with what it said", () => {
    const found = cargoFailures({ code: 101, output: cargo });
    expect(found.map(({ name }) => name)).toEqual(["door::two_lines", "door::second"]);
    expect(found[0].message).toContain("left: 1");
    expect(found[1].message).toContain("gone");
    expect(cargoFailures({ code: 101, output: "error[E0425]: cannot find value" })).toEqual([{ name: "cargo", message: "error[E0425]: cannot find value" }]);
    expect(cargoFailures({ code: 0, output: "test result: ok." })).toEqual([]);
  });

  it("of units: failed tests, and files that could not be loaded", () => {
    const report = {
      testResults: [
        { name: "a.test.ts", status: "failed", message: "", assertionResults: [{ status: "passed", fullName: "x" }, { status: "failed", fullName: "y", failureMessages: ["expected 1"] }] },
        { name: "b.test.ts", status: "failed", message: "cannot import", assertionResults: [] },
        { name: "c.test.ts", status: "passed", message: "", assertionResults: [] },
      ],
    };
    expect(vitestFailures(report)).toEqual([{ name: "y", message: "expected 1" }, { name: "b.test.ts", message: "cannot import" }]);
    expect(vitestFailures(undefined)).toEqual([]);
  });

  it("of journeys: the reporter names the test, its suite, its error and its notes; a hanging test and a broken set-up too", () => {
    const folder = mkdtempSync(join(tmpdir(), "axion-failures-"));
    try {
      writeFileSync(join(folder, "some.test.mjs"), `
        import { afterEach, before, describe, test } from "node:test";
        describe("outer", () => {
          afterEach((context) => { if (!context.passed) context.diagnostic("shots/one.png"); });
          test("fine", () => {});
          test("bad", () => { throw new Error("the reason"); });
          test("hangs", () => new Promise(() => { setInterval(() => {}, 1000); }));
        });
        describe("no set-up", () => { before(() => { throw new Error("no browser"); }); test("never", () => {}); });
      `);
      const out = join(folder, "failed.jsonl");
      const { status, stdout } = spawnSync(process.execPath, ["--test", "--test-timeout=300", "--test-force-exit", "--test-reporter=spec", "--test-reporter-destination=stdout", `--test-reporter=${join(import.meta.dirname, "failure-reporter.mjs")}`, `--test-reporter-destination=${out}`, join(folder, "some.test.mjs")], { encoding: "utf8", env: { ...process.env, NODE_TEST_CONTEXT: undefined } });
      const found = journeyFailures({ code: status, output: stdout, lines: readFileSync(out, "utf8") });
      expect(found.map(({ name }) => name)).toEqual(["outer › bad", "outer › hangs", "no set-up"]);
      expect(found[0].message).toMatch(/^Error: the reason\n[\s\S]*shots\/one\.png$/);
      expect(found[1].message).toContain("timed out after 300ms");
      expect(found[2].message).toContain("no browser");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("of a linter: its last words; a list stays short", () => {
    expect(lastWords("biome", { code: 1, output: "\u001b[31ma\u001b[0m\n\nb\n" }, 1)).toEqual([{ name: "biome", message: "b" }]);
    const long = Array.from({ length: 40 }, (_, at) => ({ suite: "s", name: `n${at}`, message: Array.from({ length: 40 }, (_, line) => `${line}`).join("\n") }));
    const lines = listFailures(long);
    expect(lines.length).toBeLessThan(20 * 15 + 4);
    expect(lines.at(-1)).toBe("  … and 20 more");
    expect(listFailures([])).toEqual([]);
  });
});
