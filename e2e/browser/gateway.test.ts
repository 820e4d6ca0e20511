/** The client's stores over a real `axion serve`: what the unit tests promise against a Core in memory holds against the real one. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type AxionClient, createClient, edits, type Environment, type GraphModel, makeGateway } from "@axion/client";
import { connectWeb } from "@axion/client/web";
import { freshFolder, type Serve, startServe } from "./serve.ts";

const timer = (ms: number, run: () => void): (() => void) => {
  const handle = setTimeout(run, ms);
  return () => clearTimeout(handle);
};
const environment = (): Environment => {
  const kept = new Map<string, string>();
  return {
    now: Date.now, random: Math.random, after: timer, frame: (run) => timer(5, run),
    newId: () => crypto.randomUUID().replaceAll("-", "").slice(0, 14),
    storage: { read: (key) => kept.get(key), write: (key, value) => void kept.set(key, value), remove: (key) => void kept.delete(key), keys: () => [...kept.keys()] },
  };
};

interface Watched<T> {
  getState(): T;
  subscribe(listener: (state: T) => void): () => void;
}
/** Resolves with the first state that `holds`. */
const until = <T>(store: Watched<T>, holds: (state: T) => boolean, what: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      stop();
      reject(new Error(`did not come: ${what}`));
    }, 20_000);
    const look = (state: T) => {
      if (!holds(state)) return;
      clearTimeout(limit);
      stop();
      resolve(state);
    };
    let stop: () => void = () => undefined;
    stop = store.subscribe(look);
    look(store.getState());
  });
const plain = (model: GraphModel) => {
  const by = <T extends { id: string }>(map: ReadonlyMap<string, T>) => [...map.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.parse(JSON.stringify({ name: model.name, slots: by(model.slots), nodes: by(model.nodes), edges: by(model.edges), notes: by(model.notes) }));
};

describe("the client over axion serve", () => {
  const folder = freshFolder();
  let serve: Serve;
  const sockets = new Set<WebSocket>();
  const open: AxionClient[] = [];
  const connect = (windowId: string): AxionClient => {
    const transport = connectWeb({
      open: () => {
        const socket = new WebSocket(`ws://127.0.0.1:${serve.port}/rpc`);
        sockets.add(socket);
        return socket;
      },
      token: new URL(serve.url).hash.replace("#token=", ""), client: "journey", now: Date.now, random: () => 0.05, after: timer, patienceMs: 10_000, helloMs: 10_000,
    });
    const client = createClient(makeGateway(transport, { kind: "web", capabilities: { window: false, shell: "serve" }, window: undefined, windowId, after: timer, watchdogMs: 0 }), environment());
    open.push(client);
    return client;
  };
  const cut = () => {
    for (const socket of sockets) socket.close();
    sockets.clear();
  };
  before(async () => {
    serve = await startServe(folder.home);
  });
  after(async () => {
    for (const client of open) {
      client.close();
      client.adapter.close();
    }
    await serve.stop();
    folder.remove();
  });

  test("reads the workspace, and a second window sees changes of the first", async () => {
    const [a, b] = [connect("a"), connect("b")];
    await until(a.workspace.store, (state) => state.status === "ready", "workspace of a");
    await until(b.workspace.store, (state) => state.status === "ready", "workspace of b");
    const made = await a.commands.createGraph("Seen by both");
    await until(b.workspace.store, (state) => state.graphs.some((graph) => graph.graphId === made.summary.graphId), "the graph in b");
    await a.commands.updateSetting("theme", "dark");
    await until(b.workspace.store, (state) => state.settings?.theme === "dark", "the theme in b");
    await a.commands.updateSetting("theme", "system");
  });

  test("edits of two windows converge through breaks, undo included, and Core has the same", async () => {
    const [a, b] = [connect("a"), connect("b")];
    const { summary } = await a.commands.createGraph("Together");
    const [ga, gb] = [a.graph(summary.graphId), b.graph(summary.graphId)];
    a.retain(ga);
    b.retain(gb);
    await until(ga.store, (state) => state.status === "ready", "graph in a");
    await until(gb.store, (state) => state.status === "ready", "graph in b");
    for (let index = 0; index < 30; index += 1) {
      const [graph, other] = index % 2 === 0 ? [ga, gb] : [gb, ga];
      graph.edit(edits.addNode({ id: `n${index}`, kind: "constant", name: `Node ${index}`, config: { value: index, text: "ä𝒞" }, x: index, y: 0 }), { label: "add" });
      other.edit(edits.renameGraph(`Name ${index}`));
      if (index % 7 === 3) graph.edit(edits.remove(graph.store.getState().model, { nodes: [`n${index}`] }), { label: "delete" });
      if (index % 5 === 4) graph.undo();
      if (index === 12) cut();
    }
    const saved = (client: typeof ga) => until(client.store, (state) => state.save.state === "saved" && state.save.pending === 0, "everything saved");
    await saved(ga);
    await saved(gb);
    const core = connect("c").graph(summary.graphId);
    const kept = plain((await until(core.store, (state) => state.status === "ready", "graph in c")).model);
    for (const graph of [ga, gb]) {
      await until(graph.store, (state) => isDeepStrictEqual(plain(state.model), kept), "the same graph");
    }
    assert.ok(kept.nodes.length > 20);
  });

  test("a run of Fan out: the view made from events agrees with Core's own count, also for one who comes late and through a break", async () => {
    const client = connect("a");
    const { graph } = await client.commands.openExample("fan-out");
    const outcome = await client.commands.startRun(graph.summary.graphId);
    assert.equal(outcome.kind, "started");
    const run = client.run(outcome.kind === "started" ? outcome.run.runId : "");
    client.retain(run);
    cut();
    const { view } = await until(run.store, (state) => state.view.endedAt !== undefined, "the end of the run");
    assert.equal(view.state, "succeeded");
    const late = connect("b").run(run.runId);
    const again = (await until(late.store, (state) => state.view.endedAt !== undefined, "the run in another window")).view;
    assert.deepEqual([...again.steps()], [...view.steps()]);
    const summary = (await client.adapter.callPromise("get_run", { runId: run.runId })).summary;
    const { queued: _, total: seen, ...counts } = again.counts;
    // Core's total has also the steps that a failed item never came to.
    const { total, ...steps } = summary.steps;
    assert.deepEqual(counts, steps);
    assert.ok(seen > 100 && seen <= total);
  });

  test("slots that are not bound are told, and refusals have codes", async () => {
    const client = connect("a");
    const { graph } = await client.commands.openExample("invoices");
    const outcome = await client.commands.startRun(graph.summary.graphId);
    assert.equal(outcome.kind, "slots-unbound");
    assert.deepEqual(outcome.kind === "slots-unbound" ? outcome.slots.map((slot) => slot.id).sort() : [], ["invoices", "reports"]);
    await assert.rejects(client.adapter.callPromise("get_graph", { graphId: "none" }), { _tag: "CommandRefused", code: "not_found" });
  });
});
