/**
 * The suites of `npm test` and `npm run check`: how each is started, and how its own closing lines are counted.
 * A suite answers { passed, failed, skipped: [reasons] }; the exit code is believed over the count.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./place.mjs";
import { provide } from "./system-packages.mjs";

/** Runs a program, shows its output, and gives it back with the exit code. */
const shown = (command, args, { cwd = root, env }) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        process.stderr.write(chunk);
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: String(error) }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });

const one = ({ code }) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] });
/** A suite that failed without saying how often has failed once. */
const honest = (code, counted) => (code !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted);

const bin = (name) => join(root, "node_modules", ".bin", name);

const types = async (runtime) => {
  const rooms = ["protocol/source", "services/runner", "apps/web", "apps/desktop", "e2e", "tools", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}`)];
  let total = { passed: 0, failed: 0, skipped: [] };
  for (const room of rooms.filter((name) => existsSync(join(root, name, "tsconfig.json")))) {
    const { passed, failed } = one(await shown(bin("tsc"), ["-p", join(root, room)], runtime));
    total = { passed: total.passed + passed, failed: total.failed + failed, skipped: [] };
  }
  return total;
};

const lint = async (runtime) => one(await shown(bin("biome"), ["check", "--diagnostic-level=warn", "--error-on-warnings"], runtime));
const drift = async (runtime) => one(await shown(runtime.node, ["tools/protocol/generate.ts", "--check"], runtime));
const rules = async (runtime) => one(await shown(runtime.node, ["tools/rules/main.ts"], runtime));

/** Vitest with its JSON report beside the readable one. */
const vitest = (...filters) => async (runtime) => {
  const folder = mkdtempSync(join(tmpdir(), "axion-test-"));
  try {
    const summary = join(folder, "summary.json");
    const { code } = await shown(bin("vitest"), ["run", ...filters], { env: { ...runtime.env, AXION_SUMMARY: summary } });
    const report = existsSync(summary) ? JSON.parse(readFileSync(summary, "utf8")) : { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
    const skipped = Array.from({ length: report.numPendingTests }, () => "a test is marked as skipped");
    return honest(code, { passed: report.numPassedTests, failed: report.numFailedTests, skipped });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const countCargo = ({ code, output }) => {
  const sum = { passed: 0, failed: 0, skipped: [] };
  for (const [, passed, failed, ignored] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
    sum.skipped.push(...Array.from({ length: Number(ignored) }, () => "a Rust test is marked as ignored"));
  }
  return honest(code, sum);
};

const cargoTests = async (runtime) => {
  const env = { ...runtime.env };
  const engine = await shown("bash", ["tools/docker-test-engine.sh"], { env });
  if (engine.code === 0) env.AXION_TEST_ENGINE = engine.output.trim();
  const result = countCargo(await shown("cargo", ["test", "--no-fail-fast", "--quiet"], { env }));
  return engine.code === 0 ? result : { ...result, skipped: [...result.skipped, `container tests: ${engine.output.trim()}`] };
};
const desktopUnits = async (runtime) => countCargo(await shown("cargo", ["test", "--quiet", "-p", "axion-desktop", "--lib"], runtime));

/** Node's own test runner, for journeys. */
const journeys = (file, prefix = []) => async (runtime) => {
  const [command, ...args] = [...prefix, runtime.node, "--test", "--test-reporter=spec", ...file.map((name) => join(root, name))];
  const { code, output } = await shown(command, args, { env: runtime.env });
  const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, "");
  const figure = (name) => Number(new RegExp(`^ℹ ${name} (\\d+)`, "m").exec(plain)?.[1] ?? 0);
  const skipped = Array.from({ length: figure("skipped") + figure("todo") }, () => `a journey of ${file[0]} is marked as skipped`);
  return honest(code, { passed: figure("pass"), failed: figure("fail"), skipped });
};
const files = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts")).map((name) => `${folder}/${name}`);

export const quick = [
  { name: "types", run: types },
  { name: "lint", run: lint },
  { name: "generated files", run: drift },
  { name: "house rules", run: rules },
  { name: "TypeScript units", ready: ["runner"], run: vitest() },
];

export const all = [
  ...quick,
  { name: "Rust", ready: ["runner", "web", "cli"], needs: ["containerTests"], run: cargoTests },
  { name: "browser journeys", ready: ["runner", "web", "cli"], needs: ["browserTests"], run: (runtime) => journeys(files("e2e/browser"))(runtime) },
  { name: "desktop units", ready: ["runner", "desktopPage"], needs: ["desktop"], run: desktopUnits },
  {
    name: "desktop journeys", ready: ["runner", "desktopPage", "desktopRelease"], needs: ["desktop", "desktopTests"],
    run: (runtime) => journeys(files("e2e/desktop"), ["dbus-run-session", "--", "xvfb-run", "-a", "-s", "-screen 0 1440x900x24"])(runtime),
  },
];

/** Prepares and runs one suite. What cannot be prepared is a skip with its reason, except in CI, where nothing may be skipped. */
export const runSuite = async (suite, runtime) => {
  try {
    await provide(...(suite.needs ?? []));
    await build(suite.ready ?? [], runtime);
  } catch (error) {
    if (process.env.CI) throw error;
    return { passed: 0, failed: 0, skipped: [`${suite.name}: ${error.message}`] };
  }
  return suite.run(runtime);
};
