/** What the host accepts of a turn's events, one after the other: a host refuses a turn that breaks these, so no test may. */
import type { TurnEvent } from "@axion/protocol";
import { wireProblem } from "../wire.ts";
import type { Json } from "@axion/engine";

export class Rules {
  readonly #parts = new Set<number>();
  readonly #texts = new Map<number, { readonly kind: string; units: number }>();
  readonly #calls = new Map<string, "called" | "started" | "finished">();
  readonly #open = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #steered = new Set<string>();
  #finished = false;

  /** Whether a person could still answer this. */
  waitsFor(requestId: string): boolean { return !this.#finished && this.#open.has(requestId); }

  check(event: TurnEvent): void {
    const wrong = this.#wrong(event);
    if (wrong !== undefined) throw new Error(`${event.type}: ${wrong}`);
  }

  #wrong(event: TurnEvent): string | undefined {
    if (this.#finished) return "it follows turn-finished";
    const problem = wireProblem(event as unknown as Json);
    if (problem !== undefined) return problem;
    if ("turnId" in event && event.turnId !== "turn") return "it belongs to another turn";
    switch (event.type) {
      case "text-added": return this.#text(event);
      case "steered": {
        if (this.#steered.has(event.queuedId)) return "the same steering twice";
        this.#steered.add(event.queuedId);
        return this.#part(event.part);
      }
      case "turn-noted": return this.#part(event.part);
      case "tool-called": {
        if (this.#calls.has(event.callId)) return "the call is made twice";
        this.#calls.set(event.callId, "called");
        return this.#part(event.part);
      }
      case "tool-started": case "tool-finished": {
        const state = this.#calls.get(event.callId);
        if (state === undefined || state === "finished") return `the call ${event.callId} is ${state ?? "not made"}`;
        this.#calls.set(event.callId, event.type === "tool-started" ? "started" : "finished");
        return undefined;
      }
      case "request-opened": {
        if (this.#asked.has(event.request.requestId)) return "the request is opened twice";
        this.#asked.add(event.request.requestId);
        this.#open.add(event.request.requestId);
        return this.#part(event.part);
      }
      case "request-answered": return this.#open.delete(event.requestId) ? undefined : "the request is not open";
      case "turn-finished": {
        this.#finished = true;
        const left = [...this.#calls].filter(([, state]) => state !== "finished");
        return left.length === 0 ? undefined : `${left.length} calls have no end`;
      }
      default: return undefined;
    }
  }

  #text(event: Extract<TurnEvent, { type: "text-added" }>): string | undefined {
    const known = this.#texts.get(event.part);
    if (known === undefined) {
      if (event.offset !== 0) return `part ${event.part} begins at ${event.offset}`;
      this.#texts.set(event.part, { kind: event.kind, units: event.text.length });
      return this.#part(event.part);
    }
    if (known.kind !== event.kind) return "the part changes its kind";
    if (known.units !== event.offset) return `part ${event.part} has ${known.units} units and goes on at ${event.offset}`;
    if (event.kind === "text" && [...this.#texts].some(([part, text]) => part > event.part && text.kind === "text")) return "a later part was said already";
    known.units += event.text.length;
    return undefined;
  }

  #part(part: number): string | undefined {
    if (this.#parts.has(part)) return `part ${part} is there already`;
    this.#parts.add(part);
    return undefined;
  }
}
