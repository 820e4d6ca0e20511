/** Map: a value made from others by an expression, once or for each item of a list. */
import { Schema } from "effect";
import { type Expression, Scope, expressionAt } from "../expression/expression.ts";
import { StepFailure } from "../failure.ts";
import { NamedInputs, PortTypeName, expressionHelp, longText, namedInputPorts, namedInputsField, portTypeOptions } from "../fields.ts";
import { type Json, isList, nameOfType } from "../json.ts";
import { defineKind, errorOutput } from "../kind.ts";

const Config = Schema.Struct({ expression: longText, each: Schema.Boolean, type: PortTypeName, inputs: NamedInputs });

export const map = defineKind<typeof Config.Type, Expression>({
  id: "map",
  group: "data",
  title: "Map",
  description: "Makes a new value with an expression.",
  icon: "square-function",
  config: Config,
  defaults: { expression: "value", each: false, type: "any", inputs: [] },
  form: [
    { field: "expression", label: "Expression", control: "expression", help: expressionHelp, placeholder: "{ name: name, total: net * 1.19 }" },
    { field: "each", label: "For each item of a list", control: "switch", help: "value is then one item, and index its place from 0." },
    { field: "type", label: "Type of the result", control: "select", options: portTypeOptions },
    namedInputsField,
  ],
  ports: (config) => ({
    inputs: [{ id: "value", label: config.each ? "items" : "value", type: "any", ...(config.each && { list: true, required: true }) }, ...namedInputPorts(config.inputs)],
    outputs: [{ id: "value", label: config.each ? "items" : "value", ...(config.each ? (config.type === "object" ? { type: "table" } : { type: config.type, list: true }) : { type: config.type }) }, errorOutput],
  }),
  delivery: () => "pure",
  summary: (config) => config.expression.replace(/\s+/g, " ").slice(0, 80),
  prepare: (config) => expressionAt("expression", config.expression),
  run: (context, inputs, config, prepared) => {
    if (!config.each) return { value: prepared.evaluate(new Scope(inputs, context.runInput)) };
    const items = inputs["value"] as Json;
    if (!isList(items)) throw new StepFailure("wrong_type", `Map needs a list here, but got ${nameOfType(items)}.`);
    return { value: items.map((value, index) => prepared.evaluate(new Scope({ ...inputs, value, index }, context.runInput))) };
  },
});
