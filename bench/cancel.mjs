/**
 * `npm run bench -- cancel`: how soon a run and a turn of an agent end once a person says so.
 *
 * Method. The release `axion serve`, an empty home, a jailed runner; 30 times each, after one that is not counted. A run waits in a step for an hour;
 * from sending `cancel_run` to receiving its last event, which is on disk by then. A turn of the demo agent is in the middle of its words; from sending
 * `cancel_stream` to receiving the end of the stream. The floor is one question and answer on the same connection that reads a row (`get_run`).
 * `AXION_BIN`: this binary as it is, without building one.
 */
import { loadavg } from "node:os";
import { ms, quantile } from "./chat/figures.mjs";
import { commandBinary, startServer } from "./serve/server.mjs";

const ROUNDS = 30;
const TARGET_MS = 500;

const waiting = {
  axion: 1, id: "waits", name: "Waits", slots: [],
  nodes: [{ id: "c", kind: "constant", name: "c", config: { value: 1 } }, { id: "w", kind: "wait", name: "w", config: { seconds: 3600 } }, { id: "o", kind: "output", name: "o", config: {} }],
  edges: [["c", "w"], ["w", "o"]].map(([from, to]) => ({ id: `${from}${to}`, from: { node: from, port: "value" }, to: { node: to, port: "value" } })),
};

const server = await startServer(commandBinary());
const times = { run: [], turn: [], floor: [] };
try {
  const connection = await server.connect();
  const pushed = new Set();
  connection.on = (method, params) => { for (const hear of pushed) hear(method, params); };
  /** Resolves when something that is wanted is pushed. */
  const until = (wanted) => new Promise((resolve) => {
    const hear = (method, params) => { if (wanted(method, params)) { pushed.delete(hear); resolve(); } };
    pushed.add(hear);
  });
  const timed = async (work) => { const from = performance.now(); await work(); return performance.now() - from; };
  const event = (runId, type) => until((method, { stream, events = [] }) => method === "events" && stream === `run:${runId}` && events.some((one) => one.type === type));

  for (let round = 0; round <= ROUNDS; round += 1) {
    const runId = `bench-${process.pid}-${round}`;
    const waits = event(runId, "step-waiting");
    await connection.ask("start_run", { runId, document: waiting, input: {}, runner: "process" });
    await connection.ask("subscribe", { stream: `run:${runId}`, after: 0 });
    await waits;
    const floor = await timed(() => connection.ask("get_run", { runId }));
    const run = await timed(() => Promise.all([event(runId, "run-finished"), connection.ask("cancel_run", { runId })]));

    const { id: sessionId } = await connection.ask("create_session", { model: "demo" });
    const of = (name) => until((method, params) => method === name && params.sessionId === sessionId);
    const words = of("stream-chunk");
    await connection.ask("send_message_streaming", { sessionId, content: "slow" });
    await words;
    const ended = Promise.race([of("stream-end"), of("stream-error")]);
    const turn = await timed(() => Promise.all([ended, connection.ask("cancel_stream", { sessionId })]));
    if (round > 0) { times.run.push(run); times.turn.push(turn); times.floor.push(floor); }
  }
} finally {
  await server.end();
}

console.log(`${ROUNDS} each; load ${loadavg()[0].toFixed(1)} at the end`);
const row = (name, all) => console.log(`  ${name.padEnd(26)} p50 ${ms(quantile(all, 0.5))}   p95 ${ms(quantile(all, 0.95))}   worst ${ms(Math.max(...all))}`);
row("one question and answer", times.floor);
for (const [name, all] of [["a run is cancelled", times.run], ["a turn is stopped", times.turn]]) {
  row(name, all);
  console.log(`  ${"".padEnd(26)} ${(quantile(all, 0.5) / quantile(times.floor, 0.5)).toFixed(1)} × the floor; worst of ${ROUNDS} ${Math.max(...all) <= TARGET_MS ? "within" : "over"} ${TARGET_MS} ms`);
}
