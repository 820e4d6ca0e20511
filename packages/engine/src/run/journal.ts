/**
 * Brings events to the journal in groups: 256 events or 10 ms, whichever is first, and at most four groups that are not
 * yet acknowledged. Who writes asks `full` and waits for `room`, so memory stays bounded however slow the disk is.
 */
import type { Clock, JournalPort } from "../host.ts";

const GROUP = 256;
const GROUP_CHARS = 1_000_000;
const GROUP_MS = 10;
const IN_FLIGHT = 4;

export class JournalWriter {
  private readonly port: JournalPort;
  private readonly clock: Clock;
  private readonly onLost: (reason: unknown) => void;
  private text = "";
  private count = 0;
  private inFlight = 0;
  private stopTimer: (() => void) | undefined;
  private acknowledged: Promise<unknown> = Promise.resolve();
  private waiters: (() => void)[] = [];
  private lost = false;

  constructor(port: JournalPort, clock: Clock, onLost: (reason: unknown) => void) {
    this.port = port;
    this.clock = clock;
    this.onLost = onLost;
  }

  /** One event as JSON text. */
  add(event: string): void {
    if (this.lost) return;
    this.text = this.count === 0 ? event : `${this.text},${event}`;
    this.count++;
    if (this.count >= GROUP || this.text.length >= GROUP_CHARS) this.flush();
    else this.stopTimer ??= this.clock.timer(GROUP_MS, () => { this.stopTimer = undefined; this.flush(); });
  }

  /** True while another whole group waits behind four that are on their way. */
  get full(): boolean { return this.count >= GROUP && this.inFlight >= IN_FLIGHT && !this.lost; }

  /** Resolves at the next acknowledgement. */
  room(): Promise<void> {
    return this.inFlight < IN_FLIGHT ? Promise.resolve() : new Promise((resolve) => { this.waiters.push(resolve); });
  }

  flush(): void {
    if (this.count === 0 || this.inFlight >= IN_FLIGHT || this.lost) return;
    this.stopTimer?.();
    this.stopTimer = undefined;
    const { text, count } = this;
    this.text = "";
    this.count = 0;
    this.inFlight++;
    const sent = this.port.append(text, count).then(() => this.landed(), (reason: unknown) => this.fail(reason));
    this.acknowledged = Promise.all([this.acknowledged, sent]);
  }

  /** Resolves when everything written so far is on disk. */
  async durable(): Promise<void> {
    while (this.count > 0 && !this.lost) {
      this.flush();
      if (this.count > 0) await this.room();
    }
    await this.acknowledged;
  }

  private landed(): void {
    this.inFlight--;
    // What had to wait for room goes at once; the 10 ms are over for it.
    if (this.count >= GROUP || this.stopTimer === undefined) this.flush();
    const waiters = this.waiters;
    this.waiters = [];
    for (const wake of waiters) wake();
  }

  private fail(reason: unknown): void {
    if (!this.lost) {
      this.lost = true;
      this.stopTimer?.();
      this.onLost(reason);
    }
    this.landed();
  }
}
