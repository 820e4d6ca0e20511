/**
 * One request and the text of its reply, under limits: the person's wish to stop, silence, and the size of all of it. What the text means is not known here.
 * A reply counts as silent when no whole frame came (`heard`), so a byte now and then does not keep it alive.
 */
import type { ModelFailure } from "@axion/agent/model";
import { LIMITS, type ModelClock, type ModelPorts, PROVIDER_ORIGIN, sendMsOf } from "../ports.ts";
import { failure, failureOfSilence, failureOfStatus, failureOfWay } from "./failures.ts";

export interface Ask {
  /** Under the provider's base, with a leading slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Who may say nothing for how long. */
export interface Patience {
  readonly provider: string;
  readonly local: boolean;
  readonly ms: number;
}

/** Wakes when nothing was heard for so long. The timer is set again only when it fires, because a reply may be heard thousands of times a second. */
class Silence {
  readonly #clock: ModelClock;
  readonly #wake: () => void;
  #ms: number;
  #heardAt: number;
  #cancel: () => void;
  constructor(clock: ModelClock, ms: number, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
    this.#ms = ms;
    this.#heardAt = clock.now();
    this.#cancel = clock.timer(ms, () => this.#look());
  }
  heard(): void { this.#heardAt = this.#clock.now(); }
  /** From now on so long, and not longer. */
  only(ms: number): void {
    this.#ms = ms;
    this.stop();
    this.heard();
    this.#cancel = this.#clock.timer(ms, () => this.#look());
  }
  stop(): void { this.#cancel(); }
  #look(): void {
    const left = this.#heardAt + this.#ms - this.#clock.now();
    if (left <= 0) this.#wake();
    else this.#cancel = this.#clock.timer(left, () => this.#look());
  }
}

export class Exchange {
  readonly #ports: ModelPorts;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #silence: Silence;
  readonly #onAbort: () => void;
  readonly #patience: Patience;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #ended: ModelFailure | undefined;

  constructor(ports: ModelPorts, patience: Patience, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
    this.#patience = patience;
    this.#onAbort = () => this.#end();
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#silence = new Silence(ports.clock, patience.ms, () => this.#end(failureOfSilence(patience)));
  }

  heard(): void { this.#silence.heard(); }
  /** The reply is complete; what follows is waited for only a moment. */
  almostDone(): void { this.#silence.only(LIMITS.afterFinishMs); }

  #end(why?: ModelFailure): void {
    this.#ended ??= why;
    this.#stop.abort(why ?? this.#signal.reason);
    // Not every body listens to the signal; cancelling makes a read that waits come back.
    this.#reader?.cancel().catch(() => undefined);
  }
  /** Why it is over, if it is. The person's wish comes first. */
  #check(): void {
    this.#signal.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
  }

  async open(ask: Ask): Promise<Response> {
    this.#check();
    const question = JSON.stringify(ask.body);
    // Nobody answers before he has heard the question.
    this.#silence.only(this.#patience.ms + sendMsOf(question.length));
    const init = {
      method: "POST" as const, signal: this.#stop.signal, body: question,
      headers: { "content-type": "application/json", accept: "text/event-stream, application/x-ndjson, application/json", ...ask.headers },
    };
    const stopped = new Promise<never>((_, reject) => this.#stop.signal.addEventListener("abort", () => reject(this.#stop.signal.reason), { once: true }));
    let response: Response;
    try {
      response = await Promise.race([this.#ports.fetch(`${PROVIDER_ORIGIN}${ask.path}`, init), stopped]);
    } catch (error) {
      this.#check();
      throw failureOfWay(error);
    }
    stopped.catch(() => undefined);
    this.#silence.only(this.#patience.ms);
    if (response.status >= 200 && response.status < 300) return response;
    const body = await this.#errorBody(response);
    throw failureOfStatus(response.status, response.headers, body, this.#ports.clock.now());
  }

  async #errorBody(response: Response): Promise<string> {
    let text = "";
    try {
      for await (const piece of this.text(response, LIMITS.maxErrorBytes)) text += piece;
    } catch {
      // Whatever of it was read is enough; the status says the rest.
      this.#signal.throwIfAborted();
    }
    return text;
  }

  /** The body as text, piece by piece as it comes. */
  async *text(response: Response, maxBytes: number = LIMITS.maxBytes): AsyncGenerator<string, void, undefined> {
    if (response.body === null) return;
    const reader = response.body.getReader();
    this.#reader = reader;
    const decoder = new TextDecoder();
    let bytes = 0;
    try {
      for (;;) {
        this.#check();
        let read: ReadableStreamReadResult<Uint8Array>;
        try {
          read = await reader.read();
        } catch (error) {
          this.#check();
          throw failureOfWay(error);
        }
        this.#check();
        if (read.done) break;
        bytes += read.value.byteLength;
        if (bytes > maxBytes) throw failure("protocol", `The provider's reply is larger than ${Math.round(maxBytes / 1_048_576)} MiB and was cut off.`);
        const piece = decoder.decode(read.value, { stream: true });
        if (piece !== "") yield piece;
      }
      const rest = decoder.decode();
      if (rest !== "") yield rest;
    } finally {
      this.#reader = undefined;
      reader.cancel().catch(() => undefined);
    }
  }

  close(): void {
    this.#silence.stop();
    this.#signal.removeEventListener("abort", this.#onAbort);
    if (!this.#stop.signal.aborted) this.#stop.abort(new DOMException("The reply is not read any further.", "AbortError"));
  }
}
