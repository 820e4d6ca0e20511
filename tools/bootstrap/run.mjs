/** The other commands of package.json: check, generate, bench NAME, dev-desktop, build-desktop. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { packSmaller } from "./debian-package.mjs";
import { nodeRuntime } from "./node-runtime.mjs";
import { Stop, main, run } from "./phase.mjs";
import { root } from "./place.mjs";
import { provide } from "./system-packages.mjs";
import { quick, test } from "./test.mjs";

const tauri = join(root, "node_modules/@tauri-apps/cli/tauri.js");

/** What a bench needs from the system. */
const benchNeeds = { start: ["desktop", "desktopBenches"], memory: ["desktop", "desktopBenches"], size: ["desktop"], canvas: ["browserTests"], chat: ["browserTests", "desktop", "desktopTests", "desktopBenches"] };

const commands = {
  check: () => test(quick),

  generate: async () => {
    const runtime = await nodeRuntime();
    await build(["dependencies"], runtime);
    await run(runtime.node, ["tools/protocol/generate.ts"], { cwd: root, env: runtime.env });
  },

  bench: async ([name, ...args]) => {
    const known = readdirSync(join(root, "bench")).filter((file) => file.endsWith(".mjs")).map((file) => file.slice(0, -4));
    if (name === undefined || !existsSync(join(root, "bench", `${name}.mjs`))) throw new Stop(`Which bench? There are: ${known.join(", ")}.`, `npm run bench -- ${known[0]}`);
    const runtime = await nodeRuntime();
    await provide(...(benchNeeds[name] ?? []));
    await build(["dependencies", "runner", "web", "desktopPage"], runtime);
    await run(runtime.node, [join(root, "bench", `${name}.mjs`), ...args], { cwd: root, env: runtime.env, stdio: "inherit" });
  },

  "dev-desktop": async () => {
    const runtime = await nodeRuntime();
    await provide("desktop");
    await build(["dependencies", "runner"], runtime);
    const before = JSON.stringify({ build: { beforeDevCommand: { script: `"${runtime.node}" "${join(root, "node_modules/vite/bin/vite.js")}"`, cwd: join(root, "apps/desktop") } } });
    await run(runtime.node, [tauri, "dev", "--config", before], { cwd: join(root, "apps/desktop"), env: runtime.env, stdio: "inherit" });
  },

  "build-desktop": async (args) => {
    const runtime = await nodeRuntime();
    await provide("desktop");
    await build(["dependencies", "runner", "desktopPage"], runtime);
    // All packages in one run: the bundler marks the binary for each, and a second run would leave the first mark in it.
    const bundles = { linux: "deb,rpm", darwin: "app,dmg", win32: "msi" }[process.platform] ?? "deb";
    await run(runtime.node, [tauri, "build", "--bundles", bundles, ...args], { cwd: join(root, "apps/desktop"), env: runtime.env, stdio: "inherit" });
    const folder = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release", "bundle", "deb");
    if (existsSync(folder)) await packSmaller(folder);
  },
};

main(async () => {
  const [name, ...args] = process.argv.slice(2);
  const command = commands[name];
  if (command === undefined) throw new Stop(`There is no command "${name}". There are: ${Object.keys(commands).join(", ")}.`);
  await command(args);
});
