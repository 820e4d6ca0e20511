/**
 * Hybrid logical clock: stamps that grow with every write of this client and past every stamp it has seen, so that a later
 * write wins whatever the wall clocks say. `millis-counter-client`, compared as strings.
 */
import type { GraphOp } from "@axion/protocol";

export type Stamp = GraphOp["stamp"];
const lastMillis = 9_999_999_999_999;

export class StampClock {
  #millis = 0;
  #counter = 0;
  readonly #client: string;
  readonly #now: () => number;

  constructor(client: string, now: () => number) {
    this.#client = client;
    this.#now = now;
  }

  next(): Stamp {
    const wall = Math.min(Math.max(0, Math.floor(this.#now())), lastMillis);
    if (wall > this.#millis) {
      this.#millis = wall;
      this.#counter = 0;
    } else if (this.#counter < 0xffff) this.#counter += 1;
    else if (this.#millis < lastMillis) {
      this.#millis += 1;
      this.#counter = 0;
    }
    return `${String(this.#millis).padStart(13, "0")}-${this.#counter.toString(16).padStart(4, "0")}-${this.#client}`;
  }

  /** The next stamps will be greater than `stamp`. */
  observe(stamp: Stamp): void {
    const millis = Number(stamp.slice(0, 13));
    const counter = Number.parseInt(stamp.slice(14, 18), 16);
    if (!Number.isSafeInteger(millis) || Number.isNaN(counter)) return;
    if (millis > this.#millis || (millis === this.#millis && counter > this.#counter)) {
      this.#millis = Math.min(millis, lastMillis);
      this.#counter = counter;
    }
  }

  /** The next stamps will be greater than any made at or before `millis`. */
  observeMillis(millis: number): void {
    if (millis <= this.#millis) return;
    this.#millis = Math.min(Math.floor(millis), lastMillis);
    this.#counter = 0xffff;
  }
}
