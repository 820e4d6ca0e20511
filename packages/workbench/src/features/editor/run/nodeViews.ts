// From a run to what each card and each edge shows. Made again at most once a frame; entries of nodes about which the run said
// nothing new keep their identity, so only the others are drawn again.

import type { EdgeLook, InstanceStates, NodeView as CardView } from '@axion/canvas';
import type { GraphModel, NodeView, RunView, StepView } from '@axion/client';
import type { StepState } from '@axion/protocol';
import { infoOf } from '../model/kindInfo.ts';
import { countOf, type PreviewWords, previewLines, shownOutput } from './preview.ts';

export interface ViewWords extends PreviewWords {
  readonly state: (state: StepState) => string;
  readonly duration: (ms: number) => string;
  readonly median: (time: string) => string;
  readonly ofTotal: (done: number, total: number) => string;
  readonly retryIn: (time: string) => string;
  readonly tries: (count: number) => string;
  readonly unknownOutcome: string;
}

export interface RunDrawing {
  readonly views: ReadonlyMap<string, CardView>;
  readonly looks: ReadonlyMap<string, EdgeLook>;
}

const ENDED = new Set<StepState>(['succeeded', 'cached', 'pinned', 'skipped', 'failed', 'cancelled']);
const ACTIVE = new Set<StepState>(['running', 'waiting', 'retrying']);
const SEGMENTS = 200;
const SECOND = 1000;

interface Kept {
  readonly source: NodeView;
  /** Whole seconds for what counts time, else 0: an entry is made again when this changes. */
  readonly tick: number;
  readonly view: CardView;
}

export function createRunDrawer(words: ViewWords): (graph: GraphModel, run: RunView, now: number) => RunDrawing {
  let kept = new Map<string, Kept>();
  let looks: ReadonlyMap<string, EdgeLook> = new Map();
  let views: ReadonlyMap<string, CardView> = new Map();
  return (graph, run, now) => {
    const next = new Map<string, Kept>();
    const drawn = new Map<string, CardView>();
    let same = true;
    const live = run.state === 'queued' || run.state === 'running' || run.state === 'waiting';
    const container = containersOf(graph);
    for (const node of graph.nodes.values()) {
      const source = run.node(node.id);
      if (source === undefined) {
        if (live && node.off !== true) drawn.set(node.id, queuedView(words));
        continue;
      }
      const counts = ACTIVE.has(source.state) && live;
      const tick = counts ? Math.floor(now / SECOND) : 0;
      const children = container.get(node.id);
      const old = kept.get(node.id);
      // The items of a container change while the container itself says nothing.
      const entry = old?.source === source && old.tick === tick && !(children !== undefined && live) ? old : { source, tick, view: cardView(source, run, children ?? null, now, live, words) };
      next.set(node.id, entry);
      drawn.set(node.id, entry.view);
      if (entry !== old) same = false;
    }
    same &&= drawn.size === views.size;
    kept = next;
    if (!same) views = drawn;
    looks = edgeLooks(graph, run, looks);
    return { views, looks };
  };
}

let queued: { readonly words: ViewWords; readonly view: CardView } | null = null;
function queuedView(words: ViewWords): CardView {
  if (queued?.words !== words) queued = { words, view: { state: 'queued', word: words.state('queued') } };
  return queued.view;
}

function cardView(node: NodeView, run: RunView, children: readonly string[] | null, now: number, live: boolean, words: ViewWords): CardView {
  const { last, state, instances } = node;
  // What was in flight when a run ended is over, whatever its last word was.
  const shown = !live && ACTIVE.has(state) ? 'cancelled' : state;
  const single = instances === 1;
  const items = children === null || !single ? undefined : itemStates(last, run, children);
  const time = timeOf(node, now, live, words);
  const count = countWord(node, items, words);
  const output = single && ENDED.has(shown) ? shownOutput(last.outputs) : shownOutput(last.outputs);
  const preview = output === null || children !== null ? [] : previewLines(output[1], words);
  return {
    state: shown,
    word: wordOf(node, shown, now, words),
    ...(time === null ? {} : { time }),
    ...(count === null ? {} : { count }),
    ...(preview.length === 0 ? {} : { preview }),
    ...(items === undefined || items.total === 0 ? {} : { instances: items }),
  };
}

function wordOf(node: NodeView, state: StepState, now: number, words: ViewWords): string {
  if (state === 'retrying' && node.last.until !== undefined) return words.retryIn(words.duration(Math.max(0, Math.ceil((node.last.until - now) / SECOND) * SECOND)));
  if (state === 'failed' && node.error?.outcomeUnknown === true) return words.unknownOutcome;
  return words.state(state);
}

function timeOf(node: NodeView, now: number, live: boolean, words: ViewWords): string | null {
  if (node.instances > 1) {
    const median = node.medianMs();
    return median === undefined ? null : words.median(words.duration(median));
  }
  const { ms, startedAt, state } = node.last;
  if (ms !== undefined) return state === 'skipped' ? null : words.duration(ms);
  if (!live || startedAt === undefined || now - startedAt < SECOND) return null;
  return words.duration(Math.floor((now - startedAt) / SECOND) * SECOND);
}

function countWord(node: NodeView, items: InstanceStates | undefined, words: ViewWords): string | null {
  if (items !== undefined && items.total > 0) return words.ofTotal(endedItems(items), items.total);
  const { counts, instances, last, error } = node;
  if (instances > 1) {
    if (node.state === 'waiting') return String(counts.waiting);
    if (node.state === 'running') return words.items(counts.running);
    if (node.state === 'failed') return words.ofTotal(counts.failed, instances);
    return words.ofTotal(counts.succeeded + counts.cached + counts.pinned, instances);
  }
  if (node.state === 'skipped') return last.reason ?? null;
  if (node.state === 'failed' && error !== undefined) return last.attempts > 1 ? words.tries(last.attempts) : null;
  const output = shownOutput(last.outputs);
  return output === null ? null : countOf(output[1], words);
}

function endedItems(items: InstanceStates): number {
  if (items.each !== undefined) return items.each.filter((state) => ENDED.has(state)).length;
  let ended = 0;
  for (const [state, share] of Object.entries(items.shares ?? {})) if (ENDED.has(state as StepState)) ended += share;
  return ended;
}

const rank: readonly StepState[] = ['waiting', 'failed', 'retrying', 'running', 'cancelled', 'queued', 'succeeded', 'cached', 'pinned', 'skipped', 'idle'];

/** How each item of a container stands, from the steps of its direct children; only shares where there are many. */
function itemStates(step: StepView, run: RunView, children: readonly string[]): InstanceStates {
  const total = step.items ?? 0;
  if (total === 0 || children.length === 0) return { total };
  if (total > SEGMENTS) return { total, shares: sharesOf(total, run, children) };
  const scope = step.scope === undefined ? `${step.node}:` : `${step.scope}/${step.node}:`;
  const over = ENDED.has(step.state);
  const each: StepState[] = [];
  for (let item = 0; item < total; item += 1) {
    let best: StepState = 'idle';
    let seen = 0;
    let open = false;
    for (const child of children) {
      const state = run.step(child, `${scope}${item}`)?.state;
      if (state === undefined) continue;
      seen += 1;
      if (!ENDED.has(state)) open = true;
      if (rank.indexOf(state) < rank.indexOf(best)) best = state;
    }
    // An item whose later steps have not begun is under way, however well the first ones went.
    if (seen > 0 && seen < children.length && !open && !over && best !== 'failed') best = 'running';
    if (best === 'skipped') best = 'succeeded';
    each.push(best);
  }
  return { total, each };
}

function sharesOf(total: number, run: RunView, children: readonly string[]): Partial<Record<StepState, number>> {
  let failed = 0;
  let waiting = 0;
  let running = 0;
  let begun = 0;
  let ended = total;
  for (const child of children) {
    const counts = run.node(child)?.counts;
    if (counts === undefined) {
      ended = 0;
      continue;
    }
    const over = counts.succeeded + counts.cached + counts.pinned + counts.skipped + counts.failed + counts.cancelled;
    failed += counts.failed;
    waiting = Math.max(waiting, counts.waiting);
    running += counts.running + counts.retrying;
    begun = Math.max(begun, over + counts.running + counts.retrying + counts.waiting);
    ended = Math.min(ended, over);
  }
  const failedItems = Math.min(total, failed);
  return { failed: failedItems, waiting, running: Math.max(Math.min(running, total), begun - ended - waiting), succeeded: Math.max(0, ended - failedItems) };
}

function containersOf(graph: GraphModel): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const node of graph.nodes.values()) {
    if (node.parent === undefined) continue;
    const list = children.get(node.parent);
    if (list === undefined) children.set(node.parent, [node.id]);
    else list.push(node.id);
  }
  for (const node of graph.nodes.values()) if (infoOf(node).kind?.container !== undefined && !children.has(node.id)) children.set(node.id, []);
  return children;
}

const DEAD = new Set<StepState>(['skipped', 'failed', 'cancelled']);

/** `before` is given back when nothing changed. */
export function edgeLooks(graph: GraphModel, run: RunView, before: ReadonlyMap<string, EdgeLook>): ReadonlyMap<string, EdgeLook> {
  const next = new Map<string, EdgeLook>();
  let same = true;
  for (const edge of graph.edges.values()) {
    const look = lookOf(edge, graph, run);
    if (look === 'rest') continue;
    next.set(edge.id, look);
    if (before.get(edge.id) !== look) same = false;
  }
  return same && next.size === before.size ? before : next;
}

function lookOf(edge: { readonly from: { readonly node: string; readonly port: string }; readonly to: { readonly node: string } }, graph: GraphModel, run: RunView): EdgeLook {
  const source = run.node(edge.from.node);
  if (source === undefined || source.state === 'queued' || source.state === 'idle') return 'rest';
  const inward = graph.nodes.get(edge.to.node)?.parent === edge.from.node;
  const target = run.node(edge.to.node);
  const active = target !== undefined && (target.state === 'running' || target.state === 'retrying');
  if (inward) return DEAD.has(source.state) && target === undefined ? 'dead' : active ? 'running' : target === undefined ? 'rest' : 'passed';
  // Of many instances the last one alone does not tell which ways were taken; what arrived at the target does.
  if (source.instances > 1) return target === undefined || target.instances === 0 ? 'rest' : target.instances > target.counts.skipped ? (active ? 'running' : 'passed') : 'dead';
  if (source.last.outputs !== undefined && Object.hasOwn(source.last.outputs, edge.from.port)) return active ? 'running' : 'passed';
  if (!ENDED.has(source.last.state)) return 'rest';
  return 'dead';
}
