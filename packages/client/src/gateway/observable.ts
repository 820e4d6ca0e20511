/** A value that changes and can be watched. The smallest thing that React, Zustand and plain code can all listen to. */
export interface Observable<T> {
  get(): T;
  /** Calls back on each change, not with the value of now. Returns the function that stops. */
  subscribe(listener: (value: T) => void): () => void;
}

export interface Cell<T> extends Observable<T> {
  set(value: T): void;
}

export const makeCell = <T>(initial: T): Cell<T> => {
  let value = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener(next);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
