/** Validate: does a value fit a JSON Schema? A list may be checked item by item, which parts the good from the bad. */
import { Schema } from "effect";
import { FieldProblem, StepFailure } from "../failure.ts";
import { type Json, isList, nameOfType } from "../json.ts";
import { defineKind, errorOutput } from "../kind.ts";
import { type SchemaCheck, readSchema } from "../json-schema.ts";

const Config = Schema.Struct({ schema: Schema.Json, each: Schema.Boolean });

export const validate = defineKind<typeof Config.Type, SchemaCheck>({
  id: "validate",
  group: "data",
  title: "Validate",
  description: "Parts what fits a JSON Schema from what does not.",
  icon: "list-checks",
  config: Config,
  defaults: { schema: { type: "object" }, each: false },
  form: [
    { field: "schema", label: "Schema", control: "schema", help: "JSON Schema, draft 2020-12, without pattern and references to other files." },
    { field: "each", label: "Each item of a list", control: "switch", help: "Good items leave by valid, the others by invalid with what is wrong." },
  ],
  ports: (config) => ({
    inputs: [{ id: "value", label: config.each ? "items" : "value", type: "any", required: true, ...(config.each && { list: true }) }],
    outputs: config.each
      ? [{ id: "valid", label: "valid", type: "any", list: true }, { id: "invalid", label: "invalid", type: "table" }, errorOutput]
      : [{ id: "valid", label: "valid", type: "any" }, { id: "invalid", label: "invalid", type: "object" }, errorOutput],
  }),
  delivery: () => "pure",
  summary: (config) => config.each ? "Each item by its schema" : "By a schema",
  prepare: (config) => {
    const read = readSchema(config.schema as Json);
    if ("problem" in read) throw new FieldProblem("schema", read.problem);
    return read.check;
  },
  run: (_context, inputs, config, check) => {
    const value = inputs["value"] as Json;
    if (!config.each) {
      const errors = check(value);
      return errors.length === 0 ? { valid: value } : { invalid: { value, errors: [...errors] as Json } };
    }
    if (!isList(value)) throw new StepFailure("wrong_type", `Validate needs a list here, but got ${nameOfType(value)}.`);
    const valid: Json[] = [];
    const invalid: Json[] = [];
    for (const [index, item] of value.entries()) {
      const errors = check(item);
      if (errors.length === 0) valid.push(item);
      else invalid.push({ index, value: item, errors: [...errors] as Json });
    }
    return { valid, invalid };
  },
});
