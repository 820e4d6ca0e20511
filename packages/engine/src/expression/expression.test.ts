import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../json.ts";
import { ExpressionError, Scope, parseExpression } from "./expression.ts";
import { functions, loops } from "./functions.ts";
import { parseTemplate } from "./template.ts";

const evaluate = (source: string, value: Json = null, more: Record<string, Json> = {}, input: Json = {}) =>
  parseExpression(source).evaluate(new Scope({ value, ...more }, input));
const failure = (source: string, value: Json = null): ExpressionError => {
  try { evaluate(source, value); } catch (thrown) { if (thrown instanceof ExpressionError) return thrown; throw thrown; }
  throw new Error(`${source} did not fail`);
};

const order = { total: 12.5, count: 3, name: "Ada", tags: ["a", "b"], lines: [{ q: 2, p: 1.5 }, { q: 1, p: 4 }], none: null, nested: { deep: { x: 7 } } };

describe("what a person writes", () => {
  it.each<[string, Json]>([
    ["total * 2", 25], ["total > 5000", false], ["10 / 4", 2.5], ["7 % 4 - -1", 4], ["1 + 2 * 3", 7], ["(1 + 2) * 3", 9], ["2 - 1 - 1", 0], ["total + count", 15.5],
    ["\"n: \" + total", "n: 12.5"], ["text(0.1 + 0.2)", "0.3"], ["name == 'Ada' and count >= 3", true], ["not (count < 3) or false", true], ["!true || 1 != 1", false],
    ["nested.deep.x", 7], ["nested.nope", null], ["none.anything.at.all", null], ["none ?? 5", 5], ["tags[0] + tags[-1]", "ab"], ["tags[9]", null], ["nested[\"deep\"].x", 7],
    ["\"b\" in tags", true], ["\"da\" in name", true], ["\"name\" in value", true], ["count > 2 ? \"many\" : \"few\"", "many"], ["input.limit ?? 1", 9], ["value.total", 12.5],
    ["{ name: name, \"two words\": count }", { name: "Ada", "two words": 3 }], ["[1, count, [name]]", [1, 3, ["Ada"]]], ["sum(map(lines, l, l.q * l.p))", 7], ["lines.filter(l, l.p > 2).size()", 1],
    ["lines.all(l, l.q > 0)", true], ["lines.exists(l, l.q > 5)", false], ["count(lines, l, l.q == 1)", 1], ["map(tags, t, i, t + i)", ["a0", "b1"]], ["sortBy(lines, l, l.q)[0].p", 4],
    ["map([1, 2], x, map([10], y, x * y))", [[10], [20]]], ["round(2.345, 2)", 2.35], ["round(1.005, 2)", 1.01], ["round(-2.5)", -3], ["round(2.5)", 3], ["round(-1.005, 2)", -1.01], ["fixed(3)", "3.00"], ["min(3, 1, 2) + max([4, 9])", 10], ["avg([1, 2])", 1.5], ["avg([])", null],
    ["upper(trim(\" a \"))", "A"], ["split(\"a;b\", \";\").join(\"-\")", "a-b"], ["replace(\"aaa\", \"a\", \"bb\")", "bbbbbb"], ["slice(name, 1)", "da"], ["like(\"invoice-7.csv\", \"*-?.csv\")", true], ["after(\"k: v\", \": \") + before(\"k: v\", \":\")", "vk"],
    ["unique([1, 1, \"1\"])", [1, "1"]], ["flatten([[1], 2, [3]])", [1, 2, 3]], ["merge({ a: 1 }, { b: 2 })", { a: 1, b: 2 }], ["isEmpty([]) and isEmpty(\"\") and isEmpty(none)", true], ["keys(nested)", ["deep"]], ["number(\" 4.5 \") + number(\"x\", 1)", 5.5],
    ["range(1, 3)", [1, 2, 3]], ["json({ a: [1] })", "{\"a\":[1]}"], ["[1] + [2]", [1, 2]], ["{ a: [1, { b: 2 }] } == { a: [1, { b: 2 }] }", true], ["1 == \"1\"", false], ["padStart(text(7), 3, \"0\")", "007"], ["first([]) == null", true], ["1e3 + 0.5", 1000.5],
  ])("%s", (source, expected) => expect(evaluate(source, order, {}, { limit: 9 })).toEqual(expected));
});

describe("mistakes are told with their place", () => {
  it.each([
    ["total *", "(character 8)"], ["", "empty"], ["1 = 1", "does not compare"], ["foo(1)", "no function \"foo\""], ["name.x", "needs an object"], ["toal * 2", "There is no \"toal\" here. Known: value, input, total"],
    ["count / (count - 3)", "Division by zero"], ["name * 2", "needs a number, but got text"], ["total && true", "needs true or false"], ["1 < name", "cannot compare"], ["1e308 * 10", "too large"], ["[1, 2", "\",\" is missing"],
    ["\"open", "no closing quote"], ["a ; b", "does not belong"], ["round()", "was given 0 arguments"], ["map(tags, t, t * 2)", "needs a number"], ["lines.q", "needs an object, but got a list"], ["fail(\"No: \" + count)", "No: 3"],
  ])("%s", (source, words) => expect(failure(source, order).message).toContain(words));
  it("also over lines", () => expect(failure("1 +\n  nope", order).message).toContain("(line 2, character 3)"));
  it("hints at number(…) for text that is a number", () => expect(failure("value * 2", "12").hint).toContain("number("));
});

describe("it is total", () => {
  it("refuses deep nesting, in reading and in running", () => {
    expect(failure(`${"(".repeat(100)}1${")".repeat(100)}`).message).toContain("too deeply");
    expect(failure(`${"-".repeat(200)}1`).message).toContain("too deeply");
    expect(failure(Array.from({ length: 400 }, () => "1").join("+")).message).toContain("too deeply");
    expect(evaluate(Array.from({ length: 200 }, () => "1").join("+"))).toBe(200);
    expect(failure("1 ".repeat(5000)).message).toContain("at most");
  });
  it("stops work that grows", () => {
    const list = range(3000);
    expect(failure("map(value, a, map(value, b, a * b))", list).code).toBe("expression_budget");
    expect(failure("map(range(1, 100000), a, join(map(range(1, 100), b, \"x\")))").code).toBe("expression_budget");
    expect(failure("range(1, 900000000)").code).toBe("expression_budget");
  });
  it("has no way to a prototype", () => {
    for (const source of ["value.constructor", "value[\"__proto__\"]", "value.toString", "\"__proto__\" in value"]) expect(evaluate(source, {})).toBeOneOf([null, false]);
    for (const source of ["constructor", "__proto__", "toString", "hasOwnProperty"]) expect(failure(source, {}).message).toContain("There is no");
    const made = evaluate("{ \"__proto__\": { x: 1 }, constructor: 2 }") as object;
    expect([Object.getPrototypeOf(made), Object.keys(made)]).toEqual([null, ["__proto__", "constructor"]]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
  it("has no regular expressions", () => expect(failure("matches(\"a\", \"(a+)+$\")").hint).toContain("like("));
  it("answers any text with a value or an ExpressionError, quickly", () => {
    const words = [...functions.map((each) => each.name), ...loops.keys(), "value", "x", "(", ")", "[", "]", "{", "}", ",", ".", "+", "-", "*", "/", "==", "<", "?", ":", "1", "\"t\"", "and", "in", "??", "!"];
    fc.assert(fc.property(fc.array(fc.constantFrom(...words), { maxLength: 25 }), fc.jsonValue(), (parts, value) => {
      try {
        const result = evaluate(parts.join(" "), value as Json, { x: 2 });
        expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
      } catch (thrown) { expect(thrown).toBeInstanceOf(ExpressionError); }
    }), { numRuns: 1500 });
  });
  it("matches patterns in bounded time", () => expect(evaluate("like(value, \"*a*a*a*a*a*a*b\")", "a".repeat(5000))).toBe(false));
});

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("templates", () => {
  const render = (source: string, html = false) => parseTemplate(source, html).render(new Scope({ value: { name: "<Ada>", n: 2 } }, {}));
  it("put values in", () => expect(render("Hi {{ name }}, {{n * 2}} {{ \"}}\" }} {{ null }}!")).toBe("Hi <Ada>, 4 }} !"));
  it("escape for HTML unless told otherwise", () => expect(render("<b>{{ name }}</b>{{{ name }}}", true)).toBe("<b>&lt;Ada&gt;</b><Ada>"));
  it("tell where they are wrong", () => {
    expect(() => parseTemplate("a\nb {{ 1 + }}")).toThrow("Line 2");
    expect(() => parseTemplate("{{ 1")).toThrow("not closed");
  });
});
