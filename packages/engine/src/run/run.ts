/**
 * A run: an iterative ready queue over a plan. Pure work goes straight through; what takes time becomes a flight; containers
 * are boxes of frames. Nothing here recurses over nodes or items: settling a step only queues what it made ready.
 */
import type { JournalEvent, StepError } from "@axion/protocol";
import { type Plan, SINK, SOURCE, setupOf } from "../compile/plan.ts";
import { completeInput } from "../compile/compile.ts";
import { stepErrorOf } from "../failure.ts";
import type { Host } from "../host.ts";
import type { Json } from "../json.ts";
import { type Outputs, Suspend } from "../kind.ts";
import { closeItem, openBox } from "./containers.ts";
import { Context } from "./context.ts";
import { finish, finishNow } from "./ending.ts";
import * as events from "./events.ts";
import { Flight } from "./flight.ts";
import { type Failure, Frame, INPUT_FAILED, LIVE, NOT_TAKEN, nodesOf } from "./frame.ts";
import { type Answer, History, type Past, instanceKey, unknownOutcome } from "./history.ts";
import { JournalWriter } from "./journal.ts";
import { errorPortTaken, inputsOf, propagate } from "./ports.ts";
import { ReadyQueue } from "./queue.ts";
import { failuresOf, replay, resume } from "./resume.ts";
import { Values } from "./values.ts";

const SLICE_MS = 8;
const GRACE_MS = 250;

export interface RunOptions {
  readonly runId: string;
  readonly plan: Plan;
  readonly input: Json;
  /** Steps that take time and may run at once. */
  readonly concurrency: number;
  /** Empty for a new run; for one that goes on, all that was journaled. */
  readonly journal: readonly JournalEvent[];
  /** Large values that the journal names, by hash. */
  readonly blobs: ReadonlyMap<string, string>;
  readonly host: Host;
}
export interface RunOutcome {
  readonly state: "succeeded" | "failed" | "cancelled";
  readonly outputs: { readonly [name: string]: Json };
  readonly error?: StepError;
  readonly counts: events.Counts;
}

export class Run {
  readonly runId: string;
  readonly plan: Plan;
  readonly input: Json;
  readonly host: Host;
  readonly history: History;
  readonly values: Values;
  readonly journal: JournalWriter;
  readonly approvals = new Map<string, Flight>();
  readonly answers: Map<string, Answer>;
  /** Resolves when `run-finished` is on disk; rejects if the history cannot be kept. */
  readonly done: Promise<RunOutcome>;
  cancelled = false;
  /** Nothing more may be recorded. */
  over = false;
  running = 0;

  private readonly concurrency: number;
  private readonly queue = new ReadyQueue();
  private held: { readonly frame: Frame; readonly entry: number; readonly flight: Flight | undefined }[] = [];
  readonly outputs: { [name: string]: Json } = Object.create(null) as { [name: string]: Json };
  readonly counts: events.Counts = { total: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 };
  private readonly failing: ReadonlyMap<string, Failure>;
  private readonly quiet = new AbortController().signal;
  readonly hasPast: boolean;
  /** Scopes that were gone into, kept only for a run that goes on: what lies in others is known from the journal alone. */
  readonly entered = new Set<string>();
  readonly startedAt: number;
  private root: Frame | undefined;
  private draining = false;
  finishing = false;
  private clock = 0;
  resolve: (outcome: RunOutcome) => void = () => undefined;
  reject: (reason: unknown) => void = () => undefined;

  constructor(options: RunOptions) {
    this.runId = options.runId;
    this.plan = options.plan;
    this.input = completeInput(options.plan, options.input);
    this.concurrency = options.concurrency;
    this.host = options.host;
    this.history = new History(options.journal);
    this.hasPast = this.history.instances.size > 0;
    this.answers = this.history.answers;
    this.values = new Values(options.host.blobs, options.blobs);
    this.journal = new JournalWriter(options.host.journal, options.host.clock, (reason) => this.lose(reason));
    this.startedAt = this.history.startedAt ?? this.now();
    this.done = new Promise((resolve, reject) => { this.resolve = resolve; this.reject = reject; });
    this.failing = this.hasPast ? failuresOf(options.plan, this.history) : new Map();
  }

  start(): void {
    const level = this.plan.levels[0];
    if (level === undefined || this.root !== undefined) return;
    this.cancelled ||= this.history.cancelling;
    this.root = new Frame(this.plan, level, undefined, 0, undefined, {});
    if (this.cancelled) this.root.stopping = true;
    this.enter(this.root);
    this.drain();
  }

  /** Stops what runs; after a grace of 250 ms the run ends even if something has not stopped. */
  cancel(): void {
    if (this.over || this.cancelled) return;
    this.cancelled = true;
    if (this.root === undefined) return;
    const root = this.root;
    this.host.clock.timer(GRACE_MS, () => finishNow(this, root));
    this.stop(root);
    this.drain();
  }

  answer(approvalId: string, answer: Answer): void {
    if (this.over || this.answers.has(approvalId)) return;
    this.answers.set(approvalId, answer);
    this.approvals.get(approvalId)?.answered(answer);
  }

  /** Milliseconds since 1970, never going back. */
  now(): number {
    const now = this.host.clock.now();
    if (now > this.clock) this.clock = now;
    return this.clock;
  }
  write(event: string): void { if (!this.over) this.journal.add(event); }
  portsOf(entry: number): readonly string[] { return this.plan.setups[entry]?.valueIds ?? []; }

  // --- the queue

  /** A new frame: what nothing leads to is ready. */
  enter(frame: Frame): void {
    const { level } = frame;
    this.counts.total += nodesOf(level);
    if (this.hasPast) this.entered.add(frame.scope ?? "");
    const known = this.failing.get(frame.scope ?? "");
    if (known !== undefined) { frame.stopping = true; frame.failure = known; }
    for (const entry of level.roots) this.enqueue(frame, entry);
    if (level.roots.length === 0) this.close(frame);
  }
  enqueue(frame: Frame, entry: number): void {
    frame.busy++;
    this.queue.push(frame, entry);
  }
  enqueueRetry(flight: Flight): void {
    if (this.running >= this.concurrency && this.plan.kinds[flight.entry]?.slow === true) this.held.push({ frame: flight.frame, entry: flight.entry, flight });
    else flight.begin();
  }
  /** A place became free, or everything that waits for one has to look again. */
  releaseHeld(all = false): void {
    // A step that was to be tried again and was stopped meanwhile must not take the place of one that waits.
    const held = this.held.filter(({ flight }) => flight?.settled !== true);
    const moved = all ? held : held.slice(0, 1);
    this.held = all ? [] : held.slice(1);
    for (const { frame, entry, flight } of moved) {
      if (flight === undefined) this.queue.push(frame, entry);
      else this.enqueueRetry(flight);
    }
  }

  /** Works until nothing is ready, in slices, and no faster than the journal takes it. */
  drain(): void {
    if (this.draining || this.over) return;
    this.draining = true;
    const again = () => { this.draining = false; this.drain(); };
    const end = this.now() + SLICE_MS;
    let steps = 0;
    while (this.queue.size > 0) {
      if (this.journal.full) { this.journal.room().then(again, again); return; }
      if ((++steps & 63) === 0 && this.now() > end) { this.host.clock.pause().then(again, again); return; }
      const { frame, entry } = this.queue;
      this.queue.take();
      this.dispatch(frame, entry);
      if (this.over) return;
    }
    this.draining = false;
  }

  private dispatch(frame: Frame, entry: number): void {
    const { plan } = this;
    const role = plan.role[entry] as number;
    if (role === SOURCE) { propagate(this, frame, entry, frame.given, LIVE); this.release(frame); return; }
    if (role === SINK) {
      // A way that was skipped leaves no result; an end that nothing leads to gives an empty one.
      const slot = plan.slotStart[entry] as number;
      frame.result = plan.slotEdges[slot] === 0 ? null : (frame.values[slot - frame.level.slotFirst] as Json | undefined);
      this.release(frame);
      return;
    }
    const past = this.hasPast ? this.history.instances.get(instanceKey(plan.ids[entry] as string, frame.scope)) : undefined;
    if (past?.finished !== undefined) { replay(this, frame, entry, past.finished); return; }
    const dead = frame.dead[entry - frame.level.first] as number;
    if (dead !== LIVE && (!frame.stopping || (dead === INPUT_FAILED && !this.cancelled))) { this.skip(frame, entry, dead, dead === INPUT_FAILED ? "input failed" : "not on the way taken"); return; }
    if (frame.stopping) { this.notReached(frame, entry, past); return; }
    if (plan.off[entry] === 1) { this.skip(frame, entry, NOT_TAKEN, "switched off"); return; }
    const kind = plan.kinds[entry] as Plan["kinds"][number];
    if (kind.container !== undefined) { openBox(this, frame, entry); return; }
    if (kind.slow === true && this.running >= this.concurrency) { this.held.push({ frame, entry, flight: undefined }); return; }
    if (past !== undefined) { resume(this, frame, entry, past); return; }
    if (kind.slow === true || kind.delivery(plan.setups[entry]?.config) === "effect") { new Flight(this, frame, entry, this.now(), 1).begin(); return; }
    this.runNow(frame, entry);
  }

  /** A pure step, at once; it becomes a flight only if it turns out to take time. */
  private runNow(frame: Frame, entry: number): void {
    const kind = this.plan.kinds[entry] as Plan["kinds"][number];
    const setup = this.plan.setups[entry] as Plan["setups"][number];
    const before = this.clock;
    let result: Outputs | Suspend | Promise<Outputs>;
    let written: string | Promise<string>;
    try {
      if (kind.run === undefined) throw new Error(`The kind ${kind.id} cannot run.`);
      result = kind.run(new Context(this, frame, entry, 1, this.quiet), inputsOf(this.plan, frame, entry), setup.config, setup.prepared);
      if (result instanceof Promise || result instanceof Suspend) {
        this.write(events.stepStarted(before, this.plan.ids[entry] as string, frame.scope, 1, undefined));
        new Flight(this, frame, entry, before, 1).land(result);
        return;
      }
      written = this.values.write(result, this.portsOf(entry));
    } catch (thrown) {
      if (setup.rules.retryMax > 0) new Flight(this, frame, entry, before, 1).land(Promise.reject(thrown));
      else this.fail(frame, entry, stepErrorOf(thrown), this.now() - before);
      return;
    }
    if (typeof written === "string") this.succeed(frame, entry, result, written, this.now() - before);
    else new Flight(this, frame, entry, before, 1).keep(result, written);
  }

  // --- settling

  release(frame: Frame): void {
    frame.busy--;
    if (frame.busy === 0) this.close(frame);
  }
  private close(frame: Frame): void {
    this.abandon(frame);
    if (frame.box !== undefined) closeItem(this, frame);
    else finish(this, frame);
  }

  /** The step's outputs are written out already. */
  succeed(frame: Frame, entry: number, outputs: Outputs, written: string, ms: number): void {
    this.write(events.stepSucceeded(this.clock, this.plan.ids[entry] as string, frame.scope, ms, written));
    this.mark(frame, entry, "succeeded");
    this.arrive(frame, entry, outputs);
  }
  arrive(frame: Frame, entry: number, outputs: Outputs): void {
    this.count(frame, "succeeded");
    if (this.plan.kinds[entry]?.role === "output") this.outputs[(setupOf(this.plan, entry).config as { readonly name: string }).name] = outputs["value"] as Json;
    propagate(this, frame, entry, outputs, LIVE);
    this.release(frame);
  }
  finishContainer(frame: Frame, entry: number, outputs: Outputs, ms: number): void {
    let written: string | Promise<string>;
    try { written = this.values.write(outputs, this.portsOf(entry)); } catch (thrown) { this.fail(frame, entry, stepErrorOf(thrown), ms); return; }
    if (typeof written === "string") { this.succeed(frame, entry, outputs, written, ms); return; }
    written.then(
      (text) => { if (!this.over) { this.succeed(frame, entry, outputs, text, ms); this.drain(); } },
      (thrown: unknown) => { if (!this.over) { this.fail(frame, entry, stepErrorOf(thrown), ms); this.drain(); } },
    );
  }

  skip(frame: Frame, entry: number, cause: number, reason: string): void {
    this.write(events.stepEnded(this.now(), this.plan.ids[entry] as string, frame.scope, "skipped", 0, { reason }));
    this.mark(frame, entry, "skipped");
    this.count(frame, "skipped");
    propagate(this, frame, entry, undefined, cause);
    this.release(frame);
  }

  /** A step failed. Its `error` port takes the failure if it is connected; else its frame stops. `inner` is where it began. */
  fail(frame: Frame, entry: number, error: StepError, ms: number, inner?: Failure): void {
    const id = this.plan.ids[entry] as string;
    const caught = errorPortTaken(this.plan, entry);
    const value: Json = { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }), node: id, name: this.plan.names[entry] as string };
    const outputs = caught ? this.values.write({ error: value }, ["error"]) : undefined;
    this.write(events.stepEnded(this.now(), id, frame.scope, "failed", ms, { error, ...(typeof outputs === "string" && { outputs }) }));
    this.mark(frame, entry, "failed");
    this.count(frame, "failed");
    this.failed(frame, entry, inner ?? { error, node: id, name: this.plan.names[entry] as string }, caught ? { error: value } : undefined);
  }
  failed(frame: Frame, entry: number, failure: Failure, outputs: Outputs | undefined): void {
    if (outputs === undefined) {
      frame.failure ??= failure;
      propagate(this, frame, entry, undefined, INPUT_FAILED);
      this.stop(frame);
    } else propagate(this, frame, entry, outputs, INPUT_FAILED);
    this.release(frame);
  }

  cancelStep(frame: Frame, entry: number, ms: number, error: StepError | undefined): void {
    this.write(events.stepEnded(this.now(), this.plan.ids[entry] as string, frame.scope, "cancelled", ms, { ...(error !== undefined && { error }), reason: this.cancelled ? "the run was cancelled" : "another step failed" }));
    this.mark(frame, entry, "cancelled");
    this.count(frame, "cancelled");
    // What follows is told that it is not reached. After a cancel that is only counted: it has to end soon, however large the graph is.
    if (!this.cancelled) propagate(this, frame, entry, undefined, INPUT_FAILED);
    this.release(frame);
  }

  count(frame: Frame, state: "succeeded" | "failed" | "skipped" | "cancelled"): void {
    this.counts[state]++;
    frame.left--;
  }
  /** A step whose turn came after its frame had stopped. What a lost runner had begun must not look as if it still ran. */
  private notReached(frame: Frame, entry: number, past: Past | undefined): void {
    if (past?.startedAt !== undefined) this.cancelStep(frame, entry, 0, past.unknown ? unknownOutcome : undefined);
    else if (this.cancelled) this.release(frame);
    else this.skip(frame, entry, INPUT_FAILED, "another step failed");
  }
  /** What a cancelled frame never came to counts as skipped. */
  abandon(frame: Frame): void {
    this.counts.skipped += frame.left;
    frame.left = 0;
  }

  /** Stops a frame and all inside it. */
  stop(top: Frame): void {
    const flights: Flight[] = [];
    const frames = [top];
    for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
      frame.stopping = true;
      flights.push(...frame.flights);
      for (const box of frame.boxes) frames.push(...box.frames);
    }
    for (const flight of flights) flight.stop();
    this.releaseHeld(true);
  }

  // --- going on, and the end

  private mark(frame: Frame, entry: number, state: string): void {
    if (!this.hasPast) return;
    const past = this.history.instances.get(instanceKey(this.plan.ids[entry] as string, frame.scope));
    if (past !== undefined) past.finished ??= { state, outputs: undefined, error: undefined, reason: undefined };
  }

  /** The history cannot be kept: nothing may happen that is not recorded. */
  lose(reason: unknown): void {
    this.reject(reason);
    if (this.over) return;
    this.over = true;
    if (this.root !== undefined) this.stop(this.root);
  }
}
