/** What the parts of a turn share. Made once per turn. */
import type { SessionMode, TurnStartParams } from "@axion/protocol";
import type { Requests } from "./requests.ts";
import type { TurnPorts } from "./ports.ts";
import type { TurnState } from "./state.ts";
import type { SeenFiles } from "./tools/seen.ts";
import type { Tool } from "./tools/tool.ts";
import type { TurnWriter } from "./writer.ts";

export interface Scope {
  readonly params: TurnStartParams;
  readonly ports: TurnPorts;
  readonly state: TurnState;
  readonly writer: TurnWriter;
  readonly requests: Requests;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly seen: SeenFiles;
  /** Aborted when the person stops the turn. */
  readonly signal: AbortSignal;
  readonly memory: { readonly outputs: Map<string, string>; readonly signatures: Map<number, string> };
  mode(): SessionMode;
}

/** Rejects with the signal's reason as soon as it is aborted, whatever the other does. */
export const unlessStopped = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
};

/** Waits `ms`, or until the signal. */
export const pause = (ports: TurnPorts, ms: number, signal: AbortSignal): Promise<void> => {
  let takeBack: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => { takeBack = ports.clock.timer(ms, resolve); });
  return unlessStopped(signal, wait).finally(() => takeBack());
};
