/** The golden messages in TypeScript: each accepted one decodes to itself, each refused one is refused; Rust runs the same files. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Schema } from "effect";
import { schemasByName } from "./schemas.ts";
import { root } from "./generate.ts";

interface Vectors {
  readonly accepted: ReadonlyArray<unknown>;
  readonly refused: ReadonlyArray<unknown>;
}
const folder = join(root, "protocol/vectors");
const files = readdirSync(folder).map((name): readonly [string, Readonly<Record<string, Vectors>>] => [name, JSON.parse(readFileSync(join(folder, name), "utf8"))]);
const schemas = schemasByName();

describe.each(files)("%s", (_, types) => {
  it.each(Object.entries(types))("%s", (name, { accepted, refused }) => {
    const schema = schemas.get(name);
    if (schema === undefined) throw new Error(`no schema ${name}`);
    const decode = Schema.decodeUnknownSync(schema);
    expect(accepted.length).toBeGreaterThan(0);
    for (const vector of accepted) expect(decode(vector)).toEqual(vector);
    for (const vector of refused) expect(() => decode(vector), JSON.stringify(vector)).toThrow();
  });
});
