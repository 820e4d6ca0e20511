/** The committed JSON Schema says the same as the schemas it was made from: the golden messages pass or fail by it as well. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import { describe, expect, it } from "vitest";
import { root } from "./generate.ts";

interface Vectors {
  readonly accepted: ReadonlyArray<unknown>;
  readonly refused: ReadonlyArray<unknown>;
}
const parse = <T>(folder: string, name: string): T => JSON.parse(readFileSync(join(root, folder, name), "utf8"));
const modules = readdirSync(join(root, "protocol/schema"));
const documents = modules.map((name) => parse<Schema>("protocol/schema", name));

describe.each(modules)("%s", (module) => {
  const vectors = parse<Readonly<Record<string, Vectors>>>("protocol/vectors", module);
  it.each(Object.entries(vectors))("%s", (name, { accepted, refused }) => {
    const validator = new Validator({ $id: "https://axion.invalid/protocol/test.json", $ref: `${module}#/$defs/${name}` }, "2020-12");
    for (const document of documents) validator.addSchema(document);
    for (const vector of accepted) expect(validator.validate(vector).errors, JSON.stringify(vector)).toEqual([]);
    for (const vector of refused) expect(validator.validate(vector).valid, JSON.stringify(vector)).toBe(false);
  });
});
