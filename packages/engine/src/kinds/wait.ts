/** Wait: holds a value for a time, or until a moment. The moment is in the journal, so a restart does not begin anew. */
import { Schema } from "effect";
import { StepFailure } from "../failure.ts";
import { shortText } from "../fields.ts";
import type { Json } from "../json.ts";
import { Suspend, defineKind } from "../kind.ts";

const YEAR_S = 366 * 86_400;
const Config = Schema.Struct({
  mode: Schema.Literals(["for", "until"]),
  seconds: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: YEAR_S })),
  until: shortText,
});

export const wait = defineKind<typeof Config.Type>({
  id: "wait",
  group: "logic",
  title: "Wait",
  description: "Goes on after a time, or at a moment.",
  icon: "timer",
  config: Config,
  defaults: { mode: "for", seconds: 60, until: "" },
  form: [
    { field: "mode", label: "Wait", control: "select", options: [{ value: "for", label: "For a time" }, { value: "until", label: "Until a moment" }] },
    { field: "seconds", label: "Seconds", control: "number", min: 0, max: YEAR_S, unit: "s", when: { field: "mode", is: ["for"] } },
    { field: "until", label: "Moment", control: "datetime", help: "Date and time with zone, for example 2026-12-01T09:00:00+01:00. Used when the port is not connected.", when: { field: "mode", is: ["until"] } },
  ],
  ports: (config) => ({
    inputs: [{ id: "value", label: "value", type: "any" }, ...(config.mode === "until" ? [{ id: "until", label: "until", type: "text" } as const] : [])],
    outputs: [{ id: "value", label: "value", type: "any" }],
  }),
  delivery: () => "pure",
  summary: (config) => config.mode === "for" ? `${config.seconds} s` : config.until === "" ? "Until a moment" : `Until ${config.until}`,
  run: (context, inputs, config) => {
    if (config.mode === "for") return new Suspend({ type: "timer", until: Math.round(context.clock.now() + config.seconds * 1000) });
    const text = String(inputs["until"] ?? config.until);
    const until = Date.parse(text);
    if (!Number.isFinite(until)) throw new StepFailure("bad_date", `"${text.slice(0, 60)}" is not a date and time.`, "Write it like 2026-12-01T09:00:00+01:00.");
    return new Suspend({ type: "timer", until: Math.max(0, until) });
  },
  wake: (_context, inputs) => ({ value: (inputs["value"] ?? null) as Json }),
});
