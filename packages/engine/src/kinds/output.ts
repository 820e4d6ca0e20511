/** Output: a named result of the run. */
import { Schema } from "effect";
import { StepFailure } from "../failure.ts";
import { PortTypeName, name, portTypeOptions } from "../fields.ts";
import { type Json, isRecord, nameOfType } from "../json.ts";
import { defineKind } from "../kind.ts";

const Config = Schema.Struct({ name, type: PortTypeName });

const belongs = (value: Json, type: typeof PortTypeName.Type): boolean => {
  switch (type) {
    case "text": return typeof value === "string";
    case "number": return typeof value === "number";
    case "bool": return typeof value === "boolean";
    case "table": return Array.isArray(value);
    case "object": case "file": return isRecord(value);
    default: return true;
  }
};

export const output = defineKind<typeof Config.Type>({
  id: "output",
  group: "ends",
  title: "Output",
  description: "A result of the run, under a name.",
  icon: "flag",
  role: "output",
  config: Config,
  defaults: { name: "result", type: "any" },
  form: [
    { field: "name", label: "Name", control: "text", help: "How the result is called. Each output of a graph has its own name." },
    { field: "type", label: "Type", control: "select", options: portTypeOptions },
  ],
  ports: (config) => ({ inputs: [{ id: "value", label: config.name, type: config.type, required: true }], outputs: [] }),
  delivery: () => "pure",
  summary: (config) => config.name,
  run: (_context, inputs, config) => {
    const value = inputs["value"] as Json;
    if (!belongs(value, config.type)) throw new StepFailure("wrong_type", `The output ${config.name} must be ${config.type}, but got ${nameOfType(value)}.`);
    return { value };
  },
});
