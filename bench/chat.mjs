/**
 * `npm run bench -- chat`: the chat screen in Chromium and in the desktop app, beside naive re-rendering of the same Markdown.
 *
 * Method. A scripted server of OpenAI's Chat Completions on loopback sends one numbered token each 10 ms and notes when. Axion receives it as
 * from any provider: broker, ledger, runner, agent loop, store, Core's streams, page. The naive page (bench/chat/naive) takes the same tokens from
 * the same server and on each re-parses and re-renders the whole message, with the same Markdown library and React. In each page a
 * MutationObserver says when a token's text is in the document, and the animation frame after it when that is on screen.
 * 1. token → screen at 100 tokens a second, p50 and p95;
 * 2. intervals between animation frames meanwhile, behind 10,000 messages, and time of the main thread (Chromium) or CPU of
 *    the web process (desktop) per frame;
 * 3. a session of 10,000 messages and 50 MB, from the click to the text of its latest message, p50 and p95;
 * 4. memory while streaming for `--minutes N` (1): JS heap after a forced collection and PSS of all processes, each 10 s, and its slope.
 * `--no-desktop`, `--no-chromium`, `--debug` (the debug binary of `axion serve`), `--seconds N` of streaming in 1 and 2 (20), `--opens N`
 * (10).
 * `AXION_BIN`, `AXION_DESKTOP`, `AXION_RESOURCES`, `AXION_BENCH_HOME` (a home of the example `session_home`): these as they are. Figures of record
 * are in bench/README.md.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { ms, quantile } from "./chat/figures.mjs";
import { makeHomes } from "./chat/homes.mjs";
import { startServer } from "./chat/server.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const option = (name) => process.argv.includes(`--${name}`);
const number = (name, otherwise) => (option(name) ? Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) : otherwise);
const profile = option("debug") ? "debug" : "release";
const [minutes, seconds] = [number("minutes", 1), number("seconds", 20)];
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const cargo = (...args) => {
  const built = spawnSync("cargo", ["build", ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (built.status !== 0) process.exit(built.status ?? 1);
};
const binary = (given, name, kind, ...args) => {
  if (given !== undefined) return given;
  cargo("-p", ...args, ...(kind === "release" ? ["--release"] : []));
  return join(target, kind, name);
};
process.env.AXION_BIN = binary(process.env.AXION_BIN, "axion", profile, "axion-cli");
const axion = process.env.AXION_BIN;
const desktop = option("no-desktop") ? undefined : binary(process.env.AXION_DESKTOP, "axion-desktop", "release", "axion-desktop", "--features", "axion-desktop/custom-protocol");

const load = () => loadavg()[0].toFixed(1);
const row = (name, ...cells) => console.log(`  ${name.padEnd(34)} ${cells.join("   ")}`);
const streamRow = (name, found, cpu) => {
  row(`${name}: token → screen`, `p50 ${ms(found.p50)}`, `p95 ${ms(found.p95)}`, `worst ${ms(found.worst)}`, `${found.tokens} tokens at ${found.rate.toFixed(0)}/s in ${found.updates} updates${found.missing === 0 ? "" : `, ${found.missing} MISSING`}`);
  row(`${name}: frames`, `interval p50 ${ms(found.frame50)}`, `p95 ${ms(found.frame95)}`, `p99 ${ms(found.frame99)}`, `at rest p50 ${ms(found.rest50)}, p95 ${ms(found.rest95)}`, `rendering p50 ${ms(found.busy50)}, p95 ${ms(found.busy95)}`, ...(found.cpu === undefined ? [] : [`${cpu} ${ms(found.cpu)} a frame`]));
};
const show = (title, cpu, { opened, streamed, compared, kept }) => {
  console.log(`\n${title}; load ${load()} at the end`);
  for (const [name, times] of [["open the long session", opened.cold], ["the same once more", opened.again]]) row(name, `p50 ${ms(quantile(times, 0.5))}`, `p95 ${ms(quantile(times, 0.95))}`, `${times.length} times, ${times.map((time) => time.toFixed(0)).join(" ")}`);
  streamRow("Axion", streamed, cpu);
  if (compared !== undefined) streamRow("naive", compared, cpu);
  for (const [name, { first, last, perMinute }] of Object.entries(kept ?? {})) row(name, `${first.toFixed(1)} MB first`, `${last.toFixed(1)} MB last`, `${perMinute >= 0 ? "+" : ""}${perMinute.toFixed(2)} MB a minute`);
};

const homes = makeHomes(root, profile);
const page = join(homes.base, "naive");
await build({ root: join(root, "bench/chat/naive"), configFile: false, logLevel: "error", base: "./", build: { outDir: page, emptyOutDir: true, assetsDir: "", target: "es2023", modulePreload: { polyfill: false } } });
const server = await startServer(page);
try {
  const shared = { axion, homes, server, tokens: seconds * 100, minutes, opens: number("opens", 10) };
  console.log(`chat: ${seconds} s at 100 tokens a second, 10,000 messages behind it; load ${load()} at the beginning`);
  // Imported here: they read AXION_BIN.
  if (!option("no-chromium")) {
    const { inChromium } = await import("./chat/chromium.mjs");
    const { startServe } = await import("@axion/e2e/serve");
    show(`Chromium, axion serve (${profile})`, "main thread", await inChromium({ ...shared, startServe }));
  }
  if (desktop !== undefined) {
    const { inDesktop } = await import("./chat/desktop.mjs");
    show("desktop app (release)", "CPU of the web process", await inDesktop({ ...shared, desktop }));
  }
} finally {
  server.close();
  homes.remove();
}
