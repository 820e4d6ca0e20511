/** Runs a graph with the real binary: a new process each time, and one server again and again. Each result is checked. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const check = (event, value, steps) => {
  if (event?.type !== "run-finished" || event.state !== "succeeded" || event.outputs.result?.value !== value || event.steps.succeeded !== steps) {
    throw new Error(`the run did not end as it should: ${JSON.stringify(event)?.slice(0, 500)}`);
  }
};
const scratch = () => mkdtempSync(join(tmpdir(), "axion-chain-"));
const remove = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });

export const coldRun = async (axion, graph, value, rounds) => {
  const times = { run: [], process: [] };
  for (let round = 0; round < rounds; round += 1) {
    const folder = scratch();
    const file = join(folder, "chain.axion");
    writeFileSync(file, JSON.stringify(graph));
    const before = performance.now();
    const ran = spawnSync(axion, ["run", file, "--json", "--runner", "process", "--home", join(folder, "home")], { encoding: "utf8", maxBuffer: 1 << 30 });
    times.process.push(performance.now() - before);
    if (ran.status !== 0) throw new Error(`axion run ended with ${ran.status}: ${ran.stderr.slice(-2000)}`);
    const lines = ran.stdout.trimEnd().split("\n");
    const end = JSON.parse(lines.at(-1));
    check(end, value, graph.nodes.length);
    if (lines.length !== end.seq) throw new Error(`${lines.length} events were shown of ${end.seq}`);
    times.run.push(end.ms);
    remove(folder);
  }
  return times;
};

/** A connection that has said hello: `ask`, and a call for each pushed batch. */
const connect = async ({ port, token }) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`);
  const waiting = new Map();
  let next = 1;
  const connection = {
    onBatch: () => undefined,
    ask: (method, params) => new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    }),
    close: () => socket.close(),
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.method === "events") { connection.onBatch(message.params); return; }
    const entry = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) entry?.resolve(message.result);
    else entry?.reject(new Error(JSON.stringify(message.error)));
  };
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
  await connection.ask("hello", { token, client: "bench" });
  return connection;
};

/** All events of one run, in order and without a gap; who is too slow reads on from its own place. */
const oneRun = async (connection, graph, round) => {
  const runId = `bench-${process.pid}-${round}`;
  const stream = `run:${runId}`;
  const before = performance.now();
  await connection.ask("start_run", { runId, document: graph, input: {}, runner: "process" });
  const begun = performance.now();
  let seen = 0;
  return await new Promise((resolve, reject) => {
    const take = (events) => {
      for (const event of events) {
        if (event.seq <= seen) continue;
        if (event.seq !== seen + 1) { reject(new Error(`event ${event.seq} follows ${seen}`)); return; }
        seen = event.seq;
        if (event.type === "run-finished") resolve({ end: event, seen: performance.now() - begun, whole: performance.now() - before });
      }
    };
    const subscribe = () => connection.ask("subscribe", { stream, after: seen }).catch(reject);
    connection.onBatch = (batch) => {
      if (batch.stream !== stream) return;
      if (batch.type === "stream-lagged") void subscribe();
      else take(batch.events);
    };
    void subscribe();
  });
};

export const warmRuns = async (axion, graph, value, rounds) => {
  const folder = scratch();
  const child = spawn(axion, ["serve", "--json", "--no-open", "--port", "0", "--home", join(folder, "home")], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    const connection = await connect(JSON.parse(line));
    const times = { run: [], seen: [], whole: [] };
    for (let round = -2; round < rounds; round += 1) {
      const { end, seen, whole } = await oneRun(connection, graph, round + 2);
      check(end, value, graph.nodes.length);
      if (round < 0) continue; // the first two warm the runner
      times.run.push(end.ms);
      times.seen.push(seen);
      times.whole.push(whole);
    }
    connection.close();
    return times;
  } finally {
    child.kill();
    await once(child, "exit");
    remove(folder);
  }
};
