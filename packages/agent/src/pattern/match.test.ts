/** The automaton agrees with JavaScript's own engine on everything that it knows, and takes no longer for what makes that one hang. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readPattern } from "./match.ts";

const matches = (pattern: string, line: string, ignoreCase = false): boolean => {
  const read = readPattern(pattern, { literal: false, ignoreCase });
  if ("problem" in read) throw new Error(`${pattern}: ${read.problem}`);
  return read.matches(line);
};
const problemOf = (pattern: string) => {
  const read = readPattern(pattern, { literal: false, ignoreCase: false });
  return "problem" in read ? read.problem : undefined;
};

test.each([
  ["abc", "xxabcxx"], ["^abc$", "abc"], ["^abc$", "abcd"], ["a|b|cd", "xcd"], ["(ab)+c", "ababc"], ["(?:ab){2,3}$", "ababab"], ["a{2}", "a"], ["x*", ""], ["\\d+\\.\\d*", "v1.25"], ["\\bword\\b", "a word."], ["\\bword\\b", "swords"],
  ["\\Bor", "word"], ["[a-f0-9]+", "xyz9"], ["[^a-z ]", "abc d"], ["[]a]", "a"], ["\\u0041", "A"], ["a.c", "a\tc"], ["(a|b)*c", "ababac"], ["^$", ""], ["^$", "x"], ["\\s\\S", " x"], ["a?b", "b"], ["(?<name>x)y", "xy"], ["[\\d-]+z", "1-2z"], ["\\$\\(", "$("],
])("%s in %j as JavaScript has it", (pattern, line) => {
  // A "]" that comes first in a set stands for itself here, as in other tools; JavaScript has an empty set there.
  const expected = pattern === "[]a]" ? true : new RegExp(pattern).test(line);
  expect(matches(pattern, line)).toBe(expected);
});

test("small and capital letters", () => {
  expect(matches("größe", "GRÖSSE GRÖßE", true)).toBe(true);
  expect(matches("[a-c]+x", "ABCX", true)).toBe(true);
  expect(matches("abc", "ABC")).toBe(false);
});

const atom = fc.oneof(fc.constantFrom("a", "b", "c", ".", "\\w", "\\d", "[ab]", "[^a]", "\\b"), fc.constantFrom("1", " "));
const piece: fc.Arbitrary<string> = fc.letrec<{ piece: string }>((tie) => ({
  piece: fc.oneof({ maxDepth: 3 }, atom.map((each) => each), fc.tuple(tie("piece"), tie("piece")).map(([a, b]) => a + b), fc.tuple(tie("piece"), tie("piece")).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie("piece"), fc.constantFrom("*", "+", "?", "{1,2}", "{0,3}")).map(([a, many]) => `(?:${a})${many}`)),
})).piece;

test("whatever the pattern, the answer is JavaScript's", () => {
  fc.assert(fc.property(fc.boolean(), piece, fc.boolean(), fc.string({ unit: fc.constantFrom("a", "b", "c", "1", " ", "_"), maxLength: 12 }), (start, body, end, line) => {
    const pattern = `${start ? "^" : ""}${body}${end ? "$" : ""}`;
    expect(matches(pattern, line)).toBe(new RegExp(pattern).test(line));
  }), { numRuns: 1_500 });
});

test("patterns that make other engines hang are answered", () => {
  const line = `${"a".repeat(20_000)}!`;
  for (const pattern of ["^(a+)+$", "^(a|aa)+$", "(.*a){20}b", "(a*)*b", "^(\\w+\\s?)*$"]) expect(matches(pattern, line)).toBe(false);
});

test("what it does not know is said, what is too large is refused", () => {
  expect(problemOf("(?=a)")).toContain("ahead");
  expect(problemOf("(a)\\1")).toContain("back-references");
  for (const pattern of ["(", ")", "[a", "a**", "*", "a{3,1}", "\\", "[z-a]", "a{9999}{9999}", "((a{999}){999}){999}", `${"(".repeat(200)}a${")".repeat(200)}`, "((){9999}){9999}", "(((((){999}){999}){999}){999}){999}"]) expect(problemOf(pattern), pattern).toBeTypeOf("string");
});

test("any text as a pattern is read or refused, never more", () => {
  fc.assert(fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), (pattern, line) => {
    const read = readPattern(pattern, { literal: false, ignoreCase: true });
    expect("problem" in read || typeof read.matches(line) === "boolean").toBe(true);
  }));
});
