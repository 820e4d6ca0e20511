/**
 * Bundles the runner into one file, `dist/runner.mjs`: the jail shows it a single file and no node_modules. Everything that
 * is not used is left out, because start-up time is mostly the time to read code.
 */
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const draft = join(dist, `.draft-${process.pid}`);

await mkdir(dist, { recursive: true });
await build({
  input: join(here, "src/main.ts"),
  platform: "node",
  // What a file says about itself is believed: the packages used here are free of side effects.
  treeshake: { moduleSideEffects: [{ test: /services\/runner\/src\/main\.ts$/, sideEffects: true }, { external: true, sideEffects: false }, { test: /.*/, sideEffects: false }] },
  output: { file: join(draft, "runner.mjs"), format: "esm", minify: true, codeSplitting: false },
  transform: { target: "node22" },
  logLevel: "warn",
});
// A runner that starts while this builds finds the old file or the new one, never half.
await rename(join(draft, "runner.mjs"), join(dist, "runner.mjs"));
await rm(draft, { recursive: true, force: true });
const bytes = (await readFile(join(dist, "runner.mjs"))).length;
process.stdout.write(`services/runner/dist/runner.mjs ${(bytes / 1024).toFixed(0)} KiB\n`);
