/** If: sends a value one way or the other. The way not taken carries nothing. */
import { Schema } from "effect";
import { type Expression, Scope, expressionAt, truthOf } from "../expression/expression.ts";
import { NamedInputs, expressionHelp, longText, namedInputPorts, namedInputsField } from "../fields.ts";
import type { Json } from "../json.ts";
import { defineKind } from "../kind.ts";

const Config = Schema.Struct({ condition: longText, inputs: NamedInputs });

export const ifKind = defineKind<typeof Config.Type, Expression>({
  id: "if",
  group: "logic",
  title: "If",
  description: "Sends the value on one of two ways.",
  icon: "split",
  config: Config,
  defaults: { condition: "value == true", inputs: [] },
  form: [
    { field: "condition", label: "Condition", control: "expression", help: expressionHelp, placeholder: "total > 5000" },
    namedInputsField,
  ],
  ports: (config) => ({
    inputs: [{ id: "value", label: "value", type: "any", required: true }, ...namedInputPorts(config.inputs)],
    outputs: [{ id: "then", label: "then", type: "any" }, { id: "else", label: "else", type: "any" }],
  }),
  delivery: () => "pure",
  summary: (config) => config.condition.replace(/\s+/g, " ").slice(0, 80),
  prepare: (config) => expressionAt("condition", config.condition),
  run: (context, inputs, _config, prepared) =>
    truthOf(prepared, new Scope(inputs, context.runInput)) ? { then: inputs["value"] as Json } : { else: inputs["value"] as Json },
});
