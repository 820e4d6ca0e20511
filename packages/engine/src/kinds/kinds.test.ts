import { describe, expect, it } from "vitest";
import { StepFailure } from "../failure.ts";
import type { FormField, Outputs } from "../kind.ts";
import { setUp } from "../node-config.ts";
import { MemoryHost } from "../testing/memory-host.ts";
import { kindTexts } from "../texts.ts";
import type { Json } from "../json.ts";
import { groups } from "../kind.ts";
import { kinds, registry } from "./catalogue.ts";

const host = new MemoryHost({ "in/b.csv": "n\n2\n", "in/a.JSON": "{}", "in/sub/c.csv": "", "in/notes.txt": "hi" });
const context = (runInput: Json = {}) => ({ node: "n", nodeName: "N", scope: undefined, attempt: 1, key: "k", runInput, signal: new AbortController().signal, clock: host.clock, files: host.files, log: () => undefined });

/** Runs one node as the engine would, without a graph. */
const perform = async (id: string, config: object, inputs: object = {}, runInput: Json = {}): Promise<Outputs> => {
  const kind = registry.get(id);
  if (kind?.run === undefined) throw new Error(`no kind ${id}`);
  const read = setUp(kind, config);
  if (!("setup" in read)) throw new Error(JSON.stringify(read.problems));
  return await kind.run(context(runInput), inputs as never, read.setup.config, read.setup.prepared) as Outputs;
};
const code = async (work: Promise<unknown>): Promise<string> => {
  try { await work; } catch (thrown) { if (thrown instanceof StepFailure) return thrown.code; throw thrown; }
  return "none";
};

describe("the catalogue", () => {
  it("has each kind once, in a group", () => {
    expect(registry.size).toBe(kinds.length);
    for (const kind of kinds) expect(groups.map((group) => group.id)).toContain(kind.group);
  });
  it.each(kinds.map((kind) => [kind.id, kind] as const))("%s: defaults are a config, ports have ids, texts have keys, the form has its fields", (id, kind) => {
    const read = setUp(kind, {});
    if (!("setup" in read)) throw new Error(JSON.stringify(read.problems));
    expect(kind.summary(read.setup.config).length).toBeGreaterThan(0);
    for (const port of [...read.setup.ports.inputs, ...read.setup.ports.outputs, ...(read.setup.inner?.inputs ?? []), ...(read.setup.inner?.outputs ?? [])]) expect(port.id).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
    expect(kindTexts(kind).get(`kinds.${id}.title`)).toBe(kind.title);
    const known = Object.keys(kind.defaults as object);
    for (const field of kind.form) { expect(known).toContain(field.field); expect(initialRow(field)).toBe(true); }
    expect(kind.run !== undefined || kind.container !== undefined).toBe(true);
  });
});
/** A new row of a list has all its columns' obligatory keys: the form can add one and nothing is wrong. */
const initialRow = (field: FormField): boolean => field.control !== "rows" || Object.keys(field.row?.initial ?? {}).every((key) => field.columns?.some((column) => column.field === key) === true);

describe("start", () => {
  const fields = [{ name: "n", type: "number", required: true }, { name: "who", type: "text", default: "Ada" }, { name: "size", type: "text", options: ["s", "m"] }];
  it("gives a value for each field, and everything", async () => expect(await perform("start", { fields }, {}, { n: 2, more: 1, size: "m" })).toEqual({ n: 2, who: "Ada", size: "m", input: { n: 2, who: "Ada", size: "m", more: 1 } }));
  it.each([[{}], [{ n: "2" }], [{ n: 1, size: "xl" }], [null]])("refuses %j", async (input) => expect(await code(perform("start", { fields }, {}, input))).toBe("bad_input"));
  it("refuses two fields of one name", () => expect(setUp(registry.get("start") as never, { fields: [fields[0], fields[0]] })).toHaveProperty("problems"));
});

describe("values", () => {
  it("constant, map, template, output", async () => {
    expect(await perform("constant", { value: [1] })).toEqual({ value: [1] });
    expect(await perform("map", { expression: "value * factor + input.x", inputs: [{ name: "factor" }] }, { value: 2, factor: 3 }, { x: 1 })).toEqual({ value: 7 });
    expect(await perform("map", { expression: "value * 10 + index", each: true }, { value: [1, 2] })).toEqual({ value: [10, 21] });
    expect(await code(perform("map", { each: true }, { value: 1 }))).toBe("wrong_type");
    expect(await perform("template", { template: "{{ a }}&{{{ a }}}", html: true }, { value: { a: "<" } })).toEqual({ text: "&lt;&<" });
    expect(await perform("output", { type: "text" }, { value: "x" })).toEqual({ value: "x" });
    expect(await code(perform("output", { type: "number" }, { value: "x" }))).toBe("wrong_type");
  });
  it("constant knows its type", () => {
    const type = (value: Json) => { const read = setUp(registry.get("constant") as never, { value }); return "setup" in read ? read.setup.ports.outputs[0] : undefined; };
    expect([type("a"), type([1, 2]), type([1, "a"]), type({}), type(null), type([])].map((port) => `${port?.type}${port?.list === true ? "[]" : ""}`)).toEqual(["text", "number[]", "any[]", "object", "any", "any[]"]);
  });
});

describe("logic", () => {
  it("if and switch choose a way", async () => {
    expect(await perform("if", { condition: "n > 1" }, { value: { n: 2 } })).toEqual({ then: { n: 2 } });
    expect(await perform("if", { condition: "n > 1" }, { value: { n: 0 } })).toEqual({ else: { n: 0 } });
    expect(await code(perform("if", { condition: "n" }, { value: { n: 0 } }))).toBe("expression");
    const rules = [{ name: "big", when: "value > 10" }, { name: "mid", when: "value > 5" }];
    expect([await perform("switch", { rules }, { value: 11 }), await perform("switch", { rules }, { value: 6 }), await perform("switch", { rules }, { value: 1 })]).toEqual([{ big: 11 }, { mid: 6 }, { otherwise: 1 }]);
  });
  it("join takes what arrived, by its policy", async () => {
    const arrived = { in: [undefined, 1, undefined, 2] };
    expect(await perform("join", {}, arrived)).toEqual({ out: [1, 2] });
    expect(await perform("join", { skipped: "empty" }, arrived)).toEqual({ out: [null, 1, null, 2] });
    expect(await perform("join", { skipped: "skip" }, arrived)).toEqual({});
    expect(await perform("join", { policy: "any" }, arrived)).toEqual({ out: 1 });
    expect(await perform("join", { policy: "any" }, { in: [undefined] })).toEqual({});
  });
});

describe("files", () => {
  it("lists by pattern, sorted", async () => {
    const { files } = await perform("file.list", { slot: "in", pattern: "*.csv, *.json" });
    expect((files as unknown as { path: string }[]).map((file) => file.path)).toEqual(["a.JSON", "b.csv", "sub/c.csv"]);
  });
  it("reads what is connected, else what is set", async () => {
    expect(await perform("file.read", { slot: "in", path: "notes.txt" })).toMatchObject({ text: "hi", file: { name: "notes.txt", bytes: 2 } });
    expect(await perform("file.read", {}, { file: { slot: "in", path: "b.csv" } })).toMatchObject({ text: "n\n2\n" });
    expect(await code(perform("file.read", {}, { file: "b.csv" }))).toBe("wrong_type");
    expect(await code(perform("file.read", {}, { file: { slot: "in", path: "../x" } }))).toBe("path_outside");
  });
  it("writes, and knows which way is an effect", async () => {
    expect(await perform("file.write", { slot: "out", path: "a.txt" }, { text: "x" })).toMatchObject({ file: { slot: "out", path: "a.txt" } });
    await perform("file.write", { slot: "out", path: "a.txt", mode: "append" }, { text: "y" });
    expect(host.files.content.get("out/a.txt")).toBe("xy");
    expect(await code(perform("file.write", { slot: "out", mode: "new" }, { text: "y", path: "a.txt" }))).toBe("file_eexist");
    expect(await code(perform("file.write", { slot: "out", path: "a" }, { text: 1 }))).toBe("wrong_type");
    expect(await code(perform("file.write", { slot: "out" }, { text: "", path: "/etc/x" }))).toBe("path_outside");
    const write = registry.get("file.write");
    expect(["replace", "append", "new"].map((mode) => write?.delivery({ slot: "", path: "", mode }))).toEqual(["idempotent", "effect", "effect"]);
  });
});

describe("parse and format", () => {
  const parse = (as: string, text: string, more: object = {}) => perform("parse", { as, ...more }, { text });
  it("JSON", async () => {
    expect(await parse("json", "{\"a\":[1]}")).toEqual({ value: { a: [1] } });
    expect(await code(parse("json", "{"))).toBe("not_json");
    expect(await code(parse("json", "[".repeat(5000) + "]".repeat(5000)))).toBe("value_too_deep");
  });
  it("CSV", async () => {
    expect(await parse("csv", "\ufeffname;n\n\"a;b\";1.5\nc;007\n\n")).toEqual({ value: [{ name: "a;b", n: 1.5 }, { name: "c", n: "007" }] });
    expect(await parse("csv", "a,b\n1\n", { numbers: false })).toEqual({ value: [{ a: "1", b: "" }] });
    expect(await parse("csv", "1,2\n3,4", { header: false })).toEqual({ value: [[1, 2], [3, 4]] });
    expect(await parse("csv", "", {})).toEqual({ value: [] });
    for (const text of ["a,b\n\"1,2\n", "a,a\n1,2", "a\n1,2,3"]) expect(await code(parse("csv", text))).toBe("not_csv");
    const { value } = await parse("csv", "__proto__,constructor\nx,y\n");
    expect(JSON.stringify(value)).toBe("[{\"__proto__\":\"x\",\"constructor\":\"y\"}]");
  });
  it("lines and text", async () => {
    expect(await parse("lines", "a\r\n\r\nb\n")).toEqual({ value: ["a", "", "b"] });
    expect(await parse("text", "a\n")).toEqual({ value: "a\n" });
    expect(await code(perform("parse", {}, { text: 5 }))).toBe("wrong_type");
  });
  const rows = [{ a: "=1+1", b: -2 }, { b: 3, c: "x,\"y\"" }];
  it("writes CSV that no spreadsheet runs", async () => {
    expect(await perform("format", { as: "csv" }, { value: rows })).toEqual({ text: "a,b,c\n'=1+1,-2,\n,3,\"x,\"\"y\"\"\"\n" });
    expect(await perform("format", { as: "csv", delimiter: ";" }, { value: [["a", 1]] })).toEqual({ text: "a;1\n" });
    expect(await code(perform("format", { as: "csv" }, { value: [1] }))).toBe("wrong_type");
  });
  it("writes JSON and text", async () => {
    expect(await perform("format", { as: "json", indent: false }, { value: rows })).toEqual({ text: JSON.stringify(rows) });
    expect(await perform("format", { as: "text" }, { value: ["a", 1.5] })).toEqual({ text: "a\n1.5\n" });
  });
  it("writes an HTML report in which nothing of the values is markup", async () => {
    const { text } = await perform("format", { as: "html", title: "{{ size(value) }} <rows>", intro: "One.\n\nTwo & three.", heading: "Rows", sections: [{ name: "more", title: "More" }] }, { value: [{ n: 12345.5, s: "<script>" }, { n: 2, s: null }], more: { k: "v" } });
    expect(text).toContain("<h1>2 &lt;rows&gt;</h1>");
    expect(text).toContain("<p>Two &amp; three.</p>");
    expect(text).toContain("<td class=\"n\">12\u202f345.50</td><td class=\"s\">&lt;script&gt;</td>");
    expect(text).toContain("<dt>k</dt><dd>v</dd>");
    expect(text).not.toContain("<script");
  });
});

describe("validate", () => {
  const schema = { type: "object", required: ["n"], properties: { n: { type: "integer", minimum: 1 }, id: { type: "string", pattern: "^A-\\d+$" } } };
  it("parts good from bad", async () => {
    expect(await perform("validate", { schema }, { value: { n: 1 } })).toEqual({ valid: { n: 1 } });
    expect(await perform("validate", { schema }, { value: { n: 0 } })).toEqual({ invalid: { value: { n: 0 }, errors: [{ path: "n", message: "0 is below 1." }] } });
    const { valid, invalid } = await perform("validate", { schema, each: true }, { value: [{ n: 1 }, {}, { n: "x" }, { n: 2, id: "B" }] });
    expect([valid, (invalid as unknown as { index: number; errors: { message: string }[] }[]).map((bad) => [bad.index, bad.errors[0]?.message])]).toEqual([[{ n: 1 }], [[1, "the field \"n\" is missing."], [2, "must be a whole number, but is text."], [3, "does not have the form that the schema asks for."]]]);
  });
  const problem = (bad: unknown) => { const read = setUp(registry.get("validate") as never, { schema: bad }); return "problems" in read ? read.problems[0]?.message : undefined; };
  it.each<[unknown, string]>([
    [5, "is an object"], [{ pattern: "(a+)+$" }, "repeats a group"], [{ pattern: "(" }, "not a regular expression"], [{ patternProperties: { "a*b*c*": true } }, "too many places"], [{ pattern: "(?=x)" }, "looks ahead"],
    [{ $ref: "#" }, "does not point to"], [{ $ref: "http://x/y" }, "does not point to"], [{ $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }, "circle"], [{ $dynamicRef: "#x" }, "not supported"],
    [{ $defs: Object.fromEntries([...Array.from({ length: 20 }, (_, index) => [`d${index}`, { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] }]), ["d20", {}]]), $ref: "#/$defs/d0" }, "too large"],
  ])("refuses a schema that could blow up: %j", (bad, words) => expect(problem(bad)).toContain(words));
  it("follows references that end", async () => expect(await perform("validate", { schema: { $defs: { n: { type: "number" } }, type: "array", items: { $ref: "#/$defs/n" } } }, { value: [1, "x"] })).toHaveProperty("invalid"));
});

describe("tables", () => {
  const rows = [{ who: "a", n: 0.1 }, { who: "b", n: 3 }, { who: "a", n: 0.2 }, { who: "c" }];
  it("filter", async () => {
    expect(await perform("table.filter", { condition: "(row.n ?? 0) >= least and index < 3", inputs: [{ name: "least" }] }, { rows, least: 0.2 })).toEqual({ kept: [rows[1], rows[2]], rest: [rows[0], rows[3]] });
    await expect(perform("table.filter", { condition: "n > 1" }, { rows })).rejects.toThrow("Row 4: There is no \"n\"");
  });
  it("group", async () => {
    const values = [{ name: "count", operation: "count" }, ...["sum", "avg", "min", "max", "first", "list"].map((operation) => ({ name: operation, operation, column: "n" }))];
    const { groups: grouped } = await perform("table.group", { by: [{ column: "who" }], values }, { rows });
    expect(grouped).toEqual([
      { who: "a", count: 2, sum: 0.3, avg: 0.15, min: 0.1, max: 0.2, first: 0.1, list: [0.1, 0.2] },
      { who: "b", count: 1, sum: 3, avg: 3, min: 3, max: 3, first: 3, list: [3] },
      { who: "c", count: 1, sum: 0, avg: null, min: null, max: null, first: null, list: [] },
    ]);
    expect(await code(perform("table.group", { values: [{ name: "s", operation: "sum", column: "who" }] }, { rows }))).toBe("wrong_type");
  });
  it("sort, stable, with empty cells last", async () => {
    const sorted = async (order: string, limit = 0) => ((await perform("table.sort", { by: [{ column: "n", order }], limit }, { rows }))["rows"] as { who: string }[]).map((row) => row.who);
    expect([await sorted("up"), await sorted("down"), await sorted("down", 1)]).toEqual([["a", "a", "b", "c"], ["b", "a", "a", "c"], ["b"]]);
  });
  it("need rows", async () => { for (const id of ["table.filter", "table.group", "table.sort"]) expect(await code(perform(id, {}, { rows: [1] }))).toBe("wrong_type"); });
});
