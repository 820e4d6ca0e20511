/**
 * What the stores need of the world: time, ids, frames, and a small store of text. Passed in, so that tests own the clock.
 * `browserEnvironment` is the real one.
 */
export interface KeyValueStorage {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
  remove(key: string): void;
  keys(): ReadonlyArray<string>;
}

export interface Environment {
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  /** An identifier that was never used: letters and digits, short enough for a graph file. */
  newId(): string;
  /** Runs once after `ms`; the returned function cancels. */
  after(ms: number, run: () => void): () => void;
  /** Runs before the next paint, or soon when the page is hidden. */
  frame(run: () => void): () => void;
  readonly storage: KeyValueStorage;
}

/** Keys of histories of undo, which may be thrown away when room is needed. */
export const undoPrefix = "axion.undo.";

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

/** 14 characters of 36: 72 bits, so that two of a million windows do not meet. */
export const randomId = (bytes: (into: Uint8Array<ArrayBuffer>) => void): string => {
  let id = "";
  const pool = new Uint8Array(24);
  while (id.length < 14) {
    bytes(pool);
    // 252 = 7 × 36: bytes above would make the first letters likelier.
    for (const byte of pool) if (byte < 252 && id.length < 14) id += alphabet[byte % 36];
  }
  return id;
};

/** Undo of other graphs; true if there was any. */
const makeRoom = (storage: Storage, key: string): boolean => {
  const spare = Object.keys(storage).filter((other) => other.startsWith(undoPrefix) && other !== key);
  for (const other of spare) storage.removeItem(other);
  return spare.length > 0;
};

/** Storage may be forbidden or full; then what it would have kept lives as long as the page. */
export const webStorage = (open: () => Storage): KeyValueStorage => {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T, otherwise: T): T => {
    try {
      return use(open());
    } catch {
      return otherwise;
    }
  };
  return {
    read: (key) => attempt((storage) => storage.getItem(key) ?? undefined, undefined) ?? memory.get(key),
    write: (key, value) => {
      const put = () =>
        attempt((storage) => {
          storage.setItem(key, value);
          return true;
        }, false);
      // Full: what can be done without goes first, so that unsent edits find room.
      const kept = put() || (attempt((storage) => makeRoom(storage, key), false) && put());
      if (kept) memory.delete(key);
      else memory.set(key, value);
    },
    remove: (key) => {
      memory.delete(key);
      attempt((storage) => storage.removeItem(key), undefined);
    },
    keys: () => [...new Set([...memory.keys(), ...attempt((storage) => Object.keys(storage), [])])],
  };
};

export const browserEnvironment = (): Environment => ({
  now: () => Date.now(),
  random: () => Math.random(),
  newId: () => randomId((into) => crypto.getRandomValues(into)),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  frame: (run) => {
    let over = false;
    const stop = () => {
      over = true;
      cancelAnimationFrame(handle);
      clearTimeout(timer);
    };
    const once = () => {
      if (over) return;
      stop();
      run();
    };
    const handle = requestAnimationFrame(once);
    // A hidden page gets no frames at all.
    const timer = setTimeout(once, 250);
    return stop;
  },
  storage: webStorage(() => localStorage),
});
