/**
 * Run events → RunView. Deterministic: the view depends on the events alone, not on how they were split into batches or
 * how often they came. Events at or before the last applied seq are ignored; a gap stops the batch (the subscription
 * closes gaps; see gateway/subscriptions.ts).
 */
import type { LogLevel, RunEvent } from "@axion/protocol";
import { runCounts } from "./counts.ts";
import { isInFlight, StepTable } from "./steps.ts";
import { timelineRows } from "./timeline.ts";
import type { ApprovalView, LogLine, RunView, StepView } from "./view.ts";

export const logLimit = 5_000;
type Head = Pick<
  RunView,
  "cancelling" | "interrupted" | "graphName" | "graphId" | "runner" | "attempt" | "grants" | "input" | "startedAt" | "endedAt" | "ms" | "outputs" | "error"
>;
type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

export class RunReducer {
  #seq = 0;
  #version = 0;
  #outcome: EventOf<"run-finished">["state"] | undefined;
  #head: Head = {
    cancelling: false, interrupted: undefined, graphName: undefined, graphId: undefined, runner: undefined, attempt: 1, grants: [], input: undefined,
    startedAt: undefined, endedAt: undefined, ms: undefined, outputs: undefined, error: undefined,
  };
  readonly #table = new StepTable();
  readonly #approvals = new Map<string, ApprovalView>();
  #log: LogLine[] = [];
  #logDropped = 0;
  #view: RunView | undefined;

  get seq(): number {
    return this.#seq;
  }

  /** Returns false if the batch has a gap before it or in it; what comes after the gap was not applied. */
  apply(events: ReadonlyArray<RunEvent>): boolean {
    for (const event of events) {
      if (event.seq <= this.#seq) continue;
      if (event.seq > this.#seq + 1) return false;
      this.#seq = event.seq;
      this.#view = undefined;
      this.#one(event);
    }
    return true;
  }

  /** Events of unknown types take a place but bring nothing. */
  skipTo(seq: number): void {
    if (seq > this.#seq) this.#seq = seq;
  }

  view(): RunView {
    this.#view ??= this.#makeView();
    return this.#view;
  }

  #one(event: RunEvent): void {
    switch (event.type) {
      case "run-started":
        this.#patch({
          startedAt: event.ts, graphName: event.graphName, graphId: event.graphId, runner: event.runner, grants: event.grants, input: event.input,
        });
        return this.#say(event, "info");
      case "run-interrupted":
        this.#patch({ interrupted: event.reason });
        this.#requeue();
        return this.#say(event, "warn");
      case "run-resumed":
        this.#patch({ interrupted: undefined, runner: event.runner, attempt: event.attempt });
        return this.#say(event, "info");
      case "step-started":
        return this.#table.update(event.node, event.scope, (step) => ({
          ...step, state: "running", startedAt: step.startedAt ?? event.ts, endedAt: undefined, until: undefined,
          attempts: event.attempt ?? Math.max(1, step.attempts), items: event.items ?? step.items,
        }));
      case "effect-intent":
        return this.#table.update(event.node, event.scope, (step) =>
          isInFlight(step.state) && step.state !== "queued" ? step : { ...step, state: "running", startedAt: step.startedAt ?? event.ts, attempts: Math.max(1, step.attempts) });
      case "step-waiting":
        return this.#table.update(event.node, event.scope, (step) => ({
          ...step, state: "waiting", startedAt: step.startedAt ?? event.ts, attempts: Math.max(1, step.attempts), until: event.until, approvalId: event.approvalId ?? step.approvalId,
        }));
      case "step-retrying":
        this.#table.update(event.node, event.scope, (step) => ({
          ...step, state: "retrying", startedAt: step.startedAt ?? event.ts, attempts: event.attempt, until: event.nextAt,
          tries: [...step.tries, { attempt: event.attempt, error: event.error, at: event.ts }],
        }));
        return this.#say(event, "warn");
      case "step-finished":
        return this.#finished(event);
      case "approval-requested":
        this.#approvals.set(event.approvalId, {
          approvalId: event.approvalId, node: event.node, scope: event.scope, title: event.title, facts: event.facts, details: event.details,
          status: "pending", requestedAt: event.ts, answeredAt: undefined, note: undefined,
        });
        this.#table.update(event.node, event.scope, (step) => ({
          ...step, state: "waiting", startedAt: step.startedAt ?? event.ts, attempts: Math.max(1, step.attempts), approvalId: event.approvalId,
        }));
        return this.#say(event, "info");
      case "approval-answered":
        return this.#answered(event);
      case "log":
        return this.#say(event, event.level);
      case "run-cancelling":
        this.#patch({ cancelling: true });
        return this.#say(event, "info");
      case "run-finished":
        return this.#runFinished(event);
    }
  }

  #finished(event: EventOf<"step-finished">): void {
    const startedAt = event.ts - event.ms;
    this.#table.update(event.node, event.scope, (step) => ({
      ...step, state: event.state, startedAt: step.startedAt ?? startedAt, endedAt: event.ts, ms: event.ms, until: undefined,
      attempts: Math.max(event.state === "skipped" ? 0 : 1, step.attempts), outputs: event.outputs, error: event.error, reason: event.reason,
    }));
    if (event.state === "failed") this.#say(event, "error");
  }

  #answered(event: EventOf<"approval-answered">): void {
    const asked = this.#approvals.get(event.approvalId);
    if (asked !== undefined) {
      this.#approvals.set(event.approvalId, { ...asked, status: event.decision, answeredAt: event.ts, note: event.note });
      this.#table.update(asked.node, asked.scope, (step) => (step.state === "waiting" ? { ...step, state: "running" } : step));
    }
    this.#say(event, "info");
  }

  #runFinished(event: EventOf<"run-finished">): void {
    this.#outcome = event.state;
    this.#patch({ endedAt: event.ts, ms: event.ms, outputs: event.outputs, error: event.error, cancelling: false, interrupted: undefined });
    // A run that was killed has steps that never ended.
    for (const key of [...this.#table.open]) {
      const step = this.#table.get(key);
      if (step !== undefined) this.#table.update(step.node, step.scope, (open) => ({ ...open, state: "cancelled", endedAt: event.ts, until: undefined }));
    }
    for (const [id, approval] of this.#approvals) if (approval.status === "pending") this.#approvals.set(id, { ...approval, status: "withdrawn" });
    this.#say(event, event.state === "failed" ? "error" : "info");
  }

  /** The runner is gone: what was in flight starts again, but a question to the person stays asked. */
  #requeue(): void {
    for (const key of [...this.#table.open]) {
      const step = this.#table.get(key);
      if (step === undefined || (step.approvalId !== undefined && this.#approvals.get(step.approvalId)?.status === "pending")) continue;
      this.#table.update(step.node, step.scope, (open): StepView => ({ ...open, state: "queued", until: undefined }));
    }
  }

  #patch(change: Partial<Head>): void {
    this.#head = { ...this.#head, ...change };
  }

  #say(event: RunEvent, level: LogLevel): void {
    this.#log.push({ seq: event.seq, ts: event.ts, level, event });
    // Trimmed seldom, so that a chatty run costs nothing per line.
    if (this.#log.length >= 2 * logLimit) this.#trimLog();
  }
  #trimLog(): void {
    const over = this.#log.length - logLimit;
    if (over <= 0) return;
    this.#log = this.#log.slice(over);
    this.#logDropped += over;
  }

  #state(): RunView["state"] {
    if (this.#outcome !== undefined) return this.#outcome;
    if (this.#head.startedAt === undefined) return "queued";
    let asks = false;
    for (const approval of this.#approvals.values()) if (approval.status === "pending") asks = true;
    if (!asks) return "running";
    // Waiting for the person only if nothing else goes on; a container is as busy as what is in it.
    for (const key of this.#table.open) {
      const state = this.#table.get(key)?.state;
      if (state !== "waiting" && !this.#table.isContainer(key)) return "running";
    }
    return "waiting";
  }

  #makeView(): RunView {
    this.#trimLog();
    const table = this.#table;
    return {
      ...this.#head,
      version: ++this.#version,
      seq: this.#seq,
      state: this.#state(),
      counts: runCounts(table.counts, table.size),
      approvals: [...this.#approvals.values()],
      log: this.#log.slice(),
      logDropped: this.#logDropped,
      node: (node) => table.node(node),
      nodes: () => table.nodes(),
      step: (node, scope) => table.get(scope === undefined ? node : `${node}@${scope}`),
      steps: () => table.values(),
      timeline: (expanded) => timelineRows(table, expanded),
    };
  }
}
