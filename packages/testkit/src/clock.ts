/** Time that stands still until a test moves it, and ids and randomness that are the same in each run. */
import type { Environment, KeyValueStorage } from "@axion/client";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export interface TestClock {
  now(): number;
  after(ms: number, run: () => void): () => void;
  /** Moves time on; timers run in order of their time, and promises settle between them. */
  advance(ms: number): Promise<void>;
  /** Lets promises settle without moving time. */
  settle(): Promise<void>;
}

const turns = 20;

export const testClock = (start = 1_700_000_000_000): TestClock => {
  let now = start;
  let order = 0;
  const timers = new Set<Timer>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  };
  const nextUntil = (end: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > end) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  };
  return {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + Math.max(0, ms), order: order++, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    settle,
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.run();
        await settle();
      }
      now = end;
      await settle();
    },
  };
};

export const memoryStorage = (kept: Map<string, string> = new Map()): KeyValueStorage => ({
  read: (key) => kept.get(key),
  write: (key, value) => void kept.set(key, value),
  remove: (key) => void kept.delete(key),
  keys: () => [...kept.keys()],
});

/** Mulberry32: small, seeded, good enough to shuffle tests with. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const countingIds = (prefix: string): (() => string) => {
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}${count}`;
  };
};

export const testEnvironment = (clock: TestClock, options: { readonly ids?: string; readonly seed?: number; readonly storage?: KeyValueStorage } = {}): Environment => ({
  now: clock.now,
  random: seededRandom(options.seed ?? 1),
  newId: countingIds(options.ids ?? "t"),
  after: clock.after,
  frame: (run) => clock.after(16, run),
  storage: options.storage ?? memoryStorage(),
});
