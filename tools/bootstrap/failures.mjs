/**
 * What failed and why, in few lines each, for the end of the output: a log on a server is read from its tail. Each function answers [{ name, message }].
 * Not here: counting, which believes the exit code (counts.mjs).
 */
const MOST = 20;
const MOST_LINES = 14;
const MOST_COLUMNS = 240;

const plain = (text) => text.replaceAll(/\u001b\[[0-9;]*m/g, "");
/** Where in Node itself something was called from tells nobody anything. */
const noise = /^\s*at .*(node:|node_modules\/)/;

/** The end of what a program said: a linter or compiler puts its reason there. */
export const lastWords = (name, { code, output }, most = MOST_LINES) => {
  if (code === 0) return [];
  const lines = plain(output).split("\n").filter((line) => line.trim() !== "");
  return [{ name, message: lines.slice(-most).join("\n") }];
};

/** Vitest's JSON report; a file that could not be loaded has a message and no tests. */
export const vitestFailures = (report) =>
  (report?.testResults ?? []).flatMap((file) => {
    const tests = file.assertionResults.filter(({ status }) => status === "failed").map(({ fullName, failureMessages }) => ({ name: fullName, message: failureMessages.join("\n") }));
    return tests.length > 0 || file.status !== "failed" ? tests : [{ name: file.name, message: file.message }];
  });

/** Rust's test programs print `---- name stdout ----` and what the test said, and close with the list of names. */
export const cargoFailures = ({ code, output }) => {
  const found = [...plain(output).matchAll(/^---- (.+?) stdout ----\n([\s\S]*?)(?=\n---- .+? stdout ----\n|\n\nfailures:\n|\n\n\n)/gm)].map(([, name, message]) => ({ name, message }));
  return found.length > 0 ? found : lastWords("cargo", { code, output });
};

/** The lines of failure-reporter.mjs. None although the program failed: it did not get as far as its tests, or it was ended. */
export const journeyFailures = ({ code, output, lines }) => {
  const found = lines.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  if (found.length === 0) return lastWords("journeys", { code, output });
  return found.map(({ name, message, notes }) => ({ name, message: [...plain(message).split("\n").filter((line) => !noise.test(line)), ...notes].join("\n") }));
};

/** The list for the end of the output, or nothing. The first and the last lines of a long message are kept: an assertion's begin, a note's end. */
export const listFailures = (failures) => {
  const shortened = (message) => {
    const lines = plain(message).split("\n").filter((line) => line.trim() !== "");
    const kept = lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES - 5), "…", ...lines.slice(-4)];
    return kept.map((line) => `      ${line.length > MOST_COLUMNS ? `${line.slice(0, MOST_COLUMNS)}…` : line}`);
  };
  const shown = failures.slice(0, MOST).flatMap(({ suite, name, message }) => [`  ✗ ${suite}: ${name}`, ...shortened(message)]);
  const rest = failures.length > MOST ? [`  … and ${failures.length - MOST} more`] : [];
  return failures.length === 0 ? [] : ["", "What failed:", ...shown, ...rest];
};
