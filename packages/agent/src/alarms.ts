/** Opens a guard's request and waits. Going on is an answer like any other; anything else ends the turn, with everything kept. */
import type { Alarm } from "./guards.ts";
import type { Scope } from "./scope.ts";
import { goesOn } from "./state.ts";

/** The person (or nobody) chose not to go on. */
export class StoppedByGuard extends Error {
  readonly code: string;
  /** Nobody was there to ask. */
  readonly unattended: boolean;
  constructor(alarm: { readonly code: string; readonly text: string }, unattended: boolean) {
    super(alarm.text);
    this.code = alarm.code;
    this.unattended = unattended;
  }
}

export const alarmed = async (scope: Scope, alarm: Alarm, callId?: string): Promise<void> => {
  // One that was asked before a crash is the same question still; one that was answered with a stop is honoured.
  const before = [...scope.state.requests.values()].findLast((each) => each.request.kind === "guard" && (each.answer === undefined || !goesOn(each.answer)));
  const answer = await scope.requests.ask({
    kind: "guard", title: alarm.title, text: alarm.text, facts: [], ...(callId !== undefined && { callId }),
    options: [{ id: "go-on", label: "Go on" }, { id: "stop", label: "Stop" }], freeText: true,
  }, before);
  if (!goesOn(answer)) throw new StoppedByGuard(alarm, answer.by === "nobody");
};
