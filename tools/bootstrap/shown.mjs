/**
 * Runs a program, shows its output, and gives it back with the exit code; bounded in time, because a suite that hangs must not take the others'
 * words with it when CI is cut.
 */
import { execFileSync, spawn } from "node:child_process";
import { root } from "./place.mjs";

/** The slowest suite builds all of Rust from nothing in half of this. */
const LIMIT_MS = 30 * 60_000;

const LINGER_MS = 5_000;

/** The programs that a program started, nearest first; none where this cannot be told. */
const childrenOf = (pid) => {
  try {
    return execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" }).split("\n").map(Number).filter((child) => child > 0);
  } catch {
    return [];
  }
};
const end = (pid) => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
};

/**
 * Answers { code, output }. `silence` (ms): when nothing was said for so long, what the program runs just now is ended, and the program itself
 * goes on: cargo with its next test program.
 */
export const shown = (command, args, { cwd = root, env, silence, limit = LIMIT_MS }) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const say = (text) => {
      output += text;
      process.stderr.write(text);
    };
    const give = (result) => {
      clearTimeout(over);
      clearTimeout(quiet);
      resolve(result);
    };
    const over = setTimeout(() => {
      for (const pid of [...childrenOf(child.pid), child.pid]) end(pid);
      say(`\n${command} ${args[0] ?? ""} was ended after ${limit / 60_000} minutes.\n`);
      give({ code: 124, output });
    }, limit);
    let quiet;
    const listen = () => {
      clearTimeout(quiet);
      if (silence !== undefined) quiet = setTimeout(hush, silence);
    };
    const hush = () => {
      say(`\n${command} ${args[0] ?? ""} said nothing for ${silence / 1000} s; what it ran was ended.\n`);
      const running = childrenOf(child.pid);
      for (const pid of running.length > 0 ? running : [child.pid]) end(pid);
      listen();
    };
    listen();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        say(text);
        listen();
      });
    }
    child.on("error", (error) => give({ code: 127, output: String(error) }));
    // What it started and left behind may hold its output open for ever.
    child.on("exit", (code) => setTimeout(() => give({ code: code ?? 1, output }), LINGER_MS).unref());
    child.on("close", (code) => give({ code: code ?? 1, output }));
  });
