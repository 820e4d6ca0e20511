/** Parse: text to a value. */
import Papa from "papaparse";
import { Schema } from "effect";
import { StepFailure } from "../failure.ts";
import { shortText } from "../fields.ts";
import { type Json, emptyRecord, nameOfType } from "../json.ts";
import { type OutputPort, defineKind, errorOutput } from "../kind.ts";
import { depthOf } from "../depth.ts";

const Config = Schema.Struct({
  as: Schema.Literals(["json", "csv", "lines", "text"]),
  header: Schema.Boolean,
  numbers: Schema.Boolean,
  delimiter: shortText.check(Schema.isMaxLength(4)),
});
type Config = typeof Config.Type;

const MAX_DEPTH = 200;
const plainNumber = /^-?(0|[1-9]\d{0,14})(\.\d{1,12})?$/;

const readJson = (text: string): Json => {
  try {
    const value = JSON.parse(text) as Json;
    if (depthOf(value, MAX_DEPTH) > MAX_DEPTH) throw new StepFailure("value_too_deep", `This JSON is nested more than ${MAX_DEPTH} levels deep.`);
    return value;
  } catch (thrown) {
    if (thrown instanceof StepFailure) throw thrown;
    throw new StepFailure("not_json", `This is not JSON: ${thrown instanceof Error ? thrown.message : "unreadable"}.`);
  }
};

const readCsv = (text: string, config: Config): Json => {
  const read = Papa.parse<string[]>(text.startsWith("\ufeff") ? text.slice(1) : text, { delimiter: config.delimiter === "\\t" ? "\t" : config.delimiter, skipEmptyLines: "greedy" });
  const broken = read.errors.find((error) => error.type === "Quotes");
  if (broken !== undefined) throw new StepFailure("not_csv", `Line ${(broken.row ?? 0) + 1} of the CSV has a quote that is not closed.`);
  const cell = (text_: string): Json => config.numbers && plainNumber.test(text_.trim()) ? Number(text_.trim()) : text_;
  if (!config.header) return read.data.map((row) => row.map(cell));
  const names = (read.data[0] ?? []).map((name) => name.trim());
  if (new Set(names).size < names.length) throw new StepFailure("not_csv", "Two columns of the CSV have the same name.", "Rename one, or read it without a header.");
  return read.data.slice(1).map((row, index) => {
    if (row.length > names.length) throw new StepFailure("not_csv", `Line ${index + 2} of the CSV has ${row.length} cells, the header has ${names.length}.`);
    const record = emptyRecord();
    for (const [column, name] of names.entries()) record[name] = cell(row[column] ?? "");
    return record;
  });
};

const outputs: Record<Config["as"], OutputPort> = {
  json: { id: "value", label: "value", type: "any" },
  csv: { id: "value", label: "rows", type: "table" },
  lines: { id: "value", label: "lines", type: "text", list: true },
  text: { id: "value", label: "text", type: "text" },
};
const titles: Record<Config["as"], string> = { json: "JSON", csv: "CSV", lines: "Lines", text: "Text" };

export const parse = defineKind<Config>({
  id: "parse",
  group: "data",
  title: "Parse",
  description: "Reads text as JSON, CSV or lines.",
  icon: "scan-text",
  config: Config,
  defaults: { as: "json", header: true, numbers: true, delimiter: "" },
  form: [
    { field: "as", label: "Read as", control: "select", options: Object.entries(titles).map(([value, label]) => ({ value, label })) },
    { field: "header", label: "First line names the columns", control: "switch", when: { field: "as", is: ["csv"] } },
    { field: "numbers", label: "Read numbers as numbers", control: "switch", help: "Cells such as 12.50; not 007 or +49, which stay text.", when: { field: "as", is: ["csv"] } },
    { field: "delimiter", label: "Between cells", control: "text", help: "Found by itself when empty.", placeholder: ";", when: { field: "as", is: ["csv"] } },
  ],
  ports: (config) => ({
    inputs: [{ id: "text", label: "text", type: "text", required: true }],
    outputs: [config.as === "csv" && !config.header ? { id: "value", label: "rows", type: "any", list: true } : outputs[config.as], errorOutput],
  }),
  delivery: () => "pure",
  summary: (config) => titles[config.as],
  run: (_context, inputs, config) => {
    const text = inputs["text"];
    if (typeof text !== "string") throw new StepFailure("wrong_type", `Parse needs text, but got ${nameOfType(text as Json)}.`);
    switch (config.as) {
      case "json": return { value: readJson(text) };
      case "csv": return { value: readCsv(text, config) };
      case "lines": return { value: text.split(/\r?\n/).filter((line, index, all) => line !== "" || index < all.length - 1) };
      case "text": return { value: text };
    }
  },
});
