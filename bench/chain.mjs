/**
 * `npm run bench -- chain`: a chain of 1,000 and of 100,000 nodes, cold and warm, beside Node-RED from npm.
 *
 * Method. Axion: the release `axion serve` with a jailed process, an empty home; each node is a Map (`value + 3`); every step is
 * journaled with full syncs. The figure goes from the moment when the compiled run begins (by the run's own clock) to the moment when
 * its end can be read back, which is one transaction with its last event: all of it is on disk. It is asked for on a
 * second connection, one question after the other (every 4 ms for the long chain), while the first connection receives every event;
 * that none is missing is checked. Cold: the first run of a new server, with a new runner. Warm: the median of later ones.
 * Beside it: `own`, the time that the engine took; `seen`, until the last event was received (Core sends at most one batch in 16 ms to a
 * reader); `sent`, from sending `start_run`, which brings, stores and compiles the document; and the whole `axion run FILE --json`.
 * Node-RED: installed into a temporary folder, one flow, HTTP in → chain → HTTP out, telemetry off; timed inside the flow, from
 * the first node to the last. `change` nodes set a property and do no arithmetic (its fastest kind); `function` nodes do
 * `msg.payload += 3`. It records nothing. Cold is the first message after the start, warm the median of the others.
 * Between two rounds both rest for 50 ms. 100,000 `function` nodes are left out: they need more memory than such a machine has.
 * `-- --rounds N` (30), `--no-node-red`, `--debug` (the debug binary, to try the bench itself).
 * `AXION_BIN`: this binary as it is, without building one.
 */
import { loadavg } from "node:os";
import { commandTimes, serverTimes } from "./chain/axion.mjs";
import { chain, expected } from "./chain/graph.mjs";
import { installNodeRed, nodeRedChain } from "./chain/node-red.mjs";
import { median, show } from "./chain/figures.mjs";
import { commandBinary } from "./serve/server.mjs";

const option = (name) => process.argv.includes(`--${name}`);
const rounds = Number(process.argv[process.argv.indexOf("--rounds") + 1]) || 30;
const profile = option("debug") ? "debug" : "release";
const axion = commandBinary(profile);

const targets = new Map([[1_000, 8], [100_000, 600]]);
const rows = [];
for (const length of [1_000, 100_000]) {
  const graph = chain(length);
  const long = length > 10_000;
  const colds = [];
  for (let server = 0; server < 2; server += 1) colds.push((await serverTimes(axion, graph, expected(length), 1))[0].durable);
  const [first, , ...later] = await serverTimes(axion, graph, expected(length), 2 + (long ? Math.min(rounds, 5) : rounds));
  const of = (name) => later.map((times) => times[name]);
  rows.push({
    who: `Axion, journaled (${profile})`, length, cold: median([...colds, first.durable]), warm: median(of("durable")), all: of("durable"),
    own: median(of("own")), seen: median(of("seen")), sent: median(of("sent")), command: median(commandTimes(axion, graph, expected(length), 3)),
  });
  if (option("no-node-red")) continue;
  const home = installNodeRed();
  for (const kind of long ? ["change"] : ["change", "function"]) {
    const times = await nodeRedChain(home, kind, length, long ? 5 : rounds);
    rows.push({ who: `Node-RED, ${kind} nodes`, length, ...(typeof times === "string" ? { failed: times } : { cold: times[0], warm: median(times.slice(1)), all: times.slice(1) }) });
  }
}

console.log(`\nchain of n nodes, milliseconds; load ${loadavg()[0].toFixed(1)} at the end\n`);
for (const row of rows) console.log(row.failed === undefined ? show(row) : `${row.who.padEnd(28)} ${String(row.length).padStart(7)}  ${row.failed}`);
console.log("");
for (const [length, target] of targets) {
  const [ours, ...others] = rows.filter((row) => row.length === length && row.failed === undefined);
  console.log(`${length} nodes: ${ours.warm.toFixed(1)} ms warm, target ${target} ms${ours.warm <= target ? "" : ", MISSED"}; ${((ours.warm * 1000) / length).toFixed(1)} µs a node; own ${ours.own.toFixed(1)} ms; seen ${ours.seen.toFixed(1)} ms; sent ${ours.sent.toFixed(1)} ms; whole \`axion run\` ${ours.command.toFixed(0)} ms`);
  for (const other of others) console.log(`  ${(ours.warm / other.warm).toFixed(2)} × ${other.who} warm, ${(ours.cold / other.cold).toFixed(2)} × cold`);
}
