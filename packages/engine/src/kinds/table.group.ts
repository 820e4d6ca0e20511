/** Group rows: one row for each different value of the chosen columns, with sums, counts and the like. */
import { Schema } from "effect";
import { StepFailure } from "../failure.ts";
import { shortText } from "../fields.ts";
import { type Json, type JsonRecord, emptyRecord, nameOfType, own, showValue } from "../json.ts";
import { defineKind, errorOutput } from "../kind.ts";
import { compareCells, rowsOf } from "../table.ts";

const Operation = Schema.Literals(["count", "sum", "avg", "min", "max", "first", "list"]);
const Config = Schema.Struct({
  by: Schema.Array(Schema.Struct({ column: shortText })).check(Schema.isMaxLength(16)),
  values: Schema.Array(Schema.Struct({ name: shortText, operation: Operation, column: Schema.optionalKey(shortText) })).check(Schema.isMaxLength(32)),
});

// Sums in cents would drift in binary; fifteen digits are what a double can promise.
const exact = (value: number): number => Number(value.toPrecision(15));

const numbersOf = (rows: readonly JsonRecord[], column: string): number[] => {
  const numbers: number[] = [];
  for (const row of rows) {
    const value = own(row, column);
    if (value === undefined || value === null || value === "") continue;
    if (typeof value !== "number") throw new StepFailure("wrong_type", `The column ${column} holds ${nameOfType(value)} (${showValue(value, 30)}) where a number is needed.`);
    numbers.push(value);
  }
  return numbers;
};

const aggregate = (rows: readonly JsonRecord[], operation: typeof Operation.Type, column: string): Json => {
  const cells = () => rows.map((row) => own(row, column)).filter((value): value is Json => value !== undefined && value !== null);
  switch (operation) {
    case "count": return column === "" ? rows.length : cells().length;
    case "sum": return exact(numbersOf(rows, column).reduce((total, value) => total + value, 0));
    case "avg": { const numbers = numbersOf(rows, column); return numbers.length === 0 ? null : exact(numbers.reduce((total, value) => total + value, 0) / numbers.length); }
    case "min": return cells().reduce<Json>((best, value) => best === null || compareCells(value, best) < 0 ? value : best, null);
    case "max": return cells().reduce<Json>((best, value) => best === null || compareCells(value, best) > 0 ? value : best, null);
    case "first": return own(rows[0] ?? {}, column) ?? null;
    case "list": return cells();
  }
};

export const tableGroup = defineKind<typeof Config.Type>({
  id: "table.group",
  group: "tables",
  title: "Group rows",
  description: "Brings rows together by columns, with sums and counts.",
  icon: "group",
  config: Config,
  defaults: { by: [], values: [{ name: "count", operation: "count" }] },
  form: [
    { field: "by", label: "By", control: "rows", row: { title: "column", initial: { column: "" } }, columns: [{ field: "column", label: "Column", control: "text" }] },
    {
      field: "values", label: "With", control: "rows", row: { title: "value", initial: { name: "total", operation: "sum", column: "total" } }, columns: [
        { field: "name", label: "Name", control: "text" },
        {
          field: "operation", label: "Operation", control: "select", options: [
            { value: "count", label: "Count" }, { value: "sum", label: "Sum" }, { value: "avg", label: "Mean" }, { value: "min", label: "Smallest" },
            { value: "max", label: "Largest" }, { value: "first", label: "First" }, { value: "list", label: "List" },
          ],
        },
        { field: "column", label: "Of column", control: "text" },
      ],
    },
  ],
  ports: () => ({
    inputs: [{ id: "rows", label: "rows", type: "table", required: true }],
    outputs: [{ id: "groups", label: "groups", type: "table" }, errorOutput],
  }),
  delivery: () => "pure",
  summary: (config) => config.by.length === 0 ? "All rows together" : `By ${config.by.map((each) => each.column).join(", ")}`,
  run: (_context, inputs, config) => {
    const groups = new Map<string, JsonRecord[]>();
    for (const row of rowsOf(inputs["rows"], "Group rows")) {
      const key = JSON.stringify(config.by.map(({ column }) => own(row, column) ?? null));
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [row]);
      else group.push(row);
    }
    return {
      groups: [...groups.values()].map((rows) => {
        const record = emptyRecord();
        for (const { column } of config.by) record[column] = own(rows[0] as JsonRecord, column) ?? null;
        for (const value of config.values) record[value.name] = aggregate(rows, value.operation, value.column ?? "");
        return record;
      }),
    };
  },
});
