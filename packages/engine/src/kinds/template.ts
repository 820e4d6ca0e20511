/** Template: text with values in it. */
import { Schema } from "effect";
import { Scope } from "../expression/expression.ts";
import { type Template, templateAt } from "../expression/template.ts";
import { NamedInputs, expressionHelp, longText, namedInputPorts, namedInputsField } from "../fields.ts";
import { defineKind } from "../kind.ts";

const Config = Schema.Struct({ template: longText, html: Schema.Boolean, inputs: NamedInputs });

export const template = defineKind<typeof Config.Type, Template>({
  id: "template",
  group: "data",
  title: "Template",
  description: "Text with values put into it.",
  icon: "text-quote",
  config: Config,
  defaults: { template: "", html: false, inputs: [] },
  form: [
    { field: "template", label: "Text", control: "template", help: `Values go between {{ and }}. ${expressionHelp}`, placeholder: "Dear {{ name }}," },
    { field: "html", label: "Escape for HTML", control: "switch", help: "Values cannot become markup. {{{ … }}} puts one in as it is." },
    namedInputsField,
  ],
  ports: (config) => ({
    inputs: [{ id: "value", label: "value", type: "any" }, ...namedInputPorts(config.inputs)],
    outputs: [{ id: "text", label: "text", type: "text" }],
  }),
  delivery: () => "pure",
  summary: (config) => config.template.split("\n", 1)[0]?.trim().slice(0, 80) || "Empty",
  prepare: (config) => templateAt("template", config.template, config.html),
  run: (context, inputs, _config, prepared) => ({ text: prepared.render(new Scope(inputs, context.runInput)) }),
});
