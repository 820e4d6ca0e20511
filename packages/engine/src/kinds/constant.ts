/** Constant: a value that is written in the graph. */
import { Schema } from "effect";
import { type Json, showValue } from "../json.ts";
import { type OutputPort, defineKind } from "../kind.ts";

const Config = Schema.Struct({ value: Schema.Json });

const typeOf = (value: Json): Pick<OutputPort, "type" | "list"> => {
  switch (typeof value) {
    case "string": return { type: "text" };
    case "number": return { type: "number" };
    case "boolean": return { type: "bool" };
    default:
      if (Array.isArray(value)) {
        const first = value[0] as Json | undefined;
        const kinds = new Set(value.map((item: Json) => Array.isArray(item) || item === null ? "mixed" : typeof item));
        return kinds.size === 1 && first !== undefined && !kinds.has("mixed") ? { type: typeOf(first).type, list: true } : { type: "any", list: true };
      }
      return { type: value === null ? "any" : "object" };
  }
};

export const constant = defineKind<typeof Config.Type>({
  id: "constant",
  group: "data",
  title: "Constant",
  description: "A fixed value: text, a number, a list or an object.",
  icon: "equal",
  config: Config,
  defaults: { value: "" },
  form: [{ field: "value", label: "Value", control: "json" }],
  ports: (config) => ({ inputs: [], outputs: [{ id: "value", label: "value", ...typeOf(config.value as Json) }] }),
  delivery: () => "pure",
  summary: (config) => config.value === "" ? "Empty text" : showValue(config.value as Json, 60),
  run: (_context, _inputs, config) => ({ value: config.value as Json }),
});
