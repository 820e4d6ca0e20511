/**
 * The table of instances of a run: steps by key, aggregates by node, and the tree of containers for the timeline.
 * Mutable inside; what it hands out is replaced, never changed.
 */
import type { StepState } from "@axion/protocol";
import { emptyCounts, leadingState, median, type MutableCounts } from "./counts.ts";
import { type NodeView, type StepView, stepKey } from "./view.ts";

interface NodeEntry {
  readonly node: string;
  readonly counts: MutableCounts;
  readonly durations: number[];
  instances: number;
  totalMs: number;
  firstStartedAt: number | undefined;
  lastEndedAt: number | undefined;
  failed: StepView | undefined;
  last: StepView;
  /** Undefined when something happened since it was made. */
  view: NodeView | undefined;
}

/** What happens inside one pass of a container, or at the top level (scope ""). */
export interface ScopeEntry {
  readonly scope: string;
  readonly container: string;
  readonly index: number;
  readonly steps: string[];
  startedAt: number | undefined;
  endedAt: number | undefined;
  readonly counts: MutableCounts;
}

const inFlight: ReadonlySet<StepState> = new Set(["queued", "running", "waiting", "retrying"]);
export const isInFlight = (state: StepState): boolean => inFlight.has(state);

const fresh = (key: string, node: string, scope: string | undefined): StepView => ({
  key, node, scope, state: "idle", startedAt: undefined, endedAt: undefined, ms: undefined, attempts: 0, items: undefined, outputs: undefined,
  error: undefined, reason: undefined, until: undefined, approvalId: undefined, tries: [],
});

/** `each:3/inner:0` → parent scope `each:3`, container `inner`, index 0. */
const splitScope = (scope: string): { parent: string; container: string; index: number } => {
  const slash = scope.lastIndexOf("/");
  const colon = scope.lastIndexOf(":");
  return { parent: slash < 0 ? "" : scope.slice(0, slash), container: scope.slice(slash + 1, colon), index: Number(scope.slice(colon + 1)) };
};

export class StepTable {
  readonly counts = emptyCounts();
  readonly #steps = new Map<string, StepView>();
  readonly #nodes = new Map<string, NodeEntry>();
  readonly #scopes = new Map<string, ScopeEntry>([["", { scope: "", container: "", index: 0, steps: [], startedAt: undefined, endedAt: undefined, counts: emptyCounts() }]]);
  /** Key of a container's step → scopes of its passes. */
  readonly #items = new Map<string, string[]>();
  readonly #open = new Set<string>();

  get size(): number {
    return this.#steps.size;
  }
  /** Keys of the steps that have not ended. */
  get open(): ReadonlySet<string> {
    return this.#open;
  }
  get(key: string): StepView | undefined {
    return this.#steps.get(key);
  }
  values(): IterableIterator<StepView> {
    return this.#steps.values();
  }
  scope(scope: string): ScopeEntry | undefined {
    return this.#scopes.get(scope);
  }
  /** The passes of a container's step, in order of index. */
  itemsOf(key: string): ReadonlyArray<string> {
    return this.#items.get(key) ?? [];
  }
  isContainer(key: string): boolean {
    return this.#items.has(key) || this.#steps.get(key)?.items !== undefined;
  }

  update(node: string, scope: string | undefined, change: (step: StepView) => StepView): void {
    const key = stepKey(node, scope);
    const old = this.#steps.get(key);
    const step = change(old ?? fresh(key, node, scope));
    this.#steps.set(key, step);
    const inside = this.#scopeEntry(scope ?? "");
    if (old === undefined) inside.steps.push(key);
    this.#count(old?.state, step.state, inside.counts);
    if (step.startedAt !== undefined && (inside.startedAt === undefined || step.startedAt < inside.startedAt)) inside.startedAt = step.startedAt;
    if (step.endedAt !== undefined && (inside.endedAt === undefined || step.endedAt > inside.endedAt)) inside.endedAt = step.endedAt;
    if (isInFlight(step.state)) this.#open.add(key);
    else this.#open.delete(key);
    this.#aggregate(old, step);
  }

  node(node: string): NodeView | undefined {
    const entry = this.#nodes.get(node);
    if (entry === undefined) return undefined;
    entry.view ??= nodeView(entry);
    return entry.view;
  }
  *nodes(): IterableIterator<NodeView> {
    for (const entry of this.#nodes.values()) {
      entry.view ??= nodeView(entry);
      yield entry.view;
    }
  }

  #count(from: StepState | undefined, to: StepState, inside: MutableCounts): void {
    if (from === to) return;
    if (from !== undefined) {
      this.counts[from] -= 1;
      inside[from] -= 1;
    }
    this.counts[to] += 1;
    inside[to] += 1;
  }

  #aggregate(old: StepView | undefined, step: StepView): void {
    let entry = this.#nodes.get(step.node);
    if (entry === undefined) {
      entry = {
        node: step.node, counts: emptyCounts(), durations: [], instances: 0, totalMs: 0, firstStartedAt: undefined, lastEndedAt: undefined,
        failed: undefined, last: step, view: undefined,
      };
      this.#nodes.set(step.node, entry);
    }
    if (old === undefined) entry.instances += 1;
    else entry.counts[old.state] -= 1;
    entry.counts[step.state] += 1;
    entry.last = step;
    if (step.startedAt !== undefined && (entry.firstStartedAt === undefined || step.startedAt < entry.firstStartedAt)) entry.firstStartedAt = step.startedAt;
    if (step.endedAt !== undefined && (entry.lastEndedAt === undefined || step.endedAt > entry.lastEndedAt)) entry.lastEndedAt = step.endedAt;
    if (step.ms !== undefined && old?.ms === undefined && step.state !== "skipped") {
      entry.durations.push(step.ms);
      entry.totalMs += step.ms;
    }
    if (step.state === "failed" && entry.failed === undefined) entry.failed = step;
    entry.view = undefined;
  }

  #scopeEntry(scope: string): ScopeEntry {
    let entry = this.#scopes.get(scope);
    let missing = scope;
    while (entry === undefined) {
      const { parent, container, index } = splitScope(missing);
      const made: ScopeEntry = { scope: missing, container, index, steps: [], startedAt: undefined, endedAt: undefined, counts: emptyCounts() };
      this.#scopes.set(missing, made);
      this.#addItem(stepKey(container, parent === "" ? undefined : parent), missing, index);
      if (missing === scope) entry = made;
      if (parent === "" || this.#scopes.has(parent)) break;
      missing = parent;
    }
    return entry ?? this.#scopeEntry(scope);
  }

  /** Passes start nearly in order; the few that do not are moved into place. */
  #addItem(container: string, scope: string, index: number): void {
    const items = this.#items.get(container);
    if (items === undefined) {
      this.#items.set(container, [scope]);
      return;
    }
    let at = items.length;
    while (at > 0 && splitScope(items[at - 1] ?? "").index > index) at -= 1;
    items.splice(at, 0, scope);
  }
}

const nodeView = (entry: NodeEntry): NodeView => {
  const { durations } = entry;
  const length = durations.length;
  let known: number | undefined;
  return {
    node: entry.node,
    state: entry.instances === 1 ? entry.last.state : leadingState(entry.counts),
    instances: entry.instances,
    counts: { ...entry.counts },
    last: entry.last,
    firstStartedAt: entry.firstStartedAt,
    lastEndedAt: entry.lastEndedAt,
    totalMs: entry.totalMs,
    medianMs: () => {
      known ??= median(durations, length);
      return known;
    },
    error: entry.failed?.error,
  };
};
