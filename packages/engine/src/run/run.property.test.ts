/** Random graphs: whatever the shape, a run settles each step once, in order, and can be stopped or taken up anywhere. */
import type { JournalEvent } from "@axion/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../compile/compile.ts";
import { StepFailure } from "../failure.ts";
import type { Outputs } from "../kind.ts";
import { kinds, registryOf } from "../kinds/catalogue.ts";
import { map } from "../kinds/map.ts";
import { MemoryHost } from "../testing/memory-host.ts";
import type { Counts } from "./events.ts";
import { type NodeSketch, finished, graphOf, keyOf, runGraph } from "../testing/graphs.ts";

const later = (turns: number) => new Promise<void>((resolve) => { const turn = (left: number) => { if (left === 0) resolve(); else setImmediate(turn, left - 1); }; turn(turns); });
const number = (value: unknown) => typeof value === "number" ? value : 1;

/** Kinds that take a few turns, have an effect, or fail for some values. */
const registry = registryOf([
  ...kinds,
  { ...map, id: "slow", slow: true, prepare: () => undefined, run: async (_context, inputs): Promise<Outputs> => { await later(number(inputs["value"]) % 4); return { value: (number(inputs["value"]) * 2) % 1000 }; } },
  { ...map, id: "effect", slow: true, delivery: () => "effect", prepare: () => undefined, run: async (_context, inputs): Promise<Outputs> => { await later(1); return { value: (number(inputs["value"]) + 7) % 1000 }; } },
  { ...map, id: "picky", prepare: () => undefined, run: (_context, inputs): Outputs => { if (number(inputs["value"]) % 5 === 0) throw new StepFailure("picky", "not this"); return { value: number(inputs["value"]) + 1 }; } },
]);

const inKinds = ["map", "slow", "effect", "if", "picky", "join", "for-each", "try"] as const;
const outPort: Readonly<Record<string, string>> = { if: "then", join: "out", "for-each": "results", try: "result" };
const inPort: Readonly<Record<string, string>> = { join: "in", "for-each": "items" };

interface Sketch { readonly steps: readonly { readonly kind: (typeof inKinds)[number] | "constant"; readonly from: readonly number[]; readonly inner: number; readonly seed: number }[] }

const sketches: fc.Arbitrary<Sketch> = fc.array(
  fc.record({ kind: fc.constantFrom<Sketch["steps"][number]["kind"]>("constant", ...inKinds), from: fc.array(fc.nat(1000), { minLength: 1, maxLength: 3 }), inner: fc.nat(3), seed: fc.nat(50) }),
  { minLength: 1, maxLength: 14 },
).map((steps) => ({ steps }));

/** Each step takes its values from steps before it, so the graph has no circle. */
const build = ({ steps }: Sketch): object => {
  const nodes: Record<string, NodeSketch> = {};
  const edges: string[] = [];
  const out = (index: number) => `n${index}.${outPort[steps[index]?.kind ?? ""] ?? "value"}`;
  steps.forEach((step, index) => {
    const id = `n${index}`;
    const kind = index === 0 ? "constant" : step.kind;
    const sources = [...new Set(step.from.map((from) => from % Math.max(1, index)))];
    const config = kind === "constant" ? { value: step.seed } : kind === "map" ? { expression: "(number(text(value), 1) + 3) % 1000" } : kind === "if" ? { condition: "same(value, 3) == false" }
      : kind === "join" ? { policy: step.seed % 2 === 0 ? "all" : "any" } : kind === "effect" ? { onUnknown: "retry" } : kind === "for-each" ? { concurrency: 1 + (step.seed % 3), onError: step.seed % 2 === 0 ? "collect" : "fail" } : {};
    nodes[id] = { kind, config };
    if (kind === "constant") return;
    if (kind === "for-each") { nodes[`l${index}`] = { kind: "map", config: { expression: `map(range(1, ${step.inner}), n, n + ${step.seed})` } }; edges.push(`${out(sources[0] ?? 0)} > l${index}.value`, `l${index}.value > ${id}.items`); } 
    else for (const source of kind === "join" ? sources : sources.slice(0, 1)) edges.push(`${out(source)} > ${id}.${inPort[kind] ?? "value"}`);
    if (kind === "for-each" || kind === "try") {
      nodes[`${id}a`] = { kind: "slow", parent: id };
      nodes[`${id}b`] = { kind: step.seed % 3 === 0 ? "picky" : "map", parent: id };
      nodes[`${id}c`] = { kind: "effect", parent: id, config: { onUnknown: step.seed % 5 === 0 ? "fail" : "retry" } };
      edges.push(`${id}.${kind === "try" ? "value" : "item"} > ${id}a.value`, `${id}a.value > ${id}b.value`, `${id}.${kind === "try" ? "value" : "item"} > ${id}c.value`);
      if (step.seed % 4 === 1) {
        // A container in a container.
        nodes[`${id}l`] = { kind: "map", parent: id, config: { expression: `map(range(1, ${step.inner}), n, n + ${step.seed})` } };
        nodes[`${id}f`] = { kind: "for-each", parent: id, config: { concurrency: 2, onError: step.seed % 3 === 0 ? "collect" : "fail" } };
        nodes[`${id}g`] = { kind: step.seed % 8 === 1 ? "picky" : "slow", parent: `${id}f` };
        nodes[`${id}h`] = { kind: "slow", parent: `${id}f` };
        edges.push(`${id}b.value > ${id}l.value`, `${id}l.value > ${id}f.items`, `${id}f.item > ${id}g.value`, `${id}g.value > ${id}h.value`, `${id}h.value > ${id}f.result`, `${id}f.results > ${id}.result`);
      } else edges.push(`${id}b.value > ${id}.result`);
    }
  });
  nodes["out"] = { kind: "output", config: { name: "out" } };
  edges.push(`${out(steps.length - 1)} > out.value`);
  if (steps.length === 1) edges[edges.length - 1] = "n0.value > out.value";
  return graphOf(nodes, edges);
};
const outOfFirst = (sketch: Sketch): Sketch => ({ steps: sketch.steps.map((step, index) => (index === 0 ? { ...step, kind: "constant" as const } : step)) });
const graphs = sketches.map((sketch) => build(outOfFirst(sketch)));

const predecessors = (graph: object): Map<string, string[]> => {
  const { edges, nodes } = graph as { edges: { from: { node: string }; to: { node: string } }[]; nodes: { id: string; parent?: string }[] };
  const parents = new Map(nodes.map((node) => [node.id, node.parent]));
  const before = new Map<string, string[]>();
  for (const { from, to } of edges) if (parents.get(from.node) === parents.get(to.node)) before.set(to.node, [...(before.get(to.node) ?? []), from.node]);
  return before;
};
/** Each step that there was ended in one way. */
const balanced = ({ total, succeeded, failed, skipped, cancelled }: Counts) => { expect(succeeded + failed + skipped + cancelled).toBe(total); };
const once = (events: readonly JournalEvent[]) => { const keys = finished(events).map(keyOf); expect(new Set(keys).size).toBe(keys.length); return new Set(keys); };

/** An effect was announced and nobody saw how it ended. */
const inDoubt = (journal: readonly JournalEvent[]): boolean => {
  const ended = new Set(finished(journal).map(keyOf));
  return journal.some((event) => event.type === "effect-intent" && !ended.has(keyOf(event)));
};

const settings = { numRuns: 150 };

describe("any graph", () => {
  it("compiles", () => fc.assert(fc.property(graphs, (graph) => { expect(compile(graph, registry).problems).toBeUndefined(); }), settings));

  it("settles each step once, after those before it", async () => {
    await fc.assert(fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (graph, concurrency) => {
      const { outcome, events } = await runGraph(graph, { kinds: registry, concurrency });
      const keys = once(events);
      const place = new Map(finished(events).map((event, index) => [keyOf(event), index]));
      const before = predecessors(graph);
      for (const event of finished(events)) {
        for (const node of before.get(event.node) ?? []) expect(place.get(keyOf({ ...event, node }))).toBeLessThan(place.get(keyOf(event)) as number);
      }
      if (outcome.state === "succeeded") {
        for (const node of (graph as { nodes: { id: string; parent?: string }[] }).nodes) if (node.parent === undefined) expect(keys.has(node.id)).toBe(true);
      }
      // Nobody cancelled: each step, also those that a failed item never came to, said how it ended.
      balanced(outcome.counts);
      expect(outcome.counts.total).toBe(keys.size);
      expect(events.at(-1)?.type).toBe("run-finished");
      for (const event of events) if (event.type === "step-started") expect(keys.has(keyOf(event))).toBe(true);
    }), settings);
  });

  it("goes on from any prefix of its journal to the same end, and runs nothing again", async () => {
    await fc.assert(fc.asyncProperty(graphs, fc.double({ min: 0, max: 1, noNaN: true }), async (graph, share) => {
      const whole = await runGraph(graph, { kinds: registry });
      const prefix = whole.events.slice(0, Math.floor(share * (whole.events.length - 1)));
      const { outcome, events } = await runGraph(graph, { kinds: registry, journal: prefix });
      once([...prefix, ...events]);
      balanced(outcome.counts);
      expect(outcome.counts.total).toBeGreaterThanOrEqual(once([...prefix, ...events]).size);
      // An effect in doubt may fail where it had not, and what else was done when a step failed depends on who was faster.
      if (!inDoubt(prefix)) expect(outcome.state).toBe(whole.outcome.state);
      if (outcome.state === "succeeded" && !inDoubt(prefix)) {
        expect(outcome.outputs).toEqual(whole.outcome.outputs);
        expect(outcome.counts).toEqual(whole.outcome.counts);
      }
      const open = new Set([...prefix, ...events].flatMap((event) => event.type === "step-started" ? [keyOf(event)] : []));
      for (const key of once([...prefix, ...events])) open.delete(key);
      expect([...open]).toEqual([]);
    }), settings);
  });

  it("can be taken up again and again", async () => {
    await fc.assert(fc.asyncProperty(graphs, fc.array(fc.nat(12), { maxLength: 5 }), async (graph, cuts) => {
      let journal: readonly JournalEvent[] = [];
      let doubted = false;
      for (const cut of cuts) {
        doubted ||= inDoubt(journal);
        journal = [...journal, ...(await runGraph(graph, { kinds: registry, journal })).events.filter((event) => event.type !== "run-finished").slice(0, cut)];
      }
      const whole = await runGraph(graph, { kinds: registry });
      const { outcome, events } = await runGraph(graph, { kinds: registry, journal });
      once([...journal, ...events]);
      balanced(outcome.counts);
      // Failed items and effects in doubt: what else was done then depends on who was faster.
      if (doubted || inDoubt(journal)) return;
      expect(outcome.state).toBe(whole.outcome.state);
      if (outcome.state === "succeeded") expect(outcome.outputs).toEqual(whole.outcome.outputs);
    }), { numRuns: 60 });
  });

  it("counts the whole run when it is taken up after any of its events, cancelled or not", async () => {
    await fc.assert(fc.asyncProperty(graphs, fc.nat(25), fc.boolean(), async (graph, after, cancel) => {
      const host = new MemoryHost();
      const first = await runGraph(graph, { kinds: registry, host, before: (run) => { if (cancel) host.onAppend = (all) => { if (all.length >= after) run.cancel(); }; } });
      for (let cut = 0; cut < first.events.length; cut++) {
        const prefix = first.events.slice(0, cut);
        const { outcome, events } = await runGraph(graph, { kinds: registry, journal: prefix, before: (run) => { if (cancel && cut >= after) run.cancel(); } });
        balanced(outcome.counts);
        const ended = once([...prefix, ...events]).size;
        if (outcome.state === "cancelled") expect(outcome.counts.total).toBeGreaterThanOrEqual(ended);
        else expect(outcome.counts.total).toBe(ended);
      }
    }), { numRuns: 40 });
  }, 60_000);

  it("ends when it is cancelled at any moment, with nothing left open", async () => {
    await fc.assert(fc.asyncProperty(graphs, fc.nat(25), async (graph, after) => {
      const host = new MemoryHost();
      const { outcome, events } = await runGraph(graph, { kinds: registry, host, before: (run) => { host.onAppend = (all) => { if (all.length >= after) run.cancel(); }; if (after === 0) setImmediate(() => run.cancel()); } });
      const keys = once(events);
      expect(["cancelled", "succeeded", "failed"]).toContain(outcome.state);
      balanced(outcome.counts);
      expect(outcome.counts.total).toBeGreaterThanOrEqual(keys.size);
      for (const event of events) if (event.type === "step-started") expect(keys.has(keyOf(event))).toBe(true);
      expect(events.filter((event) => event.type === "run-finished")).toHaveLength(1);
      expect(events.at(-1)?.type).toBe("run-finished");
    }), settings);
  });
});
