/**
 * `npm start`: everything from a fresh clone to a usable Axion. With a display and the webview libraries the desktop window
 * opens; otherwise the same workbench is served on loopback.  Flags: --serve, --no-open, --port N, --home DIR.
 */
import { spawn } from "node:child_process";
import { build, requireCargo } from "./build.mjs";
import { nodeRuntime } from "./node-runtime.mjs";
import { Stop, main } from "./phase.mjs";
import { binary } from "./place.mjs";
import { provide } from "./system-packages.mjs";

const readFlags = (args) => {
  const flags = { serve: false, open: true, port: undefined, home: undefined };
  for (let at = 0; at < args.length; at += 1) {
    const value = () => {
      at += 1;
      if (args[at] === undefined) throw new Stop(`${args[at - 1]} needs a value.`);
      return args[at];
    };
    if (args[at] === "--serve") flags.serve = true;
    else if (args[at] === "--no-open") flags.open = false;
    else if (args[at] === "--port") flags.port = value();
    else if (args[at] === "--home") flags.home = value();
    else throw new Stop(`npm start does not know "${args[at]}". It knows --serve, --no-open, --port N and --home DIR.`);
  }
  return flags;
};

const hasDisplay = () => process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Whether the window can be had; says why not. A port or --no-open asks for the served page. */
const wantsWindow = async (flags) => {
  if (flags.serve || flags.port !== undefined || !flags.open || !hasDisplay()) return false;
  try {
    await provide("desktop");
    return true;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    process.stderr.write(`${error.message}\n  Until then the workbench opens in a browser.\n`);
    return false;
  }
};

/** The code with which the app ends where it finds no display (apps/desktop/src-tauri/src/display.rs). */
const NO_DISPLAY = 69;

const launch = async (window, flags, runtime) => {
  await build(window ? ["desktopPage", "desktop"] : ["web", "cli"], runtime);
  const home = flags.home === undefined ? {} : { AXION_HOME: flags.home };
  const args = window ? [] : ["serve", ...(flags.open ? [] : ["--no-open"]), ...(flags.port === undefined ? [] : ["--port", flags.port])];
  const child = spawn(binary(window ? "axion-desktop" : "axion"), args, { stdio: "inherit", env: { ...runtime.env, ...home } });
  // Ctrl-C reaches the child by itself; this process only passes on what was sent to it alone, and waits.
  const pass = (signal) => signal !== "SIGINT" && child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, pass);
  child.on("error", (error) => main(() => { throw new Stop(`Axion could not be started: ${error.message}`); }));
  child.on("exit", (code, signal) => {
    for (const each of signals) process.off(each, pass);
    if (!window || code !== NO_DISPLAY) process.exit(signal === null ? (code ?? 1) : 128);
    main(() => launch(false, flags, runtime));
  });
};

main(async () => {
  const flags = readFlags(process.argv.slice(2));
  const runtime = await nodeRuntime();
  requireCargo(runtime.env); // said before the minutes that the rest takes
  await build(["dependencies", "runner"], runtime);
  await launch(await wantsWindow(flags), flags, runtime);
});
