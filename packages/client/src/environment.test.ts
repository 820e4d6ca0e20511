import { describe, expect, test } from "vitest";
import { randomId, undoPrefix, webStorage } from "./environment.ts";

/** A Storage that holds so many characters. */
const storageOf = (room: number): Storage => {
  const kept: Record<string, string> = Object.create(null);
  const hidden = { enumerable: false, configurable: true };
  return Object.defineProperties(kept, {
    getItem: { ...hidden, value: (key: string) => kept[key] ?? null },
    removeItem: { ...hidden, value: (key: string) => delete kept[key] },
    setItem: {
      ...hidden,
      value: (key: string, value: string) => {
        const used = Object.entries(kept).reduce((sum, [name, text]) => sum + (name === key ? 0 : name.length + text.length), 0);
        if (used + key.length + value.length > room) throw new DOMException("full", "QuotaExceededError");
        kept[key] = value;
      },
    },
  }) as unknown as Storage;
};

describe("the page's storage", () => {
  test("gives up histories of undo before unsent edits", () => {
    const real = storageOf(200);
    const storage = webStorage(() => real);
    storage.write(`${undoPrefix}g1`, "u".repeat(120));
    storage.write("axion.ops.g2.c", "o".repeat(100));
    expect(real.getItem("axion.ops.g2.c")).toHaveLength(100);
    expect(storage.keys()).toEqual(["axion.ops.g2.c"]);
  });

  test("keeps for the life of the page what it cannot hold, or may not", () => {
    for (const open of [() => storageOf(10), (): Storage => { throw new DOMException("denied", "SecurityError"); }]) {
      const storage = webStorage(open);
      storage.write("axion.ops.g1.c", "long enough");
      expect(storage.read("axion.ops.g1.c")).toBe("long enough");
      expect(storage.keys()).toEqual(["axion.ops.g1.c"]);
      storage.remove("axion.ops.g1.c");
      expect(storage.read("axion.ops.g1.c")).toBeUndefined();
    }
  });
});

test("ids are fit for the protocol, and use each letter alike", () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 2_000; index += 1) {
    const id = randomId((into) => crypto.getRandomValues(into));
    expect(id).toMatch(/^[a-z0-9]{14}$/);
    for (const letter of id) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  expect(counts.size).toBe(36);
  const expected = (2_000 * 14) / 36;
  for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(expected / 4);
});
