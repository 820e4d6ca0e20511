/** `npm test`: all set-up, then every suite; `npm run check` runs the quick ones. The last line is `N passed, N failed, N skipped`. */
import { build } from "./build.mjs";
import { nodeRuntime } from "./node-runtime.mjs";
import { main } from "./phase.mjs";
import { all, quick, runSuite } from "./suites.mjs";

/** Runs the suites one after another (two cores: they would only slow each other) and ends the process. */
export const test = async (suites) => {
  const runtime = await nodeRuntime();
  await build(["dependencies"], runtime);
  const lines = [];
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    process.stderr.write(`\n── ${suite.name}\n`);
    const began = performance.now();
    const { passed, failed, skipped } = await runSuite(suite, runtime);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped.length;
    const time = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    lines.push(`${failed > 0 ? "✗" : "✓"} ${suite.name.padEnd(18)} ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed ${String(skipped.length).padStart(3)} skipped ${time.padStart(9)}`);
    for (const reason of new Set(skipped)) lines.push(`    skipped: ${reason}`);
  }
  console.log(`\n${lines.join("\n")}\n\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed > 0 || total.passed === 0 || (process.env.CI && total.skipped > 0) ? 1 : 0;
};

if (process.argv[1]?.endsWith("test.mjs")) {
  const only = process.argv.slice(2);
  main(() => test(only.length === 0 ? all : all.filter(({ name }) => only.some((word) => name.includes(word)))));
}
export { quick };
