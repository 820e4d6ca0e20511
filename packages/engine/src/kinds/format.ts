/** Format: a value to text: JSON, CSV, an HTML report, or plain text. */
import Papa from "papaparse";
import { Schema } from "effect";
import { Scope } from "../expression/expression.ts";
import { toText } from "../expression/operators.ts";
import { type Template, templateAt } from "../expression/template.ts";
import { StepFailure } from "../failure.ts";
import { longText, name, shortText } from "../fields.ts";
import { type Json, isList, isRecord, nameOfType } from "../json.ts";
import { type InputPort, type Inputs, defineKind, errorOutput } from "../kind.ts";
import { columnsOf } from "../table.ts";
import { htmlReport } from "../report.ts";

const Config = Schema.Struct({
  as: Schema.Literals(["json", "csv", "html", "text"]),
  indent: Schema.Boolean,
  delimiter: shortText.check(Schema.isMaxLength(1)),
  title: longText,
  intro: longText,
  heading: shortText,
  sections: Schema.Array(Schema.Struct({ name, title: shortText })).check(Schema.isMaxLength(16)),
});
type Config = typeof Config.Type;
interface Prepared { readonly title: Template; readonly intro: Template }
const titles: Record<Config["as"], string> = { json: "JSON", csv: "CSV", html: "HTML report", text: "Text" };

const cell = (value: Json): string => {
  const text = typeof value === "number" ? String(value) : toText(value);
  // A spreadsheet would run a text cell that begins like a formula.
  return typeof value === "string" && /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+([.,]\d+)*$/.test(text) ? `'${text}` : text;
};

const csv = (value: Json, delimiter: string): string => {
  if (!isList(value)) throw new StepFailure("wrong_type", `CSV needs a table, but got ${nameOfType(value)}.`);
  const settings = { delimiter: delimiter || ",", newline: "\n" };
  if (value.length > 0 && value.every(isList)) return `${Papa.unparse(value.map((row) => (row as Json[]).map(cell)), settings)}\n`;
  const rows = value.map((row, index) => {
    if (!isRecord(row)) throw new StepFailure("wrong_type", `Row ${index + 1} of the table is ${nameOfType(row)}, not an object.`);
    return row;
  });
  const columns = columnsOf(rows);
  return `${Papa.unparse({ fields: columns, data: rows.map((row) => columns.map((column) => cell(row[column] ?? null))) }, settings)}\n`;
};

const html = (inputs: Inputs, config: Config, prepared: Prepared, runInput: Json): string => {
  const scope = new Scope(inputs, runInput);
  const sections = config.sections.flatMap((section) => {
    const value = inputs[section.name] as Json | undefined;
    return value === undefined ? [] : [{ title: section.title || section.name, value }];
  });
  return htmlReport({
    title: prepared.title.render(scope), intro: prepared.intro.render(scope),
    sections: [{ title: config.heading, value: inputs["value"] as Json }, ...sections],
  });
};

export const format = defineKind<Config, Prepared>({
  id: "format",
  group: "data",
  title: "Format",
  description: "Writes a value as JSON, CSV, an HTML report or text.",
  icon: "file-code",
  config: Config,
  defaults: { as: "json", indent: true, delimiter: ",", title: "Report", intro: "", heading: "", sections: [] },
  form: [
    { field: "as", label: "Write as", control: "select", options: Object.entries(titles).map(([value, label]) => ({ value, label })) },
    { field: "indent", label: "Over several lines", control: "switch", when: { field: "as", is: ["json"] } },
    { field: "delimiter", label: "Between cells", control: "text", when: { field: "as", is: ["csv"] } },
    { field: "title", label: "Title", control: "template", when: { field: "as", is: ["html"] } },
    { field: "intro", label: "Introduction", control: "template", help: "A blank line begins a new paragraph.", when: { field: "as", is: ["html"] } },
    { field: "heading", label: "Heading of the first part", control: "text", when: { field: "as", is: ["html"] } },
    {
      field: "sections", label: "More parts", control: "rows", when: { field: "as", is: ["html"] }, help: "Each becomes an input and a part of the report.",
      row: { title: "part", initial: { name: "part", title: "Part" } },
      columns: [{ field: "name", label: "Input", control: "text" }, { field: "title", label: "Heading", control: "text" }],
    },
  ],
  ports: (config) => ({
    inputs: [
      { id: "value", label: config.as === "csv" ? "rows" : "value", type: config.as === "csv" ? "table" : "any", required: true },
      ...(config.as === "html" ? config.sections.map((section): InputPort => ({ id: section.name, label: section.title || section.name, type: "any" })) : []),
    ],
    outputs: [{ id: "text", label: "text", type: "text" }, errorOutput],
  }),
  delivery: () => "pure",
  summary: (config) => config.as === "html" ? `HTML report · ${config.title.slice(0, 60)}` : titles[config.as],
  prepare: (config) => ({ title: templateAt("title", config.title), intro: templateAt("intro", config.intro) }),
  run: (context, inputs, config, prepared) => {
    const value = inputs["value"] as Json;
    switch (config.as) {
      case "json": return { text: config.indent ? `${JSON.stringify(value, null, 2)}\n` : JSON.stringify(value) };
      case "csv": return { text: csv(value, config.delimiter) };
      case "html": return { text: html(inputs, config, prepared, context.runInput) };
      case "text": return { text: isList(value) ? `${value.map(toText).join("\n")}\n` : toText(value) };
    }
  },
});
