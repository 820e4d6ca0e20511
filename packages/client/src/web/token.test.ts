import { describe, expect, test } from "vitest";
import { takeToken } from "./token.ts";

const page = (hash: string, kept: Map<string, string> = new Map()) => {
  const replaced: string[] = [];
  return {
    kept, replaced,
    place: {
      location: { hash, pathname: "/", search: "" },
      history: { replaceState: (_state: unknown, _title: string, url?: string | URL | null) => void replaced.push(String(url)) },
      storage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) },
    },
  };
};

describe("the token", () => {
  test("is taken out of the address and kept for the tab", () => {
    const first = page("#token=abc123");
    expect(takeToken(first.place)).toBe("abc123");
    expect(first.replaced).toEqual(["/"]);
    expect(takeToken(page("", first.kept).place)).toBe("abc123");
  });

  test("of a new address wins over the kept one", () => {
    expect(takeToken(page("#token=new", new Map([["axion.token", "old"]])).place)).toBe("new");
  });

  test("may be missing; other parts of the address are left alone", () => {
    const { place, replaced } = page("#/runs/r1");
    expect(takeToken(place)).toBeUndefined();
    expect(replaced).toEqual([]);
  });

  test("lives as long as the page where storage is forbidden", () => {
    const { place } = page("#token=abc");
    const forbidden = () => {
      throw new DOMException("denied", "SecurityError");
    };
    expect(takeToken({ ...place, storage: { getItem: forbidden, setItem: forbidden } })).toBe("abc");
    expect(takeToken({ ...page("").place, storage: { getItem: forbidden, setItem: forbidden } })).toBeUndefined();
  });
});
