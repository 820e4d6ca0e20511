/**
 * Shows what is being done and how long it took, and runs programs. Everything in this folder is plain JavaScript without dependencies that
 * runs on Node 18 or newer: it is what makes the rest possible. Progress goes to standard error, so that commands keep standard output.
 */
import { spawn, spawnSync } from "node:child_process";

export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** A reason to stop that is already a sentence for the person; `fix` is the command to type. */
export class Stop extends Error {
  constructor(message, fix) {
    super(fix === undefined ? message : `${message}\n  Type: ${fix}`);
  }
}

/** Runs `work` under a name. `quiet` says only that it began, and that to a terminal alone: a script's standard error stays clean. */
export const phase = async (name, work, { quiet = false } = {}) => {
  const began = performance.now();
  if (!quiet || process.stderr.isTTY) process.stderr.write(`· ${name} …\n`);
  const result = await work();
  if (!quiet) process.stderr.write(`✓ ${name} (${seconds(performance.now() - began)})\n`);
  return result;
};

/** Runs a program to its end. Its output is shown unless `quiet`; then the last lines are shown if it fails. */
export const run = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const { quiet = false, ...rest } = options;
    // Standard output of tools belongs to standard error here: the caller's own output must stay clean.
    const child = spawn(command, args, { stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", 2, 2], ...rest });
    let tail = "";
    const keep = (chunk) => {
      tail = (tail + chunk).slice(-8000);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.on("error", (error) => reject(new Stop(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve();
      if (tail !== "") process.stderr.write(tail);
      reject(new Stop(`${command} ${args.slice(0, 3).join(" ")} failed (${signal ?? code}).`));
    });
  });

/** Whether a program is there. */
export const has = (program, env = process.env) => {
  const probe = process.platform === "win32" ? ["where", [program]] : ["sh", ["-c", 'command -v "$0"', program]];
  return spawnSync(probe[0], probe[1], { stdio: "ignore", env }).status === 0;
};

/** Ends the process with a sentence instead of a stack where the reason is known. */
export const main = (work) => {
  Promise.resolve()
    .then(work)
    .catch((error) => {
      process.stderr.write(`✗ ${error instanceof Stop ? error.message : error.stack}\n`);
      process.exit(1);
    });
};
