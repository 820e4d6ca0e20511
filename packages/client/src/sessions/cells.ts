/** Observables by key over one source: who watches a key hears of that key only. Keys nobody watches cost nothing. */
import type { Observable } from "../gateway/observable.ts";

export class Cells<T> {
  readonly #read: (key: string) => T | undefined;
  readonly #listeners = new Map<string, Set<(value: T | undefined) => void>>();

  constructor(read: (key: string) => T | undefined) {
    this.#read = read;
  }

  get(key: string): Observable<T | undefined> {
    return {
      get: () => this.#read(key),
      subscribe: (listener) => {
        const listeners = this.#listeners.get(key) ?? new Set();
        listeners.add(listener);
        this.#listeners.set(key, listeners);
        return () => {
          listeners.delete(listener);
          if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
        };
      },
    };
  }
  tell(keys: Iterable<string>): void {
    for (const key of keys) for (const listener of [...(this.#listeners.get(key) ?? [])]) listener(this.#read(key));
  }
  tellAll(): void {
    this.tell([...this.#listeners.keys()]);
  }
}
