/** Opens a guard's request and waits. Going on is an answer like any other; anything else ends the turn, with everything kept. */
import type { Alarm } from "./guards.ts";
import type { Scope } from "./scope.ts";

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
  // One that was open at a crash is the same question still.
  const before = [...scope.state.open].flatMap((id) => scope.state.requests.get(id) ?? []).find((each) => each.request.kind === "guard");
  const answer = await scope.requests.ask({
    kind: "guard", title: alarm.title, text: alarm.text, facts: [], ...(callId !== undefined && { callId }),
    options: [{ id: "go-on", label: "Go on" }, { id: "stop", label: "Stop" }], freeText: true,
  }, before);
  const goesOn = answer.option === "go-on" || (answer.option === undefined && (answer.text?.trim() ?? "") !== "");
  if (!goesOn) throw new StoppedByGuard(alarm, answer.by === "nobody");
};
