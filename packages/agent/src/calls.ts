/**
 * Runs the calls of one reply, in the order that the model made them: those that only look run together, everything else alone. The same function goes on with
 * calls that a crash cut off: what ended is not touched, what was asked stays asked, what may have happened is looked up or asked about.
 */
import { type Json, type JsonRecord, StepFailure, isRecord, stepErrorOf } from "@axion/engine";
import type { FileChange, PortValue, StepError } from "@axion/protocol";
import { StoppedByGuard, alarmed } from "./alarms.ts";
import { callAlarm } from "./guards.ts";
import { judge } from "./policy.ts";
import { type Scope, unlessStopped } from "./scope.ts";
import { type CallState, type Of, requestOf } from "./state.ts";
import { argumentProblem } from "./tools/catalogue.ts";
import type { Plan, Tool, ToolContext, ToolResult } from "./tools/tool.ts";
import { canonical, cut, headAndTail, wireProblem } from "./wire.ts";

const TOGETHER = 4;
/** JSON text that stands in the event itself. */
const INLINE = 32_768;
const MAX_OUTPUT = 4_000_000;
/** What is remembered of a large output for the model. */
const REMEMBERED = 48_000;
const MAX_REMEMBERED = 200;
/** How long an effect that has begun may take to end after the person stopped the turn. */
const GRACE_MS = 250;

type Ending = Omit<Of<"tool-finished">, "type" | "ts" | "turnId" | "callId" | "ms">;

/** All calls that have not ended, of the latest reply. Rejects when the person stops the turn. */
export const runCalls = async (scope: Scope, calls: readonly CallState[]): Promise<void> => {
  const left = calls.filter((call) => call.finished === undefined);
  for (let at = 0; at < left.length;) {
    scope.signal.throwIfAborted();
    const group = [left[at] as CallState];
    while (group.length < TOGETHER && together(scope, group[0] as CallState) && at + group.length < left.length && together(scope, left[at + group.length] as CallState)) group.push(left[at + group.length] as CallState);
    at += group.length;
    // All of them end before anything else, so that nothing is written after the turn is over.
    const ended = await Promise.allSettled(group.map((call) => runCall(scope, call)));
    for (const each of ended) if (each.status === "rejected") throw each.reason;
  }
};

const together = (scope: Scope, call: CallState): boolean => {
  const tool = scope.tools.get(call.tool);
  return tool?.safety.readOnly === true && tool.alone !== true && call.started === undefined && (scope.state.repeats.get(call.key) ?? 0) < scope.params.guards.sameCalls;
};

const runCall = async (scope: Scope, call: CallState): Promise<void> => {
  const began = scope.ports.clock.now();
  const finish = async (ending: Ending) => {
    const ms = Math.max(0, Math.round(scope.ports.clock.now() - began));
    await scope.writer.emit({ type: "tool-finished", callId: call.callId, ms, ...ending });
  };
  try {
    await finish(await endingOf(scope, call));
  } catch (thrown) {
    if (scope.signal.aborted) throw scope.signal.reason;
    if (thrown instanceof StoppedByGuard) throw thrown;
    await finish({ state: "failed", error: stepErrorOf(thrown) });
  }
};

const failed = (code: string, message: string, hint?: string): Ending => ({ state: "failed", error: { code, message: cut(message, 4000), ...(hint !== undefined && { hint: cut(hint, 2000) }) } });
const refused = (code: string, message: string): Ending => ({ state: "refused", error: { code, message: cut(message, 4000) } });

const endingOf = async (scope: Scope, call: CallState): Promise<Ending> => {
  const tool = scope.tools.get(call.tool);
  if (tool === undefined) return failed("unknown_tool", `There is no tool ${call.tool}.`, `The tools are: ${[...scope.tools.keys()].join(", ")}.`);
  const args = call.args;
  if (!isRecord(args)) return failed("bad_arguments", `The arguments of ${call.tool} are not a JSON object: ${cut(typeof args === "string" ? args : JSON.stringify(args), 200)}`, "Send the arguments as one JSON object.");
  const problem = argumentProblem(tool, args);
  if (problem !== undefined) return failed("bad_arguments", `The arguments of ${call.tool} do not fit. ${problem}`, `They must fit this schema: ${JSON.stringify(tool.parameters)}`);
  const context = contextOf(scope, call, tool);
  if (call.started !== undefined) return resumed(scope, call, tool, args, context);
  const alarm = callAlarm(scope.state, scope.params.guards, call);
  if (alarm !== undefined) await alarmed(scope, alarm, call.callId);
  return perform(scope, call, tool, args, context);
};

/** Asked, allowed, announced, done. */
const perform = async (scope: Scope, call: CallState, tool: Tool, args: JsonRecord, context: ToolContext): Promise<Ending> => {
  const before = requestOf(scope.state, call.callId, "approval");
  const verdict = judge(scope.mode(), tool);
  // Asked before a crash, and decided by a mode that was changed since.
  if (verdict.type !== "ask" && before !== undefined && before.answer === undefined) await scope.requests.decided(before.request.requestId, verdict.type === "pass" ? "allow" : "deny");
  if (verdict.type === "refuse") return refused("read_only_mode", verdict.why);
  if (verdict.type === "pass") return effect(scope, call, tool, args, context, await planned(scope, tool, args, context));
  // What waits since before a crash is answered first: its file may have gone meanwhile.
  const earlier = before === undefined ? undefined : await scope.requests.ask(before.request, before);
  const plan = earlier !== undefined && earlier.option !== "allow" ? undefined : await planned(scope, tool, args, context);
  const answer = earlier ?? await scope.requests.ask({
    kind: "approval", callId: call.callId, title: cut(plan?.question ?? `${call.title}?`, 400), facts: [...(plan?.facts ?? [])],
    options: [{ id: "allow", label: "Allow once" }, { id: "deny", label: "Deny" }], freeText: true, ...(plan?.changes !== undefined && { changes: [...plan.changes] }),
  });
  if (answer.option !== "allow") {
    const why = answer.text?.trim() ?? "";
    return refused("refused", answer.by === "nobody" ? "Nobody was there to allow it." : answer.by === "mode" ? "The chat is in read-only mode now." : why === "" ? "The person did not allow it." : `The person did not allow it and said: ${why}`);
  }
  // What was allowed is what was shown, not what would be planned now.
  if (before !== undefined && canonical((before.request.changes ?? null) as Json) !== canonical((plan?.changes ?? null) as Json)) return failed("changed_since_shown", "The file changed after the change was shown. Nothing was written.", "Read it again, then change it.");
  // A mode that was changed meanwhile counts.
  const now = judge(scope.mode(), tool);
  return now.type === "refuse" ? refused("read_only_mode", now.why) : effect(scope, call, tool, args, context, plan);
};
const planned = async (scope: Scope, tool: Tool, args: JsonRecord, context: ToolContext): Promise<Plan | undefined> =>
  tool.plan === undefined ? undefined : unlessStopped(scope.signal, tool.plan(args, context));

const effect = async (scope: Scope, call: CallState, tool: Tool, args: JsonRecord, context: ToolContext, plan: Plan | undefined): Promise<Ending> => {
  if (tool.safety.readOnly) return succeeded(scope, await unlessStopped(scope.signal, tool.run(args, context, plan)), call);
  const runId = tool.runs === true ? (call.started?.runId ?? scope.ports.newId()) : undefined;
  scope.signal.throwIfAborted();
  await scope.writer.emit({ type: "tool-started", callId: call.callId, ...(plan?.changes !== undefined && { changes: [...plan.changes] }), ...(runId !== undefined && { runId }) });
  if (scope.signal.aborted) return stopped;
  const result = await withGrace(scope, tool.run(args, { ...context, runId }, plan));
  // What was announced needs no saying again: both sides of a file are much to keep.
  return succeeded(scope, result.changes === plan?.changes ? { output: result.output } : result, call);
};
const stopped: Ending = { state: "cancelled" };

/** An effect that has begun gets a moment to say how it ended; after that nobody knows. */
const withGrace = (scope: Scope, work: Promise<ToolResult>): Promise<ToolResult> => new Promise((resolve, reject) => {
  let takeBack: (() => void) | undefined;
  const stop = () => { takeBack = scope.ports.clock.timer(GRACE_MS, () => reject(new UnknownOutcome())); };
  if (scope.signal.aborted) stop();
  else scope.signal.addEventListener("abort", stop, { once: true });
  work.then(resolve, reject).finally(() => {
    takeBack?.();
    scope.signal.removeEventListener("abort", stop);
  });
});
export class UnknownOutcome extends Error {}

// ── after a crash

const resumed = async (scope: Scope, call: CallState, tool: Tool, args: JsonRecord, context: ToolContext): Promise<Ending> => {
  const started = call.started ?? {};
  const outcome = await settled(tool, args, context, started);
  if (outcome === "done") return { state: "succeeded", output: inline("It was done before the interruption; what it wrote is there.") };
  if (outcome === "undone" || tool.safety.readOnly) return again(scope, call, tool, args, context);
  const answer = await scope.requests.ask({
    kind: "unknown-outcome", callId: call.callId, title: cut(`Was this done? ${call.title}`, 400),
    text: "Work was interrupted while this was going on, so it is not known whether it was done.",
    facts: (started.changes ?? []).map((change) => ({ label: "Writes", value: cut(change.path, 2000) })), freeText: false,
    options: [{ id: "done", label: "It was done" }, { id: "again", label: "Do it again" }, { id: "leave", label: "Leave it" }],
    ...(started.changes !== undefined && { changes: [...started.changes] }),
  }, requestOf(scope.state, call.callId, "unknown-outcome"));
  if (answer.option === "done") return { state: "succeeded", output: inline("The person says that it was done.") };
  if (answer.option === "again") return again(scope, call, tool, args, context);
  return { state: "unknown", error: { code: "outcome_unknown", message: "Work was interrupted while this was going on. It may or may not have been done.", hint: "Look before you do it again.", outcomeUnknown: true } };
};

const settled = async (tool: Tool, args: JsonRecord, context: ToolContext, started: { readonly changes?: readonly FileChange[] }) => {
  if (tool.settle === undefined) return tool.safety.idempotent ? "undone" : "unknown";
  try {
    return await unlessStopped(context.signal, tool.settle(args, context, started));
  } catch (thrown) {
    if (context.signal.aborted) throw thrown;
    return "unknown";
  }
};
/** It was allowed before; only the mode may have changed since. */
const again = async (scope: Scope, call: CallState, tool: Tool, args: JsonRecord, context: ToolContext): Promise<Ending> => {
  const verdict = judge(scope.mode(), tool);
  if (verdict.type === "refuse") return refused("read_only_mode", verdict.why);
  return effect(scope, call, tool, args, context, await planned(scope, tool, args, context));
};

// ── results

const contextOf = (scope: Scope, call: CallState, tool: Tool): ToolContext => ({
  callId: call.callId, signal: scope.signal, folders: scope.params.folders, graphs: scope.params.graphs, files: scope.ports.files, seen: scope.seen, clock: scope.ports.clock, runId: call.started?.runId,
  runGraph: (ask, signal) => scope.ports.runGraph(ask, signal),
  recall: (ask, signal) => scope.ports.recall(ask, signal),
  ask: (request) => scope.requests.ask({ facts: [], callId: call.callId, ...request }, requestOf(scope.state, call.callId, request.kind)),
  setTodos: (todos) => scope.writer.emit({ type: "todos-changed", todos: [...todos] }),
  say: (text) => { if (!tool.safety.readOnly || text !== "") scope.ports.showTool(call.callId, cut(text, 8000)); },
});

const inline = (value: Json): PortValue => ({ type: "inline", value });
const succeeded = async (scope: Scope, result: ToolResult, call: CallState): Promise<Ending> => ({
  state: "succeeded", output: await kept(scope, result.output, call), ...(result.changes !== undefined && { changes: [...result.changes] }),
});

/** Small values stand in the event, large ones become blobs with their beginning as preview. */
const kept = async (scope: Scope, value: Json, call: CallState): Promise<PortValue> => {
  const problem = wireProblem(value);
  if (problem !== undefined) throw new StepFailure("bad_output", `The result of ${call.tool} cannot be kept: ${problem}.`);
  let json = JSON.stringify(value);
  if (json.length <= INLINE) return inline(value);
  const text = typeof value === "string" ? value : json;
  if (json.length > MAX_OUTPUT) json = JSON.stringify(headAndTail(text, MAX_OUTPUT / 4, MAX_OUTPUT / 8));
  const hash = await scope.ports.blobs.put(json);
  if (scope.memory.outputs.size >= MAX_REMEMBERED) for (const oldest of scope.memory.outputs.keys()) { scope.memory.outputs.delete(oldest); break; }
  scope.memory.outputs.set(hash, JSON.stringify(headAndTail(text, REMEMBERED * 0.8, REMEMBERED * 0.2)));
  return { type: "blob", hash, bytes: new TextEncoder().encode(json).length, preview: cut(text, 2000) };
};

/** How a call ends that was not over when the turn was stopped. */
export const endingOfStopped = (call: CallState): { readonly state: "cancelled" | "unknown"; readonly error?: StepError } =>
  call.started === undefined || call.safety.readOnly ? { state: "cancelled" }
    // The run is on record, whatever became of it.
    : call.started.runId !== undefined ? { state: "cancelled", error: { code: "stopped", message: "The run was stopped. Its history says what it had done." } } : { state: "unknown", error: { code: "outcome_unknown", message: "It was stopped while it was going on. It may or may not have been done.", outcomeUnknown: true } };
