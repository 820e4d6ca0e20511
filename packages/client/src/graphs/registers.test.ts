import { countingIds, gesture, seededRandom } from "@axion/testkit";
import type { GraphOp } from "@axion/protocol";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addEdge, addNode, copy, move, paste, remove } from "./edits.ts";
import { type DraftOp, documentOf, emptyModel, type GraphModel, modelOf } from "./model.ts";
import { GraphRegisters } from "./registers.ts";
import { StampClock } from "./stamp.ts";
import { UndoHistory } from "./undo.ts";

/** Without the order of entities, which depends on who came first and means nothing. */
const sorted = (model: GraphModel) => {
  const by = <T extends { id: string }>(map: ReadonlyMap<string, T>) => [...map.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ...model, slots: by(model.slots), nodes: by(model.nodes), edges: by(model.edges), notes: by(model.notes) };
};
const stamper = (client: string) => {
  const clock = new StampClock(client, () => 1_700_000_000_000);
  return (drafts: ReadonlyArray<DraftOp>): GraphOp[] => drafts.map((draft) => ({ ...draft, stamp: clock.next() }));
};
const shuffled = <T>(items: ReadonlyArray<T>, seed: number): T[] => {
  const random = seededRandom(seed);
  const out = [...items];
  for (let index = out.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    const [a, b] = [out[index], out[other]];
    if (a !== undefined && b !== undefined) [out[index], out[other]] = [b, a];
  }
  return out;
};

describe("registers", () => {
  test("order, repetition and grouping of operations do not matter", () => {
    fc.assert(
      fc.property(fc.array(gesture, { maxLength: 12 }), fc.array(gesture, { maxLength: 12 }), fc.nat(), (mine, theirs, seed) => {
        const [a, b] = [stamper("a"), stamper("b")];
        const ops = [...mine.flatMap(a), ...theirs.flatMap(b)];
        const whole = new GraphRegisters(emptyModel("g"));
        whole.apply(ops);
        const other = new GraphRegisters(emptyModel("g"));
        for (const op of shuffled([...ops, ...ops], seed)) other.apply([op]);
        expect(sorted(other.model)).toEqual(sorted(whole.model));
      }),
    );
  });

  test("undo of everything gives the start, redo of everything the end", () => {
    fc.assert(
      fc.property(fc.array(gesture, { maxLength: 8 }), fc.array(fc.tuple(gesture, fc.constantFrom("drag", "type", undefined)), { maxLength: 16 }), (before, edits) => {
        const stamp = stamper("a");
        const registers = new GraphRegisters(emptyModel("g", "Name"));
        registers.apply(stamp(before.flat()));
        const start = sorted(registers.model);
        const history = new UndoHistory();
        for (const [ops, name] of edits) history.record(registers.apply(stamp(ops)).inverse, undefined, name);
        const end = sorted(registers.model);
        for (let entry = history.takeUndo(); entry !== undefined; entry = history.takeUndo())
          history.pushRedo({ ops: registers.apply(stamp(entry.ops)).inverse, label: entry.label });
        expect(sorted(registers.model)).toEqual(start);
        for (let entry = history.takeRedo(); entry !== undefined; entry = history.takeRedo())
          history.pushUndo({ ops: registers.apply(stamp(entry.ops)).inverse, label: entry.label });
        expect(sorted(registers.model)).toEqual(end);
      }),
      { numRuns: 1_000 },
    );
  });

  test("undo after a reload: a restored node has all it had, though this window never saw it alive", () => {
    const stamp = stamper("a");
    const first = new GraphRegisters(emptyModel("g"));
    first.apply(stamp(addNode({ id: "n1", kind: "map", name: "Map", config: { code: "x" }, x: 3, y: 4, w: 200 })));
    const node = first.model.nodes.get("n1");
    const { inverse } = first.apply(stamp(remove(first.model, { nodes: ["n1"] })));
    const second = new GraphRegisters(modelOf(documentOf(first.model), undefined));
    second.apply(stamp(inverse));
    expect(second.model.nodes.get("n1")).toEqual(node);
  });

  test("a write that Core says had lost is not applied", () => {
    const registers = new GraphRegisters(emptyModel("g", "Mine"));
    registers.apply([{ entity: "graph", id: "graph", field: "name", value: "Late", stamp: "1700000000000-0000-b", prev: "1700000000001-0000-a" }]);
    expect(registers.model.name).toBe("Mine");
  });

  test("a restored entity whose fields are unknown asks for a new reading", () => {
    const registers = new GraphRegisters(emptyModel("g"));
    expect(registers.apply([{ entity: "node", id: "n9", field: "deleted", value: null, stamp: "1700000000000-0000-b" }]).incomplete).toBe(true);
    expect(registers.apply([{ entity: "node", id: "n8", field: "x", value: 4, stamp: "1700000000000-0001-b" }]).incomplete).toBe(false);
  });

  test("values that do not fit their field are left out, names of prototypes are plain names", () => {
    const registers = new GraphRegisters(emptyModel("g"));
    const stamp = stamper("a");
    registers.apply(stamp([...addNode({ id: "n1", kind: "map", name: "Map", config: {}, x: 0, y: 0 }), { entity: "node", id: "n1", field: "x", value: "left" },
      { entity: "node", id: "n1", field: "constructor", value: "x" }, { entity: "node", id: "n1", field: "config.__proto__", value: { polluted: true } }]));
    const node = registers.model.nodes.get("n1");
    expect(node?.x).toBe(0);
    expect(Object.keys(node?.config ?? {})).toEqual(["__proto__"]);
    expect("polluted" in {}).toBe(false);
    expect(node !== undefined && Object.hasOwn(node, "constructor")).toBe(false);
  });

  test("what an edit does not touch keeps its identity", () => {
    const registers = new GraphRegisters(emptyModel("g"));
    const stamp = stamper("a");
    registers.apply(stamp(["n1", "n2"].flatMap((id) => addNode({ id, kind: "map", name: id, config: {}, x: 0, y: 0 }))));
    const before = registers.model;
    registers.apply(stamp(move(before, [{ id: "n1", x: 5, y: 0 }])));
    expect(registers.model.nodes.get("n2")).toBe(before.nodes.get("n2"));
    expect(registers.model.edges).toBe(before.edges);
    expect(before.nodes.get("n1")?.x).toBe(0);
  });
});

describe("gestures", () => {
  const model = (() => {
    const registers = new GraphRegisters(emptyModel("g"));
    const node = (id: string, parent?: string) => addNode({ id, kind: "map", name: id, config: { a: 1 }, x: 10, y: 20, ...(parent === undefined ? {} : { parent }) });
    registers.apply(stamper("a")([
      ...node("box"), ...node("in1", "box"), ...node("in2", "in1"), ...node("out"),
      ...addEdge({ id: "e1", from: { node: "in1", port: "out" }, to: { node: "in2", port: "in" } }), ...addEdge({ id: "e2", from: { node: "box", port: "out" }, to: { node: "out", port: "in" } }),
    ]));
    return registers.model;
  })();

  test("deleting takes what is inside and the edges that would dangle", () => {
    const registers = new GraphRegisters(model);
    registers.apply(stamper("a")(remove(model, { nodes: ["box"] })));
    expect([...registers.model.nodes.keys()]).toEqual(["out"]);
    expect(registers.model.edges.size).toBe(0);
  });

  test("pasting makes new ids, keeps edges inside and places inside containers", () => {
    const pasted = paste(copy(model, { nodes: ["box"] }), { newId: countingIds("new"), dx: 24, dy: 24 });
    const registers = new GraphRegisters(model);
    registers.apply(stamper("a")(pasted.ops));
    const nodes = pasted.nodes.map((id) => registers.model.nodes.get(id));
    expect(nodes.map((node) => node?.name)).toEqual(["box", "in1", "in2"]);
    expect(nodes.map((node) => node?.x)).toEqual([34, 10, 10]);
    expect(nodes[1]?.parent).toBe(pasted.nodes[0]);
    expect([...registers.model.edges.values()].at(-1)).toMatchObject({ from: { node: pasted.nodes[1] }, to: { node: pasted.nodes[2] } });
    expect(registers.model.edges.size).toBe(3);
  });

  test("a chain of 100,000 containers is deleted and copied without recursion", () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) => ({ id: `n${index}`, kind: "try", name: "", config: {}, x: 0, y: 0, ...(index === 0 ? {} : { parent: `n${index - 1}` }) }));
    const deep = { ...emptyModel("g"), nodes: new Map(nodes.map((node) => [node.id, node])) };
    expect(remove(deep, { nodes: ["n0"] })).toHaveLength(100_000);
    expect(copy(deep, { nodes: ["n50000"] }).nodes).toHaveLength(50_000);
  });
});

test("stamps grow whatever the wall clock does, and pass every stamp that was seen", () => {
  const times = [5, 5, 4, 9, 0, 9];
  const clock = new StampClock("me", () => 1_700_000_000_000 + (times.shift() ?? 0));
  const made = Array.from({ length: 6 }, () => clock.next());
  expect([...made].sort()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
  clock.observe("1800000000000-00ff-other");
  expect(clock.next() > "1800000000000-00ff-other").toBe(true);
  clock.observeMillis(1_900_000_000_000);
  expect(clock.next() > "1900000000000-ffff-zzz").toBe(true);
  const before = clock.next();
  for (let index = 0; index < 70_000; index += 1) clock.next();
  expect(clock.next() > before).toBe(true);
  expect(clock.next()).toMatch(/^[0-9]{13}-[0-9a-f]{4}-me$/);
});
