/**
 * `npm test`: all set-up, then every suite; `npm run check` runs the quick ones. It ends with a table, what failed and why, and the line
 * `N passed, N failed, N skipped`.
 */
import { build } from "./build.mjs";
import { listFailures } from "./failures.mjs";
import { nodeRuntime } from "./node-runtime.mjs";
import { Stop, main } from "./phase.mjs";
import { all, quick, runSuite } from "./suites.mjs";

const inCI = Boolean(process.env.CI) && process.env.CI !== "false";

/** Node and the packages; without them no suite can run, and that is one failure. */
const prepare = async (lines) => {
  try {
    const runtime = await nodeRuntime();
    await build(["dependencies"], runtime);
    return runtime;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    lines.push(`✗ set-up: ${error.message}`);
    return undefined;
  }
};

/** Runs the suites one after another (two cores: they would only slow each other) and ends the process. */
export const test = async (suites) => {
  const lines = [];
  const found = [];
  const total = { passed: 0, failed: 0, skipped: 0 };
  const runtime = await prepare(lines);
  if (runtime === undefined) total.failed += 1;
  for (const suite of runtime === undefined ? [] : suites) {
    process.stderr.write(`\n── ${suite.name}\n`);
    const began = performance.now();
    const { passed, failed, skipped, failures } = await runSuite(suite, runtime);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped.length;
    found.push(...failures.map((each) => ({ ...each, suite: suite.name })));
    const time = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    lines.push(`${failed > 0 ? "✗" : "✓"} ${suite.name.padEnd(18)} ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed ${String(skipped.length).padStart(3)} skipped ${time.padStart(9)}`);
    for (const reason of new Set(skipped)) lines.push(`    skipped: ${reason}`);
  }
  console.log(`\n${[...lines, ...listFailures(found)].join("\n")}\n\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed > 0 || total.passed === 0 || (inCI && total.skipped > 0) ? 1 : 0;
};

if (process.argv[1]?.endsWith("test.mjs")) {
  const only = process.argv.slice(2);
  main(() => test(only.length === 0 ? all : all.filter(({ name }) => only.some((word) => name.includes(word)))));
}
export { quick };
