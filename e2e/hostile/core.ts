/**
 * A real `axion serve` on a home of its own, a WebSocket to it that keeps every word, and what the system says about its processes. For tests
 * with bad input and bad servers: what comes over the wire is kept raw, because they look for what must not be in it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ErrorInfo } from "@axion/protocol";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
export const axion = process.env["AXION_BIN"] ?? join(process.env["CARGO_TARGET_DIR"] ?? join(repository, "target"), "debug", "axion");

const START_MS = 30_000;
const STOP_MS = 15_000;
const ANSWER_MS = 60_000;

export interface Heard { readonly method: string; readonly params: { readonly [key: string]: unknown } }

/** What a command was refused with. */
export class Refused extends Error {
  readonly info: ErrorInfo;
  constructor(command: string, info: ErrorInfo) {
    super(`${command}: ${info.code}: ${info.message}`);
    this.info = info;
  }
}

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

/** Asks again until it is so: for what no event tells. */
export const until = async (what: string, is: () => Promise<boolean>, ms = 30_000): Promise<void> => {
  const end = performance.now() + ms;
  while (!(await is())) {
    if (performance.now() > end) throw new Error(`waited ${ms / 1000} s until ${what}`);
    await delay(20);
  }
};

/** A folder of this test alone. */
export const freshFolder = (): { readonly path: string; readonly home: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), "axion-hostile-"));
  mkdirSync(join(path, "work"));
  return { path, home: join(path, "home"), remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
};

/** One connection. */
export class Line {
  readonly raw: string[] = [];
  readonly heard: Heard[] = [];
  readonly #socket: WebSocket;
  readonly #keeps: boolean;
  readonly #waiting = new Map<number, { readonly command: string; readonly resolve: (value: unknown) => void; readonly reject: (reason: Error) => void }>();
  readonly #listeners = new Set<() => void>();
  #next = 1;

  private constructor(socket: WebSocket, keeps: boolean) {
    this.#socket = socket;
    this.#keeps = keeps;
    socket.addEventListener("message", ({ data }) => this.#hear(String(data)));
    socket.addEventListener("close", () => this.#closed());
  }

  static async open(port: number, token: string, options: { readonly keepsRaw?: boolean } = {}): Promise<Line> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`);
    await within(START_MS, "the connection", new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", () => reject(new Error("No connection.")), { once: true });
    }));
    const line = new Line(socket, options.keepsRaw === true);
    await line.call("hello", { token, client: "hostile" });
    return line;
  }

  #hear(text: string): void {
    if (this.#keeps) this.raw.push(text);
    const message = JSON.parse(text) as { id?: number | null; method?: string; params?: Heard["params"]; result?: unknown; error?: { message: string; data?: ErrorInfo } };
    if (message.method !== undefined) {
      this.heard.push({ method: message.method, params: message.params ?? {} });
      for (const listener of this.#listeners) listener();
      return;
    }
    // An answer to what could not even be read has no id: it is the oldest that waits.
    const id = message.id ?? this.#waiting.keys().next().value ?? 0;
    const entry = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (message.error === undefined) entry?.resolve(message.result ?? null);
    else entry?.reject(new Refused(entry.command, message.error.data ?? ({ code: "internal", message: message.error.message } as ErrorInfo)));
  }

  #closed(): void {
    for (const { command, reject } of this.#waiting.values()) reject(new Error(`The connection closed before ${command} was answered.`));
    this.#waiting.clear();
  }

  get open(): boolean { return this.#socket.readyState === WebSocket.OPEN; }

  call<T = unknown>(command: string, params: object = {}, ms = ANSWER_MS): Promise<T> {
    return this.callText(command, JSON.stringify(params), ms) as Promise<T>;
  }

  /** With parameters that are no work of JSON.stringify. */
  callText(command: string, params: string, ms = ANSWER_MS): Promise<unknown> {
    const id = this.#next++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { command, resolve, reject });
      this.#socket.send(`{"jsonrpc":"2.0","id":${id},"method":"${command}","params":${params}}`);
    });
    return within(ms, `the answer of ${command}`, answer);
  }

  /** The first thing heard, from now or from before, that fits. */
  async wait(what: string, fits: (heard: Heard) => boolean, ms = ANSWER_MS): Promise<Heard> {
    const before = this.heard.find(fits);
    if (before !== undefined) return before;
    let look: (() => void) | undefined;
    const found = new Promise<Heard>((resolve) => {
      look = () => {
        const last = this.heard.at(-1);
        if (last !== undefined && fits(last)) resolve(last);
      };
      this.#listeners.add(look);
    });
    return within(ms, what, found).finally(() => { if (look !== undefined) this.#listeners.delete(look); });
  }

  close(): void { this.#socket.close(); }
}

export class Serve {
  readonly home: string;
  readonly pid: number;
  readonly port: number;
  readonly token: string;
  readonly #child: ChildProcess;
  readonly #said: { text: string };

  private constructor(home: string, child: ChildProcess, said: { text: string }, first: { pid: number; port: number; token: string }) {
    this.home = home;
    this.#child = child;
    this.#said = said;
    ({ pid: this.pid, port: this.port, token: this.token } = first);
  }

  static async start(home: string, env: Readonly<Record<string, string>> = {}): Promise<Serve> {
    // A keychain of whoever runs the tests is left alone.
    const child = spawn(axion, ["serve", "--json", "--no-open", "--port", "0", "--home", home], {
      cwd: repository, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, AXION_KEYS: "file", ...env },
    });
    const said = { text: "" };
    child.stderr.on("data", (piece) => { said.text += String(piece); });
    const line = Promise.race([
      once(createInterface({ input: child.stdout }), "line").then(([text]) => String(text)),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`axion serve ended with ${code}: ${said.text}`))),
    ]);
    try {
      const first = JSON.parse(await within(START_MS, "the address of axion serve", line)) as { pid: number; port: number; token: string };
      return new Serve(home, child, said, first);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** All that it said on the error stream. */
  get said(): string { return this.#said.text; }
  line(options?: { readonly keepsRaw?: boolean }): Promise<Line> { return Line.open(this.port, this.token, options); }

  /** As a power cut would end it. */
  async kill(): Promise<void> { await this.#end("SIGKILL"); }
  async stop(): Promise<void> { await this.#end("SIGTERM"); }
  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill(signal);
    await within(STOP_MS, `axion serve to end after ${signal}`, exit).catch((error: unknown) => {
      this.#child.kill("SIGKILL");
      throw error;
    });
  }

  /** Its process and all below it. */
  processes(): readonly number[] {
    const parents = new Map<number, number>();
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      // After the name of the program, which may hold anything: state, then the parent.
      const parent = read(`/proc/${name}/stat`).split(")").at(-1)?.trim().split(" ")[1];
      if (parent !== undefined) parents.set(Number(name), Number(parent));
    }
    const found = [this.pid];
    for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
    return found;
  }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // A process may be gone between the list and the look.
    return "";
  }
};
export const environmentOf = (pid: number): string => read(`/proc/${pid}/environ`);
export const commandLineOf = (pid: number): string => read(`/proc/${pid}/cmdline`);
/** The most memory that a process ever had, in MiB. */
export const mostMemoryOf = (pid: number): number => Number(/VmHWM:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** What a command is refused with; it is a failure if it is not. */
export const refusal = async (work: Promise<unknown>): Promise<ErrorInfo> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refused) return error.info;
    throw error;
  }
  throw new Error("This should have been refused.");
};
