/** Approval: a person decides. The request is durable, so it may be answered after a restart. */
import { Schema } from "effect";
import { type Expression, Scope, expressionAt } from "../expression/expression.ts";
import { toText } from "../expression/operators.ts";
import { type Template, templateAt } from "../expression/template.ts";
import { NamedInputs, expressionHelp, longText, namedInputPorts, namedInputsField, shortText } from "../fields.ts";
import type { Json } from "../json.ts";
import { Suspend, defineKind } from "../kind.ts";

const Config = Schema.Struct({
  title: longText,
  facts: Schema.Array(Schema.Struct({ label: shortText.check(Schema.isMaxLength(200)), expression: longText })).check(Schema.isMaxLength(20)),
  details: longText,
  inputs: NamedInputs,
});
interface Prepared {
  readonly title: Template;
  readonly facts: readonly { readonly label: string; readonly expression: Expression }[];
  readonly details: Expression | undefined;
}
const cut = (text: string, max: number) => text.length > max ? `${text.slice(0, max - 1).toWellFormed()}…` : text;

export const approval = defineKind<typeof Config.Type, Prepared>({
  id: "approval",
  group: "logic",
  title: "Approval",
  description: "Asks a person, and goes on as they decide.",
  icon: "user-check",
  config: Config,
  defaults: { title: "Go on?", facts: [], details: "", inputs: [] },
  form: [
    { field: "title", label: "Question", control: "template", placeholder: "Pay {{ supplier }}?" },
    {
      field: "facts", label: "Show to the reviewer", control: "rows", help: expressionHelp, row: { title: "fact", initial: { label: "Total", expression: "value" } },
      columns: [{ field: "label", label: "Label", control: "text" }, { field: "expression", label: "Value", control: "expression" }],
    },
    { field: "details", label: "Details", control: "expression", help: "A value that can be opened from the question. May be empty." },
    namedInputsField,
  ],
  ports: (config) => ({
    inputs: [{ id: "value", label: "value", type: "any", required: true }, ...namedInputPorts(config.inputs)],
    outputs: [
      { id: "approved", label: "approved", type: "any" }, { id: "rejected", label: "rejected", type: "any" }, { id: "decision", label: "decision", type: "object" },
    ],
  }),
  delivery: () => "pure",
  summary: (config) => config.title.split("\n", 1)[0]?.slice(0, 80) ?? "",
  prepare: (config) => ({
    title: templateAt("title", config.title),
    facts: config.facts.map((fact, index) => ({ label: fact.label, expression: expressionAt(`facts[${index}].expression`, fact.expression) })),
    details: config.details.trim() === "" ? undefined : expressionAt("details", config.details),
  }),
  run: (context, inputs, _config, prepared) => {
    const scope = new Scope(inputs, context.runInput);
    const details = prepared.details?.evaluate(scope);
    return new Suspend({
      type: "approval",
      title: cut(prepared.title.render(scope), 400),
      facts: prepared.facts.map((fact) => ({ label: fact.label, value: cut(toText(fact.expression.evaluate(scope)), 2000) })),
      ...(details !== undefined && { details }),
    });
  },
  wake: (_context, inputs, _config, _prepared, waking) => {
    if (waking.type !== "approval") return {};
    const decision: Json = { decision: waking.decision, note: waking.note ?? null, at: waking.at };
    return { [waking.decision]: inputs["value"] as Json, decision };
  },
});
