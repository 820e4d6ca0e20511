/**
 * Counting what a suite says about itself: { passed, failed, skipped: [reasons] } from its output. The exit code is believed over the count: a
 * suite that failed without saying how often has failed once, and one that says nothing at all has not passed.
 */

const honest = (code, counted) => (code !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted);
const reasons = (count, reason) => Array.from({ length: count }, () => reason);

/** A program that is one test by itself. */
export const one = ({ code }) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] });

/** The house rules' last line, `N passed, N failed`. */
export const countRules = ({ code, output }) => {
  const found = /^(\d+) passed, (\d+) failed$/m.exec(output);
  if (found === null) return { passed: 0, failed: 1, skipped: [] };
  return honest(code, { passed: Number(found[1]), failed: Number(found[2]), skipped: [] });
};

/** Vitest's JSON report; none means that it did not get that far. */
export const countVitest = ({ code, report }) => {
  if (report === undefined) return { passed: 0, failed: 1, skipped: [] };
  const skipped = reasons(report.numPendingTests + (report.numTodoTests ?? 0), "a unit test is marked as skipped");
  return honest(code, { passed: report.numPassedTests, failed: report.numFailedTests, skipped });
};

/** The line that each Rust test program ends with. */
export const countCargo = ({ code, output }) => {
  const sum = { passed: 0, failed: 0, skipped: [] };
  for (const [, passed, failed, ignored] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
    sum.skipped.push(...reasons(Number(ignored), "a Rust test is marked as ignored"));
  }
  return honest(code, sum);
};

/** The closing lines of Node's test runner, with or without colours. */
export const countJourneys = ({ code, output, name }) => {
  const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, "");
  const figure = (word) => Number(new RegExp(`^. ${word} (\\d+)$`, "m").exec(plain)?.[1] ?? 0);
  const skipped = reasons(figure("skipped") + figure("todo"), `a journey of ${name} is marked as skipped`);
  return honest(code, { passed: figure("pass"), failed: figure("fail") + figure("cancelled"), skipped });
};
