/**
 * Join: brings ways together again. It waits until nothing more can arrive, so it never goes on while a branch still runs.
 * `all` gives the values in the order of the edges; `any` gives the first of them that carried something.
 */
import { Schema } from "effect";
import type { Json } from "../json.ts";
import { type Outputs, defineKind } from "../kind.ts";

const Config = Schema.Struct({
  policy: Schema.Literals(["all", "any"]),
  skipped: Schema.Literals(["leave-out", "empty", "skip"]),
});

export const join = defineKind<typeof Config.Type>({
  id: "join",
  group: "logic",
  title: "Join",
  description: "Brings several ways together.",
  icon: "merge",
  config: Config,
  defaults: { policy: "all", skipped: "leave-out" },
  form: [
    {
      field: "policy", label: "Waits for", control: "select", options: [
        { value: "all", label: "All", help: "Gives a list of what arrived, in order." },
        { value: "any", label: "Any", help: "Gives the first way that carried a value." },
      ],
    },
    {
      field: "skipped", label: "Ways that were skipped", control: "select", when: { field: "policy", is: ["all"] }, options: [
        { value: "leave-out", label: "Leave out" }, { value: "empty", label: "Put an empty value" }, { value: "skip", label: "Skip this node too" },
      ],
    },
  ],
  ports: (config) => ({
    inputs: [{ id: "in", label: "ways", type: "any", required: true, many: true, acceptsDead: true }],
    outputs: [config.policy === "all" ? { id: "out", label: "values", type: "any", list: true } : { id: "out", label: "value", type: "any" }],
  }),
  delivery: () => "pure",
  summary: (config) => config.policy === "all" ? "All, in order" : "Whichever carried a value",
  run: (_context, inputs, config): Outputs => {
    const arrived = inputs["in"] as readonly (Json | undefined)[];
    const live = arrived.filter((value): value is Json => value !== undefined);
    if (config.policy === "any") return live.length === 0 ? {} : { out: live[0] as Json };
    if (config.skipped === "skip" && live.length < arrived.length) return {};
    if (config.skipped === "empty") return { out: arrived.map((value) => value ?? null) };
    return live.length === 0 && arrived.length > 0 ? {} : { out: live };
  },
});
