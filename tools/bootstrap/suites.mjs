/**
 * The suites of `npm test` and `npm run check`: how each is started, and how its own closing lines are counted.
 * A suite answers { passed, failed, skipped: [reasons], failures: [{ name, message }] }; the exit code is believed over the count. What cannot be
 * had on this machine (a package, an engine) is a skip with its reason; what does not build is a failure.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { countCargo, countJourneys, countRules, countVitest, one } from "./counts.mjs";
import { cargoFailures, journeyFailures, lastWords, vitestFailures } from "./failures.mjs";
import { binary, root } from "./place.mjs";
import { Stop } from "./phase.mjs";
import { shown } from "./shown.mjs";
import { provide } from "./system-packages.mjs";

const bin = (name) => join(root, "node_modules", ".bin", name);

/** One type check per room, two at a time. A room without sources yet is none. */
const types = async (runtime) => {
  const rooms = ["protocol/source", "services/runner", "apps/web", "apps/desktop", "e2e", "tools", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}`)];
  const waiting = rooms.filter((name) => existsSync(join(root, name, "tsconfig.json")));
  const total = { passed: 0, failed: 0, skipped: [], failures: [] };
  const work = async () => {
    for (let room = waiting.pop(); room !== undefined; room = waiting.pop()) {
      const { code, output } = await shown(bin("tsc"), ["-p", join(root, room)], runtime);
      const empty = output.includes("TS18003");
      total.passed += code === 0 ? 1 : 0;
      total.failed += code !== 0 && !empty ? 1 : 0;
      if (!empty) total.failures.push(...lastWords(room, { code, output }));
    }
  };
  await Promise.all([work(), work()]);
  return total;
};

const lint = async (runtime) => {
  const ended = await shown(bin("biome"), ["lint", "--diagnostic-level=warn", "--error-on-warnings"], runtime);
  return { ...one(ended), failures: lastWords("biome", ended) };
};
const rules = async (runtime) => {
  const ended = await shown(runtime.node, ["tools/rules/check.ts"], runtime);
  return { ...countRules(ended), failures: lastWords("rules", ended) };
};
/** Formatting, then clippy twice: tests and what they share may panic, what ships may not. */
const rustLint = async (runtime) => {
  const clippy = (args, allowed) => ["clippy", "--quiet", ...args, "--", "-D", "warnings", ...allowed.flatMap((name) => ["-A", `clippy::${name}`])];
  const total = { passed: 0, failed: 0, skipped: [], failures: [] };
  for (const args of [["fmt", "--all", "--check"], clippy([], []), clippy(["--all-targets"], ["unwrap_used", "expect_used", "panic"])]) {
    const ended = await shown("cargo", args, runtime);
    const { passed, failed } = one(ended);
    total.passed += passed;
    total.failed += failed;
    total.failures.push(...lastWords(`cargo ${args[0]}`, ended));
  }
  return total;
};

/** Vitest with its JSON report beside the readable one. */
const vitest = (...filters) => async (runtime) => {
  const folder = mkdtempSync(join(tmpdir(), "axion-test-"));
  try {
    const summary = join(folder, "summary.json");
    const ended = await shown(bin("vitest"), ["run", ...filters], { env: { ...runtime.env, AXION_SUMMARY: summary } });
    const report = existsSync(summary) ? JSON.parse(readFileSync(summary, "utf8")) : undefined;
    const failures = vitestFailures(report);
    return { ...countVitest({ code: ended.code, report }), failures: failures.length > 0 ? failures : lastWords("vitest", ended) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** No Rust test says nothing for as long as this; a program of tests that does is ended, and the others go on. */
const RUST_SILENCE_MS = 240_000;
/** Without an engine the container tests (by their name) are left out and said so; everything else still runs. */
const cargoTests = async (runtime) => {
  const engine = await shown("bash", ["tools/docker-test-engine.sh"], runtime);
  const left = engine.code === 0 ? [] : ["--", "--skip", "container"];
  const built = await shown("cargo", ["test", "--no-run"], runtime);
  if (built.code !== 0) return { ...countCargo(built), failures: cargoFailures(built) };
  const ended = await shown("cargo", ["test", "--no-fail-fast", "--quiet", ...left], { ...runtime, silence: RUST_SILENCE_MS });
  const result = { ...countCargo(ended), failures: cargoFailures(ended) };
  return engine.code === 0 ? result : { ...result, skipped: [...result.skipped, `container tests: ${engine.output.trim()}`] };
};
/** In the release profile, because the journeys need that build of the webview's libraries anyway, and a second one takes minutes. */
const desktopUnits = async (runtime) => {
  const ended = await shown("cargo", ["test", "--quiet", "--release", "-p", "axion-desktop", "--lib", "--features", "custom-protocol"], runtime);
  return { ...countCargo(ended), failures: cargoFailures(ended) };
};

/** No single test of a journey takes this long; one that does is said to hang, and the others go on. */
const JOURNEY_TEST_MS = 240_000;
/** Node's own test runner, for journeys: one file after another on any machine, and an end even if something of a test is still open. */
const journeys = (file, prefix = []) => async (runtime) => {
  const folder = mkdtempSync(join(tmpdir(), "axion-test-"));
  try {
    const failed = join(folder, "failed.jsonl");
    const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout", `--test-reporter=${join(root, "tools/bootstrap/failure-reporter.mjs")}`, `--test-reporter-destination=${failed}`];
    const bounds = ["--test-concurrency=1", `--test-timeout=${JOURNEY_TEST_MS}`, "--test-force-exit"];
    const [command, ...args] = [...prefix, runtime.node, "--test", ...bounds, ...reporters, ...file.map((name) => join(root, name))];
    const env = { ...runtime.env, AXION_BIN: binary("axion"), AXION_DESKTOP: binary("axion-desktop", "release") };
    const ended = await shown(command, args, { env });
    const lines = existsSync(failed) ? readFileSync(failed, "utf8") : "";
    return { ...countJourneys({ ...ended, name: file[0] }), failures: journeyFailures({ ...ended, lines }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
const files = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts")).map((name) => `${folder}/${name}`);

/** What it needs is large and installed for it alone; where that cannot be had, the other suites say enough. */
const realInference = async (runtime) => {
  try {
    await build(["inference"], runtime);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { passed: 0, failed: 0, skipped: [`real inference: ${error.message}`], failures: [] };
  }
  return journeys(files("tools/inference"))(runtime);
};

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
  { name: "real inference", folder: "tools/inference", run: realInference },
  { name: "Rust lint", ready: ["runner"], run: rustLint },
  { name: "Rust", ready: ["runner", "web", "cli"], needs: ["containerTests"], run: cargoTests },
  { name: "browser journeys", folder: "e2e/browser", ready: ["runner", "web", "cli"], needs: ["browserTests"], run: (runtime) => journeys(files("e2e/browser"))(runtime) },
  { name: "conformance", folder: "e2e/conformance", ready: ["runner", "web", "cli"], run: (runtime) => journeys(files("e2e/conformance"))(runtime) },
  { name: "bad input, bad servers", folder: "e2e/hostile", ready: ["runner", "web", "cli"], run: (runtime) => journeys(files("e2e/hostile"))(runtime) },
  { name: "desktop units", ready: ["runner", "desktopPage", "desktopRelease"], needs: ["desktop"], run: desktopUnits },
  {
    name: "desktop journeys", folder: "e2e/desktop", ready: ["runner", "cli", "desktopPage", "desktopRelease"], needs: ["desktop", "desktopTests"],
    run: (runtime) => journeys(files("e2e/desktop"), ["dbus-run-session", "--", "xvfb-run", "-a", "-s", "-screen 0 1440x900x24 -noreset"])(runtime),
  },
]);

/** Prepares and runs one suite. A suite that cannot be prepared never ends the run: the others still say what they know. */
export const runSuite = async (suite, runtime) => {
  try {
    await provide(...(suite.needs ?? []));
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { passed: 0, failed: 0, skipped: [`${suite.name}: ${error.message}`], failures: [] };
  }
  try {
    await build(suite.ready ?? [], runtime);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    process.stderr.write(`✗ ${error.message}\n`);
    return { passed: 0, failed: 1, skipped: [], failures: [{ name: "building", message: error.message }] };
  }
  return suite.run(runtime);
};
