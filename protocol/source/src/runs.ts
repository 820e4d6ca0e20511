/**
 * Runs: a journal of durable events, and what is derived from it.
 *
 * Each event exists in two forms made from one table of fields: as the runner drafts it (`JournalEvent`, no seq yet)
 * and as everybody else reads it (`RunEvent`, with `runId` and the gap-free `seq` that the store gave it).
 */
import type { Schema } from "effect";
import { ApprovalId, GraphId, Hash, NodeId, RunId, Scope } from "./ids.ts";
import { DurationMs, Millis, array, boolean, integer, json, literal, literals, optional, record, struct, text, union } from "./shapes.ts";
import { Access } from "./graphs.ts";

export const RunState = literals("RunState", ["queued", "running", "waiting", "succeeded", "failed", "cancelled"]);
export const StepState = literals("StepState", [
  "idle", "queued", "running", "waiting", "retrying", "succeeded", "cached", "pinned", "skipped", "failed", "cancelled",
]);
/** States in which a step can end. */
export const FinishedState = literals("FinishedState", ["succeeded", "cached", "pinned", "skipped", "failed", "cancelled"]);

export const StepError = struct("StepError", {
  code: text(64), message: text(4000), hint: optional(text(2000)), outcomeUnknown: optional(boolean),
});

/** A value that a port carried: inline up to 32 KiB of JSON, else in the blob store with a preview. */
export const InlineValue = struct("InlineValue", { type: literal("inline"), value: json });
export const BlobValue = struct("BlobValue", { type: literal("blob"), hash: Hash, bytes: integer(), preview: text(2000) });
export const PortValue = union("PortValue", [InlineValue, BlobValue]);

export const RunnerMode = literals("RunnerMode", ["docker", "process"]);
export const RunnerFacts = struct("RunnerFacts", {
  mode: RunnerMode, engine: optional(text(200)), jail: text(400), node: text(40), readyMs: DurationMs,
  /** Why not in a container, when that was tried first and did not work. */
  fallback: optional(text(1000)),
});
export const RunGrant = struct("RunGrant", { slot: text(64), path: text(4096), access: Access });
export const StepCounts = struct("StepCounts", {
  total: integer(), succeeded: integer(), failed: integer(), skipped: integer(), cancelled: integer(), running: integer(), waiting: integer(),
});
export const Fact = struct("Fact", { label: text(200), value: text(2000) });
export const Decision = literals("Decision", ["approved", "rejected"]);
export const LogLevel = literals("LogLevel", ["debug", "info", "warn", "error"]);

const instance = { node: NodeId, scope: optional(Scope) };

/** The one table of run events. */
const fields = {
  "run-started": {
    graphId: optional(GraphId), graphName: text(200), graphHash: Hash, input: json, grants: array(RunGrant), runner: RunnerFacts,
  },
  "run-resumed": { reason: text(1000), attempt: integer(1), runner: RunnerFacts },
  "run-interrupted": { reason: text(1000) },
  /** Written for steps that take time; a pure step only finishes. `items` is how many a container will go through. */
  "step-started": { ...instance, attempt: optional(integer(1)), items: optional(integer()) },
  /** On disk before the effect starts. `key` is the same at each attempt of the same instance. */
  "effect-intent": { ...instance, key: text(200), what: text(1000) },
  "step-waiting": {
    ...instance, reason: literals("WaitReason", ["timer", "approval"]), until: optional(Millis), approvalId: optional(ApprovalId),
  },
  "step-retrying": { ...instance, attempt: integer(1), error: StepError, nextAt: Millis },
  /** `ms` is how long the step took; `outputs` by port, absent ports carried nothing. */
  "step-finished": {
    ...instance, state: FinishedState, ms: DurationMs, outputs: optional(record(PortValue)), error: optional(StepError), reason: optional(text(400)),
  },
  "approval-requested": { ...instance, approvalId: ApprovalId, title: text(400), facts: array(Fact), details: optional(PortValue) },
  "approval-answered": { approvalId: ApprovalId, decision: Decision, note: optional(text(2000)) },
  "log": { level: LogLevel, node: optional(NodeId), scope: optional(Scope), text: text(8000) },
  "run-cancelling": {},
  "run-finished": {
    state: literals("RunOutcome", ["succeeded", "failed", "cancelled"]),
    ms: DurationMs, outputs: record(PortValue), error: optional(StepError), steps: StepCounts,
  },
} as const;

const pascal = (kebab: string) => kebab.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
/** The own fields come as an argument, not by `fields[type]` inside: the compiler leaves such a lookup open and the types are lost. */
const draft = <const T extends string, const F extends Schema.Struct.Fields>(type: T, own: F) =>
  struct(`${pascal(type)}Draft`, { type: literal(type), ts: Millis, ...own });
const event = <const T extends string, const F extends Schema.Struct.Fields>(type: T, own: F) =>
  struct(pascal(type), { type: literal(type), runId: RunId, seq: integer(), ts: Millis, ...own });

export const JournalEvent = union("JournalEvent", [
  draft("run-started", fields["run-started"]), draft("run-resumed", fields["run-resumed"]), draft("run-interrupted", fields["run-interrupted"]), draft("step-started", fields["step-started"]), draft("effect-intent", fields["effect-intent"]), draft("step-waiting", fields["step-waiting"]),
  draft("step-retrying", fields["step-retrying"]), draft("step-finished", fields["step-finished"]), draft("approval-requested", fields["approval-requested"]), draft("approval-answered", fields["approval-answered"]), draft("log", fields["log"]), draft("run-cancelling", fields["run-cancelling"]),
  draft("run-finished", fields["run-finished"]),
], "A run event before the store gave it its place.");

export const RunEvent = union("RunEvent", [
  event("run-started", fields["run-started"]), event("run-resumed", fields["run-resumed"]), event("run-interrupted", fields["run-interrupted"]), event("step-started", fields["step-started"]), event("effect-intent", fields["effect-intent"]), event("step-waiting", fields["step-waiting"]),
  event("step-retrying", fields["step-retrying"]), event("step-finished", fields["step-finished"]), event("approval-requested", fields["approval-requested"]), event("approval-answered", fields["approval-answered"]), event("log", fields["log"]), event("run-cancelling", fields["run-cancelling"]),
  event("run-finished", fields["run-finished"]),
]);

export const RunSummary = struct("RunSummary", {
  runId: RunId,
  number: integer(1),
  graphId: optional(GraphId),
  graphName: text(200),
  graphHash: Hash,
  state: RunState,
  startedBy: literals("StartedBy", ["window", "browser", "cli"]),
  createdAt: Millis,
  finishedAt: optional(Millis),
  ms: optional(DurationMs),
  steps: StepCounts,
  runner: optional(RunnerMode),
  error: optional(StepError),
  waitingApprovals: integer(),
});

/** A run as it is now: its summary and the graph that it ran, plus where its stream stands. */
export const RunSnapshot = struct("RunSnapshot", {
  summary: RunSummary, input: json, grants: array(RunGrant), outputs: optional(record(PortValue)), epoch: text(64), head: integer(),
});

