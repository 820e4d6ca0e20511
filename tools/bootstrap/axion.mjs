/** `npm run -s axion -- ARGS`: the axion command from this working copy, built if it is stale; standard streams and exit code are its own. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { build } from "./build.mjs";
import { nodeRuntime } from "./node-runtime.mjs";
import { main } from "./phase.mjs";
import { binary } from "./place.mjs";

main(async () => {
  const runtime = await nodeRuntime({ quiet: true });
  // Only `serve` shows the page; everything else need not wait for it.
  const page = process.argv[2] === "serve" ? ["web"] : [];
  await build(["dependencies", "runner", ...page, "cli"], runtime, { quiet: true });
  const cwd = process.env.INIT_CWD ?? process.cwd(); // npm changes to the root; the person's paths are relative to where they are
  const child = spawn(binary("axion"), process.argv.slice(2), { stdio: "inherit", env: runtime.env, cwd });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
});
