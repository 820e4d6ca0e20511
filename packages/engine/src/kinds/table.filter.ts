/** Filter rows: keeps the rows for which a condition is true. */
import { Schema } from "effect";
import { type Expression, Scope, expressionAt, truthOf } from "../expression/expression.ts";
import { StepFailure } from "../failure.ts";
import { NamedInputs, longText, namedInputPorts, namedInputsField } from "../fields.ts";
import type { Json } from "../json.ts";
import { defineKind, errorOutput } from "../kind.ts";
import { rowsOf } from "../table.ts";

const Config = Schema.Struct({ condition: longText, inputs: NamedInputs });

export const tableFilter = defineKind<typeof Config.Type, Expression>({
  id: "table.filter",
  group: "tables",
  title: "Filter rows",
  description: "Keeps the rows for which a condition is true.",
  icon: "list-filter",
  config: Config,
  defaults: { condition: "true", inputs: [] },
  form: [
    { field: "condition", label: "Keep when", control: "expression", placeholder: "total > 100", help: "Knows the columns by their names, row (the whole row), index, further inputs, and input (what the run was started with)." },
    namedInputsField,
  ],
  ports: (config) => ({
    inputs: [{ id: "rows", label: "rows", type: "table", required: true }, ...namedInputPorts(config.inputs)],
    outputs: [{ id: "kept", label: "kept", type: "table" }, { id: "rest", label: "rest", type: "table" }, errorOutput],
  }),
  delivery: () => "pure",
  summary: (config) => config.condition.replace(/\s+/g, " ").slice(0, 80),
  prepare: (config) => expressionAt("condition", config.condition),
  run: (context, inputs, _config, condition) => {
    const kept: Json[] = [];
    const rest: Json[] = [];
    for (const [index, row] of rowsOf(inputs["rows"], "Filter rows").entries()) {
      try {
        (truthOf(condition, new Scope({ ...inputs, rows: undefined, value: row, row, index }, context.runInput)) ? kept : rest).push(row);
      } catch (thrown) {
        throw thrown instanceof StepFailure ? new StepFailure(thrown.code, `Row ${index + 1}: ${thrown.message}`, thrown.hint) : thrown;
      }
    }
    return { kept, rest };
  },
});
