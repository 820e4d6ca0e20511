/**
 * What a turn knows of itself, derived from its events and from nothing else: a turn that goes on after a crash reads its journal through the
 * same function as the one that writes it. `apply` changes the state in place (a turn may have a hundred thousand events) and depends on no clock and no chance.
 */
import type { Json } from "@axion/engine";
import type { FileChange, PortValue, RequestAnswer, SessionRequest, StepError, Todo, ToolSafety, TurnEvent, Usage } from "@axion/protocol";
import { addUsage, noUsage } from "./usage.ts";
import { canonical, fingerprint } from "./wire.ts";

export type Of<T extends TurnEvent["type"]> = Extract<TurnEvent, { readonly type: T }>;

export interface CallState {
  readonly callId: string;
  readonly tool: string;
  readonly title: string;
  readonly args: Json;
  readonly safety: ToolSafety;
  /** Equal for equal calls. */
  readonly key: string;
  readonly calledAt: number;
  readonly requests: string[];
  started?: { readonly changes?: readonly FileChange[]; readonly runId?: string };
  finished?: { readonly state: Of<"tool-finished">["state"]; readonly output?: PortValue; readonly error?: StepError };
}
export type Content = { readonly type: "text" | "reasoning"; readonly part: number; text: string } | { readonly type: "call"; readonly call: CallState };
/** One reply of the model, as far as it came. `cut`: it broke off and the model is asked to go on from there. */
export interface StepItem { readonly type: "step"; readonly contents: Content[]; closed: boolean; cut: boolean }
export type Item = StepItem | { readonly type: "told"; readonly text: string };
export interface RequestState { readonly request: SessionRequest; answer?: RequestAnswer }

/** What is counted from the beginning, or from where the person last said to go on. */
export interface Spent { steps: number; tokens: number; cost: number; activeMs: number }

export interface TurnState {
  /** The index of the next part of the message. */
  parts: number;
  readonly items: Item[];
  readonly calls: Map<string, CallState>;
  readonly requests: Map<string, RequestState>;
  /** Ids of requests without an answer. */
  readonly open: Set<string>;
  todos: readonly Todo[];
  usage: Usage;
  /** Model calls that gave an answer, of the whole turn. */
  steps: number;
  spent: Spent;
  /** How often each call was made since something else changed. */
  readonly repeats: Map<string, number>;
  readonly results: Set<string>;
  /** Calls in a row that brought nothing new, and those in a row that could not even be understood. */
  idle: number;
  broken: number;
  /** Notes by their code. */
  readonly notes: Map<string, number>;
  compacted?: Of<"compacted">;
  lastAt: number | undefined;
  readonly steered: Set<string>;
  /** Characters of text so far. */
  units: number;
  finished: boolean;
}

export const newState = (): TurnState => ({
  parts: 0, items: [], calls: new Map(), requests: new Map(), open: new Set(), todos: [], usage: noUsage, steps: 0, spent: { steps: 0, tokens: 0, cost: 0, activeMs: 0 },
  repeats: new Map(), results: new Set(), idle: 0, broken: 0, notes: new Map(), lastAt: undefined, steered: new Set(), units: 0, finished: false,
});

/** Errors of calls that the model must mend, not the world. */
export const brokenCodes: ReadonlySet<string> = new Set(["unknown_tool", "bad_arguments"]);
/** Notes after which what was said so far is a piece, and the model is asked to go on. */
const breaks: ReadonlySet<string> = new Set(["retry", "resumed", "length", "made-room"]);

export const waiting = (state: TurnState): readonly RequestState[] => [...state.open].flatMap((id) => state.requests.get(id) ?? []);
export const lastItem = (state: TurnState): Item | undefined => state.items.at(-1);
/** The request of a kind that belongs to a call, the latest if there were several. */
export const requestOf = (state: TurnState, callId: string, kind: SessionRequest["kind"]): RequestState | undefined =>
  state.calls.get(callId)?.requests.flatMap((id) => state.requests.get(id) ?? []).findLast((each) => each.request.kind === kind);

const openStep = (state: TurnState): StepItem => {
  const last = lastItem(state);
  if (last?.type === "step" && !last.closed) return last;
  const step: StepItem = { type: "step", contents: [], closed: false, cut: false };
  state.items.push(step);
  return step;
};
const closeStep = (state: TurnState, code?: string) => {
  const last = lastItem(state);
  if (last?.type !== "step") return;
  if (code !== undefined && breaks.has(code) && (!last.closed || code === "length") && !last.contents.some((each) => each.type === "call")) last.cut = true;
  last.closed = true;
};

/** Waiting for the person, and lying dead, is not working. */
const passTime = (state: TurnState, event: TurnEvent) => {
  const idle = state.open.size > 0 || (event.type === "turn-noted" && event.code === "resumed");
  if (state.lastAt !== undefined && !idle) state.spent.activeMs += Math.max(0, event.ts - state.lastAt);
  state.lastAt = event.ts;
};

const addText = (state: TurnState, event: Of<"text-added">) => {
  const { contents } = openStep(state);
  const last = contents.at(-1);
  if (last?.type === event.kind && last.part === event.part) last.text += event.text.slice(Math.max(0, last.text.length - event.offset));
  else contents.push({ type: event.kind, part: event.part, text: event.text });
  state.units += event.text.length;
  state.parts = Math.max(state.parts, event.part + 1);
};

const addCall = (state: TurnState, event: Of<"tool-called">) => {
  const key = fingerprint(`${event.tool} ${canonical(event.arguments as Json)}`);
  const call: CallState = { callId: event.callId, tool: event.tool, title: event.title, args: event.arguments as Json, safety: event.safety, key, calledAt: event.ts, requests: [] };
  state.calls.set(event.callId, call);
  openStep(state).contents.push({ type: "call", call });
  state.repeats.set(key, (state.repeats.get(key) ?? 0) + 1);
  state.parts = Math.max(state.parts, event.part + 1);
};

const finishCall = (state: TurnState, event: Of<"tool-finished">) => {
  closeStep(state);
  const call = state.calls.get(event.callId);
  if (call === undefined || call.finished !== undefined) return;
  const { output, error } = event;
  // What was asked about it, and the texts that it changed, are of no more use: a long turn must not grow by them.
  for (const id of call.requests) state.requests.delete(id);
  if (call.started !== undefined) call.started = {};
  call.finished = { state: event.state, ...(output !== undefined && { output }), ...(error !== undefined && { error }) };
  const result = `${call.key} ${output === undefined ? "" : output.type === "blob" ? output.hash : fingerprint(JSON.stringify(output.value))}`;
  state.idle = event.state === "succeeded" && !state.results.has(result) ? 0 : state.idle + 1;
  state.results.add(result);
  state.broken = error !== undefined && brokenCodes.has(error.code) ? state.broken + 1 : 0;
  if (event.state === "succeeded" && !call.safety.readOnly) {
    for (const key of state.repeats.keys()) if (key !== call.key) state.repeats.delete(key);
  }
};

/** An answer to a guard that lets the turn go on: the option, or words for the agent instead of one. */
export const goesOn = (answer: RequestAnswer): boolean => answer.option === "go-on" || (answer.option === undefined && (answer.text?.trim() ?? "") !== "");

const answerRequest = (state: TurnState, event: Of<"request-answered">) => {
  const asked = state.requests.get(event.requestId);
  if (asked === undefined || asked.answer !== undefined) return;
  asked.answer = event.answer;
  state.open.delete(event.requestId);
  if (asked.request.kind !== "guard" || !goesOn(event.answer)) return;
  // Everything is allowed once more.
  state.spent = { steps: 0, tokens: 0, cost: 0, activeMs: 0 };
  state.repeats.clear();
  state.idle = 0;
  state.broken = 0;
  if (event.answer.text !== undefined && event.answer.text.trim() !== "") state.items.push({ type: "told", text: event.answer.text });
};

const countUsage = (state: TurnState, event: Of<"usage-reported">) => {
  closeStep(state);
  state.usage = addUsage(state.usage, event.usage);
  state.steps = Math.max(state.steps, event.step);
  state.spent.steps++;
  state.spent.tokens += event.usage.inputTokens + event.usage.outputTokens;
  state.spent.cost += event.usage.cost ?? 0;
};

export const apply = (state: TurnState, event: TurnEvent): void => {
  passTime(state, event);
  switch (event.type) {
    case "text-added": addText(state, event); break;
    case "tool-called": addCall(state, event); break;
    case "tool-started": {
      closeStep(state);
      const { changes, runId } = event;
      const call = state.calls.get(event.callId);
      if (call !== undefined) call.started = { ...(changes !== undefined && { changes }), ...(runId !== undefined && { runId }) };
      break;
    }
    case "tool-finished": finishCall(state, event); break;
    case "steered":
      closeStep(state);
      state.items.push({ type: "told", text: event.text });
      state.steered.add(event.queuedId);
      state.repeats.clear();
      state.idle = 0;
      state.parts = Math.max(state.parts, event.part + 1);
      break;
    case "request-opened":
      if (!state.requests.has(event.request.requestId)) state.open.add(event.request.requestId);
      state.requests.set(event.request.requestId, { request: event.request });
      if (event.request.callId !== undefined) state.calls.get(event.request.callId)?.requests.push(event.request.requestId);
      state.parts = Math.max(state.parts, event.part + 1);
      break;
    case "request-answered": answerRequest(state, event); break;
    case "todos-changed": state.todos = event.todos; break;
    case "usage-reported": countUsage(state, event); break;
    case "turn-noted":
      closeStep(state, event.code);
      state.notes.set(event.code, (state.notes.get(event.code) ?? 0) + 1);
      state.parts = Math.max(state.parts, event.part + 1);
      break;
    case "compacted": state.compacted = event; break;
    case "turn-finished": state.finished = true; break;
    case "context-measured": break;
  }
};
