/**
 * Reads the config of one node: defaults put in, the kind's schema, what every node may have (retry, time limit), and the
 * kind's own preparation. The form, the canvas and the compiler all ask here, so they say the same.
 */
import { Exit, Cause, Schema, SchemaIssue } from "effect";
import { FieldProblem } from "./failure.ts";
import { type JsonRecord, emptyRecord, isRecord } from "./json.ts";
import type { Kind, Ports } from "./kind.ts";

export interface ConfigProblem { readonly field: string; readonly message: string; readonly hint?: string }
export interface StepRules {
  readonly retryMax: number;
  readonly retryBaseMs: number;
  readonly timeoutMs: number;
  readonly onUnknown: "fail" | "skip" | "retry";
}
export interface NodeSetup {
  readonly config: unknown;
  readonly prepared: unknown;
  readonly ports: Ports;
  readonly inner: Ports | undefined;
  /** Names under which its values are journaled: its outputs, or what an Output node took. */
  readonly valueIds: readonly string[];
  readonly rules: StepRules;
}

const Rules = Schema.Struct({
  retry: Schema.optionalKey(Schema.Struct({
    max: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })),
    baseMs: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 3_600_000 }))),
  })),
  timeoutMs: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 86_400_000 }))),
  onUnknown: Schema.optionalKey(Schema.Literals(["fail", "skip", "retry"])),
});
const decodeRules = Schema.decodeUnknownExit(Rules);
const plainRules: StepRules = { retryMax: 0, retryBaseMs: 500, timeoutMs: 0, onUnknown: "fail" };
const ruleKeys = ["retry", "timeoutMs", "onUnknown"];

const format = SchemaIssue.makeFormatterStandardSchemaV1();
const dotted = (path: readonly unknown[] | undefined): string =>
  (path ?? []).map((part) => typeof part === "object" && part !== null && "key" in part ? part.key : part)
    .map((part, index) => typeof part === "number" ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`).join("");

const problemsOf = (exit: Exit.Exit<unknown, Schema.SchemaError>): ConfigProblem[] => {
  if (Exit.isSuccess(exit)) return [];
  const failure = exit.cause.reasons.find(Cause.isFailReason);
  if (failure === undefined) return [{ field: "", message: "The settings cannot be read." }];
  return format(failure.error.issue).issues.map((issue) => ({ field: dotted(issue.path as readonly unknown[] | undefined), message: `${issue.message}.`.replace(/\.\.$/, ".") }));
};

const decoders = new WeakMap<Kind, (input: unknown) => Exit.Exit<unknown, Schema.SchemaError>>();
const decoderOf = (kind: Kind) => {
  let decoder = decoders.get(kind);
  if (decoder === undefined) {
    decoder = Schema.decodeUnknownExit(kind.config as Schema.Codec<unknown, unknown>, { errors: "all" });
    decoders.set(kind, decoder);
  }
  return decoder;
};

/** The config with the kind's defaults for keys that are not there. Keys such as `__proto__` stay data. */
export const completeConfig = (kind: Kind, config: unknown): JsonRecord => {
  const complete = emptyRecord();
  for (const [key, value] of Object.entries(kind.defaults as JsonRecord)) complete[key] = value;
  if (isRecord(config)) for (const [key, value] of Object.entries(config)) if (value !== undefined) complete[key] = value as JsonRecord[string];
  return complete;
};

const readRules = (config: JsonRecord): { rules: StepRules; problems: ConfigProblem[] } => {
  if (!ruleKeys.some((key) => config[key] !== undefined)) return { rules: plainRules, problems: [] };
  const decoded = decodeRules(config, { errors: "all" });
  if (!Exit.isSuccess(decoded)) return { rules: plainRules, problems: problemsOf(decoded) };
  const { retry, timeoutMs, onUnknown } = decoded.value;
  return {
    rules: { retryMax: retry?.max ?? 0, retryBaseMs: retry?.baseMs ?? 500, timeoutMs: timeoutMs ?? 0, onUnknown: onUnknown ?? "fail" },
    problems: [],
  };
};

/** Everything that can be known of a node from its config alone. */
export const setUp = (kind: Kind, config: unknown): { readonly setup: NodeSetup } | { readonly problems: readonly ConfigProblem[] } => {
  if (config !== undefined && !isRecord(config)) return { problems: [{ field: "config", message: "The settings of a node are an object." }] };
  const complete = completeConfig(kind, config);
  const decoded = decoderOf(kind)(complete);
  const { rules, problems } = readRules(complete);
  const all = [...problemsOf(decoded), ...problems];
  if (all.length > 0 || !Exit.isSuccess(decoded)) return { problems: all };
  try {
    const ports = kind.ports(decoded.value);
    const clash = duplicate(ports.inputs) ?? duplicate(ports.outputs);
    if (clash !== undefined) return { problems: [{ field: "", message: `Two ports are called ${clash}.`, hint: "Give each its own name." }] };
    return { setup: { config: decoded.value, prepared: kind.prepare?.(decoded.value), ports, inner: kind.inner?.(decoded.value), valueIds: kind.role === "output" ? ["value"] : ports.outputs.map((port) => port.id), rules } };
  } catch (thrown) {
    if (thrown instanceof FieldProblem) return { problems: [{ field: thrown.field, message: thrown.message, ...(thrown.hint !== undefined && { hint: thrown.hint }) }] };
    throw thrown;
  }
};

const duplicate = (ports: readonly { readonly id: string }[]): string | undefined => {
  if (ports.length < 2) return undefined;
  const seen = new Set<string>();
  for (const port of ports) {
    if (seen.has(port.id)) return port.id;
    seen.add(port.id);
  }
  return undefined;
};
