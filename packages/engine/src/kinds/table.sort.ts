/** Sort rows: by columns, each up or down; rows that compare equal keep their order. */
import { Schema } from "effect";
import { count, shortText } from "../fields.ts";
import { own } from "../json.ts";
import { defineKind, errorOutput } from "../kind.ts";
import { compareCells, rowsOf } from "../table.ts";

const Config = Schema.Struct({
  by: Schema.Array(Schema.Struct({ column: shortText, order: Schema.Literals(["up", "down"]) })).check(Schema.isMaxLength(16)),
  limit: count(0, 10_000_000),
});

export const tableSort = defineKind<typeof Config.Type>({
  id: "table.sort",
  group: "tables",
  title: "Sort rows",
  description: "Puts rows in order.",
  icon: "arrow-down-up",
  config: Config,
  defaults: { by: [], limit: 0 },
  form: [
    {
      field: "by", label: "By", control: "rows", row: { title: "column", initial: { column: "", order: "up" } }, columns: [
        { field: "column", label: "Column", control: "text" },
        { field: "order", label: "Order", control: "select", options: [{ value: "up", label: "Small to large" }, { value: "down", label: "Large to small" }] },
      ],
    },
    { field: "limit", label: "Keep the first", control: "number", min: 0, help: "0 keeps all." },
  ],
  ports: () => ({
    inputs: [{ id: "rows", label: "rows", type: "table", required: true }],
    outputs: [{ id: "rows", label: "rows", type: "table" }, errorOutput],
  }),
  delivery: () => "pure",
  summary: (config) => config.by.length === 0 ? "As they come" : config.by.map((each) => `${each.column} ${each.order === "up" ? "↑" : "↓"}`).join(", "),
  run: (_context, inputs, config) => {
    const rows = [...rowsOf(inputs["rows"], "Sort rows")];
    rows.sort((a, b) => {
      for (const { column, order } of config.by) {
        const [left, right] = [own(a, column), own(b, column)];
        // Empty cells stay last in both orders.
        const empty = Number(left === undefined || left === null) - Number(right === undefined || right === null);
        const difference = empty !== 0 ? empty : compareCells(left, right) * (order === "up" ? 1 : -1);
        if (difference !== 0) return difference;
      }
      return 0;
    });
    return { rows: config.limit === 0 ? rows : rows.slice(0, config.limit) };
  },
});
