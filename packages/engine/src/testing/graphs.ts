/** Short ways to write graphs and to run them in tests. */
import type { JournalEvent } from "@axion/protocol";
import { compile } from "../compile/compile.ts";
import type { Plan } from "../compile/plan.ts";
import type { Json } from "../json.ts";
import { type Registry, registry } from "../kinds/catalogue.ts";
import { Run, type RunOutcome } from "../run/run.ts";
import { MemoryHost } from "./memory-host.ts";

export interface NodeSketch { readonly kind: string; readonly config?: object; readonly parent?: string; readonly off?: boolean }

/** `edges` read `a.out > b.in`. */
export const graphOf = (nodes: Readonly<Record<string, NodeSketch>>, edges: readonly string[], slots: readonly object[] = []): object => ({
  axion: 1, id: "g", name: "Test", slots,
  nodes: Object.entries(nodes).map(([id, node]) => ({ id, name: id, config: {}, ...node })),
  edges: edges.map((edge, index) => {
    const [from, to] = edge.split(" > ").map((end) => { const dot = end.lastIndexOf("."); return { node: end.slice(0, dot), port: end.slice(dot + 1) }; });
    return { id: `e${String(index).padStart(3, "0")}`, from, to };
  }),
});

export const planOf = (graph: unknown, kinds: Registry = registry): Plan => {
  const { plan, problems } = compile(graph, kinds);
  if (plan === undefined) throw new Error(JSON.stringify(problems, null, 1));
  return plan;
};

export interface Ran { readonly outcome: RunOutcome; readonly host: MemoryHost; readonly events: readonly JournalEvent[]; readonly run: Run }

export interface RunSketch {
  readonly host?: MemoryHost;
  readonly input?: Json;
  readonly journal?: readonly JournalEvent[];
  readonly kinds?: Registry;
  readonly concurrency?: number;
  /** Called before the run starts. */
  readonly before?: (run: Run, host: MemoryHost) => void;
}

export const runGraph = async (graph: unknown, sketch: RunSketch = {}): Promise<Ran> => {
  const host = sketch.host ?? new MemoryHost();
  const run = new Run({
    runId: "r1", plan: planOf(graph, sketch.kinds), input: sketch.input ?? {}, concurrency: sketch.concurrency ?? 4,
    journal: sketch.journal ?? [], blobs: host.kept, host,
  });
  sketch.before?.(run, host);
  run.start();
  return { outcome: await run.done, host, events: host.events, run };
};

type Finished = Extract<JournalEvent, { type: "step-finished" }>;
export const finished = (events: readonly JournalEvent[]): Finished[] => events.filter((event): event is Finished => event.type === "step-finished");
export const keyOf = (event: { readonly node: string; readonly scope?: string | undefined }): string => event.scope === undefined ? event.node : `${event.scope}|${event.node}`;
export const stateOf = (events: readonly JournalEvent[], key: string): string | undefined => finished(events).find((event) => keyOf(event) === key)?.state;
export const outputOf = (events: readonly JournalEvent[], key: string): unknown => {
  const step = finished(events).find((event) => keyOf(event) === key);
  return step?.outputs === undefined ? undefined : Object.fromEntries(Object.entries(step.outputs).map(([port, value]) => [port, value.type === "inline" ? value.value : value]));
};

/** A chain of so many Map nodes after a constant, with an output at its end. */
export const chainOf = (length: number): object => ({
  axion: 1, id: "chain", name: "Chain", slots: [],
  nodes: [
    { id: "n0", kind: "constant", name: "n0", config: { value: 1 } },
    ...Array.from({ length: length - 1 }, (_, index) => ({ id: `n${index + 1}`, kind: "map", name: `n${index + 1}`, config: { expression: "value + 3" } })),
    { id: "out", kind: "output", name: "out", config: {} },
  ],
  edges: Array.from({ length }, (_, index) => ({ id: `e${index}`, from: { node: `n${index}`, port: "value" }, to: { node: index === length - 1 ? "out" : `n${index + 1}`, port: "value" } })),
});
