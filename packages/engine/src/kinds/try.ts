/** Try: a failure inside does not end the run, it leaves by `error`. */
import { Schema } from "effect";
import { defineKind } from "../kind.ts";

const Config = Schema.Struct({});

export const tryKind = defineKind<typeof Config.Type>({
  id: "try",
  group: "logic",
  title: "Try",
  description: "Catches a failure of the nodes inside.",
  icon: "shield-alert",
  container: "try",
  config: Config,
  defaults: {},
  form: [],
  ports: () => ({
    inputs: [{ id: "value", label: "value", type: "any" }],
    outputs: [{ id: "result", label: "result", type: "any" }, { id: "error", label: "error", type: "error" }],
  }),
  inner: () => ({
    inputs: [{ id: "result", label: "result", type: "any" }],
    outputs: [{ id: "value", label: "value", type: "any" }],
  }),
  delivery: () => "pure",
  summary: () => "A failure leaves by error",
});
