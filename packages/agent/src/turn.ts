/**
 * One turn: from the message that is answered to the end of the answer. Steps of the model and calls of tools take turns until nothing is left to do, the person
 * stops it, a guard is not let through, or the model cannot be had. All that happens is an event first; a turn that goes on after a crash gets its events and finds its place by them.
 */
import type { RequestAnswer, SessionMode, StepError, TurnStartParams } from "@axion/protocol";
import { stepErrorOf } from "@axion/engine";
import { StoppedByGuard, alarmed } from "./alarms.ts";
import { endingOfStopped, runCalls } from "./calls.ts";
import { Assembly } from "./context/assembly.ts";
import { stepAlarm } from "./guards.ts";
import { instructionsOf } from "./instructions.ts";
import type { TurnPorts } from "./ports.ts";
import { judge } from "./policy.ts";
import { Requests } from "./requests.ts";
import type { Scope } from "./scope.ts";
import { type CallState, type StepItem, apply, lastItem, newState } from "./state.ts";
import { addUsage } from "./usage.ts";
import { Steps } from "./steps.ts";
import { SeenFiles } from "./tools/seen.ts";
import { toolsFor } from "./tools/catalogue.ts";
import type { Tool } from "./tools/tool.ts";
import { TurnFailure } from "./turn-failure.ts";
import { type Draft, TurnWriter } from "./writer.ts";

class Cancelled extends Error {}

export interface TurnOptions {
  readonly params: TurnStartParams;
  readonly ports: TurnPorts;
  /** Instead of the catalogue, for tests. */
  readonly tools?: readonly Tool[];
}

export class Turn {
  readonly #scope: Scope;
  readonly #stop = new AbortController();
  readonly #steers: { readonly queuedId: string; readonly text: string }[] = [];
  #mode: SessionMode;
  readonly #began: number;
  /** Settles when the turn is over and its last event is on disk; rejects if its history cannot be kept. */
  readonly done: Promise<void>;
  #start: () => void = () => undefined;

  constructor({ params, ports, tools }: TurnOptions) {
    this.#mode = params.mode;
    this.#began = ports.clock.now();
    const state = newState();
    for (const event of params.journal) apply(state, event);
    const writer = new TurnWriter(ports, params, state);
    const list = tools ?? toolsFor({ folders: params.folders, graphs: params.graphs.length });
    this.#scope = {
      params, ports, state, writer, requests: new Requests(writer, ports, params.turnId, this.#stop.signal), tools: new Map(list.map((tool) => [tool.name, tool])),
      seen: new SeenFiles(), signal: this.#stop.signal, memory: { outputs: new Map(params.blobs.map((blob) => [blob.hash, blob.json])), signatures: new Map() }, mode: () => this.#mode,
    };
    this.done = new Promise<void>((resolve) => { this.#start = resolve; }).then(() => this.#run()).finally(() => writer.close());
  }

  start(): void { this.#start(); }
  cancel(): void { this.#stop.abort(new Cancelled("the person stopped it")); }
  /** Goes in before the next step of the model. Once for each id. */
  steer(queuedId: string, text: string): void {
    if (!this.#steers.some((each) => each.queuedId === queuedId) && !this.#scope.state.steered.has(queuedId)) this.#steers.push({ queuedId, text });
  }
  /** `false` if it has gone in. */
  unsteer(queuedId: string): boolean {
    const at = this.#steers.findIndex((each) => each.queuedId === queuedId);
    if (at >= 0) this.#steers.splice(at, 1);
    return at >= 0;
  }
  answer(requestId: string, answer: RequestAnswer, ts: number): void { this.#scope.requests.answered(requestId, answer, ts); }
  setMode(mode: SessionMode): void {
    this.#mode = mode;
    const { state, tools, requests } = this.#scope;
    for (const id of [...state.open]) {
      const asked = state.requests.get(id)?.request;
      const tool = asked?.kind === "approval" ? tools.get(state.calls.get(asked.callId ?? "")?.tool ?? "") : undefined;
      const verdict = tool === undefined ? undefined : judge(mode, tool);
      if (verdict !== undefined && verdict.type !== "ask") void requests.decided(id, verdict.type === "pass" ? "allow" : "deny");
    }
  }

  async #run(): Promise<void> {
    const { state, writer } = this.#scope;
    if (state.finished) return;
    let ending: Promise<readonly Draft[]> | readonly Draft[];
    try {
      ending = await this.#work();
    } catch (thrown) {
      // What was not written because of the end is written by the end.
      writer.endText();
      if (this.#stop.signal.aborted) ending = [...this.#leftCalls(), this.#finished("cancelled")];
      else if (thrown instanceof StoppedByGuard) ending = [...this.#leftCalls(), this.#finished(thrown.unattended ? "failed" : "cancelled", { code: thrown.code, message: `${thrown.unattended ? "Nobody was there to let it go on. " : ""}${thrown.message}` })];
      else ending = [...this.#leftCalls(), this.#finished("failed", thrown instanceof TurnFailure ? thrown.error : stepErrorOf(thrown))];
    }
    await writer.emit(...ending);
  }

  async #work(): Promise<readonly Draft[]> {
    const { state, writer, params, ports, signal } = this.#scope;
    signal.throwIfAborted();
    if (params.attempt > 1 || params.journal.length > 0) await writer.emit({ type: "turn-noted", part: writer.nextPart(), code: "resumed", text: "Work was interrupted and goes on here." });
    const assembly = new Assembly(this.#scope);
    assembly.instructions = await instructionsOf(this.#scope);
    const steps = new Steps(this.#scope, assembly);
    for (;;) {
      signal.throwIfAborted();
      await runCalls(this.#scope, this.#callsLeft());
      signal.throwIfAborted();
      const steered = await this.#takeSteers();
      if (!steered && this.#isComplete()) return [this.#finished("succeeded")];
      const alarm = stepAlarm(state, params.guards, state.lastAt === undefined ? 0 : Math.max(0, ports.clock.now() - state.lastAt));
      if (alarm !== undefined) await alarmed(this.#scope, alarm);
      const last = await steps.next(() => this.#steers.length === 0);
      if (last !== undefined) return [...last, this.#finished("succeeded", undefined, last)];
    }
  }

  #callsLeft(): readonly CallState[] {
    const step = this.#lastStep();
    return step === undefined ? [] : step.contents.flatMap((content) => content.type === "call" ? [content.call] : []).filter((call) => call.finished === undefined);
  }
  #lastStep(): StepItem | undefined {
    return this.#scope.state.items.findLast((item) => item.type === "step");
  }
  /** The model's last word was an answer, not a call, and nothing was said since. */
  #isComplete(): boolean {
    const last = lastItem(this.#scope.state);
    return last?.type === "step" && last.closed && !last.cut && last.contents.some((content) => content.type === "text") && !last.contents.some((content) => content.type === "call");
  }

  async #takeSteers(): Promise<boolean> {
    const { writer } = this.#scope;
    const taken = this.#steers.splice(0);
    for (const { queuedId, text } of taken) await writer.emit({ type: "steered", part: writer.nextPart(), queuedId, text: text.toWellFormed() });
    return taken.length > 0;
  }

  /** A turn that is over leaves no call open. */
  #leftCalls(): readonly Draft[] {
    const { state, writer } = this.#scope;
    return [...state.calls.values()].filter((call) => call.finished === undefined)
      .map((call) => ({ type: "tool-finished" as const, callId: call.callId, ms: Math.max(0, writer.now() - call.calledAt), ...endingOfStopped(call) }));
  }

  #finished(state: "succeeded" | "failed" | "cancelled", error?: StepError, before: readonly Draft[] = []): Draft {
    const { ports, state: turn, params } = this.#scope;
    const first = params.journal[0]?.ts;
    const ms = Math.max(0, Math.round(first === undefined ? ports.clock.now() - this.#began : ports.clock.now() - first));
    const usage = before.reduce((sum, draft) => draft.type === "usage-reported" ? addUsage(sum, draft.usage) : sum, turn.usage);
    return { type: "turn-finished", state, ms, usage, ...(error !== undefined && { error }) };
  }
}
