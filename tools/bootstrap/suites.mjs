/**
 * The suites of `npm test` and `npm run check`: how each is started, and how its own closing lines are counted.
 * A suite answers { passed, failed, skipped: [reasons] }; the exit code is believed over the count. What cannot be had on this machine
 * (a package, an engine) is a skip with its reason; what does not build is a failure.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { countCargo, countJourneys, countRules, countVitest, one } from "./counts.mjs";
import { binary, root } from "./place.mjs";
import { Stop } from "./phase.mjs";
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


const bin = (name) => join(root, "node_modules", ".bin", name);

/** One type check per room, two at a time. A room without sources yet is none. */
const types = async (runtime) => {
  const rooms = ["protocol/source", "services/runner", "apps/web", "apps/desktop", "e2e", "tools", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}`)];
  const waiting = rooms.filter((name) => existsSync(join(root, name, "tsconfig.json")));
  const total = { passed: 0, failed: 0, skipped: [] };
  const work = async () => {
    for (let room = waiting.pop(); room !== undefined; room = waiting.pop()) {
      const { code, output } = await shown(bin("tsc"), ["-p", join(root, room)], runtime);
      const empty = output.includes("TS18003");
      total.passed += code === 0 ? 1 : 0;
      total.failed += code !== 0 && !empty ? 1 : 0;
    }
  };
  await Promise.all([work(), work()]);
  return total;
};

const lint = async (runtime) => one(await shown(bin("biome"), ["lint", "--diagnostic-level=warn", "--error-on-warnings"], runtime));
const rules = async (runtime) => countRules(await shown(runtime.node, ["tools/rules/check.ts"], runtime));
/** Formatting, then clippy twice: tests and what they share may panic, what ships may not. */
const rustLint = async (runtime) => {
  const clippy = (args, allowed) => ["clippy", "--quiet", ...args, "--", "-D", "warnings", ...allowed.flatMap((name) => ["-A", `clippy::${name}`])];
  const total = { passed: 0, failed: 0, skipped: [] };
  for (const args of [["fmt", "--all", "--check"], clippy([], []), clippy(["--all-targets"], ["unwrap_used", "expect_used", "panic"])]) {
    const { passed, failed } = one(await shown("cargo", args, runtime));
    total.passed += passed;
    total.failed += failed;
  }
  return total;
};

/** Vitest with its JSON report beside the readable one. */
const vitest = (...filters) => async (runtime) => {
  const folder = mkdtempSync(join(tmpdir(), "axion-test-"));
  try {
    const summary = join(folder, "summary.json");
    const { code } = await shown(bin("vitest"), ["run", ...filters], { env: { ...runtime.env, AXION_SUMMARY: summary } });
    return countVitest({ code, report: existsSync(summary) ? JSON.parse(readFileSync(summary, "utf8")) : undefined });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Without an engine the container tests (by their name) are left out and said so; everything else still runs. */
const cargoTests = async (runtime) => {
  const engine = await shown("bash", ["tools/docker-test-engine.sh"], runtime);
  const left = engine.code === 0 ? [] : ["--", "--skip", "container"];
  const result = countCargo(await shown("cargo", ["test", "--no-fail-fast", "--quiet", ...left], runtime));
  return engine.code === 0 ? result : { ...result, skipped: [...result.skipped, `container tests: ${engine.output.trim()}`] };
};
/** In the release profile, because the journeys need that build of the webview's libraries anyway, and a second one takes minutes. */
const desktopUnits = async (runtime) => countCargo(await shown("cargo", ["test", "--quiet", "--release", "-p", "axion-desktop", "--lib", "--features", "custom-protocol"], runtime));

/** Node's own test runner, for journeys. */
const journeys = (file, prefix = []) => async (runtime) => {
  const [command, ...args] = [...prefix, runtime.node, "--test", "--test-reporter=spec", ...file.map((name) => join(root, name))];
  const env = { ...runtime.env, AXION_BIN: binary("axion"), AXION_DESKTOP: binary("axion-desktop", "release") };
  return countJourneys({ ...(await shown(command, args, { env })), name: file[0] });
};
const files = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts")).map((name) => `${folder}/${name}`);

const present = (folder) => existsSync(join(root, folder)) && files(folder).length > 0;
/** A journey's suite is listed once there are journeys. */
const listed = (suites) => suites.filter(({ folder }) => folder === undefined || present(folder));

export const quick = listed([
  { name: "types", run: types },
  { name: "lint", run: lint },
  { name: "house rules", run: rules },
  { name: "TypeScript units", ready: ["runner"], run: vitest() },
]);

export const all = listed([
  ...quick,
  { name: "Rust lint", ready: ["runner"], run: rustLint },
  { name: "Rust", ready: ["runner", "web", "cli"], needs: ["containerTests"], run: cargoTests },
  { name: "browser journeys", folder: "e2e/browser", ready: ["runner", "web", "cli"], needs: ["browserTests"], run: (runtime) => journeys(files("e2e/browser"))(runtime) },
  { name: "desktop units", ready: ["runner", "desktopPage", "desktopRelease"], needs: ["desktop"], run: desktopUnits },
  {
    name: "desktop journeys", folder: "e2e/desktop", ready: ["runner", "desktopPage", "desktopRelease"], needs: ["desktop", "desktopTests"],
    run: (runtime) => journeys(files("e2e/desktop"), ["dbus-run-session", "--", "xvfb-run", "-a", "-s", "-screen 0 1440x900x24"])(runtime),
  },
]);

/** Prepares and runs one suite. A suite that cannot be prepared never ends the run: the others still say what they know. */
export const runSuite = async (suite, runtime) => {
  try {
    await provide(...(suite.needs ?? []));
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { passed: 0, failed: 0, skipped: [`${suite.name}: ${error.message}`] };
  }
  try {
    await build(suite.ready ?? [], runtime);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    process.stderr.write(`✗ ${error.message}\n`);
    return { passed: 0, failed: 1, skipped: [] };
  }
  return suite.run(runtime);
};
