/** Runs a graph with the real binary: a new process each time, and one server again and again. Each result is checked. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rest } from "./figures.mjs";
import { startServer } from "../serve/server.mjs";

const check = (event, value, steps) => {
  if (event?.type !== "run-finished" || event.state !== "succeeded" || event.outputs.result?.value !== value || event.steps.succeeded !== steps) {
    throw new Error(`the run did not end as it should: ${JSON.stringify(event)?.slice(0, 500)}`);
  }
};
const scratch = () => mkdtempSync(join(tmpdir(), "axion-chain-"));

/** The whole command, a new process and a new home each time. */
export const commandTimes = (axion, graph, value, rounds) => Array.from({ length: rounds }, () => {
  const folder = scratch();
  const file = join(folder, "chain.axion");
  writeFileSync(file, JSON.stringify(graph));
  const before = performance.now();
  const ran = spawnSync(axion, ["run", file, "--json", "--runner", "process", "--home", join(folder, "home")], { encoding: "utf8", maxBuffer: 1 << 30 });
  const ms = performance.now() - before;
  if (ran.status !== 0) throw new Error(`axion run ended with ${ran.status}: ${ran.stderr.slice(-2000)}`);
  const lines = ran.stdout.trimEnd().split("\n");
  const end = JSON.parse(lines.at(-1));
  check(end, value, graph.nodes.length);
  if (lines.length !== end.seq) throw new Error(`${lines.length} events were shown of ${end.seq}`);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return ms;
});

/** Each event of one run, once and in order. Who was too slow reads pages from its own place, as the protocol says. */
const follow = (connection, stream, begun) => new Promise((resolve, reject) => {
  let seen = 0;
  const early = new Map();
  const take = (events) => {
    for (const event of events) if (event.seq > seen) early.set(event.seq, event);
    for (let event = early.get(seen + 1); event !== undefined; event = early.get(seen + 1)) {
      early.delete(event.seq);
      seen = event.seq;
      if (event.type === "run-finished") resolve({ end: event, seen: performance.now() - begun });
    }
  };
  const subscribe = async () => {
    const { mode, head } = await connection.ask("subscribe", { stream, after: seen });
    while (mode === "snapshot" && seen < head) take((await connection.ask("read_stream", { stream, after: seen, limit: 10_000 })).events);
  };
  connection.on = (method, batch) => {
    if (method !== "events" || batch.stream !== stream) return;
    if (batch.type === "stream-lagged") subscribe().catch(reject);
    else take(batch.events);
  };
  subscribe().catch(reject);
});

/** The end of a run is in one transaction with its last event: when it can be read, everything is on disk. */
const kept = async (connection, runId, pause) => {
  for (;;) {
    const { summary } = await connection.ask("get_run", { runId });
    if (summary.finishedAt !== undefined) return performance.timeOrigin + performance.now();
    if (pause > 0) await new Promise((resolve) => { setTimeout(resolve, pause); });
  }
};

/** A new server, and so many runs on it: the first finds everything cold. */
export const serverTimes = async (axion, graph, value, rounds) => {
  const server = await startServer(axion);
  try {
    const [reader, asker] = [await server.connect(), await server.connect()];
    const times = [];
    for (let round = 0; round < rounds; round += 1) {
      await rest();
      const runId = `bench-${process.pid}-${round}`;
      const sent = performance.now();
      await reader.ask("start_run", { runId, document: graph, input: {}, runner: "process" });
      const begun = performance.now();
      const [{ end, seen }, at] = await Promise.all([follow(reader, `run:${runId}`, begun), kept(asker, runId, graph.nodes.length > 10_000 ? 4 : 0)]);
      check(end, value, graph.nodes.length);
      // The run began so long before its last event as that says; both clocks are this machine's.
      times.push({ durable: at - (end.ts - end.ms), seen, own: end.ms, sent: at - performance.timeOrigin - sent });
    }
    return times;
  } finally {
    await server.end();
  }
};
