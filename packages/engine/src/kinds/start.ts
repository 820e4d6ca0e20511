/** Start: the form that a person fills in, or a command line answers, before a run. One output port for each field. */
import { Schema } from "effect";
import { StepFailure } from "../failure.ts";
import { type PortTypeName, name, portTypeOptions, shortText } from "../fields.ts";
import { type Json, emptyRecord, isRecord, nameOfType, own, showValue } from "../json.ts";
import { type OutputPort, defineKind } from "../kind.ts";

const Field = Schema.Struct({
  name,
  label: Schema.optionalKey(shortText),
  type: Schema.Literals(["text", "number", "bool", "object", "table", "any"]),
  required: Schema.optionalKey(Schema.Boolean),
  default: Schema.optionalKey(Schema.Json),
  help: Schema.optionalKey(shortText),
  options: Schema.optionalKey(Schema.Array(shortText)),
});
const Config = Schema.Struct({ fields: Schema.Array(Field).check(Schema.isMaxLength(64)) });
type StartField = typeof Field.Type;

const belongs = (value: Json, type: (typeof PortTypeName)["Type"]): boolean => {
  switch (type) {
    case "text": return typeof value === "string";
    case "number": return typeof value === "number";
    case "bool": return typeof value === "boolean";
    case "table": return Array.isArray(value);
    case "object": return isRecord(value);
    default: return true;
  }
};

/** The value of one field of the run's input, or why it cannot be taken. */
export const fieldValue = (field: StartField, input: Json): { readonly value: Json } | { readonly problem: string } => {
  const label = field.label ?? field.name;
  const given = isRecord(input) ? own(input, field.name) : undefined;
  const value = given === undefined || given === null ? field.default : given;
  if (value === undefined || value === null || (value === "" && field.required === true)) {
    return field.required === true ? { problem: `${label} is needed to start.` } : { value: null };
  }
  if (!belongs(value as Json, field.type)) return { problem: `${label} must be ${field.type}, but is ${nameOfType(value as Json)}: ${showValue(value as Json)}.` };
  if (field.options !== undefined && field.options.length > 0 && !field.options.includes(String(value))) {
    return { problem: `${label} must be one of ${field.options.join(", ")}.` };
  }
  return { value: value as Json };
};

export const start = defineKind<typeof Config.Type>({
  id: "start",
  group: "ends",
  title: "Start",
  description: "Where a run begins: the fields that are asked for before it starts.",
  icon: "play",
  role: "start",
  config: Config,
  defaults: { fields: [] },
  form: [{
    field: "fields", label: "Fields", control: "rows", help: "Each field becomes an output.",
    row: { title: "field", initial: { name: "field", type: "text" } },
    columns: [
      { field: "name", label: "Name", control: "text" },
      { field: "label", label: "Label", control: "text" },
      { field: "type", label: "Type", control: "select", options: portTypeOptions.filter((option) => option.value !== "file") },
      { field: "required", label: "Required", control: "switch" },
      { field: "default", label: "Default", control: "json" },
      { field: "help", label: "Help", control: "text" },
    ],
  }],
  ports: (config) => ({
    inputs: [],
    outputs: [
      ...config.fields.map((field): OutputPort => ({ id: field.name, label: field.label ?? field.name, type: field.type })),
      { id: "input", label: "everything", type: "object" },
    ],
  }),
  delivery: () => "pure",
  summary: (config) => config.fields.length === 0 ? "No fields" : config.fields.map((field) => field.label ?? field.name).join(", "),
  run: (context, _inputs, config) => {
    const outputs = emptyRecord();
    const all = emptyRecord();
    if (isRecord(context.runInput)) for (const [key, value] of Object.entries(context.runInput)) all[key] = value;
    for (const field of config.fields) {
      const read = fieldValue(field, context.runInput);
      if ("problem" in read) throw new StepFailure("bad_input", read.problem, `Give it with --set ${field.name}=…, or fill in the form.`);
      outputs[field.name] = read.value;
      all[field.name] = read.value;
    }
    outputs["input"] = all;
    return outputs;
  },
});
