/**
 * What the turn asks the person. A request and its answer are events; the host writes the person's answer before it says so here, and this side writes
 * only answers that follow from the mode. A request that was open at a crash stays open under its own id.
 */
import type { RequestAnswer, SessionRequest, TurnEvent } from "@axion/protocol";
import type { TurnPorts } from "./ports.ts";
import { unlessStopped } from "./scope.ts";
import { type TurnState, apply } from "./state.ts";
import type { TurnWriter } from "./writer.ts";

export type Question = Omit<SessionRequest, "requestId">;

export class Requests {
  readonly #writer: TurnWriter;
  readonly #ports: TurnPorts;
  readonly #turnId: string;
  readonly #signal: AbortSignal;
  readonly #waiting = new Map<string, (answer: RequestAnswer) => void>();

  constructor(writer: TurnWriter, ports: TurnPorts, turnId: string, signal: AbortSignal) {
    this.#writer = writer;
    this.#ports = ports;
    this.#turnId = turnId;
    this.#signal = signal;
  }
  get #state(): TurnState { return this.#writer.state; }

  /** Asks and waits; or, if the same was asked before the crash, waits for that, or takes the answer that is there. */
  async ask(question: Question, before?: { readonly request: SessionRequest; readonly answer?: RequestAnswer }): Promise<RequestAnswer> {
    if (before?.answer !== undefined) return before.answer;
    if (before !== undefined) return this.#wait(before.request.requestId);
    const requestId = this.#ports.newId();
    const answer = this.#wait(requestId);
    answer.catch(() => undefined);
    await this.#writer.emit({ type: "request-opened", part: this.#writer.nextPart(), request: { requestId, ...question } });
    return answer;
  }

  #wait(requestId: string): Promise<RequestAnswer> {
    const given = new Promise<RequestAnswer>((resolve) => { this.#waiting.set(requestId, resolve); });
    return unlessStopped(this.#signal, given).finally(() => this.#waiting.delete(requestId));
  }

  /** The host says that the answer is on disk. A second one for the same request changes nothing. */
  answered(requestId: string, answer: RequestAnswer, ts: number): void {
    if (!this.#state.open.has(requestId)) return;
    apply(this.#state, { type: "request-answered", ts, turnId: this.#turnId, requestId, answer });
    this.#waiting.get(requestId)?.(answer);
  }

  /** The mode was changed: what it decides needs no person any more. */
  async decided(requestId: string, option: string): Promise<void> {
    await this.#writer.flush();
    if (!this.#state.open.has(requestId)) return;
    const answer: RequestAnswer = { option, by: "mode" };
    const event: TurnEvent = { type: "request-answered", ts: this.#writer.now(), turnId: this.#turnId, requestId, answer };
    try {
      await this.#ports.append([event]);
    } catch {
      // The person was faster: their answer is on its way.
      return;
    }
    this.answered(requestId, answer, event.ts);
  }
}
