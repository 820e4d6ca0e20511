/**
 * Exact resume for durable streams, above any transport.
 *
 * One subscription on the wire per stream serves all readers of this page; each reader has its own place. Events at or
 * before a reader's place are dropped, an event after a gap is not delivered but makes the stream subscribe again from the
 * reader's place. The same happens after a reconnect and after `stream-lagged`. So a reader sees each event once, in
 * order, whatever the transport loses, repeats or reorders.
 */
import type { SessionDelta, ToolDelta } from "@axion/protocol";
import type { StreamEvent, StreamHandlers, StreamName, StreamPlace } from "./adapter.ts";
import type { Push } from "./decode.ts";
import { decodeEvent, seqOf } from "./decode.ts";
import { CommandRefused, type GatewayError, isGatewayError } from "./errors.ts";

export interface SubscriptionWire {
  subscribe(stream: StreamName, from: StreamPlace | undefined): Promise<{ epoch: string; head: number; mode: "tail" | "snapshot" }>;
  unsubscribe(stream: StreamName): Promise<unknown>;
  /** The newest seq of the stream, asked for by the watchdog. */
  head(stream: StreamName, after: number): Promise<{ epoch: string; head: number }>;
  ready(): boolean;
}

export interface SubscriptionTiming {
  after(ms: number, run: () => void): () => void;
  /** A transport that may lose its last message is asked for the stream's head this often; 0 = never. */
  readonly watchdogMs: number;
}

interface Reader {
  place: StreamPlace | undefined;
  /** Reading its snapshot; events are not for it until that is done. */
  reading: boolean;
  gone: boolean;
  readonly deliver: (events: ReadonlyArray<unknown>, place: StreamPlace) => void;
  readonly snapshot: (head: StreamPlace) => Promise<StreamPlace>;
  readonly refused: (error: GatewayError) => void;
  readonly delta: (delta: SessionDelta | ToolDelta) => void;
}

interface Entry {
  readonly stream: StreamName;
  readonly readers: Set<Reader>;
  /** Grows with each wire subscription, so that a late answer to an old one is known. */
  generation: number;
  asking: boolean;
  askAgain: boolean;
  live: boolean;
  failures: number;
  cancelRetry: (() => void) | undefined;
  cancelWatch: (() => void) | undefined;
}

const retryDelay = (failures: number): number => (failures <= 1 ? 0 : Math.min(5_000, 50 * 2 ** failures));
/** These will not go away by trying again. */
const hopeless = (error: unknown): error is CommandRefused =>
  error instanceof CommandRefused && ["not_found", "forbidden", "invalid_params", "unknown_command"].includes(error.code);

export class Subscriptions {
  readonly #entries = new Map<StreamName, Entry>();
  readonly #wire: SubscriptionWire;
  readonly #timing: SubscriptionTiming;

  constructor(wire: SubscriptionWire, timing: SubscriptionTiming) {
    this.#wire = wire;
    this.#timing = timing;
  }

  add<S extends StreamName>(stream: S, from: StreamPlace | undefined, handlers: StreamHandlers<S>): () => void {
    const reader: Reader = {
      place: from,
      reading: false,
      gone: false,
      deliver: (events, place) => handlers.onEvents(events as ReadonlyArray<StreamEvent<S>>, place),
      snapshot: (head) => handlers.onSnapshotNeeded(head),
      refused: (error) => handlers.onRefused?.(error),
      delta: (delta) => handlers.onDelta?.(delta),
    };
    const entry = this.#entries.get(stream) ?? this.#open(stream);
    entry.readers.add(reader);
    this.#ask(entry);
    return () => this.#remove(entry, reader);
  }

  /** The connection is there (again): every stream is subscribed from its readers' places. */
  connected(): void {
    for (const entry of this.#entries.values()) {
      entry.failures = 0;
      this.#ask(entry);
    }
  }

  disconnected(): void {
    for (const entry of this.#entries.values()) {
      entry.live = false;
      entry.generation += 1;
      entry.asking = false;
      entry.askAgain = false;
      entry.cancelRetry?.();
      entry.cancelWatch?.();
    }
  }

  push(message: Push): void {
    if (message.type === "session-delta" || message.type === "tool-delta") {
      for (const reader of [...(this.#entries.get(`session:${message.sessionId}`)?.readers ?? [])]) reader.delta(message);
      return;
    }
    const entry = this.#entries.get(message.stream);
    if (entry === undefined) return;
    if (message.type === "stream-lagged") this.#ask(entry);
    else this.#batch(entry, message.epoch, message.events);
  }

  close(): void {
    this.disconnected();
    this.#entries.clear();
  }

  #open(stream: StreamName): Entry {
    const entry: Entry = {
      stream, readers: new Set(), generation: 0, asking: false, askAgain: false, live: false, failures: 0, cancelRetry: undefined, cancelWatch: undefined,
    };
    this.#entries.set(stream, entry);
    return entry;
  }

  #remove(entry: Entry, reader: Reader): void {
    reader.gone = true;
    entry.readers.delete(reader);
    if (entry.readers.size > 0 || this.#entries.get(entry.stream) !== entry) return;
    this.#entries.delete(entry.stream);
    entry.cancelRetry?.();
    entry.cancelWatch?.();
    // Losing this message costs some unread events, nothing else.
    if (entry.live && this.#wire.ready()) this.#wire.unsubscribe(entry.stream).catch(() => undefined);
  }

  /** Subscribes on the wire from the earliest place of the readers. */
  #ask(entry: Entry): void {
    if (!this.#wire.ready() || this.#entries.get(entry.stream) !== entry) return;
    if (entry.asking) {
      entry.askAgain = true;
      return;
    }
    entry.cancelRetry?.();
    entry.asking = true;
    entry.askAgain = false;
    entry.live = false;
    const generation = ++entry.generation;
    const current = () => generation === entry.generation && this.#entries.get(entry.stream) === entry;
    this.#wire.subscribe(entry.stream, earliest(entry.readers)).then(
      (answer) => {
        if (!current()) return;
        entry.asking = false;
        entry.live = true;
        const head = { epoch: answer.epoch, after: answer.head };
        for (const reader of [...entry.readers]) {
          const served = answer.mode === "tail" && reader.place?.epoch === answer.epoch && reader.place.after <= answer.head;
          if (!served && !reader.reading) this.#readSnapshot(entry, reader, head);
        }
        if (entry.askAgain) this.#ask(entry);
        else this.#watch(entry);
      },
      (error: unknown) => {
        if (!current()) return;
        entry.asking = false;
        if (hopeless(error)) this.#refuse(entry, error);
        else this.#askLater(entry);
      },
    );
  }

  #askLater(entry: Entry): void {
    entry.failures += 1;
    entry.cancelRetry?.();
    entry.cancelRetry = this.#timing.after(retryDelay(entry.failures), () => this.#ask(entry));
  }

  #refuse(entry: Entry, error: GatewayError): void {
    this.#entries.delete(entry.stream);
    for (const reader of [...entry.readers]) reader.refused(error);
  }

  #readSnapshot(entry: Entry, reader: Reader, head: StreamPlace): void {
    reader.reading = true;
    reader.snapshot(head).then(
      (place) => {
        reader.reading = false;
        if (reader.gone) return;
        reader.place = place;
        this.#ask(entry);
      },
      (error: unknown) => {
        reader.reading = false;
        if (reader.gone) return;
        reader.place = undefined;
        if (hopeless(error)) {
          this.#remove(entry, reader);
          reader.refused(error);
        } else if (this.#wire.ready()) this.#askLater(entry);
        if (!isGatewayError(error)) throw error;
      },
    );
  }

  #batch(entry: Entry, epoch: string, values: ReadonlyArray<unknown>): void {
    let gap = false;
    // Readers mostly stand at the same place; decode each event once.
    const decoded = new Map<number, unknown>();
    for (const reader of [...entry.readers]) {
      if (reader.reading || reader.place === undefined || reader.place.epoch !== epoch) continue;
      let after = reader.place.after;
      const fresh: unknown[] = [];
      for (let index = 0; index < values.length; index += 1) {
        const seq = seqOf(values[index]);
        if (seq === undefined || seq <= after) continue;
        if (seq > after + 1) {
          gap = true;
          break;
        }
        after = seq;
        if (!decoded.has(index)) decoded.set(index, decodeEvent(entry.stream, values[index]));
        const event = decoded.get(index);
        if (event !== undefined) fresh.push(event);
      }
      if (after === reader.place.after) continue;
      entry.failures = 0;
      reader.place = { epoch, after };
      reader.deliver(fresh, reader.place);
    }
    // While an answer is awaited, what it brings closes the gap or shows it again.
    if (gap && !entry.asking) this.#askLater(entry);
  }

  #watch(entry: Entry): void {
    entry.cancelWatch?.();
    if (this.#timing.watchdogMs === 0) return;
    entry.cancelWatch = this.#timing.after(this.#timing.watchdogMs, () => {
      if (!entry.live || !this.#wire.ready()) return;
      const from = earliest(entry.readers);
      if (from === undefined) return this.#watch(entry);
      const generation = entry.generation;
      this.#wire.head(entry.stream, from.after).then(
        (now) => {
          if (generation !== entry.generation) return;
          const place = earliest(entry.readers);
          // Still where it was a whole round trip ago, while the stream is further: the message was lost.
          const stuck = place !== undefined && place.after === from.after && (now.head > place.after || now.epoch !== place.epoch);
          if (stuck) this.#ask(entry);
          else this.#watch(entry);
        },
        () => this.#watch(entry),
      );
    });
  }
}

/** The place from which every reader that has one can be served: of the first reader's epoch, the smallest. */
const earliest = (readers: Iterable<Reader>): StreamPlace | undefined => {
  let place: StreamPlace | undefined;
  for (const reader of readers) {
    if (reader.place === undefined || reader.reading) continue;
    if (place === undefined || (reader.place.epoch === place.epoch && reader.place.after < place.after)) place = reader.place;
  }
  return place;
};
