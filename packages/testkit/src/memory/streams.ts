/** Durable streams in memory: epoch, gap-free seq, subscribers. The same promises as Core's, none of its speed. */
import type { StreamName } from "@axion/client";

export interface Stored {
  readonly seq: number;
  readonly [key: string]: unknown;
}
interface Log {
  epoch: string;
  events: Stored[];
}

export class MemoryStreams {
  readonly #logs = new Map<string, Log>();
  readonly #pushed = new Set<(stream: StreamName, message: unknown) => void>();
  readonly #listeners = new Set<(stream: StreamName, epoch: string, events: ReadonlyArray<Stored>) => void>();

  log(stream: string): Log {
    let log = this.#logs.get(stream);
    if (log === undefined) {
      log = { epoch: "e1", events: [] };
      this.#logs.set(stream, log);
    }
    return log;
  }
  head(stream: string): number {
    return this.log(stream).events.length;
  }
  append(stream: StreamName, drafts: ReadonlyArray<Readonly<Record<string, unknown>>>): ReadonlyArray<Stored> {
    const log = this.log(stream);
    const events = drafts.map((draft, index): Stored => ({ ...draft, seq: log.events.length + index + 1 }));
    log.events.push(...events);
    for (const listener of this.#listeners) listener(stream, log.epoch, events);
    return events;
  }
  after(stream: string, after: number, limit = Infinity): ReadonlyArray<Stored> {
    return this.log(stream).events.slice(after, after + limit);
  }
  /** As after a restore: the same events count as another history. */
  newEpoch(stream: string, epoch: string): void {
    this.log(stream).epoch = epoch;
  }
  /** Tells readers of a stream something that is not kept. */
  push(message: { readonly sessionId: string; readonly [key: string]: unknown }): void {
    for (const listener of this.#pushed) listener(`session:${message.sessionId}`, message);
  }
  onPush(listener: (stream: StreamName, message: unknown) => void): () => void {
    this.#pushed.add(listener);
    return () => void this.#pushed.delete(listener);
  }
  onAppend(listener: (stream: StreamName, epoch: string, events: ReadonlyArray<Stored>) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
