/** A new `axion serve` with an empty home, and connections to it: what the benches that ask Core have in common. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The command `axion`: `AXION_BIN` as it is, else built now. */
export const commandBinary = (profile = "release") => {
  if (process.env.AXION_BIN !== undefined) return process.env.AXION_BIN;
  const built = spawnSync("cargo", ["build", "-p", "axion-cli", ...(profile === "release" ? ["--release"] : [])], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (built.status !== 0) process.exit(built.status ?? 1);
  return join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), profile, "axion");
};

/** A connection that has said hello: `ask`, and `on(method, params)` for all that is pushed. */
const connect = async ({ port, token }) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`);
  const waiting = new Map();
  let next = 1;
  const connection = {
    on: () => undefined,
    ask: (method, params) => new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    }),
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.id === undefined) { connection.on(message.method, message.params); return; }
    const entry = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) entry?.resolve(message.result);
    else entry?.reject(new Error(JSON.stringify(message.error)));
  };
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
  await connection.ask("hello", { token, client: "bench" });
  return connection;
};

/** Starts the binary `axion`; `end` stops it and removes its home. Its connections close with it. */
export const startServer = async (axion) => {
  const folder = mkdtempSync(join(tmpdir(), "axion-bench-"));
  const child = spawn(axion, ["serve", "--json", "--no-open", "--port", "0", "--home", join(folder, "home")], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return {
    connect: () => connect(JSON.parse(line)),
    end: async () => {
      child.kill();
      await once(child, "exit");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
};
