/**
 * The states that nodes show, outside React's tree: a node listens for its own entry only, so that ten changes a frame redraw
 * ten nodes and not the graph. The canvas fills it from its props; nothing else writes to it.
 */
export interface EntryStore<V> {
  readonly get: (id: string) => V | undefined;
  readonly all: () => ReadonlyMap<string, V>;
  readonly subscribe: (id: string, listener: () => void) => () => void;
  /** Any change, for what is drawn as a whole (minimap, far layer). */
  readonly subscribeAll: (listener: () => void) => () => void;
  readonly replace: (next: ReadonlyMap<string, V>) => void;
}

export function createEntryStore<V>(): EntryStore<V> {
  let entries: ReadonlyMap<string, V> = new Map();
  const listeners = new Map<string, Set<() => void>>();
  const everybody = new Set<() => void>();
  return {
    get: (id) => entries.get(id),
    all: () => entries,
    subscribe: (id, listener) => {
      let own = listeners.get(id);
      if (own === undefined) {
        own = new Set();
        listeners.set(id, own);
      }
      own.add(listener);
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(id) === own) listeners.delete(id);
      };
    },
    subscribeAll: (listener) => {
      everybody.add(listener);
      return () => everybody.delete(listener);
    },
    replace: (next) => {
      if (next === entries) return;
      const before = entries;
      entries = next;
      // Only what is on screen listens, so this is short however large the graph is.
      for (const [id, own] of listeners) {
        if (before.get(id) === next.get(id)) continue;
        for (const listener of own) listener();
      }
      for (const listener of everybody) listener();
    },
  };
}
