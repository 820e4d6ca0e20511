/** What makes a turn stop and ask: limits of steps, time, tokens and money, the same call again and again, and calls that bring nothing new. */
import type { TurnGuards } from "@axion/protocol";
import type { CallState, TurnState } from "./state.ts";

export interface Alarm { readonly code: string; readonly title: string; readonly text: string }

/** Calls in a row without anything new. */
const MAX_IDLE = 10;
/** Calls in a row that name no tool or whose arguments cannot be used. */
const MAX_BROKEN = 5;

const alarm = (code: string, title: string, text: string): Alarm => ({ code, title, text: `${text} Everything so far is kept.` });

/** Before a step. `extraMs` is the time since the last event. */
export const stepAlarm = (state: TurnState, guards: TurnGuards, extraMs: number): Alarm | undefined => {
  const { spent } = state;
  if (spent.steps >= guards.maxSteps) return alarm("guard_steps", `Go on after ${spent.steps} steps?`, `The limit for one go is ${guards.maxSteps} steps.`);
  if (spent.activeMs + extraMs >= guards.maxMinutes * 60_000) return alarm("guard_minutes", `Go on after ${Math.floor((spent.activeMs + extraMs) / 60_000)} minutes?`, `The limit for one go is ${guards.maxMinutes} minutes of work; waiting for you does not count.`);
  if (spent.tokens >= guards.maxTokens) return alarm("guard_tokens", `Go on after ${spent.tokens} tokens?`, `The limit for one go is ${guards.maxTokens} tokens.`);
  if (guards.maxCost !== null && spent.cost * 1_000_000 >= guards.maxCost) return alarm("guard_cost", `Go on after $${spent.cost.toFixed(2)}?`, `The limit for one go is $${(guards.maxCost / 1_000_000).toFixed(2)}.`);
  if (state.broken >= MAX_BROKEN) return alarm("guard_broken_calls", `Go on after ${state.broken} calls that cannot be understood?`, "The model keeps calling tools that are not there or with arguments that cannot be read. Another model may do better.");
  if (state.idle >= MAX_IDLE) return alarm("guard_no_progress", `Go on? The last ${state.idle} calls brought nothing new.`, "They failed, or gave what was known already. You may tell the agent what to do differently.");
  return undefined;
};

/** Before a call that was made often enough. */
export const callAlarm = (state: TurnState, guards: TurnGuards, call: CallState): Alarm | undefined => {
  const count = state.repeats.get(call.key) ?? 0;
  return count < guards.sameCalls ? undefined : alarm("guard_same_calls", `Let it make the same call for the ${count === 2 ? "second" : count === 3 ? "third" : `${count}th`} time?`, `${call.title}. Nothing else was changed in between.`);
};
