import { createMemoryGateway, gesture, MemoryCore, memoryStorage, sampleGraph, seededRandom, testClock, testEnvironment } from "@axion/testkit";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CommandRefused } from "../gateway/errors.ts";
import { addNode, move, remove, renameNode } from "../graphs/edits.ts";
import type { DraftOp, GraphModel } from "../graphs/model.ts";
import { modelOf } from "../graphs/model.ts";
import { createGraphStore } from "./graph.ts";

const graphId = "sample";
const world = () => {
  const clock = testClock();
  const core = new MemoryCore({ now: clock.now, after: clock.after });
  core.addGraph(sampleGraph(graphId));
  const open = (name: string, storage = memoryStorage()) => {
    const gateway = createMemoryGateway({ core, after: clock.after, windowId: name });
    const graph = createGraphStore(gateway, testEnvironment(clock, { ids: `${name}-`, seed: name.length, storage }), name, graphId);
    return { gateway, graph, storage, model: () => graph.store.getState().model };
  };
  const kept = () => {
    const { document, layout } = core.answer("get_graph", { graphId });
    return modelOf(document, layout);
  };
  return { clock, core, open, kept };
};
const sorted = (model: GraphModel) => {
  const by = <T extends { id: string }>(map: ReadonlyMap<string, T>) => [...map.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ...model, slots: by(model.slots), nodes: by(model.nodes), edges: by(model.edges), notes: by(model.notes) };
};
const newNode = (id: string) => addNode({ id, kind: "map", name: id, config: {}, x: 0, y: 0 });

/** Edits as an editor makes them: of things that were made whole before, deleted since or not. */
const editor = () => {
  const made = new Set(["graph/graph"]);
  return (ops: ReadonlyArray<DraftOp>): ReadonlyArray<DraftOp> => {
    const key = (op: DraftOp) => `${op.entity}/${op.id}`;
    const last = ops.at(-1);
    const whole = ["kind", "access", "text", "to"].includes(ops[0]?.entity === "edge" ? (ops[1]?.field ?? "") : (ops[0]?.field ?? ""));
    const creates = whole && last?.field === "deleted" && last.value === null && new Set(ops.map(key)).size === 1;
    if (creates) for (const op of ops) made.add(key(op));
    return ops.filter((op) => made.has(key(op)));
  };
};

describe("an edit", () => {
  test("shows at once, is grouped with its neighbours, and reaches Core once", async () => {
    const { clock, core, open, kept } = world();
    const { graph, model } = open("a");
    await clock.settle();
    graph.edit(newNode("n1"));
    graph.edit(renameNode("n1", "First"));
    expect(model().nodes.get("n1")?.name).toBe("First");
    expect(graph.store.getState().save).toMatchObject({ state: "saving", pending: 5 });
    await clock.advance(300);
    expect(graph.store.getState().save).toMatchObject({ state: "saved", pending: 0 });
    expect(core.streams.head(`graph:${graphId}`)).toBe(1);
    expect(kept().nodes.get("n1")?.name).toBe("First");
  });

  test("of two windows converges, and each sees the other's", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(gesture, fc.boolean(), fc.nat(400)), { maxLength: 14 }), async (edits) => {
        const { clock, open, kept } = world();
        const [a, b] = [open("a"), open("bb")];
        const made = editor();
        await clock.settle();
        for (const [ops, first, wait] of edits) {
          (first ? a : b).graph.edit(made(ops));
          await clock.advance(wait);
        }
        await clock.advance(2_000);
        expect(sorted(a.model())).toEqual(sorted(kept()));
        expect(sorted(b.model())).toEqual(sorted(kept()));
      }),
      { numRuns: 200 },
    );
  });

  test("is never lost, whatever fails and in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(fc.tuple(gesture, fc.nat(600)), { minLength: 1, maxLength: 25 }), async (seed, edits) => {
        const random = seededRandom(seed);
        const { clock, open, kept } = world();
        const { gateway, graph, model } = open("a");
        await clock.settle();
        const storageFull = new CommandRefused({ command: "apply_graph_ops", info: { code: "storage", message: "The disk is full." } });
        gateway.faults.command = (name) => {
          if (name !== "apply_graph_ops") return "ok";
          const dice = random();
          return dice < 0.2 ? "lost" : dice < 0.4 ? "answer-lost" : dice < 0.5 ? storageFull : "ok";
        };
        const made = editor();
        for (const [ops, wait] of edits) {
          graph.edit(made(ops));
          if (random() < 0.15) gateway.setConnected(false);
          if (random() < 0.4) gateway.setConnected(true);
          await clock.advance(wait);
        }
        const shown = sorted(model());
        delete gateway.faults.command;
        gateway.setConnected(true);
        await clock.advance(30_000);
        expect(graph.store.getState().save).toMatchObject({ state: "saved", pending: 0 });
        expect(sorted(kept()), "what Core has").toEqual(shown);
        expect(sorted(model()), "what the window shows").toEqual(shown);
      }),
      { numRuns: 200 },
    );
  });

  test("wins over what was there before, though the clock went back or another's was ahead", async () => {
    const { clock, core, open, kept } = world();
    const ahead = { ...clock, now: () => clock.now() + 86_400_000 };
    const gateway = createMemoryGateway({ core, after: clock.after, windowId: "tomorrow" });
    const tomorrow = createGraphStore(gateway, testEnvironment(ahead, { ids: "tomorrow-", storage: memoryStorage() }), "zzz", graphId);
    await clock.settle();
    tomorrow.edit(newNode("n1"));
    tomorrow.edit(renameNode("n1", "Tomorrow's"));
    await clock.advance(300);
    tomorrow.close();
    const { graph, model } = open("a");
    await clock.settle();
    graph.edit(renameNode("n1", "Today's"));
    await clock.advance(300);
    expect(model().nodes.get("n1")?.name).toBe("Today's");
    expect(kept().nodes.get("n1")?.name, "what Core has").toBe("Today's");
  });

  test("made offline says so, and is sent when the connection is back", async () => {
    const { clock, open, kept } = world();
    const { gateway, graph } = open("a");
    await clock.settle();
    gateway.setConnected(false);
    graph.edit(newNode("n1"));
    await clock.advance(5_000);
    expect(graph.store.getState().save).toMatchObject({ state: "offline", pending: 4 });
    expect(await graph.flush()).toBe(false);
    gateway.setConnected(true);
    await clock.advance(10);
    expect(graph.store.getState().save.state).toBe("saved");
    expect(kept().nodes.has("n1")).toBe(true);
  });

  test("made offline survives the page: the next window takes it up", async () => {
    const { clock, core, open, kept } = world();
    const storage = memoryStorage();
    // A page with a clock of its own, that stops: it is gone before its group was closed.
    const gone = testClock();
    const gateway = createMemoryGateway({ core, after: gone.after });
    const graph = createGraphStore(gateway, testEnvironment(gone, { ids: "a-", storage }), "a", graphId);
    await gone.settle();
    gateway.setConnected(false);
    graph.edit(newNode("n1"));
    const second = open("bb", storage);
    await clock.advance(300);
    expect(kept().nodes.has("n1")).toBe(true);
    expect(second.model().nodes.has("n1")).toBe(true);
    expect(storage.keys().filter((key) => key.startsWith("axion.ops."))).toEqual([]);
  });

  test("that Core refuses is taken back and told; what follows is saved", async () => {
    const { clock, open, kept } = world();
    const { gateway, graph, model } = open("a");
    await clock.settle();
    let refuse = true;
    gateway.faults.command = (name) => {
      if (name !== "apply_graph_ops" || !refuse) return "ok";
      refuse = false;
      return new CommandRefused({ command: name, info: { code: "invalid_params", message: "This name is too long." } });
    };
    graph.edit(newNode("bad"));
    await clock.advance(260);
    await clock.settle();
    expect(graph.store.getState().refused?.message).toBe("This name is too long.");
    expect(model().nodes.has("bad")).toBe(false);
    graph.edit(newNode("good"));
    await clock.advance(400);
    expect(kept().nodes.has("good")).toBe(true);
    expect(graph.store.getState()).toMatchObject({ refused: undefined, save: { state: "saved" } });
  });

  test("of 10,000 nodes goes in batches that Core takes", async () => {
    const { clock, core, open, kept } = world();
    const { graph } = open("a");
    await clock.settle();
    graph.edit(Array.from({ length: 10_000 }, (_, index) => newNode(`n${index}`)).flat());
    await clock.advance(2_000);
    expect(kept().nodes.size).toBe(10_006);
    const batches = core.streams.after(`graph:${graphId}`, 0);
    expect(Math.max(...batches.map((batch) => (Array.isArray(batch.ops) ? batch.ops.length : 0)))).toBeLessThanOrEqual(2_000);
  });
});

describe("undo", () => {
  test("takes back gesture by gesture, and redo brings them again", async () => {
    const { clock, open, kept } = world();
    const { graph, model } = open("a");
    await clock.settle();
    const start = sorted(model());
    graph.edit(newNode("n1"), { label: "add" });
    for (const x of [1, 2, 3]) graph.edit(move(model(), [{ id: "n1", x, y: 0 }]), { gesture: "drag n1", label: "move" });
    graph.endGesture();
    graph.edit(remove(model(), { nodes: ["each"] }), { label: "delete" });
    const end = sorted(model());
    expect(graph.store.getState()).toMatchObject({ canUndo: true, canRedo: false, undoLabel: "delete" });
    graph.undo();
    expect(model().nodes.has("parse")).toBe(true);
    graph.undo();
    expect(model().nodes.get("n1")?.x).toBe(0);
    graph.undo();
    expect(sorted(model())).toEqual(start);
    expect(graph.store.getState()).toMatchObject({ canUndo: false, canRedo: true, redoLabel: "add" });
    for (let step = 0; step < 3; step += 1) graph.redo();
    expect(sorted(model())).toEqual(end);
    await clock.advance(1_000);
    expect(sorted(kept())).toEqual(end);
  });

  test("is there after a reload of the page", async () => {
    const { clock, open } = world();
    const first = open("a");
    await clock.settle();
    first.graph.edit(remove(first.model(), { nodes: ["ask"] }), { label: "delete" });
    await clock.advance(1_000);
    first.graph.close();
    const second = open("a", first.storage);
    await clock.settle();
    expect(second.model().nodes.has("ask")).toBe(false);
    second.graph.undo();
    expect(second.model().nodes.get("ask")).toMatchObject({ kind: "approval", name: "Send the report?" });
    expect(second.model().edges.size).toBe(6);
  });

  test("passes over what another window deleted", async () => {
    const { clock, open } = world();
    const [a, b] = [open("a"), open("bb")];
    await clock.settle();
    a.graph.edit(renameNode("start", "Begin"), { label: "rename" });
    a.graph.edit(renameNode("ask", "Really?"), { label: "rename" });
    await clock.advance(300);
    b.graph.edit(remove(b.model(), { nodes: ["ask"] }));
    await clock.advance(300);
    a.graph.undo();
    expect(a.model().nodes.get("start")?.name).toBe("Start");
  });
});

test("a graph that is not there is missing, not loading for ever", async () => {
  const { clock, core } = world();
  const gateway = createMemoryGateway({ core, after: clock.after });
  const graph = createGraphStore(gateway, testEnvironment(clock), "a", "nope");
  await clock.advance(100);
  expect(graph.store.getState()).toMatchObject({ status: "missing", error: { code: "not_found" } });
});

test("the graph of another history is read anew, and edits on their way are kept", async () => {
  const { clock, core, open, kept } = world();
  const { gateway, graph, model } = open("a");
  await clock.settle();
  gateway.setConnected(false);
  graph.edit(newNode("n1"));
  core.streams.newEpoch(`graph:${graphId}`, "e2");
  gateway.setConnected(true);
  await clock.advance(1_000);
  expect(model().nodes.has("n1")).toBe(true);
  expect(kept().nodes.has("n1")).toBe(true);
});
