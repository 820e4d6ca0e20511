/**
 * A run as screens see it. `RunView` is a light shell that is new after each batch of events; steps and nodes are looked up
 * through it and keep their identity while nothing happened to them, so that selectors are cheap with 100,000 steps.
 *
 * A shell shows the run as of its making only until the next batch: keep nodes and steps, not old shells.
 */
import type {
  ApprovalStatus, BlobValue, Fact, InlineValue, LogLevel, PortValue, RunEvent, RunGrant, RunnerFacts, RunState, StepError, StepState,
} from "@axion/protocol";

export type { BlobValue, InlineValue };
export type Outputs = Readonly<Record<string, PortValue>>;

export interface StepView {
  /** `node`, or `node@scope` inside containers. */
  readonly key: string;
  readonly node: string;
  readonly scope: string | undefined;
  readonly state: StepState;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly ms: number | undefined;
  readonly attempts: number;
  /** Of a container: how many items it goes through. */
  readonly items: number | undefined;
  readonly outputs: Outputs | undefined;
  readonly error: StepError | undefined;
  /** Why it was skipped, in words. */
  readonly reason: string | undefined;
  /** Timer or next try. */
  readonly until: number | undefined;
  readonly approvalId: string | undefined;
  /** The tries before this one, each with what went wrong. */
  readonly tries: ReadonlyArray<{ readonly attempt: number; readonly error: StepError; readonly at: number }>;
}

export type StateCounts = Readonly<Record<StepState, number>>;

/** All instances of one node together. */
export interface NodeView {
  readonly node: string;
  /** The state to show: what needs a look comes first (waiting, failed, retrying, running, …), else the end state. */
  readonly state: StepState;
  readonly instances: number;
  readonly counts: StateCounts;
  /** The only instance, or the one that changed last. */
  readonly last: StepView;
  readonly firstStartedAt: number | undefined;
  readonly lastEndedAt: number | undefined;
  readonly totalMs: number;
  /** Median of the finished instances; computed when asked. */
  medianMs(): number | undefined;
  /** The first failure, for the card. */
  readonly error: StepError | undefined;
}

export interface ApprovalView {
  readonly approvalId: string;
  readonly node: string;
  readonly scope: string | undefined;
  readonly title: string;
  readonly facts: ReadonlyArray<Fact>;
  readonly details: PortValue | undefined;
  readonly status: ApprovalStatus;
  readonly requestedAt: number;
  readonly answeredAt: number | undefined;
  readonly note: string | undefined;
}

/** One line of the log: a `log` event, or something that the run did (put into words by the screen). */
export interface LogLine {
  readonly seq: number;
  readonly ts: number;
  readonly level: LogLevel;
  readonly event: RunEvent;
}

/** A row of the timeline. An `item` row is one pass through a container and has no step of its own. */
export type TimelineRow =
  | { readonly kind: "step"; readonly key: string; readonly depth: number; readonly step: StepView; readonly expandable: boolean; readonly expanded: boolean }
  | {
      readonly kind: "item"; readonly key: string; readonly depth: number; readonly container: string; readonly index: number; readonly scope: string;
      readonly state: StepState; readonly startedAt: number | undefined; readonly endedAt: number | undefined; readonly expandable: true; readonly expanded: boolean;
    };

export interface RunCounts {
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly running: number;
  readonly waiting: number;
  readonly queued: number;
  /** Instances seen so far. */
  readonly total: number;
}

export interface RunView {
  readonly version: number;
  readonly seq: number;
  readonly state: RunState;
  readonly cancelling: boolean;
  /** The runner is lost and another one is on its way. */
  readonly interrupted: string | undefined;
  readonly graphName: string | undefined;
  readonly graphId: string | undefined;
  readonly runner: RunnerFacts | undefined;
  readonly attempt: number;
  readonly grants: ReadonlyArray<RunGrant>;
  readonly input: InlineValue["value"] | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly ms: number | undefined;
  readonly outputs: Outputs | undefined;
  readonly error: StepError | undefined;
  readonly counts: RunCounts;
  readonly approvals: ReadonlyArray<ApprovalView>;
  readonly log: ReadonlyArray<LogLine>;
  /** Lines that were pushed out of `log` by newer ones. */
  readonly logDropped: number;
  node(node: string): NodeView | undefined;
  nodes(): IterableIterator<NodeView>;
  step(node: string, scope?: string): StepView | undefined;
  /** In the order in which they were first heard of. */
  steps(): IterableIterator<StepView>;
  /** Rows in order of start; containers and items in `expanded` (keys of rows) show what is inside. */
  timeline(expanded: ReadonlySet<string>): ReadonlyArray<TimelineRow>;
}

export const stepKey = (node: string, scope?: string): string => (scope === undefined ? node : `${node}@${scope}`);
