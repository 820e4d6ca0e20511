/** Builds what is stale, each product by its own tool: npm packages, runner bundle, pages, executables. */
import { join } from "node:path";
import { alone, isFresh, remember, stampOf } from "./stamps.mjs";
import { Stop, has, phase, run } from "./phase.mjs";
import { binary, root } from "./place.mjs";
import { provide } from "./system-packages.mjs";

const shared = ["package-lock.json", "tsconfig.base.json", "protocol/source/src"];
const page = [...shared, "packages", "apps/vite.shared.ts", "apps/page.css"];
const rust = ["Cargo.toml", "Cargo.lock", "protocol/rust", "crates"];
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

const products = {
  dependencies: {
    title: "Installing packages (npm ci)",
    inputs: ["package-lock.json"],
    product: join(root, "node_modules", ".package-lock.json"),
    build: (env, quiet) => run(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, env, quiet, shell: process.platform === "win32" }),
  },
  runner: {
    title: "Building the runner",
    inputs: [...shared, "packages/engine", "packages/agent", "packages/models", "services/runner"],
    product: join(root, "services/runner/dist/runner.mjs"),
    build: (env, quiet, node) => run(node, ["services/runner/build.mjs"], { cwd: root, env, quiet }),
  },
  inference: {
    title: "Installing llama.cpp for the test with real inference",
    inputs: ["tools/inference/package-lock.json"],
    product: join(root, "tools/inference/node_modules/.package-lock.json"),
    build: (env, quiet) => run(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: join(root, "tools/inference"), env, quiet, shell: process.platform === "win32" }),
  },
  web: {
    title: "Building the page",
    inputs: [...page, "apps/web"],
    product: join(root, "apps/web/dist/index.html"),
    build: (env, quiet, node) => run(node, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel=error"], { cwd: join(root, "apps/web"), env, quiet }),
  },
  desktopPage: {
    title: "Building the window's page",
    inputs: [...page, "apps/desktop/src", "apps/desktop/index.html", "apps/desktop/vite.config.ts"],
    product: join(root, "apps/desktop/dist/index.html"),
    build: (env, quiet, node) => run(node, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel=error"], { cwd: join(root, "apps/desktop"), env, quiet }),
  },
  cli: {
    title: "Building the axion command (the first time takes some minutes)",
    inputs: [...rust, "apps/cli"],
    product: binary("axion"),
    build: (env, quiet) => cargo(["build", "-p", "axion-cli"], env, quiet),
  },
  desktop: {
    title: "Building the desktop app (the first time takes some minutes)",
    inputs: [...rust, ...page, "apps/desktop"],
    product: binary("axion-desktop"),
    build: (env, quiet) => cargo(["build", "-p", "axion-desktop", "--features", "custom-protocol"], env, quiet),
  },
  desktopRelease: {
    title: "Building the desktop app for release",
    inputs: [...rust, ...page, "apps/desktop"],
    product: binary("axion-desktop", "release"),
    build: (env, quiet) => cargo(["build", "--release", "-p", "axion-desktop", "--features", "custom-protocol"], env, quiet),
  },
};

const RUST = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

/** Stops with how to get Rust, if it is not here. */
export const requireCargo = (env) => {
  if (!has("cargo", env)) throw new Stop("Axion's Core is written in Rust, and cargo is not here. Install Rust 1.90 or newer, open a new terminal and try again.", RUST);
};

export const cargo = async (args, env, quiet = false) => {
  requireCargo(env);
  await provide("compiler");
  return run("cargo", args, { cwd: root, env, quiet });
};

/** Builds the named products in order, those that are stale. `runtime` is what `nodeRuntime` gave. */
export const build = async (names, runtime, { quiet = false } = {}) => {
  const stale = () => names.filter((name) => !isFresh(name, products[name].inputs, products[name].product));
  if (stale().length === 0) return;
  const waits = (pid) => process.stderr.write(`· Another Axion (process ${pid}) is building here; waiting for it …\n`);
  await alone(async () => {
    for (const name of stale()) {
      const { title, inputs, build: make } = products[name];
      const stamp = stampOf(inputs);
      await phase(title, () => make(runtime.env, quiet, runtime.node), { quiet });
      remember(name, stamp);
    }
  }, waits);
};
