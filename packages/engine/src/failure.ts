/** How a step says that it failed: a code to branch on, a sentence for the person, what to do. */
import type { StepError } from "@axion/protocol";

export class StepFailure extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = "StepFailure";
    this.code = code;
    this.hint = hint;
  }
}

const cut = (text: string, max: number) => {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.length > max ? `${whole.slice(0, max - 1).toWellFormed()}…` : whole;
};

/** Whatever was thrown, as the error that is journaled and shown. */
export const stepErrorOf = (thrown: unknown): StepError => {
  if (thrown instanceof StepFailure) {
    return { code: thrown.code, message: cut(thrown.message, 4000), ...(thrown.hint !== undefined && { hint: cut(thrown.hint, 2000) }) };
  }
  if (thrown instanceof RangeError && /call stack|string length/i.test(thrown.message)) {
    return { code: "value_too_deep", message: "A value here is nested too deeply or is too long to be handled." };
  }
  return { code: "internal", message: cut(thrown instanceof Error ? thrown.message : String(thrown), 4000) };
};

/** A problem of one field of a node's config, found before anything runs. */
export class FieldProblem extends Error {
  readonly field: string;
  readonly hint: string | undefined;
  constructor(field: string, message: string, hint?: string) {
    super(message);
    this.name = "FieldProblem";
    this.field = field;
    this.hint = hint;
  }
}
