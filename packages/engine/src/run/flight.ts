/**
 * A step that takes time: it has started and is not over. It may run, wait for a timer or a person, or wait to be tried
 * again; it can be stopped in each of these, and it settles exactly once.
 */
import type { StepError } from "@axion/protocol";
import { StepFailure, stepErrorOf } from "../failure.ts";
import { type Inputs, type Outputs, Suspend, type Waking } from "../kind.ts";
import { Context } from "./context.ts";
import * as events from "./events.ts";
import type { Frame } from "./frame.ts";
import { type Answer, type Past, unknownOutcome } from "./history.ts";
import { inputsOf } from "./ports.ts";
import type { Run } from "./run.ts";

const LONGEST_TIMER = 86_400_000;
const LONGEST_RETRY = 60_000;

type State = "intent" | "running" | "waiting" | "retrying" | "writing";

export class Flight {
  private readonly run: Run;
  readonly frame: Frame;
  readonly entry: number;
  readonly effect: boolean;
  readonly startedAt: number;
  settled = false;
  private attempt: number;
  private state: State = "running";
  private holdsSlot = false;
  private controller = new AbortController();
  private clear: (() => void)[] = [];
  private approvalId: string | undefined;
  private stopped = false;

  constructor(run: Run, frame: Frame, entry: number, startedAt: number, attempt: number) {
    this.run = run;
    this.frame = frame;
    this.entry = entry;
    this.startedAt = startedAt;
    this.attempt = attempt;
    this.effect = this.kind.delivery(this.setup.config) === "effect";
    frame.flights.add(this);
  }

  private get kind() { return this.run.plan.kinds[this.entry] as Run["plan"]["kinds"][number]; }
  private get setup() { return this.run.plan.setups[this.entry] as Run["plan"]["setups"][number]; }
  private get id() { return this.run.plan.ids[this.entry] as string; }
  /** An effect that may have happened although nobody saw its end. */
  get inDoubt(): boolean { return this.effect && (this.state === "running" || this.state === "writing"); }

  /** Starts an attempt. */
  begin(): void {
    const { run, frame, id } = this;
    this.controller = new AbortController();
    if (this.kind.slow === true) { this.holdsSlot = true; run.running++; }
    run.write(events.stepStarted(run.now(), id, frame.scope, this.attempt, undefined));
    if (!this.effect) { this.call(); return; }
    this.state = "intent";
    let inputs: Inputs;
    let what: string;
    try {
      inputs = inputsOf(run.plan, frame, this.entry);
      what = this.kind.intent?.(inputs, this.setup.config) ?? this.kind.title;
    } catch (thrown) { this.attemptFailed(stepErrorOf(thrown)); return; }
    run.write(events.effectIntent(run.now(), id, frame.scope, this.context().key, what));
    run.journal.durable().then(() => {
      if (this.settled || run.over) return;
      if (this.stopped) this.cancelled();
      else this.call(inputs);
    }, () => undefined); // A lost journal ends the run; it has been told.
  }

  private context(): Context { return new Context(this.run, this.frame, this.entry, this.attempt, this.controller.signal); }

  private call(given?: Inputs): void {
    this.state = "running";
    const { timeoutMs } = this.setup.rules;
    if (timeoutMs > 0) this.timer(timeoutMs, () => this.timedOut(timeoutMs));
    let result: Outputs | Suspend | Promise<Outputs>;
    try {
      const run = this.kind.run;
      if (run === undefined) throw new Error(`The kind ${this.kind.id} cannot run.`);
      result = run.call(this.kind, this.context(), given ?? inputsOf(this.run.plan, this.frame, this.entry), this.setup.config, this.setup.prepared);
    } catch (thrown) { this.attemptFailed(stepErrorOf(thrown)); return; }
    this.land(result);
  }

  /** Takes what `run` gave, also when it was called before there was a flight. */
  land(result: Outputs | Suspend | Promise<Outputs>): void {
    if (result instanceof Suspend) { this.suspend(result); return; }
    if (!(result instanceof Promise)) { this.succeeded(result); return; }
    const attempt = this.attempt;
    result.then(
      (outputs) => { if (attempt === this.attempt) this.succeeded(outputs); },
      (thrown: unknown) => {
        if (attempt !== this.attempt) return;
        if (this.stopped && this.controller.signal.aborted) this.cancelled();
        else this.attemptFailed(stepErrorOf(thrown));
      },
    );
  }

  /** Goes on where a lost runner left this instance. */
  resume(past: Past): void {
    if (past.approvalId !== undefined) this.awaitApproval(past.approvalId);
    else if (past.until !== undefined) this.awaitTimer(past.until);
    else if (past.retryAt !== undefined) this.awaitRetry(past.retryAt);
    else this.begin();
  }

  private suspend(suspend: Suspend): void {
    const { run, frame, id } = this;
    this.freeSlot();
    if (suspend.wait.type === "timer") {
      run.write(events.stepWaiting(run.now(), id, frame.scope, { until: suspend.wait.until }));
      this.awaitTimer(suspend.wait.until);
      return;
    }
    const request = suspend.wait;
    const approvalId = run.host.newId();
    const ask = (details: string | undefined) => {
      if (this.settled || run.over) return;
      run.write(events.approvalRequested(run.now(), id, frame.scope, approvalId, request, details));
      run.write(events.stepWaiting(run.now(), id, frame.scope, { approvalId }));
      // A person waits: it need not wait for the group to fill.
      run.journal.flush();
      this.awaitApproval(approvalId);
    };
    this.state = "waiting";
    if (request.details === undefined) ask(undefined);
    else run.values.one(request.details).then(ask, (thrown: unknown) => this.attemptFailed(stepErrorOf(thrown)));
  }

  private awaitTimer(until: number): void {
    this.state = "waiting";
    const left = until - this.run.now();
    if (left > LONGEST_TIMER) this.timer(LONGEST_TIMER, () => this.awaitTimer(until));
    else this.timer(Math.max(0, Math.ceil(left)), () => this.woken({ type: "timer" }));
  }

  private awaitApproval(approvalId: string): void {
    this.state = "waiting";
    this.approvalId = approvalId;
    const answer = this.run.answers.get(approvalId);
    if (answer !== undefined) this.answered(answer);
    else this.run.approvals.set(approvalId, this);
  }

  private awaitRetry(at: number): void {
    this.state = "retrying";
    this.timer(Math.max(0, Math.ceil(at - this.run.now())), () => this.run.enqueueRetry(this));
  }

  answered(answer: Answer): void { this.woken({ type: "approval", ...answer }); }

  private woken(waking: Waking): void {
    if (this.settled || this.run.over) return;
    let outputs: Outputs;
    try {
      outputs = this.kind.wake?.(this.context(), inputsOf(this.run.plan, this.frame, this.entry), this.setup.config, this.setup.prepared, waking) ?? {};
    } catch (thrown) { this.attemptFailed(stepErrorOf(thrown)); return; }
    this.succeeded(outputs);
  }

  private timedOut(ms: number): void {
    const error: StepError = { code: "timeout", message: `The step took longer than ${ms} ms.`, ...(this.effect && { outcomeUnknown: true }) };
    this.controller.abort();
    this.attemptFailed(error, this.effect && this.setup.rules.onUnknown !== "retry");
  }

  private attemptFailed(error: StepError, final = false): void {
    if (this.settled || this.run.over) return;
    const { run, frame } = this;
    const { retryMax, retryBaseMs } = this.setup.rules;
    this.clearTimers();
    if (final || this.attempt > retryMax || frame.stopping) {
      this.settle(() => run.fail(frame, this.entry, error, run.now() - this.startedAt));
      return;
    }
    const backoff = Math.min(retryBaseMs * 2 ** (this.attempt - 1), LONGEST_RETRY);
    const nextAt = run.now() + backoff * (0.5 + run.host.random() / 2);
    run.write(events.stepRetrying(run.now(), this.id, frame.scope, this.attempt, error, nextAt));
    this.attempt++;
    this.freeSlot();
    this.awaitRetry(nextAt);
    run.drain();
  }

  private succeeded(outputs: Outputs): void {
    if (this.settled || this.run.over) return;
    const { run } = this;
    this.clearTimers();
    this.freeSlot();
    let text: string | Promise<string>;
    try { text = run.values.write(outputs, run.portsOf(this.entry)); } catch (thrown) { this.refused(thrown); return; }
    this.keep(outputs, text);
  }

  /** The outputs are there; their large values may still be on their way into the blob store. */
  keep(outputs: Outputs, text: string | Promise<string>): void {
    const { run, frame } = this;
    this.state = "writing";
    const finish = (written: string) => this.settle(() => {
      run.succeed(frame, this.entry, outputs, written, run.now() - this.startedAt);
      if (this.effect) run.journal.flush();
    });
    if (typeof text === "string") finish(text);
    else text.then(finish, (thrown: unknown) => this.refused(thrown));
  }

  /** It ran, but its values cannot be kept: trying again would give the same. */
  private refused(thrown: unknown): void { this.attemptFailed(stepErrorOf(thrown), true); }

  cancelled(): void {
    this.settle(() => this.run.cancelStep(this.frame, this.entry, this.run.now() - this.startedAt, this.inDoubt ? unknownOutcome : undefined));
  }

  /** Its frame stops. What only waits ends at once; an effect that runs is let finish unless the run is cancelled. */
  stop(): void {
    if (this.settled) return;
    this.stopped = true;
    if (this.state === "waiting" || this.state === "retrying") this.cancelled();
    else if (!this.effect || this.run.cancelled) this.controller.abort(new StepFailure("cancelled", "The run stops."));
  }

  private settle(record: () => void): void {
    if (this.settled || this.run.over) return;
    this.settled = true;
    this.clearTimers();
    this.freeSlot();
    this.frame.flights.delete(this);
    if (this.approvalId !== undefined) this.run.approvals.delete(this.approvalId);
    record();
    this.run.drain();
  }

  private timer(ms: number, wake: () => void): void { this.clear.push(this.run.host.clock.timer(ms, wake)); }
  private clearTimers(): void {
    for (const clear of this.clear) clear();
    this.clear = [];
  }
  private freeSlot(): void {
    if (!this.holdsSlot) return;
    this.holdsSlot = false;
    this.run.running--;
    this.run.releaseHeld();
  }
}
