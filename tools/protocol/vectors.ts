/**
 * Writes golden messages: for every struct and every member of every union one with all fields and one with only the required ones, and for each id
 * texts that must be refused. Made from the shapes alone, without chance, so that a change of the protocol is a visible change here.
 */
import { type Body, type Field, type Model, type Shape, definitionOf } from "./model.ts";
import { parsePattern, sampleOf } from "./pattern.ts";

type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [key: string]: Json };

// Texts that tell careless readers apart: quotes, escapes, several bytes per character, two UTF-16 units per character.
const TEXT = "Zürich \"№ 1\" \\ 𝄞\n";
const FREE: Json = { text: TEXT, list: [1, -2.5, 1e-7, true, null, []], deep: { b: { a: {} } } };

const shapeValue = (model: Model, shape: Shape, full: boolean, key: string): Json => {
  switch (shape.kind) {
    case "text": // The cut may fall between the two units of the last letter.
      return (full ? TEXT : "").slice(0, shape.max).replace(/[\uD800-\uDBFF]$/, "");
    case "integer": return full ? shape.max : shape.min;
    case "number": return full ? 0.1 : (shape.min ?? -1.5);
    case "boolean": return full;
    case "json": return full ? FREE : null;
    case "literal": return shape.value;
    case "array": return full ? [shapeValue(model, shape.item, true, key), shapeValue(model, shape.item, false, key)] : [];
    case "record": return full ? { [key]: shapeValue(model, shape.value, true, key), "": shapeValue(model, shape.value, false, key) } : {};
    case "nullable": return full ? shapeValue(model, shape.inner, true, key) : null;
    case "ref": return bodyValue(model, definitionOf(model, shape.name).body, full);
  }
};

const bodyValue = (model: Model, body: Body, full: boolean): Json => {
  switch (body.kind) {
    case "pattern": return sampleOf(parsePattern(body.source, "vectors"));
    case "words": return (full ? body.words.at(-1) : body.words[0]) ?? "";
    case "struct": return Object.fromEntries(body.fields.filter((field) => full || !field.optional).map(({ key, shape }: Field) => [key, shapeValue(model, shape, full, key)]));
    case "union": {
      const member = full ? body.members.at(-1) : body.members[0];
      return member === undefined ? null : bodyValue(model, definitionOf(model, member.name).body, full);
    }
  }
};

/** One changed field per value, each outside its bounds; the rest is right, so exactly that bound refuses it. */
const refusedValues = (model: Model, body: Body): ReadonlyArray<Json> => {
  if (body.kind === "pattern") return ["", " ", "__proto__", "a b", "é", `${"a".repeat(70)}`.repeat(40)];
  if (body.kind === "words") return ["", "no such word", 1];
  if (body.kind === "union") return [{ type: "no-such-type" }, {}, null, []];
  const valid = bodyValue(model, body, true);
  if (typeof valid !== "object" || valid === null) return [];
  return body.fields.flatMap(({ key, shape, optional }): ReadonlyArray<Json> => {
    const wrong: Json[] = [];
    if (shape.kind === "text" && shape.max <= 10_000) wrong.push({ ...valid, [key]: "x".repeat(shape.max + 1) });
    if (shape.kind === "integer" && shape.min > 0) wrong.push({ ...valid, [key]: shape.min - 1 });
    if (shape.kind === "integer" && shape.max < Number.MAX_SAFE_INTEGER) wrong.push({ ...valid, [key]: shape.max + 1 });
    if (shape.kind === "integer") wrong.push({ ...valid, [key]: -1 }, { ...valid, [key]: 0.5 });
    if (shape.kind === "number" && shape.min === 0) wrong.push({ ...valid, [key]: -0.5 });
    if (shape.kind === "literal") wrong.push({ ...valid, [key]: typeof shape.value === "number" ? shape.value + 1 : "other" });
    if (shape.kind !== "nullable" && shape.kind !== "json") wrong.push({ ...valid, [key]: null });
    if (!optional) wrong.push(Object.fromEntries(Object.entries(valid).filter(([name]) => name !== key)));
    return wrong;
  });
};

/** File name → text, for `protocol/vectors`: `{Type: {accepted, refused}}` by module. */
export const vectorFiles = (model: Model): ReadonlyMap<string, string> =>
  new Map(model.modules.map((module) => {
    const types = [...model.definitions.values()].filter((definition) => definition.module === module);
    const blocks = types.map(({ name, body }) => {
      const both = [bodyValue(model, body, false), bodyValue(model, body, true)].map((value) => JSON.stringify(value));
      const accepted = [...new Set(body.kind === "union" ? body.members.flatMap((member) => {
        const inner = definitionOf(model, member.name).body;
        return [bodyValue(model, inner, false), bodyValue(model, inner, true)].map((value) => JSON.stringify(value));
      }) : body.kind === "words" ? body.words.map((word) => JSON.stringify(word)) : both)];
      const refused = refusedValues(model, body).map((value) => JSON.stringify(value)).filter((line) => line.length < 4096);
      const list = (lines: ReadonlyArray<string>): string => (lines.length === 0 ? "[]" : `[\n      ${lines.join(",\n      ")}\n    ]`);
      return `  "${name}": {\n    "accepted": ${list(accepted)},\n    "refused": ${list(refused)}\n  }`;
    });
    return [`${module}.json`, `{\n${blocks.join(",\n")}\n}\n`];
  }));
