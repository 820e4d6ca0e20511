/** Switch: the first rule that is true takes the value; `otherwise` is always there. */
import { Schema } from "effect";
import { type Expression, Scope, expressionAt, truthOf } from "../expression/expression.ts";
import { FieldProblem } from "../failure.ts";
import { NamedInputs, expressionHelp, longText, name, namedInputPorts, namedInputsField } from "../fields.ts";
import type { Json } from "../json.ts";
import { type OutputPort, defineKind } from "../kind.ts";

const Config = Schema.Struct({
  rules: Schema.Array(Schema.Struct({ name, when: longText })).check(Schema.isMaxLength(32)),
  inputs: NamedInputs,
});

export const switchKind = defineKind<typeof Config.Type, readonly { readonly name: string; readonly when: Expression }[]>({
  id: "switch",
  group: "logic",
  title: "Switch",
  description: "Sends the value on the way of the first rule that is true.",
  icon: "list-tree",
  config: Config,
  defaults: { rules: [], inputs: [] },
  form: [
    {
      field: "rules", label: "Rules", control: "rows", help: `Tried from top to bottom; what fits none leaves by otherwise. ${expressionHelp}`,
      row: { title: "rule", initial: { name: "rule", when: "value == true" } },
      columns: [{ field: "name", label: "Name", control: "text" }, { field: "when", label: "When", control: "expression" }],
    },
    namedInputsField,
  ],
  ports: (config) => ({
    inputs: [{ id: "value", label: "value", type: "any", required: true }, ...namedInputPorts(config.inputs)],
    outputs: [...config.rules.map((rule): OutputPort => ({ id: rule.name, label: rule.name, type: "any" })), { id: "otherwise", label: "otherwise", type: "any" }],
  }),
  delivery: () => "pure",
  summary: (config) => config.rules.length === 0 ? "No rules" : config.rules.map((rule) => rule.name).join(", "),
  prepare: (config) => {
    const seen = new Set(["otherwise"]);
    return config.rules.map((rule, index) => {
      if (seen.has(rule.name)) throw new FieldProblem(`rules[${index}].name`, `Two ways are called ${rule.name}.`, "Give each rule its own name.");
      seen.add(rule.name);
      return { name: rule.name, when: expressionAt(`rules[${index}].when`, rule.when) };
    });
  },
  run: (context, inputs, _config, prepared) => {
    const scope = new Scope(inputs, context.runInput);
    const taken = prepared.find((rule) => truthOf(rule.when, scope));
    return { [taken?.name ?? "otherwise"]: inputs["value"] as Json };
  },
});
