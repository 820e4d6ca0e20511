/** Tabs take turns at the same names, and never share one. */
import { describe, expect, it } from "vitest";
import { nameTab, type TabPlace } from "./tab.ts";

/** Locks of one browser, as far as names of tabs use them. */
class Locks {
  readonly held = new Map<string, () => void>();
  readonly waiting = new Map<string, () => void>();
  request = (async (name: string, options: LockOptions, use: (lock: Lock | null) => unknown) => {
    if (!this.held.has(name)) {
      this.held.set(name, () => undefined);
      return use({ name, mode: "exclusive" });
    }
    if (options.ifAvailable === true) return use(null);
    await new Promise<void>((resolve, reject) => {
      this.waiting.set(name, resolve);
      options.signal?.addEventListener("abort", () => reject(new DOMException("late", "AbortError")));
    });
    this.held.set(name, () => undefined);
    return use({ name, mode: "exclusive" });
  }) as LockManager["request"];
  close(windowId: string): void {
    this.held.delete(`axion.${windowId}`);
    this.waiting.get(`axion.${windowId}`)?.();
  }
}
const storage = (): TabPlace["storage"] => {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
};

describe("tabs", () => {
  it("have names of their own, and a new one starts as the first", async () => {
    const locks = new Locks();
    expect(await nameTab({ locks, storage: storage() })).toEqual({ windowId: "browser" });
    expect(await nameTab({ locks, storage: storage() })).toEqual({ windowId: "browser-2", startsAs: "browser" });
    expect(await nameTab({ locks, storage: storage() })).toEqual({ windowId: "browser-3", startsAs: "browser" });
    locks.close("browser");
    expect(await nameTab({ locks, storage: storage() })).toEqual({ windowId: "browser" });
  });

  it("keep their name when they are loaded again, also if the page before is a moment longer there", async () => {
    const locks = new Locks();
    await nameTab({ locks, storage: storage() });
    const second = storage();
    await nameTab({ locks, storage: second });
    const again = nameTab({ locks, storage: second });
    locks.close("browser-2");
    expect(await again).toEqual({ windowId: "browser-2" });
  });

  it("a copy of a tab, which brings its storage along, takes another name", async () => {
    const locks = new Locks();
    const same = storage();
    await nameTab({ locks, storage: same });
    expect(await nameTab({ locks, storage: same })).toEqual({ windowId: "browser-2", startsAs: "browser" });
  });

  it("without locks or storage there is one name", async () => {
    const forbidden = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("no"); } };
    expect(await nameTab({ locks: undefined, storage: forbidden })).toEqual({ windowId: "browser" });
    expect(await nameTab({ locks: new Locks(), storage: forbidden })).toEqual({ windowId: "browser" });
  });
});
