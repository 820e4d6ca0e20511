/**
 * The one thing that the conformance cases know of a shell: commands by name, and events by name. Each shell has its own door: the page of the
 * packaged window (e2e/desktop), a WebSocket of `axion serve`, `axion call`. Nothing here knows what the commands mean.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
export const axion = process.env["AXION_BIN"] ?? join(process.env["CARGO_TARGET_DIR"] ?? join(repository, "target"), "debug", "axion");

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Fields = { readonly [key: string]: Json };

/** What a command refused with. */
export class Refused extends Error {
  readonly code: string;
  constructor(error: { readonly code: string; readonly message: string }) {
    super(error.message);
    this.code = error.code;
  }
}

export interface Door {
  readonly invoke: (name: string, args?: Fields) => Promise<Json>;
  /** Absent where commands only answer. */
  readonly listen?: (event: string, heard: (payload: Fields) => void) => Promise<() => void>;
  readonly close: () => Promise<void>;
}

const refusal = (error: unknown): Refused => {
  const { code, message } = typeof error === "object" && error !== null ? (error as { code?: unknown; message?: unknown }) : {};
  return new Refused({ code: String(code), message: String(message ?? error) });
};

/** `axion serve` on a home, and a WebSocket to it. */
export const serveDoor = async (home: string): Promise<Door> => {
  const server = spawn(axion, ["serve", "--json", "--no-open", "--port", "0", "--home", home], { cwd: repository, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: server.stdout }), "line")) as [string];
  const { port, token } = JSON.parse(line) as { port: number; token: string };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`);
  const waiting = new Map<number, { readonly resolve: (value: Json) => void; readonly reject: (reason: Refused) => void }>();
  const listeners = new Map<string, Set<(payload: Fields) => void>>();
  let next = 1;
  const invoke = (method: string, params: Fields = {}): Promise<Json> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as { id?: number; method?: string; params?: Fields; result?: Json; error?: { data?: unknown } };
    if (message.method !== undefined) {
      for (const heard of listeners.get(message.method) ?? []) heard(message.params ?? {});
      return;
    }
    const entry = waiting.get(message.id ?? 0);
    waiting.delete(message.id ?? 0);
    if (message.error === undefined) entry?.resolve(message.result ?? null);
    else entry?.reject(refusal(message.error.data ?? message.error));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  await invoke("hello", { token, client: "conformance" });
  return {
    invoke,
    listen: (event, heard) => {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(heard));
      return Promise.resolve(() => void all.delete(heard));
    },
    close: async () => {
      socket.close();
      server.kill();
      if (server.exitCode === null) await once(server, "exit");
    },
  };
};

/** Each command a process of its own. */
export const callDoor = (home: string): Door => ({
  invoke: (name, args = {}) =>
    new Promise((resolve, reject) => {
      const child = execFile(axion, ["call", name, "-", "--home", home], { cwd: repository, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as Json);
        else reject(refusal(JSON.parse(stderr.trim().split("\n").at(-1) ?? "{}")));
      });
      child.stdin?.end(JSON.stringify(args));
    }),
  close: () => Promise.resolve(),
});

/** A provider's server of its own process, scripted, that has the model of the seed's examples. */
export const startProvider = async (): Promise<{ readonly base: string; readonly stop: () => void }> => {
  const child: ChildProcess = spawn(process.execPath, [join(repository, "packages/testkit/src/servers/main.ts"), "--protocol", "anthropic", "--script", join(repository, "e2e/conformance/provider.json")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("The provider has no output.");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { base: (JSON.parse(line) as { base: string }).base, stop: () => void child.kill() };
};
