/**
 * A real `axion serve` on a home of its own, and the ways it can end. The binary is the one that the repository built; its resources
 * (runner, examples, page) are found from there.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));
/** `AXION_BIN`: another build, for example a release. */
export const binary = process.env["AXION_BIN"] ?? join(repository, "target", "debug", "axion");
/** `AXION_RESOURCES`: page, runner and examples from elsewhere, as Core takes it. */
export const examples = join(process.env["AXION_RESOURCES"] ?? repository, "examples");

export interface Serve {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly home: string;
  /** As a power cut would end it. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A folder of this journey alone: `home` for Core, `work` for the graphs. */
export const freshFolder = (): { readonly home: string; readonly work: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), "axion-journey-"));
  const work = join(path, "work");
  mkdirSync(work);
  return { home: join(path, "home"), work, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
};

const START_MS = 30_000;
const STOP_MS = 15_000;

const ended = (child: ChildProcess): Promise<unknown> => (child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, "exit"));

/** The work's answer, or a failure that says what was waited for. */
export const within = async <T>(ms: number, what: string, work: Promise<T>): Promise<T> => {
  const clock = new AbortController();
  const late = async (): Promise<never> => {
    await delay(ms, undefined, { signal: clock.signal });
    throw new Error(`waited ${ms / 1000} s for ${what}`);
  };
  try {
    return await Promise.race([work, late()]);
  } finally {
    clock.abort();
  }
};

export const startServe = async (home: string, args: ReadonlyArray<string> = []): Promise<Serve> => {
  if (!existsSync(binary)) throw new Error(`There is no ${binary}; build it with: cargo build -p axion-cli`);
  const child = spawn(binary, ["serve", "--json", "--no-open", "--port", "0", "--home", home, ...args], { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said = `${said}${chunk}`.slice(-10_000);
  });
  const lines = createInterface({ input: child.stdout });
  const line = Promise.race([
    once(lines, "line").then(([text]) => String(text)),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`axion serve ended with ${code}: ${said}`))),
  ]);
  const first = await within(START_MS, "the address of axion serve", line).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${said}`);
  });
  const { url, port, pid } = JSON.parse(first) as { url: string; port: number; pid: number };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await within(STOP_MS, `axion serve to end after ${signal}`, ended(child)).catch((error: unknown) => {
      child.kill("SIGKILL");
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${said}`);
    });
  };
  return { url, port, pid, home, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
};
