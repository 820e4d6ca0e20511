/** Builds the release binaries that the desktop benches compare; cargo does nothing where they are fresh. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

/** `AXION_BENCH_BINARIES`: a folder with them, taken as they are. */
export const binaries = () => {
  const ready = process.env.AXION_BENCH_BINARIES;
  if (ready !== undefined) return { axion: join(ready, "axion-desktop"), bare: join(ready, "axion-bench-bare"), cli: join(ready, "axion") };
  const packages = ["axion-desktop", "axion-bench-bare", "axion-cli"].flatMap((name) => ["-p", name]);
  // custom-protocol: the page comes from the binary, as in a package, and not from a development server.
  const features = ["--features", "axion-desktop/custom-protocol,axion-bench-bare/custom-protocol"];
  const built = spawnSync("cargo", ["build", "--release", ...packages, ...features], { cwd: root, stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
  const binary = (name) => join(target, "release", name);
  return { axion: binary("axion-desktop"), bare: binary("axion-bench-bare"), cli: binary("axion") };
};
