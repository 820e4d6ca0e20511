/** For each: runs what is inside once for each item, a few at a time, and keeps the order of the results. */
import { Schema } from "effect";
import { count } from "../fields.ts";
import { defineKind } from "../kind.ts";

const Config = Schema.Struct({ concurrency: count(1, 256), onError: Schema.Literals(["collect", "fail"]) });
export type ForEachConfig = typeof Config.Type;

export const forEach = defineKind<ForEachConfig>({
  id: "for-each",
  group: "logic",
  title: "For each",
  description: "Runs the nodes inside once for each item of a list.",
  icon: "repeat",
  container: "for-each",
  config: Config,
  defaults: { concurrency: 4, onError: "collect" },
  form: [
    { field: "concurrency", label: "At a time", control: "number", min: 1, max: 256, help: "How many items are worked on at once. Results keep their order." },
    {
      field: "onError", label: "If an item fails", control: "select", options: [
        { value: "collect", label: "Go on, and list it under errors" }, { value: "fail", label: "Stop and fail" },
      ],
    },
  ],
  ports: () => ({
    inputs: [{ id: "items", label: "items", type: "any", list: true, required: true }],
    outputs: [{ id: "results", label: "results", type: "any", list: true }, { id: "errors", label: "errors", type: "error", list: true }],
  }),
  inner: () => ({
    inputs: [{ id: "result", label: "result", type: "any" }],
    outputs: [{ id: "item", label: "item", type: "any" }, { id: "index", label: "index", type: "number" }],
  }),
  delivery: () => "pure",
  summary: (config) => `${config.concurrency} at a time · order kept`,
});
