/**
 * `npm run bench -- chain`: a chain of 1,000 and of 100,000 nodes, cold and warm, beside Node-RED from npm.
 *
 * Method. Axion: the release `axion` in a jailed process, an empty home; each node is a Map (`value + 3`), every step is journaled
 * with a full sync, and every event is received. The figure is the run's own time as its last event says: by then all but the last
 * group of events (256) has been synced, because at most four groups may be on their way. Cold: a new `axion run FILE --json`. Warm:
 * `axion serve`, the same run again and again over one WebSocket that is subscribed to it. Beside it: `seen`, from the answer to
 * `start_run` (nothing has executed yet) to the last event at the reader, which is on disk by then; Core shows events at most once in
 * 16 ms, so this is the run and up to one such pause. `sent` begins when `start_run` is sent, which also brings the document, stores and compiles it.
 * Node-RED: installed into a temporary folder, one flow, HTTP in → chain → HTTP out, telemetry off; timed inside the flow, from
 * the first node to the last. `change` nodes set a property and do no arithmetic (its fastest kind); `function` nodes do
 * `msg.payload += 3`. It records nothing. Cold is the first message after the start, warm the median of the others.
 * 100,000 `function` nodes are left out: they need more memory than such a machine has.
 * `-- --rounds N` (10), `--no-node-red`, `--debug` (the debug binary, to try the bench itself).
 * `AXION_BIN`: this binary as it is, without building one.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { coldRun, warmRuns } from "./chain/axion.mjs";
import { chain, expected } from "./chain/graph.mjs";
import { installNodeRed, nodeRedChain } from "./chain/node-red.mjs";
import { median, show } from "./chain/figures.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const option = (name) => process.argv.includes(`--${name}`);
const rounds = Number(process.argv[process.argv.indexOf("--rounds") + 1]) || 10;
const profile = option("debug") ? "debug" : "release";
const build = () => {
  const built = spawnSync("cargo", ["build", "-p", "axion-cli", ...(profile === "release" ? ["--release"] : [])], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (built.status !== 0) process.exit(built.status ?? 1);
  return join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), profile, "axion");
};
const axion = process.env.AXION_BIN ?? build();

const targets = new Map([[1_000, 8], [100_000, 600]]);
const rows = [];
for (const length of [1_000, 100_000]) {
  const graph = chain(length);
  const cold = await coldRun(axion, graph, expected(length), length > 10_000 ? 3 : 5);
  const warm = await warmRuns(axion, graph, expected(length), length > 10_000 ? Math.min(rounds, 5) : rounds);
  rows.push({ who: `Axion, journaled (${profile})`, length, cold: median(cold.run), warm: median(warm.run), all: warm.run, seen: median(warm.seen), sent: median(warm.whole), process: median(cold.process) });
  if (option("no-node-red")) continue;
  const home = installNodeRed();
  for (const kind of length > 10_000 ? ["change"] : ["change", "function"]) {
    const times = await nodeRedChain(home, kind, length, length > 10_000 ? 5 : rounds);
    rows.push({ who: `Node-RED, ${kind} nodes`, length, ...(typeof times === "string" ? { failed: times } : { cold: times[0], warm: median(times.slice(1)), all: times.slice(1) }) });
  }
}

console.log(`\nchain of n nodes, milliseconds; load ${loadavg()[0].toFixed(1)} at the end\n`);
for (const row of rows) console.log(row.failed === undefined ? show(row) : `${row.who.padEnd(28)} ${String(row.length).padStart(7)}  ${row.failed}`);
console.log("");
for (const [length, target] of targets) {
  const [ours, ...others] = rows.filter((row) => row.length === length && row.failed === undefined);
  console.log(`${length} nodes: ${ours.warm.toFixed(1)} ms warm, target ${target} ms${ours.warm <= target ? "" : ", MISSED"}; ${((ours.warm * 1000) / length).toFixed(1)} µs a node; seen ${ours.seen.toFixed(1)} ms; sent ${ours.sent.toFixed(1)} ms; whole \`axion run\` ${ours.process.toFixed(0)} ms`);
  for (const other of others) console.log(`  ${(ours.warm / other.warm).toFixed(2)} × ${other.who} warm, ${(ours.cold / other.cold).toFixed(2)} × cold`);
}
