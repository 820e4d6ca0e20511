/**
 * Homes for the chat bench: the long session is made once by an example of the store (as an agent would have written it, but in one go) and copied for
 * each application that is measured. What is asked of a running Axion goes through `axion call`, which finds the window or server that holds the home.
 */
import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MODEL } from "./server.mjs";

export const LONG = "long";
export const SMALL = "small";
/** The end of the long session's last message. */
export const LAST_WORDS = `The last words of ${LONG}.`;
export const SMALL_LAST_WORDS = `The last words of ${SMALL}.`;

/** A folder for everything, and `fresh(name)`: a copy of the home, `…/axion` inside of a folder that may be $HOME. */
export const makeHomes = (root, profile) => {
  const base = mkdtempSync(join(tmpdir(), "axion-bench-chat-"));
  const template = join(base, "template");
  mkdirSync(template);
  const ready = process.env.AXION_BENCH_HOME;
  if (ready === undefined) {
    const args = ["run", "-q", ...(profile === "release" ? ["--release"] : []), "-p", "axion-store", "--example", "session_home", "--", join(template, "axion")];
    const made = spawnSync("cargo", args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    if (made.status !== 0) throw new Error("The home of the bench could not be made.");
  } else cpSync(ready, join(template, "axion"), { recursive: true });
  return {
    base,
    fresh: (name) => {
      const home = join(base, name);
      cpSync(template, home, { recursive: true });
      return home;
    },
    remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }),
  };
};

const run = promisify(execFile);

/** Commands for whoever holds `home`. */
export const caller = (binary, home) => async (command, params = {}) => {
  const { stdout } = await run(binary, ["call", command, JSON.stringify(params), "--home", join(home, "axion")], { maxBuffer: 256 << 20, timeout: 120_000 });
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
};

/** The steady server as a provider, its model for the long session, and of that session's past only a summary for the model: all of it stays on the screen. */
export const prepare = async (call, server) => {
  await call("update_config", { key: "providers.bench", value: { kind: "openai-chat", baseUrl: server.base, enabled: true, contextWindow: 10_000_000 } });
  await call("update_config", { key: "compaction.automatic", value: false });
  const models = await call("get_models", { refresh: true });
  const model = models.find(({ name }) => name === MODEL);
  if (model === undefined) throw new Error(`Axion did not find the bench's model: ${models.map(({ id }) => id).join(", ")}`);
  await call("compact_session", { sessionId: LONG, summary: "They talked about graphs for a long time, and nothing of it is needed now." });
  await call("update_session", { sessionId: LONG, model: model.id });
};
