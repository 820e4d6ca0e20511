/**
 * The runner protocol: newline-delimited JSON-RPC 2.0 between Core (host) and the Local Runner Agent.
 *
 * The runner keeps nothing and reaches nothing: files only inside its grants, everything else by asking the host.
 * A journal append is acknowledged when it is on disk. Parameters are named `…Params`, answers `…Result`.
 */
import { ApprovalId, Hash, RunId } from "./ids.ts";
import { Decision, JournalEvent, LogLevel } from "./runs.ts";
import { Problem } from "./errors.ts";
import { Millis, array, boolean, integer, json, literal, optional, struct, text } from "./shapes.ts";

// runner → host
export const HelloParams = struct("HelloParams", {
  token: text(200), protocol: literal(1), capabilities: array(text(64)), version: text(40), node: text(40), pid: integer(),
});
export const HelloResult = struct("HelloResult", { capabilities: array(text(64)), heartbeatMs: integer() });
export const JournalAppendParams = struct("JournalAppendParams", { runId: RunId, events: array(JournalEvent) });
export const JournalAppendResult = struct("JournalAppendResult", { head: integer() });
/** `json` is the value's JSON text; its SHA-256 must be `hash`. Sent before the event that names it. */
export const BlobPutParams = struct("BlobPutParams", { runId: RunId, hash: Hash, json: text(16_000_000) });
export const RunnerLogParams = struct("RunnerLogParams", { level: LogLevel, text: text(8000) });

// host → runner
export const BlobContent = struct("BlobContent", { hash: Hash, json: text(16_000_000) });
export const RunStartParams = struct("RunStartParams", {
  runId: RunId,
  graph: json, // checked by the engine itself, which says where it is wrong
  input: json,
  concurrency: integer(1, 256),
  /** Empty for a new run; for one that goes on, all that was journaled, and the blobs that it names. */
  journal: array(JournalEvent),
  blobs: array(BlobContent),
  attempt: integer(1),
});
export const RunStartResult = struct("RunStartResult", { nodes: integer() });
export const RunCancelParams = struct("RunCancelParams", { runId: RunId });
export const ApprovalAnswerParams = struct("ApprovalAnswerParams", {
  runId: RunId, approvalId: ApprovalId, decision: Decision, note: optional(text(2000)), ts: Millis,
});
export const ValidateParams = struct("ValidateParams", { text: text(67_108_864) });
export const ValidateResult = struct("ValidateResult", { ok: boolean, nodes: integer(), problems: array(Problem) });
