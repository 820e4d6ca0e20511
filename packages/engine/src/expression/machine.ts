/**
 * What an expression runs on: the names it may see, the variables of its loops, and a budget of steps.
 * An expression is total: it has no recursion and no unbounded loop, and the budget bounds nested ones.
 */
import { StepFailure } from "../failure.ts";
import { type Json, isRecord, own } from "../json.ts";

export const STEP_BUDGET = 2_000_000;
/** No text that an expression makes is longer than this. */
export const MAX_TEXT = 16_000_000;

export class ExpressionError extends StepFailure {
  readonly offset: number;
  constructor(message: string, offset: number, hint?: string, code = "expression") {
    super(code, message, hint);
    this.name = "ExpressionError";
    this.offset = offset;
  }
}

/** The names that an expression sees: inputs first, then `input` (of the run), then fields of `value`. */
export class Scope {
  readonly inputs: { readonly [name: string]: unknown };
  readonly runInput: Json;
  constructor(inputs: { readonly [name: string]: unknown }, runInput: Json) {
    this.inputs = inputs;
    this.runInput = runInput;
  }
  find(name: string): Json | undefined {
    if (Object.hasOwn(this.inputs, name)) {
      const given = this.inputs[name];
      if (given !== undefined) return given as Json;
    }
    if (name === "input") return this.runInput;
    const value = this.inputs["value"] as Json | undefined;
    return isRecord(value) ? own(value, name) : undefined;
  }
  known(): string[] {
    const value = this.inputs["value"] as Json | undefined;
    const fields = isRecord(value) ? Object.keys(value) : [];
    return [...new Set([...Object.keys(this.inputs).filter((name) => this.inputs[name] !== undefined), "input", ...fields])];
  }
}

export class Machine {
  readonly scope: Scope;
  /** Values of loop variables; each loop in the text has its own places. */
  readonly locals: Json[];
  private left: number;
  constructor(scope: Scope, locals: number, budget: number) {
    this.scope = scope;
    this.locals = locals === 0 ? noLocals : new Array<Json>(locals).fill(null);
    this.left = budget;
  }
  charge(steps: number, offset: number): void {
    this.left -= steps;
    if (this.left < 0) {
      throw new ExpressionError("This expression does too much work for one step.", offset,
        "Filter or group the data first, or use a For each.", "expression_budget");
    }
  }
}
const noLocals: Json[] = [];

export type Code = (machine: Machine) => Json;
