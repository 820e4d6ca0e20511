/** Every shape outside the closed list is refused, and the refusal says where it is. */
import { describe, expect, it } from "vitest";
import { Schema } from "effect";
import { commands, modules } from "@axion/protocol";
import { UnknownShape } from "./model.ts";
import { type Source, readModel } from "./read.ts";
import { array, boolean, id, integer, json, literal, nullable, number, optional, patterned, record, struct, text, union } from "../../protocol/source/src/shapes.ts";

const read = (exports: Readonly<Record<string, Schema.Top>>, table: Source["commands"] = {}) => readModel({ modules: { topic: exports }, commands: table });
const field = (schema: Schema.Top) => () => read({ Thing: struct("Thing", { part: schema }) });
const empty = struct("Empty", {});

describe("the closed list of shapes", () => {
  it("knows every type of the protocol", () => {
    const model = readModel({ modules, commands });
    expect(model.definitions.size).toBeGreaterThan(100);
    expect(model.commands.map((command) => command.name)).toEqual(Object.keys(commands));
  });

  it("reads each shape with its bounds", () => {
    const Other = id("Other");
    const model = read({
      Other,
      Thing: struct("Thing", {
        a: text(5), b: integer(1, 9), c: number, d: boolean, e: json, f: literal(1), g: array(text(2)), h: record(integer()), i: nullable(text(1)), j: optional(Other),
      }),
    });
    expect(model.definitions.get("Other")?.body).toEqual({ kind: "pattern", source: "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$" });
    const body = model.definitions.get("Thing")?.body;
    expect(body?.kind === "struct" ? body.fields.map(({ shape }) => shape) : []).toEqual([
      { kind: "text", max: 5 }, { kind: "integer", min: 1, max: 9 }, { kind: "number" }, { kind: "boolean" }, { kind: "json" }, { kind: "literal", value: 1 },
      { kind: "array", item: { kind: "text", max: 2 } }, { kind: "record", value: { kind: "integer", min: 0, max: Number.MAX_SAFE_INTEGER } },
      { kind: "nullable", inner: { kind: "text", max: 1 } }, { kind: "ref", name: "Other" },
    ]);
    expect(body?.kind === "struct" ? body.fields.at(-1)?.optional : undefined).toBe(true);
  });

  it.each<readonly [string, () => unknown, string, string]>([
    ["a bare string", field(Schema.String), "topic.Thing.part", "without bounds"],
    ["a string with another check", field(Schema.String.check(Schema.isMinLength(1))), "topic.Thing.part", "without bounds"],
    ["a named text", field(text(3).annotate({ identifier: "Short" })), "topic.Thing.part", "without bounds"],
    ["a pattern with flags", field(patterned("P", /^a$/i)), "topic.Thing.part", "flags"],
    ["a pattern that is not anchored", field(patterned("P", /a/)), "topic.Thing.part", "not anchored"],
    ["a pattern without an end", field(patterned("P", /^a{1,2}b*$/)), "topic.Thing.part", "uses *"],
    ["a pattern that needs to look ahead", field(patterned("P", /^a{0,3}ab$/)), "topic.Thing.part", "where a repetition ends"],
    ["a bare number", field(Schema.Number), "topic.Thing.part", "without bounds"],
    ["an unbounded integer", field(Schema.Int), "topic.Thing.part", "without bounds"],
    ["a negative integer", field(integer(-1, 1)), "topic.Thing.part", "outside"],
    ["an integer beyond 53 bits", field(integer(0, 2 ** 60)), "topic.Thing.part", "outside"],
    ["a bigint", field(Schema.BigInt), "topic.Thing.part", "BigInt"],
    ["any", field(Schema.Any), "topic.Thing.part", "no form on the wire"],
    ["unknown", field(Schema.Unknown), "topic.Thing.part", "no form on the wire"],
    ["undefined", field(Schema.Undefined), "topic.Thing.part", "no form on the wire"],
    ["JSON without the check of depth", field(Schema.Json), "topic.Thing.part", "other than `json`"],
    ["a date", field(Schema.Date), "topic.Thing.part", "other than `json`"],
    ["a transformation", field(Schema.FiniteFromString), "topic.Thing.part", "transforms"],
    ["a tuple", field(Schema.Tuple([text(1), text(1)])), "topic.Thing.part", "tuple"],
    ["a list with a check", field(array(text(1)).check(Schema.isMinLength(1))), "topic.Thing.part", "check"],
    ["a struct without a name", field(Schema.Struct({ a: text(1) })), "topic.Thing.part", "without a name"],
    ["a list of unknown things", field(array(Schema.String)), "topic.Thing.part[]", "without bounds"],
    ["a record of unknown things", field(record(Schema.String)), "topic.Thing.part{}", "without bounds"],
    ["a record without the check of keys", field(Schema.Record(Schema.String, text(1))), "topic.Thing.part", "keys are not checked"],
    ["a union without a name", field(Schema.Union([empty, struct("Other", { type: literal("x") })])), "topic.Thing.part", "without a name"],
    ["a union without tags", field(union("U", [empty, struct("Other", { type: literal("x") })])), "topic.Thing.part|0", "literal `type`"],
    ["a union of equal tags", field(union("U", [struct("A", { type: literal("x") }), struct("B", { type: literal("x") })])), "topic.Thing.part", "same `type`"],
    ["words that are numbers", field(Schema.Literals([1, 2]).annotate({ identifier: "W" })), "topic.Thing.part", "not words"],
    ["optional and nullable", field(optional(nullable(text(1)))), "topic.Thing.part", "both optional and nullable"],
    ["optional with undefined", field(Schema.optional(text(1))), "topic.Thing.part", "without a name"],
    ["an optional literal", field(optional(literal(1))), "topic.Thing.part", "says nothing"],
    ["a string literal that is no tag", () => read({ Thing: struct("Thing", { sort: literal("x") }) }), "topic.Thing.sort", "not `type`"],
    ["a literal that is a flag", field(Schema.Literal(true)), "topic.Thing.part", "neither"],
    ["a key in snake_case", () => read({ Thing: struct("Thing", { a_b: text(1) }) }), "topic.Thing.a_b", "camelCase"],
    ["a name in lower case", () => read({ thing: struct("thing", {}) }), "topic.thing", "PascalCase"],
    ["another name than its own", () => read({ Thing: struct("Other", {}) }), "topic.Thing", "another name"],
    ["two shapes of one name", () => read({ A: struct("A", { x: struct("B", {}) }), B: struct("B", { y: text(1) }) }), "topic.B", "another shape"],
    ["a command in camelCase", () => read({}, { doIt: { params: empty, result: empty, changes: false, maxBytes: 1 } }), "commands.doIt", "snake_case"],
    ["a command with a bare result", () => read({}, { do_it: { params: empty, result: text(1), changes: false, maxBytes: 1 } }), "commands.do_it.result", "named struct"],
  ])("refuses %s", (_, act, path, reason) => {
    let thrown: unknown;
    try {
      act();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UnknownShape);
    expect(thrown).toMatchObject({ path });
    expect(String(thrown)).toContain(reason);
  });

  it("refuses a type that refers to itself", () => {
    interface Tree { readonly part: Tree }
    const Tree: Schema.Codec<Tree> = Schema.Struct({ part: Schema.suspend((): Schema.Codec<Tree> => Tree) }).annotate({ identifier: "Tree" });
    expect(() => read({ Tree })).toThrow("topic.Tree.part: is a Suspend, which has no form on the wire");
  });
});
